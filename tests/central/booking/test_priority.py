"""Rules that Flemish cities have, as data: who asks what when, and what they hear."""

from datetime import UTC, date, datetime, timedelta

import pytest

from central.booking.priority import Effect, PriorityRule, Reason, Right, may_ever, right_for
from central.booking.times import Period
from central.booking.when import Ahead, Hours

HALL, OTHER_HALL = 1, 2
CITY, YOUTH, RECOGNISED, RESIDENTS, OTHERS = range(1, 6)
ALLOW, DENY, APPROVE = Effect
EVERYBODY_ELSE = PriorityRule(99, DENY, position=99)


def use(day: str = "2027-06-05", start: int = 14, hours: int = 3) -> Period:
    """Hours of UTC; in June the wall clock shows two more."""
    begins = datetime.fromisoformat(day).replace(hour=start, tzinfo=UTC)
    return Period(begins, begins + timedelta(hours=hours))


def asked(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=10, tzinfo=UTC)


def ask(
    rules: list[PriorityRule],
    group: int,
    now: str = "2027-05-20",
    period: Period | None = None,
    activity: str = "",
    hall: int = HALL,
) -> Right:
    return right_for(
        rules,
        hall=hall,
        group=group,
        period=period or use(),
        now=asked(now),
        activity=activity,
    )


def of(group: int, effect: Effect = ALLOW, **what: object) -> PriorityRule:
    return PriorityRule(group, effect, groups=frozenset({group}), position=group, **what)  # type: ignore[arg-type]


HORIZONS = [
    of(YOUTH, opens=Ahead(months=12)),
    of(RECOGNISED, opens=Ahead(months=6)),
    of(RESIDENTS, opens=Ahead(months=3)),
    of(OTHERS, opens=Ahead(months=1)),
    EVERYBODY_ELSE,
]
"""Youth first, then recognised associations, then who lives here."""


@pytest.mark.parametrize(
    ("group", "now", "effect", "since"),
    [
        (YOUTH, "2026-06-05", ALLOW, None),
        (YOUTH, "2026-06-04", DENY, date(2026, 6, 5)),
        (RECOGNISED, "2026-12-04", DENY, date(2026, 12, 5)),
        (RECOGNISED, "2026-12-05", ALLOW, None),
        (RESIDENTS, "2026-12-05", DENY, date(2027, 3, 5)),
        (RESIDENTS, "2027-03-05", ALLOW, None),
        (OTHERS, "2027-05-04", DENY, date(2027, 5, 5)),
        (OTHERS, "2027-05-05", ALLOW, None),
    ],
)
def test_who_is_recognised_may_book_earlier_and_others_hear_from_when(
    group: int, now: str, effect: Effect, since: date | None
) -> None:
    right = ask(HORIZONS, group, now)
    assert (right.effect, right.since) == (effect, since)
    assert (right.reason is Reason.NOT_YET) == (since is not None)


def test_private_people_may_from_the_first_of_march() -> None:
    rules = [of(RECOGNISED), PriorityRule(7, ALLOW, asked_from=date(2027, 3, 1)), EVERYBODY_ELSE]
    assert ask(rules, OTHERS, "2027-02-28").since == date(2027, 3, 1)
    assert ask(rules, OTHERS, "2027-03-01").effect is ALLOW
    assert ask(rules, RECOGNISED, "2027-02-28").effect is ALLOW


def test_one_asks_at_least_a_month_before() -> None:
    rules = [PriorityRule(1, ALLOW, closes=Ahead(months=1)), EVERYBODY_ELSE]
    assert ask(rules, OTHERS, "2027-05-05").effect is ALLOW
    late = ask(rules, OTHERS, "2027-05-06")
    assert (late.effect, late.reason, late.until) == (DENY, Reason.TOO_LATE, date(2027, 5, 5))


def test_friday_evening_is_for_private_people_only_by_approval() -> None:
    evening = Hours(frozenset({4}), 18 * 60, 26 * 60)
    rules = [PriorityRule(1, APPROVE, groups=frozenset({OTHERS}), hours=evening)]
    assert ask(rules, OTHERS, period=use("2027-06-04", 16)).reason is Reason.BY_APPROVAL
    assert ask(rules, OTHERS, period=use("2027-06-04", 12)).effect is ALLOW
    assert ask(rules, OTHERS, period=use("2027-06-05", 16)).effect is ALLOW
    assert ask(rules, RECOGNISED, period=use("2027-06-04", 16)).effect is ALLOW


