"""What only the demo has: passes that open its doors, so that the virtual door holds one up with one click.

`create_app` includes this router in the demo alone; in a real city it does not exist.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from central.accounts.links import LinkPurpose, Links
from central.accounts.principals import Public, TheLinks
from central.booking.models import Reservation
from central.booking.reservation import State
from central.booking.service import LINK_LIVES_AFTER
from central.credentials import views
from central.credentials.models import Credential, CredentialState, Grant
from central.dependencies import Now, TheDatabase
from central.fleet.models import DoorUnit, UnitStatus
from central.halls.models import Door

_MOST = 12
router = APIRouter(prefix="/demo", include_in_schema=False)


class PassOffer(BaseModel):
    """A pass that the virtual door can hold up."""

    label: str
    png_url: str


@router.get(
    "/passes",
    dependencies=[Public("the demo's virtual door holds passes up; no real city has this route")],
)
def list_passes(database: TheDatabase, links: TheLinks, now: Now) -> list[PassOffer]:
    """List the passes that open a door with a unit now or later, the soonest first."""
    with database.read() as session:
        return [_offer(one, links) for one in islice(_with_pass(session, now), _MOST)]


def _with_pass(session: Session, now: datetime) -> Iterator[Reservation]:
    # The demo's past and its busy weeks were written without passes: most reservations have none.
    behind_a_unit = (
        select(Door.id)
        .join(DoorUnit, DoorUnit.door_id == Door.id)
        .where(DoorUnit.status == UnitStatus.ENROLLED)
        .where(Door.site_id == Grant.site_id, Door.areas.bitwise_and(Grant.areas) != 0)
    )
    signed = select(Credential.id).where(
        Credential.grant_id == Grant.id, Credential.state == CredentialState.ACTIVE
    )
    found = session.scalars(
        select(Reservation)
        .join(Grant, Grant.reservation_id == Reservation.id)
        .where(Reservation.state == State.CONFIRMED, Reservation.closes_at > now)
        .where(signed.exists(), behind_a_unit.exists())
        .options(joinedload(Reservation.hall))
        .order_by(Reservation.opens_at, Reservation.id)
    ).all()
    # Its page has the last word: a hall may have changed to a key since.
    return (one for one in found if views.pass_of(session, one.reference, now).text)


def _offer(one: Reservation, links: Links) -> PassOffer:
    link = links.make(LinkPurpose.PASS, one.reference, one.ends_at + LINK_LIVES_AFTER)
    return PassOffer(
        label=f"{one.hall.name}, {one.local_start:%d/%m %H:%M}-{one.local_end:%H:%M}",
        png_url=f"/pass/{link}/pass.png",
    )
