"""Organisations that rent: declared by renters, checked by staff. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts import mandates
from central.accounts.capacities import Source
from central.accounts.models import Organisation, OrganisationKind
from central.audit.service import record
from central.errors import CentralError, NotFound


class NumberInUse(CentralError):
    """An organisation with this register number is known already."""

    status = HTTPStatus.CONFLICT
    code = "number_in_use"
    sentence = "An organisation with this register number is known already."


class NoSuchKind(CentralError):
    """The city does not offer this kind of organisation."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "no_such_kind"
    sentence = "There is no such kind of organisation."


@dataclass(frozen=True, slots=True)
class OrganisationData:
    """What is told of an organisation; the fields mean what they mean in `models.Organisation`."""

    name: str
    kind_code: str
    register_number: str | None = None
    address: str = ""
    postcode: str = ""
    recognised_until: date | None = None


def kinds(session: Session, *, only_offered: bool = True) -> Sequence[OrganisationKind]:
    """Return the kinds that the city tells apart, in its order."""
    found = select(OrganisationKind).order_by(OrganisationKind.position, OrganisationKind.code)
    if only_offered:
        found = found.where(OrganisationKind.is_offered)
    return session.scalars(found).all()


def declare(
    session: Session, person_id: int, data: OrganisationData, now: datetime
) -> Organisation:
    """Write down that somebody says to act for an organisation; nobody has checked it yet.

    One that is known by its register number is not written anew nor changed: the person gets a
    declared mandate of it, which counts as proof of nothing.

    Raises:
        NoSuchKind: the city does not offer that kind.

    """
    actor = f"person:{person_id}"
    known = by_number(session, data.register_number)
    organisation = known or _new(session, data, Source.DECLARED, now)
    if known is None:
        organisation.recognised_until = None  # only the city can say so
        _recorded(session, actor, "organisation.declared", organisation, now)
    mandates.give(session, person_id, organisation.id, Source.DECLARED, actor, now)
    return organisation


def add(
    session: Session, data: OrganisationData, source: Source, actor: str, now: datetime
) -> Organisation:
    """Put an organisation on the city's list.

    Raises:
        NumberInUse: its register number is known.
        NoSuchKind: the city does not offer that kind.

    """
    if by_number(session, data.register_number) is not None:
        raise NumberInUse(field="register_number")
    organisation = _new(session, data, source, now)
    organisation.checked_at = now
    _recorded(session, actor, "organisation.added", organisation, now)
    return organisation


def check(
    session: Session,
    organisation_id: int,
    data: OrganisationData,
    actor: str,
    now: datetime,
    *,
    source: Source = Source.CITY_LIST,
    reason: str = "",
) -> Organisation:
    """Write what was found when somebody checked an organisation; from then on it is proven.

    Raises:
        NotFound: there is none.
        NumberInUse: another one has this register number.
        NoSuchKind: there is no such kind.

    """
    organisation = organisation_of(session, organisation_id)
    same = by_number(session, data.register_number)
    if same is not None and same.id != organisation_id:
        raise NumberInUse(field="register_number")
    before = facts(organisation)
    _fill(session, organisation, data)
    organisation.source, organisation.checked_at = source, now
    session.flush()
    record(
        session,
        actor,
        "organisation.checked",
        subject_of(organisation),
        now,
        reason=reason,
        before=before,
        after=facts(organisation),
    )
    return organisation


def organisation_of(session: Session, organisation_id: int) -> Organisation:
    """Return an organisation.

    Raises:
        NotFound: there is none.

    """
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound("organisation")
    return organisation


def by_number(session: Session, register_number: str | None) -> Organisation | None:
    """Return the organisation with this register number, if it is known."""
    if not register_number:
        return None
    wanted = select(Organisation).where(Organisation.register_number == register_number)
    return session.scalar(wanted)


def search(
    session: Session, words: str, *, only_unchecked: bool = False, limit: int = 50
) -> list[Organisation]:
    """Return the organisations whose name or number has these words, by name."""
    found = select(Organisation).order_by(Organisation.name, Organisation.id).limit(limit)
    if words.strip():
        wanted = words.strip()
        found = found.where(
            Organisation.name.icontains(wanted, autoescape=True)
            | Organisation.register_number.icontains(wanted, autoescape=True)
        )
    if only_unchecked:
        found = found.where(Organisation.source == Source.DECLARED)
    return list(session.scalars(found))


def facts(organisation: Organisation) -> dict[str, object]:
    """Return what the audit keeps of an organisation."""
    return {
        "name": organisation.name,
        "kind": organisation.kind_code,
        "register_number": organisation.register_number,
        "postcode": organisation.postcode,
        "recognised_until": organisation.recognised_until,
        "source": organisation.source,
    }


def subject_of(organisation: Organisation) -> str:
    """Return how the audit names an organisation."""
    return f"organisation:{organisation.id}"


def _new(session: Session, data: OrganisationData, source: Source, now: datetime) -> Organisation:
    organisation = Organisation(source=source, created_at=now)
    _fill(session, organisation, data)
    session.add(organisation)
    session.flush()
    session.refresh(organisation, ["kind"])
    return organisation


def _fill(session: Session, organisation: Organisation, data: OrganisationData) -> None:
    kind = session.get(OrganisationKind, data.kind_code)
    if kind is None or not (kind.is_offered or organisation.kind_code == data.kind_code):
        raise NoSuchKind(field="kind")
    organisation.name = data.name.strip()
    organisation.kind_code, organisation.kind = kind.code, kind
    organisation.register_number = data.register_number or None
    organisation.address, organisation.postcode = data.address.strip(), data.postcode.strip()
    organisation.recognised_until = data.recognised_until


def _recorded(
    session: Session, actor: str, action: str, organisation: Organisation, now: datetime
) -> None:
    record(session, actor, action, subject_of(organisation), now, after=facts(organisation))
