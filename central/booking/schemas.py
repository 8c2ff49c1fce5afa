"""What the REST interface of booking takes and gives."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from central.accounts.people import Renter
from central.booking.models import Order, Reservation
from central.booking.price_rules import LineKind, PriceUnit
from central.booking.reservation import ENDED, State
from central.booking.rule_models import PriceLineRow
from central.booking.times import Period
from central.booking.wishes import Wish

Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"
    ),
]


class RenterIn(BaseModel):
    """Who wants to rent."""

    email: Email
    name: str = Field(default="", max_length=120)
    language: Literal["nl", "fr", "en", "de"] = "nl"

    def renter(self) -> Renter:
        """Return it as the service wants it."""
        return Renter(self.email, self.name, self.language)


class PeriodIn(BaseModel):
    """From when until when, with the offset from UTC, so that it is one moment in any night."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.starts_at >= self.ends_at:
            message = "it must end after it starts"
            raise ValueError(message)
        return self

    @property
    def period(self) -> Period:
        """The same as a value."""
        return Period(self.starts_at, self.ends_at)


class PeriodOut(BaseModel):
    """A time in which a hall is free."""

    model_config = ConfigDict(from_attributes=True)
    start: datetime
    end: datetime


class WishIn(PeriodIn):
    """One hall for one period."""

    hall: int
    attendees: int = Field(ge=1, le=100_000)
    purpose: str = Field(default="", max_length=200)
    accessible: bool = False
    """Doors stay released longer and may stay open longer. No reason is asked."""
    activity: str = Field(default="", max_length=40)
    """Code of a kind of activity."""
    extras: dict[str, Annotated[int, Field(ge=0, le=100_000)]] = Field(default={}, max_length=50)
    """How many, by code."""

    def wish(self) -> Wish:
        """Return it as the service wants it."""
        extras = tuple(self.extras.items())
        return Wish(
            self.hall,
            self.period,
            self.attendees,
            self.purpose,
            self.accessible,
            self.activity,
            extras,
        )


class OrderIn(BaseModel):
    """One or more halls and times, all or none."""

    renter: RenterIn
    reservations: list[WishIn] = Field(min_length=1, max_length=20)


class ConfirmIn(BaseModel):
    """What the renter agrees to."""

    terms: int | None = None
    """Version of the terms that the renter read and accepts."""


class MoveIn(PeriodIn):
    """A new time, and perhaps a new hall."""

    hall: int | None = None

    def wish(self, moved: Reservation) -> Wish:
        """Return it with what stays as it was."""
        hall = moved.hall_id if self.hall is None else self.hall
        return Wish(hall, self.period, moved.attendees, moved.purpose, moved.accessible)


class CancelIn(BaseModel):
    """Why it is cancelled."""

    reason: str = Field(default="", max_length=500)


class ReservationOut(BaseModel):
    """A hall for a period, by somebody, with a state."""

    model_config = ConfigDict(from_attributes=True)
    reference: str
    hall_id: int
    state: State
    starts_at: datetime
    ends_at: datetime
    zone: str
    local_start: datetime
    """What the clock on the wall shows."""
    local_end: datetime
    hold_expires_at: datetime | None
    attendees: int
    purpose: str
    cents: int
    deposit_cents: int
    accessible: bool
    activity: str


class PriceLineOut(BaseModel):
    """One amount of a price, with what it came from."""

    model_config = ConfigDict(from_attributes=True)
    kind: LineKind
    unit: PriceUnit
    quantity: int
    unit_cents: int
    cents: int
    vat_percent: int
    rule_id: int | None
    rule_version: int
    extra: str
    names: dict[str, str]
    day: str


class PricedReservationOut(ReservationOut):
    """A reservation with the lines of its price, frozen when the time was chosen."""

    lines: list[PriceLineOut]


class CancellationOut(BaseModel):
    """What comes back when a reservation is cancelled now."""

    model_config = ConfigDict(from_attributes=True)
    percent: int
    cents: int
    until: date | None
    """Last day on which it stays this much."""


class DeskReservationOut(ReservationOut):
    """A reservation as staff see it."""

    order: str
    renter_email: str
    renter_name: str

    @classmethod
    def of(cls, one: Reservation) -> Self:
        """Return what staff are told."""
        return cls(
            **ReservationOut.model_validate(one).model_dump(),
            order=one.order.reference,
            renter_email=one.order.person.email,
            renter_name=one.order.person.name,
        )


class OrderOut(BaseModel):
    """A checkout with its reservations."""

    reference: str
    reservations: list[PricedReservationOut]
    cents: int
    """The sum of what is not denied, cancelled or expired."""
    deposit_cents: int
    terms: int | None
    """Version of the terms that is still to be accepted; their text stands on the order's page `/terms`."""

    @classmethod
    def of(
        cls, order: Order, lines: Mapping[int, Sequence[PriceLineRow]], terms: int | None
    ) -> Self:
        """Return what is told of an order."""
        live = [one for one in order.reservations if one.state not in ENDED]
        return cls(
            reference=order.reference,
            reservations=[
                PricedReservationOut(
                    **ReservationOut.model_validate(one).model_dump(),
                    lines=[PriceLineOut.model_validate(line) for line in lines.get(one.id, ())],
                )
                for one in order.reservations
            ],
            cents=sum(one.cents for one in live),
            deposit_cents=sum(one.deposit_cents for one in live),
            terms=terms,
        )


class NewOrderOut(OrderOut):
    """An order, and the link that acts for its renter."""

    link: str


class ClosureIn(PeriodIn):
    """A time in which halls cannot be used."""

    halls: list[int] = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=200)
    """Renters read it."""


class ClosureOut(BaseModel):
    """A time in which spaces cannot be used."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    reason: str
    starts_at: datetime
    ends_at: datetime
