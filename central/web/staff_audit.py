"""Page for auditors: who changed what, when and why, for whom."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from central.accounts.models import Person
from central.accounts.principals import Auditor
from central.accounts.staff_models import Staff
from central.audit.models import AuditEntry
from central.audit.service import Sought, entries
from central.booking.times import to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.web.pages import ThePages
from central.web.typed import zone_of

router = APIRouter(prefix="/desk/audit", include_in_schema=False)
_PAGE = 50


class Asked(BaseModel):
    """What the page is asked for."""

    who: str = Field(default="", max_length=60)
    what: str = Field(default="", max_length=80)
    before: int | None = Field(default=None, ge=1, lt=2**62)


@router.get("")
def show(
    request: Request,
    staff: Auditor,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    _now: Now,
    asked: Annotated[Asked, Query()],
) -> Response:
    """Show the newest changes; of one person or one thing when asked."""
    zone = zone_of(settings)
    sought = Sought(
        actor=asked.who.strip() or None, subject=asked.what.strip() or None, before=asked.before
    )
    with database.read() as session:
        found = entries(session, sought, _PAGE)
        names = names_of(session, found)
    return pages.show(
        request,
        "staff_audit.html",
        staff=staff,
        asked=asked,
        rows=[(one, to_wall(one.at, zone)) for one in found],
        names=names,
        changes=changes,
        older=found[-1].id if len(found) == _PAGE else None,
    )


def changes(entry: AuditEntry) -> list[tuple[str, str | None, str | None]]:
    """Return each field with what it was and what it became; None where it was not told, or nothing."""
    before, after = entry.before or {}, entry.after or {}
    shown = [
        (name, _shown(before.get(name)), _shown(after.get(name))) for name in {**before, **after}
    ]
    return [one for one in shown if one[1:] != (None, None)]


def _shown(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "-"
    return str(value).lower() if isinstance(value, bool) else str(value)


def names_of(session: Session, found: Collection[AuditEntry]) -> dict[str, str]:
    """Return the names of everybody mentioned, by how the audit calls them; erased ones have none."""
    mentioned = {one.actor for one in found} | {one.acting_for for one in found}
    mentioned |= {one.subject for one in found}
    names = {
        f"staff:{number}": name
        for number, name in session.execute(
            select(Staff.id, Staff.name).where(Staff.id.in_(_numbers(mentioned, "staff")))
        )
    }
    people = select(Person.id, Person.name, Person.email)
    for number, name, email in session.execute(
        people.where(Person.id.in_(_numbers(mentioned, "person")))
    ):
        names[f"person:{number}"] = name or email
    return names


def _numbers(mentioned: Collection[str], kind: str) -> list[int]:
    pairs = (one.partition(":") for one in mentioned)
    return [int(number) for found, _, number in pairs if found == kind and number.isdigit()]
