"""The tables of what city services decide: priorities, prices, extras, activities, and how they work."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from central.booking.price_rules import LineKind, PriceUnit
from central.database import Base, BigId, words_of


class ActivityKind(Base):
    """What a hall is used for, as far as rules and prices tell it apart: meeting, party, sport."""

    __tablename__ = "activity_kind"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Rules name it; never given another meaning."""
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    """By language; Dutch at least."""
    position: Mapped[int] = mapped_column(default=0)
    is_offered: Mapped[bool] = mapped_column(default=True)


class PriorityRuleRow(Base):
    """Who may book when. Of one city service it is about its halls only; of none about all."""

    __tablename__ = "priority_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int | None] = mapped_column(
        ForeignKey("city_service.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    """Lower is read first."""
    version: Mapped[int] = mapped_column(default=1)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The fields of `priority.PriorityRule`, beside number and position."""


class PriceRuleRow(Base):
    """What a use costs. Of one city service it is about its halls only; of none about all."""

    __tablename__ = "price_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int | None] = mapped_column(
        ForeignKey("city_service.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    """Goes up with each change; frozen lines name it."""
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The fields of `price_rules.PriceRule`, beside number, position and version."""


class ExtraRow(Base):
    """Something that can be had with a hall: chairs, a beamer, coffee, cleaning."""

    __tablename__ = "extra"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int | None] = mapped_column(
        ForeignKey("city_service.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    halls: Mapped[list[int]] = mapped_column(JSON, default=list)
    """With which halls; empty: with all of the service."""
    unit: Mapped[PriceUnit] = mapped_column(words_of(PriceUnit))
    cents: Mapped[int]
    vat_percent: Mapped[int] = mapped_column(default=21)
    stock: Mapped[int | None]
    """How many there are at one time; empty: no limit."""
    lead_working_days: Mapped[int] = mapped_column(default=0)
    """It is ordered at least this many working days before the day of use."""
    position: Mapped[int] = mapped_column(default=0)
    is_offered: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        CheckConstraint("cents >= 0", "price_is_not_negative"),
        CheckConstraint("stock >= 0", "stock_is_not_negative"),
    )


class ServicePolicy(Base):
    """How a city service handles reservations; without a row the usual."""

    __tablename__ = "service_policy"

    service_id: Mapped[int] = mapped_column(
        ForeignKey("city_service.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    pays_first: Mapped[bool] = mapped_column(default=True)
    """Nothing is certain before the money is booked; else the service sends a bill."""
    approval_working_days: Mapped[int] = mapped_column(default=5)
    """Within how many it answers a request."""
    refunds: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    """Pairs of working days before the day of use and percent given back, most days first."""


class PriceLineRow(Base):
    """A line of a price, frozen with all that it came from when the time was chosen."""

    __tablename__ = "price_line"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reservation_id: Mapped[int] = mapped_column(
        ForeignKey("reservation.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    kind: Mapped[LineKind] = mapped_column(words_of(LineKind))
    unit: Mapped[PriceUnit] = mapped_column(words_of(PriceUnit))
    quantity: Mapped[int]
    unit_cents: Mapped[int]
    cents: Mapped[int]
    vat_percent: Mapped[int]
    rule_id: Mapped[int | None]
    """Of `price_rule`, which may be gone."""
    rule_version: Mapped[int]
    extra: Mapped[str] = mapped_column(String(40))
    """Code; empty for anything else."""
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    """As they were then."""
    day: Mapped[str] = mapped_column(String(10))
    """Local day in ISO form; empty where a line has none."""


class ReservationExtra(Base):
    """How many of an extra go with a reservation."""

    __tablename__ = "reservation_extra"

    reservation_id: Mapped[int] = mapped_column(
        ForeignKey("reservation.id", ondelete="CASCADE"), primary_key=True
    )
    extra_id: Mapped[int] = mapped_column(ForeignKey("extra.id"), primary_key=True, index=True)
    count: Mapped[int]


class Handling(Base):
    """A reservation that somebody of the service decides about."""

    __tablename__ = "reservation_handling"

    reservation_id: Mapped[int] = mapped_column(
        ForeignKey("reservation.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    rule_id: Mapped[int | None]
    """Of `priority_rule`: why it is not certain at once."""
    asked_at: Mapped[datetime | None]
    """When the renter sent it; empty: still choosing."""
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """Until when the service answers."""
    reminded_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    reason: Mapped[str] = mapped_column(String(500), default="", server_default=text("''"))
    """What the renter is told with a refusal."""