def test_a_hall_is_free_to_all_in_staffed_hours_and_else_by_approval() -> None:
    staffed = Hours(frozenset(range(5)), 9 * 60, 17 * 60)
    rules = [PriorityRule(1, ALLOW, hours=staffed), PriorityRule(2, APPROVE, position=1)]
    assert ask(rules, OTHERS, period=use("2027-06-07", 8, 2)).effect is ALLOW
    assert ask(rules, OTHERS, period=use("2027-06-07", 14, 2)).effect is APPROVE


@pytest.mark.parametrize("activity", ["party", "sale"])
def test_some_activities_are_forbidden_in_a_hall(activity: str) -> None:
    forbidden = PriorityRule(
        1, DENY, halls=frozenset({HALL}), activities=frozenset({"party", "sale"})
    )
    refused = ask([forbidden], OTHERS, activity=activity)
    assert (refused.effect, refused.reason) == (DENY, Reason.NOT_THIS_ACTIVITY)
    assert ask([forbidden], OTHERS, activity="meeting").effect is ALLOW
    assert ask([forbidden], OTHERS, activity=activity, hall=OTHER_HALL).effect is ALLOW


def test_who_does_not_live_here_is_left_out() -> None:
    rules = [of(RESIDENTS), of(RECOGNISED), EVERYBODY_ELSE]
    refused = ask(rules, OTHERS)
    assert (refused.effect, refused.reason) == (DENY, Reason.NOT_THIS_GROUP)
    assert not may_ever(rules, hall=HALL, group=OTHERS)
    assert may_ever(rules, hall=HALL, group=RESIDENTS)


def test_a_weekday_on_which_one_may_not_is_said_as_such() -> None:
    rules = [PriorityRule(1, ALLOW, hours=Hours(frozenset(range(5)))), EVERYBODY_ELSE]
    assert ask(rules, OTHERS, period=use("2027-06-05")).reason is Reason.NOT_THEN


def test_a_city_service_comes_before_everybody() -> None:
    rules = [of(CITY), PriorityRule(50, ALLOW, opens=Ahead(months=2), position=50), EVERYBODY_ELSE]
    assert ask(rules, CITY, "2026-01-01").effect is ALLOW
    assert ask(rules, OTHERS, "2027-04-04").since == date(2027, 4, 5)


def test_without_rules_everybody_may() -> None:
    assert ask([], OTHERS) == Right(ALLOW, Reason.ALLOWED)
    assert may_ever([], hall=HALL, group=OTHERS)


def test_the_first_rule_that_counts_decides_in_whatever_order_they_come() -> None:
    rules = [EVERYBODY_ELSE, of(RECOGNISED)]
    assert ask(rules, RECOGNISED).rule_id == RECOGNISED
    assert ask(rules[::-1], RECOGNISED).rule_id == RECOGNISED


def test_a_rule_counts_only_for_days_of_use_in_its_time() -> None:
    rules = [PriorityRule(1, DENY, used_from=date(2027, 7, 1), used_until=date(2027, 8, 31))]
    assert ask(rules, OTHERS, period=use("2027-06-30")).effect is ALLOW
    assert ask(rules, OTHERS, period=use("2027-07-01")).effect is DENY
    assert ask(rules, OTHERS, period=use("2027-09-01")).effect is ALLOW


def test_the_day_of_use_is_that_of_the_wall_clock() -> None:
    rules = [PriorityRule(1, DENY, used_from=date(2027, 7, 1))]
    after_midnight = use("2027-06-30", 22, 1)  # 0:00 on 1 July in Brussels
    assert ask(rules, OTHERS, period=after_midnight).effect is DENY


@pytest.mark.parametrize(
    "rule",
    [
        PriorityRule(1, DENY, activities=frozenset({"party"})),
        PriorityRule(1, DENY, hours=Hours(frozenset({5}))),
        PriorityRule(1, DENY, opens=Ahead(months=1)),
        PriorityRule(1, DENY, used_until=date(2027, 12, 31)),
        PriorityRule(1, DENY, halls=frozenset({OTHER_HALL})),
    ],
)
def test_a_hall_that_is_denied_only_sometimes_stays_in_sight(rule: PriorityRule) -> None:
    assert may_ever([rule, PriorityRule(2, ALLOW, position=1)], hall=HALL, group=OTHERS)
    assert may_ever([rule], hall=HALL, group=OTHERS)


def test_an_allowance_that_is_over_keeps_no_hall_in_sight() -> None:
    rules = [PriorityRule(1, ALLOW, used_until=date(2026, 12, 31)), EVERYBODY_ELSE]
    assert may_ever(rules, hall=HALL, group=OTHERS, today=date(2026, 12, 31))
    assert not may_ever(rules, hall=HALL, group=OTHERS, today=date(2027, 1, 1))
