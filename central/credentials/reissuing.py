"""Issue anew what a change of the list would shut out, and tell it by event. Never commits."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.credentials import issuing
from central.credentials.models import Credential, CredentialState, Grant, GrantState
from central.credentials.preflight import next_window, refusals
from central.credentials.texts import text_of
from central.documents import service as documents
from central.documents.authority import Authority
from central.documents.service import NewDocument, body_of
from central.errors import CentralError
from central.events import CredentialMissing, CredentialReissued
from central.halls.models import Door, Site
from central.halls.zone_tables import zone_from
from central.outbox.service import announce
from contracts.amendments import AmendmentIndex, Amendments
from contracts.decision import Denied, Trust
from contracts.documents import DocumentType, read_header
from contracts.door_config import DoorConfig
from contracts.freshness import DenyList
from contracts.keyset import CITY, KeySet
from contracts.moments import minute_of

log = logging.getLogger(__name__)


def reissue_closed(
    session: Session,
    site: int,
    grants: Sequence[int],
    new: NewDocument,
    authority: Authority,
    now: datetime,
) -> bool:
    """Give those of some grants a new pass whose old one would not open with a new list.

    Returns:
        Whether there was one: the list must be built again, with the new issue.

    """
    doors = doors_of_site(session, site, now)
    trust = _trust(session, authority.ring(session).keyset, new)
    again = False
    for grant, credential in _passes(session, site, grants):
        denied = _refused(grant, credential, doors, trust, now)
        if denied:
            log.info("grant %d: issued anew, a door would say %s", grant.id, denied[0].reason)
            again |= _try_again(session, grant, authority, now)
    return again


def doors_of_site(session: Session, site: int, now: datetime) -> list[DoorConfig]:
    """Return the doors of a site: as configured by signed document, else as they would be."""
    signed = documents.current_of_site(session, DocumentType.CONFIG, site)
    configured = {body.door: body for body in (body_of(one.raw, DoorConfig) for one in signed)}
    zone = zone_from(session.get_one(Site, site).zone, now)
    doors = session.scalars(select(Door).where(Door.site_id == site).order_by(Door.id))
    return [
        configured.get(
            door.id,
            DoorConfig(door=door.id, name=door.name, site=site, areas=door.areas, zone=zone),
        ).model_copy(update={"commissioned": True})
        for door in doors
    ]


def _passes(session: Session, site: int, grants: Sequence[int]) -> list[tuple[Grant, Credential]]:
    rows = session.execute(
        select(Grant, Credential)
        .join(Credential, Credential.grant_id == Grant.id)
        .where(Grant.id.in_(grants), Grant.site_id == site, Credential.site_id == site)
        .where(Grant.state == GrantState.ACTIVE, Credential.state == CredentialState.ACTIVE)
        .order_by(Grant.id)
    )
    return [(grant, credential) for grant, credential in rows]


def _refused(
    grant: Grant,
    credential: Credential,
    doors: Sequence[DoorConfig],
    trust: Trust,
    now: datetime,
) -> tuple[Denied, ...]:
    if not doors:
        return ()
    windows = issuing.windows_of(issuing.entitlement_of(grant), doors[0].zone.table())
    window = next_window(windows, minute_of(now))
    if window is None:
        return ()
    return refusals(text_of(credential), window, grant.areas, doors, trust)


def _try_again(session: Session, grant: Grant, authority: Authority, now: datetime) -> bool:
    try:
        credential = issuing.issue(session, grant, authority, now, issuing.SYSTEM)
    except CentralError as error:
        # The list must go out all the same: it also takes away the time that is no longer theirs.
        log.error("grant %d has no pass that opens: %s", grant.id, error)  # noqa: TRY400
        announce(session, CredentialMissing(grant.id, error.code), now)
        return False
    announce(session, CredentialReissued(credential.id, grant.id), now)
    return True


def _trust(session: Session, keyset: KeySet, new: NewDocument) -> Trust:
    deny = documents.current(session, DocumentType.DENY, CITY)
    removed = body_of(deny.raw, DenyList).removed if deny else ()
    return Trust(
        keys=keyset.keys,
        amendments=AmendmentIndex.of(body_of(new.raw, Amendments)),
        amendments_key=keyset.keys[int(read_header(new.raw).kid)],
        kept_of_removed={one.key: frozenset(map(bytes.fromhex, one.keep)) for one in removed},
    )
