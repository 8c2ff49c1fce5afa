"""What only the demo has: the newest passes, so that the virtual door holds one up with one click.

`create_app` includes this router in the demo alone; in a real city it does not exist.
"""

from fastapi import APIRouter
from pydantic import BaseModel

from central.accounts.links import LinkPurpose, Links
from central.accounts.principals import Public, TheLinks
from central.booking import queries
from central.booking.models import Reservation
from central.booking.service import LINK_LIVES_AFTER
from central.dependencies import TheDatabase

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
def list_passes(database: TheDatabase, links: TheLinks) -> list[PassOffer]:
    """List the passes of the newest reservations that are certain."""
    with database.read() as session:
        found = queries.newest_confirmed(session, _MOST)
    return [_offer(one, links) for one in found]


def _offer(one: Reservation, links: Links) -> PassOffer:
    link = links.make(LinkPurpose.PASS, one.reference, one.ends_at + LINK_LIVES_AFTER)
    return PassOffer(
        label=f"{one.hall.name}, {one.local_start:%d/%m %H:%M}-{one.local_end:%H:%M}",
        png_url=f"/pass/{link}/pass.png",
    )
