"""What the REST interface of defects takes and gives."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from central.booking.schemas import Email
from central.feedback.defect import Kind, State, Transition
from central.feedback.defects import MOST_LETTERS, Report
from central.feedback.models import Defect, DefectChange, Source

Told = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_LETTERS)
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_LETTERS)]


class DefectIn(BaseModel):
    """A defect, as somebody who stands before it tells it."""

    kind: Kind = Kind.OTHER
    description: Told
    is_urgent: bool = False
    """Somebody must come at once."""
    email: Email | None = None
    """Where to tell what happens with it; the renter of a reservation is told anyway."""
    language: Annotated[str, StringConstraints(pattern="^(nl|fr|en|de)$")] = "nl"

    def report(self) -> Report:
        """Return it as the service wants it."""
        return Report(self.kind, self.description, self.language, self.is_urgent, self.email or "")


class StaffDefectIn(DefectIn):
    """A defect that somebody of staff found."""

    hall: int


class ChangeOut(BaseModel):
    """What happened with a defect; never by whom."""

    transition: Transition
    at: datetime
    public_note: str

    @classmethod
    def of(cls, change: DefectChange) -> Self:
        """Return what a reporter is told of a change."""
        return cls(transition=change.transition, at=change.at, public_note=change.public_note)


class ReportOut(BaseModel):
    """A defect as its reporter sees it."""

    reference: str
    hall: str
    kind: Kind
    description: str
    is_urgent: bool
    state: State
    public_note: str
    photos: int
    """How many there are; number 1 is the first."""
    reported_at: datetime
    changes: list[ChangeOut]

    @classmethod
    def of(cls, defect: Defect) -> Self:
        """Return what a reporter sees."""
        return cls(
            hall=defect.hall.name,
            photos=len(defect.photos),
            changes=[ChangeOut.of(one) for one in defect.changes],
            **{
                name: getattr(defect, name)
                for name in (
                    "reference", "kind", "description", "is_urgent", "state", "public_note",
                    "reported_at",
                )
            },
        )  # fmt: skip


class NewReportOut(ReportOut):
    """A defect just reported, and the link to see what happens with it."""

    link: str


class DefectOut(ReportOut):
    """A defect as staff see it; who reported it is not told."""

    hall_id: int
    source: Source
    reservation: str | None
    closed_until: datetime | None
    changed_at: datetime

    @classmethod
    def seen_by_staff(cls, defect: Defect, closed_until: datetime | None) -> Self:
        """Return what staff see."""
        return cls(
            **ReportOut.of(defect).model_dump(),
            hall_id=defect.hall_id,
            source=defect.source,
            reservation=defect.reservation.reference if defect.reservation else None,
            closed_until=closed_until,
            changed_at=defect.changed_at,
        )


class DefectChangeIn(BaseModel):
    """What is to happen with a defect."""

    transition: Transition
    note: Note = ""
    """What the reporter reads."""


class HallClosureIn(BaseModel):
    """Until when the hall is closed, and what renters read about it."""

    until: AwareDatetime
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = Field(
        default="Herstelling", min_length=1
    )
