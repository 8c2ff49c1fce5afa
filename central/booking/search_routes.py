"""REST: halls for everybody, and when they are free; for who is logged in, only what they may ever book."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field, model_validator
from sqlalchemy.orm import Session

from central.accounts import organisations
from central.accounts.capacities import ActingAs, Capacity, picked
from central.accounts.principals import MaybeVisitor, Public
from central.accounts.visitors import Visitor
from central.booking import queries, search
from central.booking.catalogue import offer
from central.booking.offering import offered_to
from central.booking.rights_and_prices import check_shown
from central.booking.schemas import PeriodOut
from central.booking.search import Wanted
from central.booking.search_schemas import FoundOut
from central.booking.times import Period
from central.dependencies import Now, TheDatabase
from central.halls import service
from central.halls.schemas import HallOut

router = APIRouter(prefix="/api/v1", tags=["halls"])
_LOOKING_AROUND = Public("renters look around before they say who they are")


class SearchIn(BaseModel):
    """What is looked for; what is left out asks nothing."""

    people: int = Field(default=1, ge=1, le=100_000)
    seated: bool = False
    kind: str = Field(default="", max_length=40)
    having: list[str] = Field(default=[], max_length=100)
    """Codes of facilities and accessibility."""
    service: int | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    activity: str = Field(default="", max_length=40)
    who: str = Field(default="", max_length=40)
    """Code of a kind of organisation, of who is not logged in; left out: a private person."""
    recognised: bool = False
    postcode: str = Field(default="", max_length=10)
    page: int = Field(default=1, ge=1, le=100_000)

    @model_validator(mode="after")
    def _is_a_time_or_none(self) -> Self:
        if (self.starts_at is None) != (self.ends_at is None):
            message = "a time has a start and an end"
            raise ValueError(message)
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            message = "it must end after it starts"
            raise ValueError(message)
        return self

    def use(self) -> Period | None:
        """Return the time that is asked, if one is."""
        if self.starts_at is None or self.ends_at is None:
            return None
        return Period(self.starts_at, self.ends_at)

    def acting(self, session: Session) -> ActingAs:
        """Return as what somebody looks who is not logged in."""
        kinds = {one.code: one.capacity for one in organisations.kinds(session)}
        capacity = kinds.get(self.who)
        if capacity is None:
            return picked(Capacity.CITIZEN, postcode=self.postcode)
        is_recognised = self.recognised and capacity is Capacity.ASSOCIATION
        return picked(capacity, kind=self.who, is_recognised=is_recognised, postcode=self.postcode)


@router.get("/search", dependencies=[_LOOKING_AROUND])
def find_halls(
    asked: Annotated[SearchIn, Query()], database: TheDatabase, visitor: MaybeVisitor, now: Now
) -> FoundOut:
    """Find halls: with a time, whether each is free, for how much for this renter, or why not."""
    with database.read() as session:
        wanted = Wanted(
            asked.people,
            asked.seated,
            asked.kind,
            frozenset(asked.having),
            asked.service,
            asked.use(),
            visitor.acting if visitor else asked.acting(session),
            asked.activity,
        )
        return FoundOut.of(search.search(session, wanted, now, asked.page))


@router.get("/halls", dependencies=[_LOOKING_AROUND])
def list_halls(
    database: TheDatabase,
    visitor: MaybeVisitor,
    now: Now,
    people: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> list[HallOut]:
    """List the halls on offer for so many people."""
    with database.read() as session:
        halls = offered_to(session, _acting(visitor), now, people)
        return [HallOut.of(one) for one in halls]


@router.get("/halls/{hall_id}", dependencies=[_LOOKING_AROUND])
def get_hall(hall_id: int, database: TheDatabase, visitor: MaybeVisitor, now: Now) -> HallOut:
    """Tell about one hall."""
    with database.read() as session:
        check_shown(session, _acting(visitor), hall_id, now)
        return HallOut.of(service.hall_of(session, hall_id))


@router.get("/halls/{hall_id}/free", dependencies=[_LOOKING_AROUND])
def list_free(
    hall_id: int, day: date, database: TheDatabase, visitor: MaybeVisitor, now: Now
) -> list[PeriodOut]:
    """List when a hall is still free on a local day; a reservation fits into each as it is."""
    with database.read() as session:
        check_shown(session, _acting(visitor), hall_id, now)
        free = queries.free_on(session, offer(session, hall_id), day, now)
        return [PeriodOut.model_validate(one) for one in free]


def _acting(visitor: Visitor | None) -> ActingAs | None:
    return visitor.acting if visitor else None
