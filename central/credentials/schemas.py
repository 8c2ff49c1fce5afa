"""What the REST interface of passes takes and gives. A pass's text is never in a list."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from central.credentials.models import Credential, CredentialState
from central.credentials.validity import Entitlement, language_of
from central.halls.service import mask_of
from contracts.credential import Kind
from contracts.moments import minute_of, moment_of

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=400)]


class ReasonIn(BaseModel):
    """Why it is done; it stands in the audit trail."""

    reason: Reason


class _ByHand(BaseModel):
    site: int
    areas: list[Annotated[int, Field(ge=0, le=31)]] = Field(min_length=1, max_length=32)
    """Bits of areas of the site."""
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    repeats: int = Field(default=0, ge=0, le=255)
    """Weeks after the first."""
    pattern: int = Field(default=0, ge=0, le=255)
    """Bits 0-6 Monday to Sunday, bit 7 every second week."""
    uses: int = Field(default=0, ge=0, le=255)
    """How often it opens in all; 0 is any number; more than 0 needs exactly one area."""
    label: str = Field(default="", max_length=120)
    """What it is for; no name of a person."""
    language: Literal["nl", "fr", "en", "de", "site"] = "site"
    accessible: bool = False
    may_hold_open: bool = False

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if minute_of(self.starts_at) >= minute_of(self.ends_at) or minute_of(self.starts_at) < 0:
            message = "it must end at least a minute after it starts, and start after 2024"
            raise ValueError(message)
        return self

    def _entitlement(self, kind: Kind) -> Entitlement:
        start, end = minute_of(self.starts_at), minute_of(self.ends_at)
        return Entitlement(
            kind=kind,
            site=self.site,
            areas=mask_of(self.areas),
            valid_from=start,
            duration=end - start,
            repeats=self.repeats,
            pattern=self.pattern,
            uses=self.uses,
            language=language_of(self.language),
            accessible=self.accessible,
            may_hold_open=self.may_hold_open,
        )


class PassIn(_ByHand):
    """A pass to make by hand. Renters get theirs by booking."""

    kind: Literal["crew", "staff"]

    def entitlement(self) -> Entitlement:
        """Return it as the service wants it."""
        return self._entitlement(Kind[self.kind.upper()])


class EmergencyPassIn(_ByHand):
    """A pass for who comes to help; it also opens in a lock-down."""

    def entitlement(self) -> Entitlement:
        """Return it as the service wants it."""
        return self._entitlement(Kind.EMERGENCY)


class PassOut(BaseModel):
    """A pass, without what would open a door."""

    id: str
    grant: int
    issue: int
    kind: str
    site: int
    areas: int
    """Mask, as it holds now."""
    opens_at: datetime
    closes_at: datetime
    """Of the first window, as it holds now."""
    uses: int
    label: str
    state: CredentialState
    is_cancelled: bool
    created_at: datetime
    revoked_at: datetime | None
    reason: str

    @classmethod
    def of(cls, one: Credential) -> Self:
        """Return a pass whose grant is loaded."""
        grant = one.grant
        return cls(
            id=one.id,
            grant=grant.id,
            issue=one.issue,
            kind=grant.kind.name.lower(),
            site=one.site_id,
            areas=grant.areas,
            opens_at=moment_of(grant.valid_from),
            closes_at=moment_of(grant.valid_from + grant.duration),
            uses=grant.uses,
            label=grant.label,
            state=one.state,
            is_cancelled=grant.state != "active",
            created_at=one.created_at,
            revoked_at=one.revoked_at,
            reason=one.reason,
        )


class NewPassOut(PassOut):
    """A pass that was made just now, with the text of its QR code. Whoever has it can enter."""

    text: str


class RevokedOut(BaseModel):
    """What a revocation led to."""

    site: int
    list: int
    """Number of the site's list that says so; a door that holds it, or a higher one, has heard."""
