"""REST: tell about a use with its link; see as staff what many told."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from central.accounts.principals import HallManager
from central.accounts.roles import Role, Scope
from central.dependencies import Now, TheDatabase
from central.feedback import answers
from central.feedback.answers import Given
from central.feedback.defects import MOST_LETTERS
from central.feedback.models import RoomState
from central.feedback.room_state import Item, Moment
from central.feedback.trends import BEST, WORST, Direction, Month, Question, Trend
from central.feedback.uses import use_of
from central.feedback.who import KEEPERS, DefectKeeper, UseHolder
from central.halls.scope import check_hall
from central.halls.service import hall_of

router = APIRouter(prefix="/api/v1", tags=["feedback"])
Mark = Annotated[int, Field(ge=WORST, le=BEST)]


class FeedbackIn(BaseModel):
    """The form of the day after: marks from 1 to 5."""

    overall: Mark
    entering: Mark | None = None
    cleanliness: Mark | None = None
    equipment: Mark | None = None
    remark: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_LETTERS)] = ""

    def given(self) -> Given:
        """Return it as the service wants it."""
        marks = {asked: getattr(self, asked.value) for asked in Question}
        return Given({asked: mark for asked, mark in marks.items() if mark}, self.remark)


class StateIn(BaseModel):
    """How somebody found or left a hall."""

    items: dict[Item, bool]
    """Whether each is in order."""


class UseOut(BaseModel):
    """A use that its renter can tell about, and what was told already."""

    hall: str
    starts_at: datetime
    ends_at: datetime
    feedback: bool
    states: list[Moment]


class MonthOut(BaseModel):
    """The answers of one month."""

    month: date
    count: int
    average: float | None
    """Empty: too few answers to show without showing whose they are."""

    @classmethod
    def of(cls, month: Month) -> Self:
        """Return what is told of a month."""
        return cls(month=month.first, count=month.count, average=month.average)


class TrendOut(BaseModel):
    """What the answers of a year say of a hall."""

    count: int
    averages: dict[Question, float | None]
    direction: Direction
    months: list[MonthOut]
    remarks: list[str]

    @classmethod
    def of(cls, trend: Trend, remarks: list[str]) -> Self:
        """Return what is told of a trend."""
        return cls(
            count=trend.count,
            averages=dict(trend.averages),
            direction=trend.direction,
            months=[MonthOut.of(one) for one in trend.months],
            remarks=remarks,
        )


class StateOut(BaseModel):
    """How a hall was found or left."""

    reservation: str
    moment: Moment
    items: dict[str, bool]
    noted_at: datetime

    @classmethod
    def of(cls, state: RoomState) -> Self:
        """Return what is told of a state."""
        return cls(
            reservation=state.reservation.reference,
            moment=state.moment,
            items=state.items,
            noted_at=state.noted_at,
        )


@router.get("/uses/{link}")
def get_use(holder: UseHolder, database: TheDatabase, now: Now) -> UseOut:
    """Tell what a use was, and what was told about it already."""
    with database.read() as session:
        use = use_of(session, holder.subject, now)
        told = answers.told(session, use)
        return UseOut(
            hall=use.hall.name,
            starts_at=use.starts_at,
            ends_at=use.ends_at,
            feedback=told.feedback,
            states=sorted(told.states),
        )


@router.post("/uses/{link}/feedback", status_code=204)
def give_feedback(new: FeedbackIn, holder: UseHolder, database: TheDatabase, now: Now) -> None:
    """Answer the form of the day after; once."""
    with database.write() as session:
        answers.give(session, holder.subject, new.given(), now)


@router.post("/uses/{link}/states/{moment}", status_code=204)
def note_state(
    moment: Moment, new: StateIn, holder: UseHolder, database: TheDatabase, now: Now
) -> None:
    """Note how one found or left the hall; once for each."""
    with database.write() as session:
        answers.note_state(session, holder.subject, moment, new.items, now)


@router.get("/halls/{hall_id}/feedback")
def get_trend(hall_id: int, staff: HallManager, database: TheDatabase, now: Now) -> TrendOut:
    """Tell what the answers of a year say of a hall; never whose they are."""
    with database.read() as session:
        check_hall(session, staff, hall_id, Role.HALL_MANAGER)
        hall_of(session, hall_id)
        only = Scope(everything=False, halls=frozenset({hall_id}))
        ((_, trend),) = answers.trends(session, only, now)
        return TrendOut.of(trend, answers.remarks(session, hall_id, now))


@router.get("/halls/{hall_id}/states")
def list_states(hall_id: int, staff: DefectKeeper, database: TheDatabase) -> list[StateOut]:
    """List how a hall was found and left, the newest first, at most 30."""
    with database.read() as session:
        check_hall(session, staff, hall_id, *KEEPERS)
        hall_of(session, hall_id)
        return [StateOut.of(one) for one in answers.states(session, hall_id)]
