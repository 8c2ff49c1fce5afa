"""Number, keep and find signed documents. Never commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, case, insert, select, update
from sqlalchemy.orm import Session

from central.database import insert_into
from central.documents.models import DocumentNumber, SignedDocument
from central.events import DocumentSigned
from central.outbox.service import announce
from contracts.documents import BodyT, DocumentType, Envelope, payload_of


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document that was signed a moment ago."""

    kind: DocumentType
    audience: str
    number: int
    raw: bytes
    digest: str
    site_id: int | None
    verify_until: int | None


def next_number(session: Session, kind: DocumentType, audience: str, at_least: int = 1) -> int:
    """Return the next number, and keep everybody else from taking one until this commits.

    Take it *before* reading what the document will say: then nobody can sign an older state under
    a higher number.

    Args:
        session: writing.
        kind: of the document.
        audience: of the document.
        at_least: the lowest number that will do (after a restore: above what doors hold).

    """
    first = insert_into(session, DocumentNumber).values(
        kind=kind, audience=audience, number=at_least
    )
    following = DocumentNumber.number + 1
    statement = first.on_conflict_do_update(
        index_elements=["kind", "audience"],
        set_={"number": case((following < at_least, at_least), else_=following)},
    ).returning(DocumentNumber.number)
    return int(session.execute(statement).scalar_one())


def keep(session: Session, new: NewDocument, now: datetime) -> None:
    """Store a document, put it in force and announce it, so that it is published."""
    session.execute(
        insert(SignedDocument).values(
            kind=new.kind,
            audience=new.audience,
            number=new.number,
            site_id=new.site_id,
            raw=new.raw,
            digest=new.digest,
            verify_until=new.verify_until,
            created_at=now,
        )
    )
    session.execute(
        update(DocumentNumber)
        .where(DocumentNumber.kind == new.kind, DocumentNumber.audience == new.audience)
        .values(in_force=new.number)
    )
    announce(session, DocumentSigned(new.kind.value, new.audience, new.number), now)


def number_in_force(session: Session, kind: DocumentType, audience: str) -> int | None:
    """Return the number of the document in force, if there is one."""
    return session.scalar(
        select(DocumentNumber.in_force).where(
            DocumentNumber.kind == kind, DocumentNumber.audience == audience
        )
    )


def numbers_in_force(session: Session, audiences: Iterable[str]) -> dict[DocumentType, int]:
    """Return the number of every document in force for some audiences, by its type."""
    rows = session.execute(
        select(DocumentNumber.kind, DocumentNumber.in_force).where(
            DocumentNumber.audience.in_(list(audiences)), DocumentNumber.in_force.is_not(None)
        )
    )
    return {kind: number for kind, number in rows if number is not None}


def current(session: Session, kind: DocumentType, audience: str) -> SignedDocument | None:
    """Return the document in force, if there is one."""
    return session.scalar(
        _in_force().where(SignedDocument.kind == kind, SignedDocument.audience == audience)
    )


def current_for(session: Session, audiences: Iterable[str]) -> Sequence[SignedDocument]:
    """Return every document in force for some audiences."""
    return session.scalars(_in_force().where(DocumentNumber.audience.in_(list(audiences)))).all()


def current_of_site(session: Session, kind: DocumentType, site: int) -> Sequence[SignedDocument]:
    """Return the documents of one type in force at one site."""
    return session.scalars(
        _in_force().where(SignedDocument.kind == kind, SignedDocument.site_id == site)
    ).all()


def all_of(session: Session, kind: DocumentType, audience: str) -> Sequence[SignedDocument]:
    """Return every document there ever was of a type and audience, in the order of numbers."""
    return session.scalars(
        select(SignedDocument)
        .where(SignedDocument.kind == kind, SignedDocument.audience == audience)
        .order_by(SignedDocument.number)
    ).all()


def _in_force() -> Select[SignedDocument]:
    return select(SignedDocument).join(
        DocumentNumber,
        and_(
            DocumentNumber.kind == SignedDocument.kind,
            DocumentNumber.audience == SignedDocument.audience,
            DocumentNumber.in_force == SignedDocument.number,
        ),
    )


def body_of(raw: bytes, model: type[BodyT]) -> BodyT:
    """Return the body of a document that we signed ourselves."""
    return model.read(Envelope.parse(payload_of(raw)).body)
