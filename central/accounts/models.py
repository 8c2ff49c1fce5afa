"""The tables of people, organisations, who may act for them, and of what is tried too often."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from central.accounts.capacities import Capacity, Source
from central.database import Base, BigId, words_of


class Person(Base):
    """Somebody who rents."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case."""
    name: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(2), default="nl")
    phone: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    address: Mapped[str] = mapped_column(String(240), default="", server_default=text("''"))
    """Street and number; empty as long as nothing needs it."""
    postcode: Mapped[str] = mapped_column(String(10), default="", server_default=text("''"))
    """Of the residence: some tariffs are for who lives in the city."""
    residence_source: Mapped[Source] = mapped_column(
        words_of(Source), default=Source.DECLARED, server_default=Source.DECLARED.value
    )
    residence_checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    email_proven_at: Mapped[datetime | None]
    """When somebody last showed to read this mailbox; empty: only typed, perhaps by another."""


class PersonIdentity(Base):
    """By what an outside identity provider knows a person. Never given to another person."""

    __tablename__ = "person_identity"

    issuer: Mapped[str] = mapped_column(String(200), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    linked_at: Mapped[datetime]
    used_at: Mapped[datetime]


class OrganisationKind(Base):
    """A kind of organisation that the city tells apart: youth, sport, ... Edited by the city."""

    __tablename__ = "organisation_kind"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Rules name it; never given another meaning."""
    capacity: Mapped[Capacity] = mapped_column(words_of(Capacity))
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    """By language; Dutch at least."""
    position: Mapped[int] = mapped_column(default=0)
    is_offered: Mapped[bool] = mapped_column(default=True)
    """Whether a new organisation may be of this kind."""


class Organisation(Base):
    """An association, company or city service that rents."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    register_number: Mapped[str | None] = mapped_column(String(20), unique=True)
    """Of the register of associations (V0001001) or of companies (0428315871), without dots."""
    name: Mapped[str] = mapped_column(String(160))
    kind_code: Mapped[str] = mapped_column(ForeignKey("organisation_kind.code"), index=True)
    address: Mapped[str] = mapped_column(String(240), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    """Of the seat."""
    recognised_until: Mapped[date | None]
    """Last day of the city's recognition; empty: not recognised."""
    source: Mapped[Source] = mapped_column(words_of(Source))
    """Where kind, seat and recognition come from."""
    checked_at: Mapped[datetime | None]
    """When they last came from there."""
    created_at: Mapped[datetime]

    kind: Mapped[OrganisationKind] = relationship(lazy="joined", innerjoin=True)


class Mandate(Base):
    """A person may act for an organisation."""

    __tablename__ = "mandate"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    """Last day; empty: until somebody ends it."""
    source: Mapped[Source] = mapped_column(words_of(Source))
    given_by: Mapped[str] = mapped_column(String(60))
    """`person:3` or `staff:7`."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(60), default="")

    person: Mapped[Person] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")


class CityService(Base):
    """A department of the city: it owns halls, sets its rules, has its own staff."""

    __tablename__ = "city_service"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    """What renters write and call to; empty: the city's own."""
    is_active: Mapped[bool] = mapped_column(default=True)


class TargetGroupRow(Base):
    """A group of renters that rules and prices name: youth associations, residents, others."""

    __tablename__ = "target_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    """By language; Dutch at least."""
    position: Mapped[int] = mapped_column(default=0)
    """The order in which people see them."""


class TargetGroupRuleRow(Base):
    """Who belongs to a target group, from one day to another; the first rule that fits decides."""

    __tablename__ = "target_group_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(
        ForeignKey("target_group.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    """Lower first."""
    conditions: Mapped[dict[str, object]] = mapped_column(JSON)
    """The fields of `target_groups.Conditions`."""
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    """Days of use for which it counts; empty: no limit."""

    group: Mapped[TargetGroupRow] = relationship(lazy="joined", innerjoin=True)


class LogInRequest(Base):
    """Somebody is logging in: asked, and not yet proven. Gone soon after it ends."""

    __tablename__ = "log_in_request"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    """`email`, or the name of an identity provider."""
    browser: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of what the cookie of the browser that asked holds: nobody else can finish."""
    email: Mapped[str] = mapped_column(String(254), default="")
    link: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of what the link in the mail holds."""
    code: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Keyed hash of the six digits in the mail."""
    tries: Mapped[int] = mapped_column(default=0)
    """How many codes were tried."""
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    """Who is logged in and asked to link an identity, or to change the address; empty: somebody logs in."""
    remembered: Mapped[str] = mapped_column(String(4000), default="")
    """What an identity provider wants back (nonce, verifier); with `email` the identity, sealed, that
    is linked once the mailbox is proven."""
    then: Mapped[str] = mapped_column(String(8000))
    """Path and query to go on with."""
    stays: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class RenterSession(Base):
    """A browser in which a person is logged in, and in what capacity."""

    __tablename__ = "renter_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of what the cookie holds: reading this table lets nobody in."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """For whom one acts; empty: for oneself. Counts only while the mandate does."""
    provider: Mapped[str] = mapped_column(String(40))
    device: Mapped[str] = mapped_column(String(80))
    """In words, so that one recognises it: "Firefox, Windows"."""
    stays: Mapped[bool]
    """Whether it outlives the browser's window."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Attempt(Base):
    """Something that may be tried only so often: a log-in, an anonymous hold."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Keyed hash of what was tried by whom: no address or e-mail stands here."""
    at: Mapped[datetime]

    __table_args__ = (Index("ix_attempt_subject_at", "subject", "at"),)
