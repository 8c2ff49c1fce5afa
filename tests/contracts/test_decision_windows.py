"""decide() and the window: moved, extended, cancelled, added, and the nights that change the clock."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.decision import Denied, Granted
from contracts.moments import MINUTES_PER_DAY, moment_of
from contracts.reasons import DenyReason
from contracts.windows import Window
from tests.contracts.brussels import utc
from tests.contracts.scene import MINUTE, Scene
from tests.simulators.city import YEAR, at

R = DenyReason
SIGNED = (MINUTE - 30, MINUTE + 120)
TODAY = MINUTE // MINUTES_PER_DAY
TUE, SUN = 1 << 1, 1 << 6
WEEK = 7 * MINUTES_PER_DAY


def answers(scene: Scene, minute: int) -> str:
    """What the door answers in a minute: `open` or the reason."""
    decided = replace(scene, clock=at(moment_of(minute))).decided()
    return "open" if isinstance(decided, Granted) else decided.reason


def opens_at(scene: Scene, minute: int) -> int | None:
    decided = replace(scene, clock=at(moment_of(minute))).decided()
    return decided.opens_at if isinstance(decided, Denied) else None


def amended(**change: Any) -> Scene:  # noqa: ANN401 - of each field
    return Scene().but(amendment=change)


def a_series() -> Scene:
    """Four Tuesdays at noon, the first one now."""
    return Scene().with_claims(repeats=3, pattern=TUE)


def test_a_window_opens_from_its_first_minute_to_before_its_end() -> None:
    start, end = SIGNED
    found = [answers(Scene(), minute) for minute in (start - 1, start, end - 1, end)]
    assert found == [R.NOT_YET_VALID, "open", "open", R.EXPIRED]


def test_too_early_says_from_when() -> None:
    assert opens_at(Scene(), SIGNED[0] - 5000) == SIGNED[0]
    assert opens_at(Scene(), SIGNED[1]) is None


def test_moved_the_new_window_opens_and_the_old_does_not() -> None:
    later = (SIGNED[1] + 600, SIGNED[1] + 700)
    scene = amended(windows=(later,))
    assert answers(scene, MINUTE) == R.NOT_YET_VALID
    assert opens_at(scene, MINUTE) == later[0]
    assert answers(scene, later[0]) == "open"
    earlier = (SIGNED[0] - 600, SIGNED[0] - 500)
    assert answers(amended(windows=(earlier,)), MINUTE) == R.EXPIRED


def test_extended_and_shortened_at_both_ends() -> None:
    start, end = SIGNED
    wider, narrower = (start - 60, end + 60), (start + 60, end - 60)
    assert [answers(amended(windows=(wider,)), one) for one in (start - 60, end + 59)] == [
        "open",
        "open",
    ]
    found = [answers(amended(windows=(narrower,)), one) for one in (start, end - 1)]
    assert found == [R.NOT_YET_VALID, R.EXPIRED]


def test_the_window_that_a_grant_names_is_the_one_after_amendment() -> None:
    decided = amended(windows=((MINUTE, MINUTE + 5),)).decided()
    assert isinstance(decided, Granted)
    assert decided.window == Window(MINUTE, MINUTE + 5)


def test_extended_while_it_is_on_is_one_window_to_its_new_end() -> None:
    decided = amended(added=((SIGNED[1], SIGNED[1] + 60),)).decided()
    assert isinstance(decided, Granted)
    assert decided.window == Window(SIGNED[0], SIGNED[1] + 60)


def test_cancelled_as_a_whole() -> None:
    scene = amended(windows=())
    for minute in (SIGNED[0] - 5000, MINUTE, SIGNED[1] + 5000):
        assert answers(scene, minute) == R.REVOKED


def test_one_date_of_a_series_cancelled() -> None:
    scene = a_series().but(amendment={"cancelled": (TODAY + 7,)})
    week = [answers(scene, MINUTE + number * WEEK) for number in range(5)]
    assert week == ["open", R.REVOKED, "open", "open", R.EXPIRED]
    assert opens_at(scene, MINUTE + 120) == SIGNED[0] + 2 * WEEK


def test_on_the_day_of_a_cancelled_date_only_its_hours_say_cancelled() -> None:
    scene = a_series().but(amendment={"cancelled": (TODAY,)})
    assert answers(scene, SIGNED[0] - 1) == R.NOT_YET_VALID
    assert answers(scene, SIGNED[0]) == R.REVOKED
    assert answers(scene, SIGNED[1]) == R.NOT_YET_VALID


def test_one_date_added_to_a_series() -> None:
    added = (SIGNED[0] + 2 * MINUTES_PER_DAY, SIGNED[1] + 2 * MINUTES_PER_DAY)
    scene = a_series().but(amendment={"added": (added,)})
    assert answers(scene, MINUTE + 2 * MINUTES_PER_DAY) == "open"
    assert answers(scene, MINUTE + 3 * MINUTES_PER_DAY) == R.NOT_YET_VALID
    assert answers(scene, MINUTE + WEEK) == "open"


def test_between_two_dates_of_a_series_it_says_from_when() -> None:
    assert opens_at(a_series(), SIGNED[1] + 5) == SIGNED[0] + WEEK
    assert answers(a_series(), SIGNED[1] + 3 * WEEK) == R.EXPIRED


@pytest.mark.parametrize(("areas", "opens"), [(0b1, True), (0b11, True), (0b10, False), (0, False)])
def test_amended_areas_replace_the_signed_ones(areas: int, opens: bool) -> None:  # noqa: FBT001 - a row of the table
    assert answers(amended(areas=areas), MINUTE) == ("open" if opens else R.WRONG_ACCESS_POINT)


def test_any_common_area_is_enough() -> None:
    assert answers(Scene().with_claims(areas=0b110).with_door(areas=0b011), MINUTE) == "open"
    assert (
        answers(Scene().with_claims(areas=0b100).with_door(areas=0b011), MINUTE)
        == R.WRONG_ACCESS_POINT
    )


@pytest.mark.parametrize(
    ("issue", "minimum", "opens"), [(0, 0, 1), (3, 3, 1), (2, 3, 0), (255, 3, 1)]
)
def test_an_earlier_issue_is_superseded(issue: int, minimum: int, opens: int) -> None:
    scene = amended(minimum_issue=minimum).with_claims(issue=issue)
    assert answers(scene, MINUTE) == ("open" if opens else R.SUPERSEDED)


def test_an_amendment_of_another_grant_changes_nothing() -> None:
    scene = amended(windows=()).but(revoked=frozenset({b"otherone"}))
    other = replace(scene, claims=replace(scene.claims, grant_id=78))
    believed = replace(scene.believed.amendments, revoked=frozenset({b"otherone"}))
    assert answers(other.but(trust={"amendments": believed}, amendment=None), MINUTE) == "open"


# --- the limits of both keys


@pytest.mark.parametrize(("limit", "opens"), [(150, True), (149, False)])
def test_a_pass_spans_no_more_than_its_key_may_sign(limit: int, opens: bool) -> None:  # noqa: FBT001 - a row of the table
    answer = answers(Scene().but(entry={"longest_span": limit}), MINUTE)
    assert answer == ("open" if opens else R.UNKNOWN_KEY)


def test_a_series_is_measured_from_its_first_start_to_its_last_end() -> None:
    for limit, answer in ((3 * WEEK + 150, "open"), (3 * WEEK + 149, R.UNKNOWN_KEY)):
        assert answers(a_series().but(entry={"longest_span": limit}), MINUTE) == answer


@pytest.mark.parametrize("which", ["entry", "amendments_entry"])
def test_an_amendment_spans_no_more_than_each_key_allows(which: str) -> None:
    two = (SIGNED, (SIGNED[0] + 5000, SIGNED[0] + 5001))
    for limit, answer in ((5001, "open"), (5000, R.UNKNOWN_KEY)):
        for change in ({"windows": two}, {"added": two[1:]}):
            scene = amended(**change).but(**{which: {"longest_span": limit}})
            assert answers(scene, MINUTE) == answer


def test_the_key_of_the_list_limits_only_what_it_amends() -> None:
    scene = Scene().but(amendments_entry={"longest_span": 1})
    assert answers(scene, MINUTE) == "open"
    assert answers(scene.but(amendment={"minimum_issue": 0}), MINUTE) == R.UNKNOWN_KEY


def test_an_amendment_does_not_revive_a_pass_whose_key_has_ended() -> None:
    later = (MINUTE + 2 * YEAR, MINUTE + 2 * YEAR + 10)
    scene = amended(windows=(later,))
    assert answers(scene, later[0]) == R.UNKNOWN_KEY
    assert answers(scene, MINUTE + YEAR) == R.NOT_YET_VALID


def test_a_pass_counted_for_one_door_stays_at_one_door() -> None:
    scene = Scene().with_claims(uses=2)
    for areas, answer in (
        (0b1, "open"),
        (0b11, R.WRONG_ACCESS_POINT),
        (0b10, R.WRONG_ACCESS_POINT),
    ):
        assert answers(scene.but(amendment={"areas": areas}), MINUTE) == answer


# --- the two nights of 2026: summer comes on 29-03 at 01:00 UTC, winter on 25-10 at 01:00 UTC


def every_sunday(start: str, minutes: int) -> Scene:
    return Scene().with_claims(
        valid_from=utc(start), duration=minutes, repeats=2, pattern=SUN, issue=0
    )


@pytest.mark.parametrize(
    ("minute", "answer"),
    [
        ("2026-03-22 00:29", R.NOT_YET_VALID),  # 01:29 on the wall
        ("2026-03-22 00:30", "open"),
        ("2026-03-22 01:30", R.NOT_YET_VALID),  # 02:30: until next week
        ("2026-03-29 00:29", R.NOT_YET_VALID),
        ("2026-03-29 00:30", "open"),  # 01:30
        ("2026-03-29 00:59", "open"),  # 01:59, a minute before the clock jumps
        ("2026-03-29 01:00", "open"),  # 03:00
        ("2026-03-29 01:29", "open"),  # 03:29: 02:30 never comes, its jumped-on reading counts
        ("2026-03-29 01:30", R.NOT_YET_VALID),
        ("2026-04-04 23:30", "open"),  # 01:30 in summer
        ("2026-04-05 00:30", R.EXPIRED),
    ],
)
def test_the_night_without_an_hour(minute: str, answer: str) -> None:
    scene = every_sunday("2026-03-22 00:30", 60)  # 01:30-02:30
    assert answers(scene, utc(minute)) == answer


@pytest.mark.parametrize(
    ("minute", "answer"),
    [
        ("2026-10-18 00:00", "open"),  # 02:00 in summer
        ("2026-10-18 00:30", R.NOT_YET_VALID),  # 02:30
        ("2026-10-24 23:59", R.NOT_YET_VALID),  # 01:59
        ("2026-10-25 00:00", "open"),  # the first 02:00
        ("2026-10-25 00:45", "open"),  # the first 02:45
        ("2026-10-25 01:00", "open"),  # the second 02:00
        ("2026-10-25 01:29", "open"),  # the second 02:29
        ("2026-10-25 01:30", R.NOT_YET_VALID),
        ("2026-11-01 00:59", R.NOT_YET_VALID),
        ("2026-11-01 01:00", "open"),  # 02:00 in winter
        ("2026-11-01 01:30", R.EXPIRED),
    ],
)
def test_the_night_with_an_hour_twice(minute: str, answer: str) -> None:
    scene = every_sunday("2026-10-18 00:00", 30)  # 02:00-02:30
    assert answers(scene, utc(minute)) == answer


def test_a_window_that_the_missing_hour_swallows_opens_never() -> None:
    scene = every_sunday("2026-03-22 01:30", 45)  # 02:30-03:15
    night = range(utc("2026-03-29 00:00"), utc("2026-03-29 04:00"))
    assert {answers(scene, minute) for minute in night} == {R.NOT_YET_VALID}
    assert opens_at(scene, night[0]) == utc("2026-04-05 00:30")


def test_a_date_in_the_night_with_an_hour_twice_is_cancelled_by_its_day() -> None:
    day = utc("2026-10-25 00:00") // MINUTES_PER_DAY
    scene = every_sunday("2026-10-18 00:00", 30).but(amendment={"cancelled": (day,)})
    night = range(utc("2026-10-25 00:00"), utc("2026-10-25 01:30"))
    assert {answers(scene, minute) for minute in night} == {R.REVOKED}
