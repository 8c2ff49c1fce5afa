"""What the REST interface takes and gives of priorities, prices, extras and policies."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.priority import Effect, PriorityRule
from central.booking.rule_models import ActivityKind, ExtraRow
from central.booking.rules import ExtraData, Policy, RuleRow
from central.booking.when import PUBLIC_HOLIDAY, Ahead, Hours

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
Names = dict[Annotated[str, Field(max_length=2)], Annotated[str, Field(max_length=120)]]
Numbers = Annotated[list[int], Field(max_length=500)]
Codes = Annotated[list[Code], Field(max_length=50)]
Percent = Annotated[int, Field(ge=0, le=100)]
Cents = Annotated[int, Field(ge=0, le=100_000_000)]


class AheadIn(BaseModel):
    """A time before the day of use."""

    months: int = Field(default=0, ge=0, le=60)
    days: int = Field(default=0, ge=0, le=2000)
    working_days: int = Field(default=0, ge=0, le=500)

    def ahead(self) -> Ahead:
        """Return it as the rules want it."""
        return Ahead(self.months, self.days, self.working_days)


class HoursIn(BaseModel):
    """Hours of some weekdays."""

    weekdays: list[Annotated[int, Field(ge=0, le=PUBLIC_HOLIDAY)]] = Field(default=[], max_length=8)
    """0 is Monday, 7 a public holiday; empty: every day."""
    begins: int = Field(default=0, ge=0, lt=1440)
    """Minutes after local midnight."""
    ends: int = Field(default=1440, gt=0, le=2880)
    """Minutes after the same midnight."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.begins >= self.ends:
            message = "hours must end after they begin"
            raise ValueError(message)
        return self

    def hours(self) -> Hours:
        """Return it as the rules want it."""
        return Hours(frozenset(self.weekdays), self.begins, self.ends)


class _RuleIn(BaseModel):
    service: int | None = None
    """Of which city service; empty: of the city, about every hall."""
    halls: Numbers = []
    """Empty: all halls of the service."""
    groups: Numbers = []
    """Numbers of target groups."""
    activities: Codes = []
    hours: HoursIn = HoursIn()
    used_from: date | None = None
    used_until: date | None = None
    position: int = Field(default=0, ge=0, le=100_000)


class PriorityRuleIn(_RuleIn):
    """Who may book when."""

    effect: Effect
    opens: AheadIn | None = None
    closes: AheadIn | None = None
    asked_from: date | None = None
    asked_until: date | None = None

    def rule(self) -> PriorityRule:
        """Return it as the service wants it."""
        return PriorityRule(
            0,
            self.effect,
            frozenset(self.halls),
            frozenset(self.groups),
            frozenset(self.activities),
            self.hours.hours(),
            opens=None if self.opens is None else self.opens.ahead(),
            closes=None if self.closes is None else self.closes.ahead(),
            asked_from=self.asked_from,
            asked_until=self.asked_until,
            used_from=self.used_from,
            used_until=self.used_until,
            position=self.position,
        )


class PriceRuleIn(_RuleIn):
    """What a use costs."""

    unit: PriceUnit
    cents: Cents
    kind: LineKind = LineKind.RENT
    attendees_from: int = Field(default=0, ge=0)
    attendees_until: int | None = Field(default=None, ge=0)
    with_extras: Codes = []
    from_day: int = Field(default=1, ge=1, le=366)
    vat_percent: Percent = 0
    names: Names = {}

    @model_validator(mode="after")
    def _unit_and_kind_go_together(self) -> Self:
        if (self.unit is PriceUnit.PERCENT) != (self.kind is LineKind.DISCOUNT):
            message = "a discount is a percentage, and nothing else is"
            raise ValueError(message)
        if self.kind is LineKind.DISCOUNT and self.cents > 100:  # noqa: PLR2004 - percent
            message = "a discount is at most 100 percent"
            raise ValueError(message)
        if self.kind is LineKind.EXTRA:
            message = "extras have prices of their own"
            raise ValueError(message)
        return self

    def rule(self) -> PriceRule:
        """Return it as the service wants it."""
        return PriceRule(
            0,
            self.unit,
            self.cents,
            self.kind,
            frozenset(self.halls),
            frozenset(self.groups),
            frozenset(self.activities),
            self.hours.hours(),
            attendees_from=self.attendees_from,
            attendees_until=self.attendees_until,
            with_extras=frozenset(self.with_extras),
            from_day=self.from_day,
            used_from=self.used_from,
            used_until=self.used_until,
            vat_percent=self.vat_percent,
            names=self.names,
            position=self.position,
        )


class RuleOut(BaseModel):
    """A rule: only what it asks."""

    id: int
    service: int | None
    position: int
    version: int
    rule: dict[str, Any]

    @classmethod
    def of(cls, row: RuleRow) -> Self:
        """Return what is told of a rule."""
        return cls(
            id=row.id,
            service=row.service_id,
            position=row.position,
            version=row.version,
            rule=row.content,
        )


class ExtraIn(BaseModel):
    """Something that can be had with a hall."""

    service: int | None = None
    code: Code
    names: Names
    unit: PriceUnit
    cents: Cents
    halls: Numbers = []
    vat_percent: Percent = 21
    stock: int | None = Field(default=None, ge=0, le=1_000_000)
    lead_working_days: int = Field(default=0, ge=0, le=250)
    position: int = 0
    is_offered: bool = True

    @model_validator(mode="after")
    def _can_be_counted(self) -> Self:
        if self.unit not in {PriceUnit.PIECE, PriceUnit.HOUR, PriceUnit.PERSON, PriceUnit.USE}:
            message = "an extra costs so much a piece, hour, person or use"
            raise ValueError(message)
        return self

    def data(self) -> ExtraData:
        """Return it as the service wants it."""
        given = self.model_dump(exclude={"service", "halls"})
        return ExtraData(**given, service_id=self.service, halls=tuple(self.halls))


class ExtraOut(BaseModel):
    """An extra as everybody sees it."""

    id: int
    service: int | None
    code: str
    names: dict[str, str]
    halls: list[int]
    unit: PriceUnit
    cents: int
    vat_percent: int
    stock: int | None
    lead_working_days: int
    is_offered: bool

    @classmethod
    def of(cls, row: ExtraRow) -> Self:
        """Return what is told of an extra."""
        names = [name for name in cls.model_fields if name != "service"]
        return cls(service=row.service_id, **{name: getattr(row, name) for name in names})


class ActivityIn(BaseModel):
    """How a kind of activity is called."""

    names: Names


class ActivityOut(BaseModel):
    """A kind of activity."""

    code: str
    names: dict[str, str]

    @classmethod
    def of(cls, row: ActivityKind) -> Self:
        """Return what is told of a kind of activity."""
        return cls(code=row.code, names=row.names)


class PolicyForm(BaseModel):
    """How a city service handles reservations."""

    pays_first: bool = True
    approval_working_days: int = Field(default=5, ge=1, le=60)
    refunds: list[tuple[Annotated[int, Field(ge=0, le=250)], Percent]] = Field(
        default=[], max_length=10
    )
    """Pairs of working days before the day of use, and percent given back."""

    def policy(self) -> Policy:
        """Return it as the service wants it."""
        return Policy(self.pays_first, self.approval_working_days, tuple(self.refunds))

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """Return what is told of a policy."""
        return cls(
            pays_first=policy.pays_first,
            approval_working_days=policy.approval_working_days,
            refunds=list(policy.refunds),
        )
