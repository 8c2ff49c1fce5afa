from datetime import date

from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.price_table import price_table
from central.booking.when import Hours

TODAY = date(2026, 11, 24)
YOUTH, CITIZENS = 1, 2
EVENING = Hours(begins=1080, ends=1440)


def rule(
    number: int, cents: int = 1000, unit: PriceUnit = PriceUnit.PART, **more: object
) -> PriceRule:
    usual = {"hours": EVENING, "position": number, **more}
    return PriceRule(number, unit, cents, **usual)  # type: ignore[arg-type]


def shown(rules: list[PriceRule], group: int = CITIZENS) -> list[int]:
    return [one.id for one in price_table(rules, 5, group, TODAY, 2000).rules]


def test_only_what_is_about_the_hall_and_the_group_is_shown() -> None:
    rules = [
        rule(1, groups=frozenset({YOUTH})),
        rule(2, halls=frozenset({6})),
        rule(3, used_until=date(2026, 11, 23)),
        rule(4, halls=frozenset({5}), groups=frozenset({CITIZENS})),
        rule(5, used_from=date(2027, 1, 1)),
    ]
    assert shown(rules) == [4, 5]


def test_a_rule_behind_one_that_asks_the_same_never_decides_and_is_not_shown() -> None:
    rules = [rule(1, 500, groups=frozenset({YOUTH})), rule(2, 900)]
    assert shown(rules, YOUTH) == [1]
    assert shown(rules, CITIZENS) == [2]
    reversed_ = [rule(1, 900), rule(2, 500, groups=frozenset({YOUTH}))]
    assert shown(reversed_, YOUTH) == [1], "the first that fits decides"


def test_discounts_are_all_shown_and_stand_behind_the_rent_before_the_deposit() -> None:
    percent = {"unit": PriceUnit.PERCENT, "kind": LineKind.DISCOUNT}
    rules = [
        rule(1, unit=PriceUnit.USE, kind=LineKind.DEPOSIT),
        rule(2, 50, **percent),  # type: ignore[arg-type]
        rule(3, 30, **percent),  # type: ignore[arg-type]
        rule(4),
    ]
    assert shown(rules) == [4, 2, 3, 1]


def test_the_halls_own_price_stands_there_unless_a_rule_prices_all_time() -> None:
    always = rule(1, unit=PriceUnit.HALF_HOUR, hours=Hours())
    for rules, other in (([], 2000), ([rule(1)], 2000), ([always], None)):
        assert price_table(rules, 5, CITIZENS, TODAY, 2000).other_hours == other
    assert price_table([], 5, CITIZENS, TODAY, None).other_hours == 0, "free"
    for more in ({"activities": frozenset({"party"})}, {"attendees_until": 20}):
        some = rule(1, unit=PriceUnit.HOUR, hours=Hours(), **more)
        assert price_table([some], 5, CITIZENS, TODAY, 2000).other_hours == 2000
