"""Which halls exist for somebody."""

from datetime import datetime

from sqlalchemy.orm import Session

from central.accounts.capacities import ActingAs
from central.booking.rights_and_prices import usable_halls
from central.booking.times import to_wall
from central.booking.when import HOME
from central.halls.models import Hall
from central.halls.service import offered_halls


def offered_to(
    session: Session, acting: ActingAs | None, now: datetime, people: int = 1
) -> list[Hall]:
    """Return the halls on offer for so many people; of somebody known, only those they may ever book."""
    halls = offered_halls(session, people)
    if acting is None or acting.person is None:
        return halls
    usable = usable_halls(session, acting, to_wall(now, HOME).date())
    return [one for one in halls if one.id in usable]
