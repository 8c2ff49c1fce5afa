"""The terms that a renter accepts: versions that never change, and who accepted which. Never commits."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from central.audit.service import record
from central.database import Base, insert_into
from central.errors import CentralError


class TermsOpen(CentralError):
    """The terms that count now are not accepted yet."""

    status = HTTPStatus.CONFLICT
    code = "terms_open"
    sentence = "Accept the terms first: version {version}."


class Terms(Base):
    """A version of the terms; the newest counts for who books from then on."""

    __tablename__ = "terms"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    """By language; Dutch at least."""
    created_at: Mapped[datetime]


class TermsAccepted(Base):
    """Which version somebody accepted for an order."""

    __tablename__ = "terms_accepted"

    order_id: Mapped[int] = mapped_column(
        ForeignKey("booking_order.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(
        ForeignKey("terms.version"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    """Who did it: the renter, or somebody of staff for the renter."""
    language: Mapped[str] = mapped_column(String(2))
    """In which the text was read."""


def newest(session: Session) -> Terms | None:
    """Return the terms that count now; None when the city has none."""
    return session.scalar(select(Terms).order_by(Terms.version.desc()).limit(1))


def put(session: Session, texts: Mapping[str, str], actor: str, now: datetime) -> Terms:
    """Write a new version."""
    last = newest(session)
    terms = Terms(version=last.version + 1 if last else 1, texts=dict(texts), created_at=now)
    session.add(terms)
    session.flush()
    record(session, actor, "terms.set", f"terms:{terms.version}", now, after={"texts": dict(texts)})
    return terms


def accept(
    session: Session, order_id: int, version: int, language: str, actor: str, now: datetime
) -> None:
    """Write down that a version was accepted; once is enough."""
    session.execute(
        insert_into(session, TermsAccepted)
        .values(order_id=order_id, version=version, at=now, actor=actor, language=language)
        .on_conflict_do_nothing(index_elements=[TermsAccepted.order_id, TermsAccepted.version])
    )


def accepted(session: Session, order_id: int) -> TermsAccepted | None:
    """Return the newest acceptance of an order."""
    mine = select(TermsAccepted).where(TermsAccepted.order_id == order_id)
    return session.scalar(mine.order_by(TermsAccepted.version.desc()).limit(1))


def are_open(session: Session, order_id: int) -> bool:
    """Tell whether terms count that the order has not accepted."""
    return still_open(session, order_id) is not None


def still_open(session: Session, order_id: int) -> int | None:
    """Return the version that counts and that the order has not accepted."""
    terms = newest(session)
    done = accepted(session, order_id)
    is_open = terms is not None and (done is None or done.version < terms.version)
    return terms.version if terms is not None and is_open else None


def check_accepted(session: Session, order_id: int) -> None:
    """Check that the order has accepted the terms that count.

    Raises:
        TermsOpen: it has not.

    """
    version = still_open(session, order_id)
    if version is not None:
        raise TermsOpen(version=version)
