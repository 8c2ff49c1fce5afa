"""Pages for staff: what happened at the doors, what is wrong with them now."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from central.accounts.principals import Watcher
from central.booking.times import to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.fleet import guests, queries
from central.fleet.facts import fault_change, list_named, mode_cause, mode_of
from central.fleet.queries import EntryView, Wanted
from central.web.pages import ThePages
from contracts.documents import DocumentType
from contracts.journal import read_event

router = APIRouter(include_in_schema=False)
_PAGE = 40
_LISTS = frozenset(
    {
        DocumentType.KEY_SET,
        DocumentType.AMENDMENTS,
        DocumentType.CONFIG,
        DocumentType.MODES,
        DocumentType.DENY,
    }
)
"""What a unit is sent and has words on the page."""


class Asked(BaseModel):
    """What the page is asked for."""

    door: int | None = None
    grant: int | None = None
    before: int | None = Field(default=None, ge=1)


@router.get("/desk/entries")
def show(
    request: Request,
    staff: Watcher,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    asked: Annotated[Asked, Query()],
) -> Response:
    """Show the newest entries of all doors or one, and every fault that lasts."""
    zone = ZoneInfo(settings.zone)
    with database.read() as session:
        wanted = Wanted(door=asked.door, grant=asked.grant, before=asked.before)
        found = queries.entries(session, wanted, _PAGE)
        faults = queries.faults_now(session)
        doors = queries.doors(session, now)
        causes = [mode_cause(read_event(one.entry.raw)) for one in found]
        behind = guests.grants_behind(session, [one for one in causes if one])
    return pages.show(
        request,
        "entries.html",
        staff=staff,
        doors=doors,
        door=asked.door,
        grant=asked.grant,
        faults=[(one, name, to_wall(one.raised_at, zone)) for one, name in faults],
        rows=[_row(one, zone, behind) for one in found],
        older=found[-1].entry.id if len(found) == _PAGE else None,
        newest=_newest(asked),
        is_newest=asked.before is None,
    )


def _newest(asked: Asked) -> str:
    """Return the address of the newest entries of the same door or grant."""
    only = {"door": asked.door, "grant": asked.grant}
    query = urlencode({name: number for name, number in only.items() if number is not None})
    return f"/desk/entries?{query}" if query else "/desk/entries"


def _row(view: EntryView, zone: ZoneInfo, behind: Mapping[str, int]) -> dict[str, object]:
    """Return an entry as the page shows it."""
    entry = view.entry
    event = read_event(entry.raw)
    change, named = fault_change(event), list_named(event)
    return {
        "it": entry,
        "door": view.door,
        "at": to_wall(entry.wall or entry.received_at, zone),
        "is_doubtful": entry.wall is None or not entry.trust.trusted,
        "fault": change.code if change else None,
        "mode": mode_of(event),
        "list": named.kind.name.lower() if named and named.kind in _LISTS else None,
        "number": named.number if named else None,
        "grant": entry.grant_id if entry.grant_id is not None else behind.get(mode_cause(event)),
        "who": entry.credential[:6] if entry.credential else None,
    }
