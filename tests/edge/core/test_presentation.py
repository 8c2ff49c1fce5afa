"""A code before the camera is answered once; refusals that repeat are counted, not written."""

from hypothesis import given
from hypothesis import strategies as st

from edge.core.presentation import (
    ASK_AGAIN_AFTER,
    FOLD_WITHIN,
    MOST_CODES,
    MOST_FOLDS,
    REOPEN_WITHIN,
    UNSEEN_AFTER,
    Folding,
    Presentation,
    note_granted,
    see,
)


class ACamera:
    """Sees codes ten times a second; each code's answer is known."""

    def __init__(self, *, good: set[str]) -> None:
        self.shown = Presentation()
        self.good = good
        self.judged: list[tuple[float, str]] = []
        self.uses: list[tuple[float, str]] = []

    def sees(self, text: str, now: float) -> None:
        self.shown, must_judge = see(self.shown, text, now)
        if not must_judge:
            return
        self.judged.append((now, text))
        if text in self.good:
            if not self.shown.is_reopening(text, now):
                self.uses.append((now, text))
            self.shown = note_granted(self.shown, now)

    def watches(self, *texts: str, start: float, seconds: float) -> "ACamera":
        for frame in range(round(seconds * 10)):
            self.sees(texts[frame % len(texts)], start + frame / 10)
        return self

    def judged_at(self, text: str) -> list[float]:
        return [at for at, judged in self.judged if judged == text]


def test_a_pass_that_is_held_up_is_judged_once() -> None:
    camera = ACamera(good={"a"}).watches("a", start=100, seconds=60)
    assert camera.judged == [(100.0, "a")]
    assert camera.uses == [(100.0, "a")]


def test_a_code_that_is_refused_is_judged_again_after_some_seconds() -> None:
    camera = ACamera(good=set()).watches("a", start=100, seconds=12)
    assert camera.judged_at("a") == [100, 100 + ASK_AGAIN_AFTER, 100 + 2 * ASK_AGAIN_AFTER]


def test_a_pass_that_becomes_valid_while_it_is_held_up_opens() -> None:
    camera = ACamera(good=set()).watches("a", start=100, seconds=4)
    camera.good.add("a")
    camera.watches("a", start=104, seconds=20)
    assert camera.uses == [(105.0, "a")]


def test_a_presentation_ends_when_the_code_was_unseen_for_three_seconds() -> None:
    shown, _ = see(Presentation(), "a", 100.0)
    assert shown.lasts(100 + UNSEEN_AFTER - 0.01)
    assert not shown.lasts(100 + UNSEEN_AFTER)
    assert see(shown, "a", 102.9)[1] is False
    assert see(shown, "a", 103.0)[1] is True


def test_frames_without_the_code_in_between_end_nothing() -> None:
    camera = ACamera(good={"a"})
    for second in (100, 102.5, 105, 107.5, 110, 112.5):
        camera.sees("a", second)
    assert camera.judged == [(100, "a")]


def test_the_same_pass_shown_again_within_ten_seconds_reopens_for_free() -> None:
    camera = ACamera(good={"a"})
    for second in (100, 105, 109.9):
        camera.sees("a", second)
    assert camera.judged_at("a") == [100, 105, 109.9]
    assert camera.uses == [(100, "a")]


def test_after_ten_seconds_the_same_pass_spends_another_use() -> None:
    camera = ACamera(good={"a"})
    for second in (100, 100 + REOPEN_WITHIN):
        camera.sees("a", second)
    assert camera.uses == [(100, "a"), (110, "a")]


def test_reopening_for_free_again_and_again_does_not_make_one_use_last_for_ever() -> None:
    camera = ACamera(good={"a"})
    for second in range(100, 140, 4):
        camera.sees("a", second)
    assert camera.uses == [(100, "a"), (112, "a"), (124, "a"), (136, "a")]


def test_another_pass_does_not_reopen_for_free() -> None:
    camera = ACamera(good={"a", "b"})
    camera.sees("a", 100)
    camera.sees("b", 101)
    assert camera.uses == [(100, "a"), (101, "b")]


