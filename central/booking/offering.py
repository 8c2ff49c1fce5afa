"""Which halls exist for somebody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts.capacities import ActingAs
from central.booking.rights_and_prices import usable_halls
from central.booking.times import to_wall
from central.booking.when import HOME
from central.halls.models import Hall, Site
from central.halls.service import offered_halls


@dataclass(frozen=True, slots=True)
class Choice:
    """As much of a hall as a list of halls to choose from says; there may be a thousand."""

    id: int
    name: str
    capacity: int
    zone: str


def choices_for(session: Session, acting: ActingAs | None, now: datetime) -> list[Choice]:
    """Return the halls on offer by name; of somebody known, only those they may ever book."""
    columns = (Hall.id, Hall.name, Hall.capacity, Site.zone)
    wanted = select(*columns).join(Site, Site.id == Hall.site_id).where(Hall.is_offered)
    found = [Choice(*row) for row in session.execute(wanted.order_by(Hall.name))]
    if acting is None or acting.person is None:
        return found
    usable = usable_halls(session, acting, to_wall(now, HOME).date())
    return [one for one in found if one.id in usable]


def offered_to(
    session: Session, acting: ActingAs | None, now: datetime, people: int = 1
) -> list[Hall]:
    """Return the halls on offer for so many people; of somebody known, only those they may ever book."""
    halls = offered_halls(session, people)
    if acting is None or acting.person is None:
        return halls
    usable = usable_halls(session, acting, to_wall(now, HOME).date())
    return [one for one in halls if one.id in usable]
