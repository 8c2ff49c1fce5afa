"""What the rules say of many halls to one renter: halls with the same rules are asked about once."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from central.accounts.capacities import ActingAs, Capacity, picked
from central.accounts.target_groups import TargetGroup
from central.booking.price_rules import LineKind, Quote
from central.booking.priority import Right
from central.booking.rights_and_prices import Asked, RuleBook
from central.booking.times import Period, to_wall

ANYBODY = picked(Capacity.CITIZEN)
"""Who is not logged in and says nothing: a private person."""


@dataclass(slots=True)
class Entitled:
    """Answers for one renter at one moment; remembers what it answered."""

    book: RuleBook
    acting: ActingAs
    now: datetime
    activity: str = ""
    extras: tuple[tuple[str, int], ...] = ()
    _groups: dict[date, TargetGroup] = field(default_factory=dict)
    _ever: dict[tuple[int, date], bool] = field(default_factory=dict)
    _rights: dict[tuple[int, str, datetime, datetime], Right] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether it is somebody who is logged in: what is never for them is then absent."""
        return self.acting.person is not None

    def group(self, day: date) -> TargetGroup:
        """Return the target group on a local day of use."""
        if day not in self._groups:
            self._groups[day] = self.book.group(self.acting, day)
        return self._groups[day]

    def may_ever(self, hall: int, zone: ZoneInfo) -> bool:
        """Tell whether the renter can book a hall at all."""
        today = to_wall(self.now, zone).date()
        key = (id(self.book.priorities_of(hall)), today)
        if key not in self._ever:
            self._ever[key] = self.book.may_group_ever(self.group(today).id, hall, today)
        return self._ever[key]

    def right(self, hall: int, use: Period, zone: ZoneInfo) -> Right:
        """Return whether the renter may book a hall then, and why (not)."""
        key = (id(self.book.priorities_of(hall)), zone.key, use.start, use.end)
        if key not in self._rights:
            asked = Asked(hall, use, activity=self.activity, zone=zone)
            group = self.group(asked.day).id
            self._rights[key] = self.book.right_of(group, asked, self.now)
        return self._rights[key]

    def quote(
        self, hall: int, use: Period, zone: ZoneInfo, people: int, cents_per_hour: int | None
    ) -> Quote:
        """Return what a use costs the renter."""
        asked = Asked(hall, use, people, self.activity, self.extras, cents_per_hour, zone)
        return self.book.quote_of(self.group(asked.day).id, asked)

    def has_tariff(self, hall: int) -> bool:
        """Tell whether the price depends on more than the hall's own price per hour."""
        rules = self.book.prices.get(hall, ())
        return any(rule.kind is LineKind.RENT for rule in rules)
