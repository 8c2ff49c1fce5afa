"""Who may act for which organisation: given, confirmed, ended. Never commits."""

from collections.abc import Sequence
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from central.accounts.acting import counts_on
from central.accounts.capacities import ActingAs, Source
from central.accounts.models import Mandate, Organisation, Person
from central.audit.service import record
from central.errors import CentralError, NotFound


class NoMandate(CentralError):
    """The person may not speak for this organisation."""

    status = HTTPStatus.FORBIDDEN
    code = "no_mandate"
    sentence = "You do not act for this organisation. Somebody who does can give you access."


def give(
    session: Session,
    person_id: int,
    organisation_id: int,
    source: Source,
    actor: str,
    now: datetime,
    *,
    until: date | None = None,
) -> Mandate:
    """Let a person act for an organisation; what the same person had of it is kept or made better.

    Args:
        session: where it is written.
        person_id: who may act.
        organisation_id: for whom.
        source: who vouches for it.
        actor: who gives it, as the audit names people.
        now: from when.
        until: the last day; None: until somebody ends it.

    Raises:
        NotFound: there is no such organisation.

    """
    mandate = _current(session, person_id, organisation_id, now.date())
    if mandate is not None and (mandate.source.is_proof or not source.is_proof):
        return mandate
    if mandate is None:
        mandate = Mandate(
            person_id=person_id,
            organisation_id=organisation_id,
            valid_from=now.date(),
            created_at=now,
        )
        session.add(mandate)
    mandate.source, mandate.given_by, mandate.valid_until = source, actor, until
    session.flush()
    _recorded(session, actor, "mandate.given", mandate, now)
    return mandate


def source_given_by(giver: ActingAs) -> Source:
    """Return what a mandate is worth that somebody gives: never more than one's own."""
    return Source.HOLDER if giver.source.is_proof else Source.DECLARED


def confirm(session: Session, mandate_id: int, actor: str, now: datetime) -> Mandate:
    """Let staff vouch for a mandate that was only declared.

    Raises:
        NotFound: there is none that counts.

    """
    mandate = _open(session, mandate_id)
    mandate.source = Source.CITY_LIST
    session.flush()
    _recorded(session, actor, "mandate.confirmed", mandate, now)
    return mandate


def end(session: Session, mandate_id: int, actor: str, now: datetime) -> Mandate:
    """End a mandate at once.

    Raises:
        NotFound: there is none that counts.

    """
    mandate = _open(session, mandate_id)
    mandate.ended_at, mandate.ended_by = now, actor
    session.flush()
    _recorded(session, actor, "mandate.ended", mandate, now)
    return mandate


def holders(session: Session, organisation_id: int, today: date) -> Sequence[Mandate]:
    """Return who may act for an organisation today, each with the person."""
    return session.scalars(
        select(Mandate)
        .join(Mandate.person)
        .options(contains_eager(Mandate.person))
        .where(Mandate.organisation_id == organisation_id, counts_on(today))
        .order_by(Person.name, Mandate.id)
    ).all()


def unconfirmed(session: Session, today: date, limit: int = 50) -> Sequence[Mandate]:
    """Return the mandates that nobody vouches for yet, the oldest first."""
    return session.scalars(
        select(Mandate)
        .join(Mandate.person)
        .join(Mandate.organisation)
        .options(contains_eager(Mandate.person), contains_eager(Mandate.organisation))
        .where(Mandate.source == Source.DECLARED, counts_on(today))
        .order_by(Mandate.id)
        .limit(limit)
    ).all()


def organisation_of(session: Session, mandate_id: int) -> Organisation:
    """Return the organisation of a mandate that counts.

    Raises:
        NotFound: there is none that counts.

    """
    return session.get_one(Organisation, _open(session, mandate_id).organisation_id)


def _current(session: Session, person_id: int, organisation_id: int, today: date) -> Mandate | None:
    # Locked, so that two who give the same at once give it once.
    locked = select(Organisation.id).where(Organisation.id == organisation_id).with_for_update()
    if session.scalar(locked) is None:
        raise NotFound("organisation")
    return session.scalars(
        select(Mandate)
        .where(Mandate.person_id == person_id, Mandate.organisation_id == organisation_id)
        .where(counts_on(today))
        .order_by(Mandate.id.desc())
    ).first()


def _open(session: Session, mandate_id: int) -> Mandate:
    mandate = session.get(Mandate, mandate_id, with_for_update=True)
    if mandate is None or mandate.ended_at is not None:
        raise NotFound("mandate")
    return mandate


def _recorded(session: Session, actor: str, action: str, mandate: Mandate, now: datetime) -> None:
    after = {
        "person": mandate.person_id,
        "source": mandate.source,
        "valid_until": mandate.valid_until,
    }
    record(session, actor, action, f"organisation:{mandate.organisation_id}", now, after=after)
