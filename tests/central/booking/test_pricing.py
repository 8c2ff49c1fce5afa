"""Tariffs that Flemish cities have, as data: a use, and the lines that it costs."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from central.booking.price_rules import (
    ChosenExtra,
    Extra,
    LineKind,
    PriceRule,
    PriceUnit,
    Quote,
)
from central.booking.pricing import quote
from central.booking.times import Period, to_utc
from central.booking.when import PUBLIC_HOLIDAY, Hours

HALL = 1
YOUTH, RECOGNISED, OTHERS = 1, 2, 3
BRUSSELS = ZoneInfo("Europe/Brussels")
HOUR, HALF_HOUR, PART, DAY, USE, PERSON, PIECE, PERCENT = PriceUnit


def wall(start: str, end: str) -> Period:
    return Period(*(to_utc(datetime.fromisoformat(one), BRUSSELS) for one in (start, end)))


SATURDAY = wall("2026-12-05T14:00", "2026-12-05T18:00")


def cost(
    rules: list[PriceRule],
    period: Period = SATURDAY,
    *,
    group: int = OTHERS,
    **rest: object,
) -> Quote:
    return quote(rules, hall=HALL, group=group, period=period, **rest)  # type: ignore[arg-type]


def rule(number: int, unit: PriceUnit, cents: int, **what: object) -> PriceRule:
    return PriceRule(number, unit, cents, position=number, **what)  # type: ignore[arg-type]


def part(number: int, begins: int, ends: int, cents: int, **what: object) -> PriceRule:
    return rule(number, PART, cents, hours=Hours(begins=begins * 60, ends=ends * 60), **what)


OOSTAKKER = [
    part(1, 8, 12, 4000),
    part(2, 13, 18, 5000),
    part(3, 19, 26, 7000),
    part(4, 13, 26, 10000),
    part(5, 8, 26, 13000),
]
"""Morning, afternoon, evening, afternoon with evening, all day."""


@pytest.mark.parametrize(
    ("start", "end", "billed"),
    [
        ("09:00", "11:00", [1]),
        ("14:00", "16:00", [2]),
        ("20:00", "23:30", [3]),
        ("14:00", "23:00", [4]),
        ("09:00", "17:00", [1, 2]),
        ("09:00", "23:00", [5]),
    ],
)
def test_parts_of_the_day_are_billed_whole_and_as_the_renter_pays_least(
    start: str, end: str, billed: list[int]
) -> None:
    found = cost(OOSTAKKER, wall(f"2026-12-05T{start}", f"2026-12-05T{end}"))
    assert [line.rule_id for line in found.lines] == billed
    assert found.cents == sum(OOSTAKKER[one - 1].cents for one in billed)


def test_the_hour_between_two_parts_costs_nothing_more() -> None:
    lunch = wall("2026-12-05T12:15", "2026-12-05T12:45")
    over_noon = wall("2026-12-05T09:00", "2026-12-05T17:00")
    assert cost(OOSTAKKER[:2], over_noon, cents_per_hour=1000).cents == 9000
    assert cost(OOSTAKKER, lunch, cents_per_hour=1000).cents == 13000, "only all day holds it"
    assert cost(OOSTAKKER[:2], lunch, cents_per_hour=1000).cents == 500, "no part holds it"


def test_the_evening_lasts_into_the_night_and_belongs_to_its_day() -> None:
    found = cost(OOSTAKKER, wall("2026-12-05T19:00", "2026-12-06T02:00"))
    assert [(line.rule_id, line.day) for line in found.lines] == [(3, date(2026, 12, 5))]


def test_a_weekend_is_three_parts_of_the_day() -> None:
    weekend = wall("2026-12-05T13:00", "2026-12-06T18:00")
    rules = [
        part(1, 13, 24, 6000),
        part(2, 8, 13, 4000),
    ]
    found = cost(rules, weekend)
    assert [(line.day, line.cents) for line in found.lines if line.rule_id] == [
        (date(2026, 12, 5), 6000),
        (date(2026, 12, 6), 10000 - 6000),
        (date(2026, 12, 6), 6000),
    ]


@pytest.mark.parametrize(("group", "cents"), [(YOUTH, 0), (RECOGNISED, 5000), (OTHERS, 20000)])
def test_each_category_of_renters_has_its_price(group: int, cents: int) -> None:
    rules = [
        rule(1, HOUR, 0, groups=frozenset({YOUTH})),
        rule(2, HOUR, 1250, groups=frozenset({RECOGNISED})),
        rule(3, HOUR, 5000),
    ]
    assert cost(rules, group=group).cents == cents


@pytest.mark.parametrize(
    ("group", "activity", "cents"),
    [
        (RECOGNISED, "meeting", 2000),
        (RECOGNISED, "ball", 15000),
        (OTHERS, "meeting", 6000),
        (OTHERS, "ball", 30000),
        (OTHERS, "", 6000),
    ],
)
def test_the_activity_matters_as_much_as_the_renter(group: int, activity: str, cents: int) -> None:
    ball = frozenset({"ball"})
    rules = [
        rule(1, USE, 15000, groups=frozenset({RECOGNISED}), activities=ball),
        rule(2, USE, 30000, activities=ball),
        rule(3, USE, 2000, groups=frozenset({RECOGNISED})),
        rule(4, USE, 6000),
    ]
    assert cost(rules, group=group, activity=activity).cents == cents


@pytest.mark.parametrize(("minutes", "halves"), [(30, 1), (31, 2), (90, 3)])
def test_sport_is_billed_in_half_hours_that_were_begun(minutes: int, halves: int) -> None:
    period = wall("2026-12-05T14:00", f"2026-12-05T{14 + minutes // 60}:{minutes % 60:02}")
    found = cost([rule(1, HALF_HOUR, 450)], period)
    assert (found.lines[0].quantity, found.cents) == (halves, halves * 450)


def test_with_the_kitchen_there_is_another_tariff() -> None:
    kitchen = Extra(1, "kitchen", USE, 0)
    rules = [rule(1, USE, 12000, with_extras=frozenset({"kitchen"})), rule(2, USE, 9000)]
    assert cost(rules).cents == 9000
    assert cost(rules, extras=[ChosenExtra(kitchen)]).cents == 12000
    assert cost(rules, extras=[ChosenExtra(kitchen, 0)]).cents == 9000


def test_from_the_second_consecutive_day_it_costs_less() -> None:
    rules = [rule(1, DAY, 10000), rule(2, PERCENT, 50, kind=LineKind.DISCOUNT, from_day=2)]
    three_days = wall("2026-12-04T08:00", "2026-12-06T22:00")
    found = cost(rules, three_days)
    assert [line.cents for line in found.lines] == [10000, 10000, 10000, -10000]
    one_day_later = cost(rules, wall("2026-12-05T08:00", "2026-12-05T22:00"), days_before=1)
    assert one_day_later.cents == 5000, "the same hall the day before, in the same order"


def test_of_two_reductions_only_the_higher_counts() -> None:
    rules = [
        rule(1, USE, 9999),
        rule(2, PERCENT, 10, kind=LineKind.DISCOUNT),
        rule(3, PERCENT, 25, kind=LineKind.DISCOUNT),
    ]
    assert [line.cents for line in cost(rules).lines] == [9999, -2500]


@pytest.mark.parametrize(("attendees", "cents"), [(49, 5000), (50, 5000), (51, 9000), (200, 9000)])
def test_the_tariff_follows_the_number_of_people(attendees: int, cents: int) -> None:
    rules = [rule(1, USE, 5000, attendees_until=50), rule(2, USE, 9000, attendees_from=51)]
    assert cost(rules, attendees=attendees).cents == cents


def test_a_deposit_is_a_line_and_no_part_of_the_price() -> None:
    rules = [
        rule(1, USE, 9000),
        rule(2, USE, 25000, kind=LineKind.DEPOSIT, activities=frozenset({"ball"})),
        rule(3, USE, 12500, kind=LineKind.DEPOSIT),
    ]
    found = cost(rules)
    assert (found.cents, found.deposit_cents) == (9000, 12500)
    assert cost(rules, activity="ball").deposit_cents == 25000


def test_a_public_holiday_has_the_price_of_a_sunday() -> None:
    rules = [rule(1, USE, 9000, hours=Hours(frozenset({6, PUBLIC_HOLIDAY}))), rule(2, USE, 6000)]
    assert cost(rules, wall("2026-12-25T14:00", "2026-12-25T16:00")).cents == 9000
    assert cost(rules, wall("2026-12-18T14:00", "2026-12-18T16:00")).cents == 6000


def test_a_price_counts_for_uses_from_its_first_day() -> None:
    rules = [rule(1, USE, 7000, used_from=date(2027, 1, 1)), rule(2, USE, 6000)]
    assert cost(rules, wall("2026-12-31T14:00", "2026-12-31T16:00")).cents == 6000
    assert cost(rules, wall("2027-01-01T14:00", "2027-01-01T16:00")).cents == 7000


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2027-03-27T22:00", "2027-03-28T06:00", 7),
        ("2026-10-24T22:00", "2026-10-25T06:00", 9),
        ("2026-12-05T22:00", "2026-12-06T06:00", 8),
    ],
)
@pytest.mark.parametrize(
    ("rules", "cents_per_hour"), [([rule(1, HOUR, 1000)], None), ([], 1000)], ids=["rule", "hall"]
)
def test_a_night_in_which_the_clock_changes_costs_its_real_hours(
    start: str, end: str, hours: int, rules: list[PriceRule], cents_per_hour: int | None
) -> None:
    found = cost(rules, wall(start, end), cents_per_hour=cents_per_hour)
    assert found.cents == hours * 1000
    assert sum(line.quantity for line in found.lines) == hours * 60


def test_hours_that_no_rule_prices_cost_the_price_of_the_hall() -> None:
    rules = [rule(1, HOUR, 3000, hours=Hours(begins=17 * 60, ends=24 * 60))]
    found = cost(rules, cents_per_hour=1000)
    assert [(line.rule_id, line.quantity, line.cents) for line in found.lines] == [
        (1, 60, 3000),
        (None, 180, 3000),
    ]


@pytest.mark.parametrize(
    ("unit", "count", "quantity", "cents"),
    [
        (PIECE, 12, 12, 1200),
        (HOUR, 1, 240, 400),
        (HOUR, 2, 480, 800),
        (PERSON, 1, 30, 3000),
        (USE, 3, 1, 100),
    ],
)
def test_an_extra_has_a_price_for_each_piece_hour_or_person(
    unit: PriceUnit, count: int, quantity: int, cents: int
) -> None:
    wanted = ChosenExtra(Extra(1, "chair", unit, 100, vat_percent=21), count)
    (line,) = cost([], extras=[wanted], attendees=30).lines
    assert (line.kind, line.quantity, line.cents) == (LineKind.EXTRA, quantity, cents)
    assert (line.extra, line.vat_percent) == ("chair", 21)


def test_a_line_names_the_version_of_its_rule() -> None:
    (line,) = cost([rule(1, USE, 5000, version=4, vat_percent=21)]).lines
    assert (line.rule_id, line.rule_version, line.vat_percent) == (1, 4, 21)


def test_without_price_and_rules_it_is_free_and_has_no_lines() -> None:
    assert cost([]) == Quote(())


def test_rules_for_another_hall_do_not_count() -> None:
    assert cost([rule(1, USE, 5000, halls=frozenset({HALL + 1}))]).cents == 0


def test_half_a_cent_goes_up() -> None:
    period = Period(
        datetime(2026, 12, 5, 14, tzinfo=UTC), datetime(2026, 12, 5, 14, 30, tzinfo=UTC)
    )
    assert cost([rule(1, HOUR, 2551)], period).cents == 1276