def test_two_passes_side_by_side_spend_one_use_each() -> None:
    camera = ACamera(good={"a", "b"}).watches("a", "b", start=100, seconds=60)
    assert camera.uses == [(100.0, "a"), (100.1, "b")]
    assert len(camera.judged) == 2
    assert sorted(sight.text for sight in camera.shown.sights) == ["a", "b"]


def test_a_good_pass_beside_a_bad_one_opens_once() -> None:
    camera = ACamera(good={"good"}).watches("bad", "good", start=100, seconds=20)
    assert len(camera.uses) == 1
    assert len(camera.judged_at("bad")) == 4


def test_a_sheet_full_of_codes_is_remembered_within_bounds() -> None:
    camera = ACamera(good=set())
    for number in range(100):
        camera.sees(str(number), 100 + number / 10)
    assert len(camera.shown.sights) == MOST_CODES


def test_granting_before_anything_was_seen_changes_nothing() -> None:
    assert note_granted(Presentation(), 100.0) == Presentation()


# --- folding


def fold(*refusals: tuple[float, str]) -> tuple[Folding, list[str], list[tuple[str, int]]]:
    """Return what the journal gets: the refusals written, and the counts reported, as the unit does it."""
    folding, written, reported = Folding(), list[str](), list[tuple[str, int]]()
    for now, key in refusals:
        earlier = folding.key
        folding, must_write, count = folding.add(key, now)
        if count:
            reported.append((earlier, count))
        if must_write:
            written.append(key)
    return folding, written, reported


def test_the_first_refusal_is_written_and_its_repeats_are_counted() -> None:
    folding, written, reported = fold(*((100 + second, "x") for second in range(50)))
    assert (written, reported) == (["x"], [])
    assert folding.close(100 + FOLD_WITHIN) == (Folding(), 49)


def test_a_count_is_reported_when_its_time_is_over_and_not_before() -> None:
    folding, _, _ = fold((100, "x"), (101, "x"))
    assert folding.close(159.9) == (folding, 0)
    assert folding.close(160)[1] == 1


def test_a_fold_that_counted_nothing_reports_nothing() -> None:
    folding, _, _ = fold((100, "x"))
    assert folding.close(200) == (Folding(), 0)
    assert Folding().close(200) == (Folding(), 0)


def test_a_refusal_after_the_time_of_its_fold_is_written_again_with_the_count_before_it() -> None:
    _, written, reported = fold((100, "x"), (130, "x"), (170, "x"))
    assert written == ["x", "x"]
    assert reported == [("x", 1)]


def test_another_refusal_brings_the_count_of_one_whose_time_is_over() -> None:
    _, written, reported = fold((100, "x"), (101, "x"), (161, "y"))
    assert (written, reported) == (["x", "y"], [("x", 1)])


def test_two_codes_in_turn_do_not_fill_the_journal() -> None:
    _, written, reported = fold(*((100 + n / 10, "xy"[n % 2]) for n in range(500)))
    assert written == ["x", "y"]
    assert reported == []


def test_more_kinds_than_can_be_counted_report_the_oldest_ones_count() -> None:
    many = [(101 + n / 10, str(n)) for n in range(MOST_FOLDS)]
    folding, written, reported = fold((100, "x"), (100.5, "x"), *many)
    assert len(folding.folds) == MOST_FOLDS
    assert len(written) == MOST_FOLDS + 1
    assert reported == [("x", 1)]


@given(st.lists(st.tuples(st.floats(0, 30), st.sampled_from("abc")), max_size=60))
def test_every_refusal_is_written_or_counted_and_reported_under_its_own_kind(
    gaps: list[tuple[float, str]],
) -> None:
    folding, now, told = Folding(), 100.0, dict.fromkeys("abc", 0)
    for gap, key in gaps:
        now += gap
        earlier = folding.key
        folding, count = folding.close(now)
        told[earlier or "a"] += count
        earlier = folding.key
        folding, must_write, count = folding.add(key, now)
        told[earlier or "a"] += count
        told[key] += must_write
    while folding.folds:
        earlier = folding.key
        folding, count = folding.close(now + 2 * FOLD_WITHIN)
        told[earlier] += count
    keys = [key for _, key in gaps]
    assert told == {key: keys.count(key) for key in "abc"}
