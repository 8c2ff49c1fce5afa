"""A price table in the visitor's words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.price_table import PriceTable
from central.booking.rule_models import ExtraRow
from central.booking.when import DAY_MINUTES, Hours
from central.web.language import Words

_MIDNIGHT = datetime(2001, 1, 1)  # noqa: DTZ001 - a wall clock without a day


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A line of the table."""

    what: str
    when: str
    price: str


def price_rows(
    table: PriceTable, words: Words, activities: Mapping[str, str], extras: Mapping[str, str]
) -> list[PriceRow]:
    """Return the lines; `activities` and `extras`: names by code in the visitor's language."""
    rows = [
        PriceRow(_what(one, words), _when(one, words, activities, extras), _price(one, words))
        for one in table.rules
    ]
    if table.other_hours is not None:
        price = _hourly(table.other_hours, words)
        hours = words("prices.other_hours" if _has_rent(table) else "prices.all_hours")
        rent = sum(one.kind is LineKind.RENT for one in table.rules)
        rows.insert(rent, PriceRow(words("line.rent"), hours, price))
    return rows


def extra_rows(extras: Iterable[ExtraRow], words: Words) -> list[PriceRow]:
    """Return what can be had with a hall, each a line."""
    return [
        PriceRow(
            one.names.get(words.code) or one.names.get("nl") or one.code,
            words("prices.ahead", days=one.lead_working_days) if one.lead_working_days else "",
            words(f"prices.{one.unit}", price=words.money(one.cents)),
        )
        for one in extras
    ]


def _has_rent(table: PriceTable) -> bool:
    return any(one.kind is LineKind.RENT for one in table.rules)


def _hourly(cents: int, words: Words) -> str:
    return words("prices.hour", price=words.money(cents)) if cents else words("home.free")


def _what(rule: PriceRule, words: Words) -> str:
    return rule.names.get(words.code) or rule.names.get("nl") or words(f"line.{rule.kind}")


def _price(rule: PriceRule, words: Words) -> str:
    if rule.unit is PriceUnit.PERCENT:
        return words("prices.percent", percent=rule.cents)
    if not rule.cents:
        return words("home.free")
    key = "deposit" if rule.kind is LineKind.DEPOSIT else rule.unit
    return words(f"prices.{key}", price=words.money(rule.cents))


def _when(
    rule: PriceRule, words: Words, activities: Mapping[str, str], extras: Mapping[str, str]
) -> str:
    return "; ".join(_conditions(rule, words, activities, extras)) or words("prices.always")


def _conditions(
    rule: PriceRule, words: Words, activities: Mapping[str, str], extras: Mapping[str, str]
) -> Iterator[str]:
    if not rule.hours.is_always:
        yield _hours(rule.hours, words)
    if rule.activities:
        yield ", ".join(sorted(activities.get(one, one) for one in rule.activities))
    if rule.with_extras:
        named = ", ".join(sorted(extras.get(one, one) for one in rule.with_extras))
        yield words("prices.with", extras=named)
    if rule.attendees_until is not None:
        yield words("prices.up_to", people=rule.attendees_until)
    elif rule.attendees_from > 1:
        yield words("prices.at_least", people=rule.attendees_from)
    if rule.from_day > 1:
        yield words("prices.from_day", number=rule.from_day)
    if rule.used_from is not None:
        yield words("prices.since", day=words.day(rule.used_from))
    if rule.used_until is not None:
        yield words("prices.until", day=words.day(rule.used_until))


def _hours(hours: Hours, words: Words) -> str:
    said = []
    if hours.weekdays:
        names = [*words("days").split(), words("prices.public_holiday")]
        said.append(", ".join(names[day] for day in sorted(hours.weekdays)))
    if hours.begins or hours.ends < DAY_MINUTES:
        begins, ends = (_MIDNIGHT + timedelta(minutes=one) for one in (hours.begins, hours.ends))
        said.append(words("order.from_to", from_=words.time(begins), to=words.time(ends)))
    return " ".join(said)
