"""Who may book which hall, when, and how long before; pure.

A city service writes the rules as data. They are read from the first to the last, and the first that
counts decides; where none does, everybody may book. So who allows some ends with a rule that denies.

    1. youth        from 12 months before    allow
    2. recognised   from 6 months before     allow
    3. anybody      from 1 month before      allow
    4. anybody                               deny

Asked five months before, a private person hears "from 1 March": the first day on which another rule
decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from central.booking.times import Period, to_wall
from central.booking.when import ALWAYS, HOME, Ahead, Hours

_DAY = timedelta(days=1)


class Effect(StrEnum):
    """What a rule does."""

    ALLOW = "allow"
    DENY = "deny"
    APPROVE = "approve"
    """Somebody of the service must agree first."""


class Reason(StrEnum):
    """Why; pages have words for each (`right.<reason>`)."""

    ALLOWED = "allowed"
    BY_APPROVAL = "by_approval"
    NOT_YET = "not_yet"
    """One may from the day `since`."""
    TOO_LATE = "too_late"
    """One might have until the day `until`."""
    NOT_THIS_ACTIVITY = "not_this_activity"
    NOT_THEN = "not_then"
    """Not on that weekday or at that hour."""
    NOT_THIS_GROUP = "not_this_group"


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """Whom a rule is about, when it counts, and what it then does. What is empty asks nothing."""

    id: int
    effect: Effect
    halls: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    """Numbers of target groups."""
    activities: frozenset[str] = frozenset()
    """Codes of kinds of activity."""
    hours: Hours = ALWAYS
    """Of the use: `ALLOW` asks that all of it lies in them, the others that some does."""
    opens: Ahead | None = None
    """The rule counts from this long before the day of use."""
    closes: Ahead | None = None
    """And until this long before it, that day included."""
    asked_from: date | None = None
    asked_until: date | None = None
    """First and last day on which somebody may ask, whatever the day of use."""
    used_from: date | None = None
    used_until: date | None = None
    """First and last day of use for which it counts."""
    position: int = 0
    """Lower is read first."""

    def is_about(self, hall: int, group: int) -> bool:
        """Tell whether the rule concerns a hall and a target group."""
        return (not self.halls or hall in self.halls) and (not self.groups or group in self.groups)

    def is_asked_on(self, today: date, use: date) -> bool:
        """Tell whether the rule counts for who asks today."""
        return (
            (self.opens is None or self.opens.before(use) <= today)
            and (self.closes is None or today <= self.closes.before(use))
            and (self.asked_from is None or self.asked_from <= today)
            and (self.asked_until is None or today <= self.asked_until)
        )

    def is_for_use_on(self, use: date) -> bool:
        """Tell whether the rule counts for a use on a day."""
        return (self.used_from is None or self.used_from <= use) and (
            self.used_until is None or use <= self.used_until
        )

    def turns(self, use: date) -> Iterable[date]:
        """Yield the days of asking on which it begins to count, and the first on which it does no more."""
        if self.opens is not None:
            yield self.opens.before(use)
        if self.closes is not None:
            yield self.closes.before(use) + _DAY
        if self.asked_from is not None:
            yield self.asked_from
        if self.asked_until is not None:
            yield self.asked_until + _DAY


@dataclass(frozen=True, slots=True)
class Right:
    """Whether somebody may book, and why."""

    effect: Effect
    reason: Reason
    since: date | None = None
    """With `NOT_YET`: the first day on which one may."""
    until: date | None = None
    """With `TOO_LATE`: the last day on which one might have."""
    rule_id: int | None = None
    """What decided; None: no rule is about it."""

    @property
    def is_denied(self) -> bool:
        """Whether one may not book now."""
        return self.effect is Effect.DENY


_EVERYBODY = Right(Effect.ALLOW, Reason.ALLOWED)


def right_for(
    rules: Sequence[PriorityRule],
    *,
    hall: int,
    group: int,
    period: Period,
    now: datetime,
    activity: str = "",
    zone: ZoneInfo = HOME,
) -> Right:
    """Return whether a target group may book a hall for a period, and why (not).

    Args:
        rules: all rules in question, in any order.
        hall: its number.
        group: number of the target group on the day of use.
        period: the use.
        now: when it is asked.
        activity: code of the kind of activity; empty: not said.
        zone: of the hall's site.

    """
    use, today = to_wall(period.start, zone).date(), to_wall(now, zone).date()
    concerned = [
        rule for rule in _in_order(rules) if rule.is_about(hall, group) and rule.is_for_use_on(use)
    ]
    meeting = [
        rule
        for rule in concerned
        if _meets_hours(rule, period, zone) and _meets_activity(rule, activity)
    ]
    decided = _first(meeting, today, use)
    if decided is None:
        return _EVERYBODY
    if decided.effect is Effect.ALLOW:
        return Right(Effect.ALLOW, Reason.ALLOWED, rule_id=decided.id)
    if decided.effect is Effect.APPROVE:
        return Right(Effect.APPROVE, Reason.BY_APPROVAL, rule_id=decided.id)
    return _denied(decided, concerned, meeting, today, use)


def may_ever(
    rules: Sequence[PriorityRule], *, hall: int, group: int, today: date | None = None
) -> bool:
    """Tell whether a target group can book a hall at all, at some time and for some activity.

    With `today`, rules whose last day of asking or of use is over do not count.
    """
    for rule in _in_order(rules):
        if not rule.is_about(hall, group) or (today is not None and _is_over(rule, today)):
            continue
        if rule.effect is not Effect.DENY:
            return True
        if _is_for_good(rule, today):
            return False
    return True


def _denied(
    decided: PriorityRule,
    concerned: Sequence[PriorityRule],
    meeting: Sequence[PriorityRule],
    today: date,
    use: date,
) -> Right:
    turns = sorted({turn for rule in meeting for turn in rule.turns(use)})
    for turn in turns:
        if today < turn <= use and not _denies(meeting, turn, use):
            return Right(Effect.DENY, Reason.NOT_YET, since=turn, rule_id=decided.id)
    for turn in reversed(turns):
        if turn <= today and not _denies(meeting, turn - _DAY, use):
            last = turn - _DAY
            return Right(Effect.DENY, Reason.TOO_LATE, until=last, rule_id=decided.id)
    return Right(Effect.DENY, _why(decided, concerned), rule_id=decided.id)


def _why(decided: PriorityRule, concerned: Sequence[PriorityRule]) -> Reason:
    """Return why it is denied for good: what, if it were otherwise, would help."""
    others = [rule for rule in concerned if rule.effect is not Effect.DENY]
    if decided.activities or any(rule.activities for rule in others):
        return Reason.NOT_THIS_ACTIVITY
    if not decided.hours.is_always or any(not rule.hours.is_always for rule in others):
        return Reason.NOT_THEN
    return Reason.NOT_THIS_GROUP


def _first(rules: Sequence[PriorityRule], today: date, use: date) -> PriorityRule | None:
    return next((rule for rule in rules if rule.is_asked_on(today, use)), None)


def _denies(rules: Sequence[PriorityRule], today: date, use: date) -> bool:
    decided = _first(rules, today, use)
    return decided is not None and decided.effect is Effect.DENY


def _meets_hours(rule: PriorityRule, period: Period, zone: ZoneInfo) -> bool:
    if rule.effect is Effect.ALLOW:
        return rule.hours.cover(period, zone)
    return rule.hours.touch(period, zone)


def _meets_activity(rule: PriorityRule, activity: str) -> bool:
    return not rule.activities or activity in rule.activities


def _is_over(rule: PriorityRule, today: date) -> bool:
    return any(end is not None and end < today for end in (rule.asked_until, rule.used_until))


def _is_for_good(rule: PriorityRule, today: date | None) -> bool:
    ends = (rule.opens, rule.closes, rule.asked_until, rule.used_until)
    begins = (rule.asked_from, rule.used_from)
    return (
        not rule.activities
        and rule.hours.is_always
        and all(end is None for end in ends)
        and all(one is None or (today is not None and one <= today) for one in begins)
    )


def _in_order(rules: Iterable[PriorityRule]) -> list[PriorityRule]:
    return sorted(rules, key=lambda rule: (rule.position, rule.id))
