"""Who somebody proved to be, whoever vouches for it, and which person of ours that is. Never commits.

The e-mail link (`logging_in.py`) is built in. Another identity provider implements `IdentityProvider`,
and `create_app` lists it; both end in an `Identity`, which `person_for` turns into a person.

Which person it is, first rule that fits:

1. An identity (issuer and subject) that is linked belongs to that person, for ever.
2. The mailbox was proven by the e-mail link itself: the person with that address, known or new.
3. Somebody is logged in and asked to link, with a form of the account page: that person.
4. Else nobody yet (`NeedsMailbox`): the browser shows once, by the e-mail link, that it reads a mailbox. The
   identity is then linked to the person of that address, known or new. So a provider's word about an address
   alone never opens an account that exists.

Two persons are never made one by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts import mandates, organisations
from central.accounts.capacities import Capacity, Source
from central.accounts.models import OrganisationKind, Person, PersonIdentity
from central.accounts.organisations import OrganisationData
from central.accounts.people import Renter, person_of
from central.audit.service import record
from central.errors import CentralError

BY_EMAIL = "email"
"""Issuer of what the e-mail link proves; the subject is the address."""


class NeedsMailbox(CentralError):
    """The identity is new here: the person shows once to read a mailbox, so that we can write."""

    status = HTTPStatus.CONFLICT
    code = "needs_mailbox"
    sentence = "Log in once with your e-mail address, so that we can send you messages."


class IdentityTaken(CentralError):
    """This identity belongs to another person already."""

    status = HTTPStatus.CONFLICT
    code = "identity_taken"
    sentence = "This identity is linked to another account."


class LogInFailed(CentralError):
    """The identity provider did not vouch for anybody."""

    status = HTTPStatus.UNAUTHORIZED
    code = "log_in_failed"
    sentence = "Logging in did not work. Try again."


@dataclass(frozen=True, slots=True)
class ClaimedCapacity:
    """An organisation for which the provider says somebody may act."""

    capacity: Capacity
    register_number: str
    name: str
    kind: str | None = None
    """Code of a kind, when the provider tells it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody proved to be, and what the provider knows."""

    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    postcode: str = ""
    """Of the residence, from an authentic source; empty: not told."""
    capacities: tuple[ClaimedCapacity, ...] = ()


@dataclass(frozen=True, slots=True)
class Started:
    """Where to send the browser, and what to remember until it comes back."""

    url: str
    remember: str = ""
    """At most 2000 characters; kept at central, bound to the browser."""


class IdentityProvider(Protocol):
    """Somebody outside who vouches for people: OpenID Connect, for instance."""

    name: str
    """In the address of its routes and in the list of devices."""
    label: str
    """On the button: "Mijn Burgerprofiel"."""
    issuer: str
    """As in the identities that it gives."""

    def start(self, state: str) -> Started:
        """Return where the browser goes; `state` comes back with it and names this attempt."""

    def finish(self, state: str, answer: Mapping[str, str], remembered: str) -> Identity:
        """Return who it is.

        Args:
            state: as given to `start`; the caller has checked that it is this browser's.
            answer: the query with which the browser came back.
            remembered: what `start` gave.

        Raises:
            LogInFailed: nobody, or the answer is not genuine.

        """


def person_for(session: Session, identity: Identity, language: str, now: datetime) -> int:
    """Return the person of an identity, and write down what the provider vouches for.

    Raises:
        NeedsMailbox: no person yet (rule 4).

    """
    if identity.issuer == BY_EMAIL:
        return _by_mailbox(session, identity, language, now)
    known = session.get(PersonIdentity, (identity.issuer, identity.subject))
    if known is None:
        raise NeedsMailbox
    known.used_at = now
    _vouch(session, known.person_id, identity, now)
    return known.person_id


def link(session: Session, person_id: int, identity: Identity, now: datetime) -> None:
    """Link an identity to the person who is logged in and asked for it.

    Raises:
        IdentityTaken: it belongs to another person.

    """
    known = session.get(PersonIdentity, (identity.issuer, identity.subject))
    if known is not None and known.person_id != person_id:
        raise IdentityTaken
    if known is None:
        session.add(
            PersonIdentity(
                issuer=identity.issuer,
                subject=identity.subject,
                person_id=person_id,
                linked_at=now,
                used_at=now,
            )
        )
        session.flush()
        actor, after = f"person:{person_id}", {"issuer": identity.issuer}
        record(session, actor, "person.identity_linked", actor, now, after=after)
    _vouch(session, person_id, identity, now)


def linked_to(session: Session, person_id: int) -> set[str]:
    """Return the issuers of the identities of a person."""
    wanted = select(PersonIdentity.issuer).where(PersonIdentity.person_id == person_id)
    return set(session.scalars(wanted))


def _by_mailbox(session: Session, identity: Identity, language: str, now: datetime) -> int:
    number = person_of(session, Renter(identity.subject, identity.name, language), now)
    session.get_one(Person, number).email_proven_at = now
    return number


def _vouch(session: Session, person_id: int, identity: Identity, now: datetime) -> None:
    """Write down facts from an authentic source; what it does not tell stays."""
    person = session.get_one(Person, person_id)
    person.name = identity.name or person.name
    if identity.postcode:
        person.postcode, person.residence_source = identity.postcode, Source.REGISTER
        person.residence_checked_at = now
    for one in identity.capacities:
        _mandate(session, person_id, one, now)


def _mandate(session: Session, person_id: int, claimed: ClaimedCapacity, now: datetime) -> None:
    organisation = organisations.by_number(session, claimed.register_number)
    if organisation is None:
        kind = _kind_of(session, claimed)
        data = OrganisationData(claimed.name, kind, claimed.register_number)
        organisation = organisations.add(session, data, Source.REGISTER, f"person:{person_id}", now)
    actor = f"person:{person_id}"
    mandates.give(session, person_id, organisation.id, Source.REGISTER, actor, now)


def _kind_of(session: Session, claimed: ClaimedCapacity) -> str:
    """Return the kind of a new organisation: the one told, else the last of its capacity."""
    offered = session.scalars(
        select(OrganisationKind.code)
        .where(OrganisationKind.capacity == claimed.capacity, OrganisationKind.is_offered)
        .order_by(OrganisationKind.position)
    ).all()
    if claimed.kind in offered:
        return str(claimed.kind)
    if not offered:
        raise organisations.NoSuchKind
    return offered[-1]
