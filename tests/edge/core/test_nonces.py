"""A nonce is good once and only for moments."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.commands import NONCE_LIFETIME
from edge.core.nonces import MOST_OPEN, NonceBook


def test_a_nonce_is_good_once() -> None:
    book, first = NonceBook().give("a", 100.0).take("a", 101.0)
    _, again = book.take("a", 101.0)
    assert (first, again) == (True, False)


def test_a_nonce_that_was_never_given_is_not_good() -> None:
    assert NonceBook().give("a", 100.0).take("b", 100.0)[1] is False


def test_a_nonce_is_good_to_the_end_of_its_life_and_not_longer() -> None:
    book = NonceBook().give("a", 100.0)
    assert book.take("a", 100.0 + NONCE_LIFETIME)[1]
    assert not book.take("a", 100.1 + NONCE_LIFETIME)[1]


def test_asking_without_end_keeps_only_the_newest() -> None:
    book = NonceBook()
    for number in range(100):
        book = book.give(str(number), 100.0)
    assert len(book.given) == MOST_OPEN
    assert book.take("99", 100.0)[1]
    assert not book.take("0", 100.0)[1]


def test_answers_are_spaced() -> None:
    book = NonceBook().give("a", 100.0)
    assert not book.may_give(100.1)
    assert book.may_give(100.3)


def test_a_nonce_that_is_too_old_is_forgotten_with_the_next_one() -> None:
    book = NonceBook().give("old", 100.0).give("new", 101 + NONCE_LIFETIME)
    assert [nonce for nonce, _ in book.given] == ["new"]


def test_taking_one_nonce_leaves_the_others() -> None:
    book, _ = NonceBook().give("a", 100.0).give("b", 101.0).take("a", 102.0)
    assert book.take("b", 102.0)[1]


def test_nothing_is_spaced_before_the_first_answer() -> None:
    assert NonceBook().may_give(0.0)


@given(
    st.lists(
        st.tuples(st.floats(0, NONCE_LIFETIME), st.sampled_from("abcdefghijkl"), st.booleans()),
        max_size=60,
    )
)
def test_no_nonce_is_good_twice_or_late_in_any_order(steps: list[tuple[float, str, bool]]) -> None:
    book, now, given_at = NonceBook(), 0.0, dict[str, float]()
    for passes, nonce, gives in steps:
        now += passes
        if gives:
            if nonce not in given_at:  # a unit never gives the same one again
                book, given_at[nonce] = book.give(nonce, now), now
            continue
        book, is_good = book.take(nonce, now)
        if is_good:
            assert now - given_at[nonce] <= NONCE_LIFETIME
            given_at[nonce] = float("-inf")
