"""Write down who did what, and read it again. Never commits.

before = facts_of(hall)
...change it...
record(session, staff.actor, "hall.changed", f"hall:{hall.id}", now, before=before, after=facts_of(hall))
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.audit.models import AuditEntry

SYSTEM = "system"
"""The actor when nobody was there."""
HIDDEN = "(not kept)"
"""Stands in the place of a secret."""
_SECRET = re.compile(r"password|secret|token|hash|passphrase|private|totp|cookie", re.IGNORECASE)
_FOR = " for "

Facts = Mapping[str, object]
"""What something looked like: names of fields and plain values."""


def on_behalf(actor: str, person: int) -> str:
    """Return how to name staff who acts for a caller: `staff:7 for person:12`."""
    return f"{actor}{_FOR}person:{person}"


def record(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    *,
    reason: str = "",
    before: Facts | None = None,
    after: Facts | None = None,
) -> None:
    """Write down what somebody did, in the transaction that does it.

    Args:
        session: the one with the change.
        actor: `staff:7`, `person:12`, `system`, or what `on_behalf` returns.
        action: `thing.done`, the same for ever: people filter by it.
        subject: `thing:number`.
        now: when.
        reason: why, in the words of who did it.
        before: what the subject looked like; only differences to `after` are kept.
        after: what it looks like now.

    """
    who, _, for_whom = actor.partition(_FOR)
    was, became = _differing(before, after)
    session.add(
        AuditEntry(
            at=now,
            actor=who,
            acting_for=for_whom,
            action=action,
            subject=subject,
            reason=reason.strip(),
            before=was,
            after=became,
        )
    )


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries to show; None: all."""

    actor: str | None = None
    """Also found where staff acted for this person."""
    subject: str | None = None
    action: str | None = None
    before: int | None = None
    """Only entries older than the one with this number."""


def entries(session: Session, sought: Sought, limit: int = 50) -> list[AuditEntry]:
    """Return what was written down, the newest first."""
    found = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if sought.actor is not None:
        mine = (AuditEntry.actor == sought.actor) | (AuditEntry.acting_for == sought.actor)
        found = found.where(mine)
    if sought.subject is not None:
        found = found.where(AuditEntry.subject == sought.subject)
    if sought.action is not None:
        found = found.where(AuditEntry.action == sought.action)
    if sought.before is not None:
        found = found.where(AuditEntry.id < sought.before)
    return list(session.scalars(found))


def forget(session: Session, before: datetime) -> None:
    """Drop what is older than it may be kept."""
    session.execute(delete(AuditEntry).where(AuditEntry.at < before))


def _differing(
    before: Facts | None, after: Facts | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    if before is None or after is None:
        return _plain(before), _plain(after)
    names = [one for one in {**before, **after} if before.get(one) != after.get(one)]
    return (
        _plain({one: before[one] for one in names if one in before}),
        _plain({one: after[one] for one in names if one in after}),
    )


def _plain(facts: Facts | None) -> dict[str, Any] | None:
    """Return facts as JSON keeps them, without secrets."""
    if facts is None:
        return None
    return {name: HIDDEN if _SECRET.search(name) else _value(facts[name]) for name in facts}


def _value(value: object) -> object:
    if isinstance(value, Mapping):
        return _plain({str(name): one for name, one in value.items()})
    if isinstance(value, (list, tuple)):
        return [_value(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted((_value(one) for one in value), key=str)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, bytes):
        return HIDDEN
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
