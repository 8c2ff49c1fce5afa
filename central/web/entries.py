"""Pages for staff: what happened at the doors, what is wrong with them now."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from central.accounts.principals import Watcher
from central.booking.times import to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.fleet import queries
from central.fleet.facts import fault_change
from central.fleet.queries import EntryView, Wanted
from central.web.pages import ThePages
from contracts.journal import read_event

router = APIRouter(include_in_schema=False)
_PAGE = 40
_LOOK_AGAIN = "5"  # seconds; only on the newest page, and no field of it can be typed in


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
    page = pages.show(
        request,
        "entries.html",
        staff=staff,
        doors=doors,
        door=asked.door,
        grant=asked.grant,
        faults=[(one, name, to_wall(one.raised_at, zone)) for one, name in faults],
        rows=[_row(one, zone) for one in found],
        older=found[-1].entry.id if len(found) == _PAGE else None,
    )
    if asked.before is None:
        page.headers["Refresh"] = _LOOK_AGAIN
    return page


def _row(view: EntryView, zone: ZoneInfo) -> dict[str, object]:
    """Return an entry as the page shows it."""
    entry = view.entry
    change = fault_change(read_event(entry.raw))
    return {
        "it": entry,
        "door": view.door,
        "at": to_wall(entry.wall or entry.received_at, zone),
        "is_doubtful": entry.wall is None or not entry.trust.trusted,
        "fault": change.code if change else None,
        "who": entry.credential[:6] if entry.credential else None,
    }
