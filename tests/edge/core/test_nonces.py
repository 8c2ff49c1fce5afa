"""A nonce is good once and only for moments."""

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
