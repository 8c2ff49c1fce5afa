"""Sign a site's list of amendments, after asking `decide()` whether passes still open. Never commits."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from central.credentials import issuing
from central.credentials.amendments_builder import KEEP, GrantNow, SignedPass, build
from central.credentials.errors import ListTooLong
from central.credentials.models import Credential, CredentialState, Grant, GrantState
from central.credentials.reissuing import reissue_closed
from central.credentials.texts import claims_of
from central.documents import service as documents
from central.documents.authority import Authority
from central.documents.models import SignedDocument
from central.documents.service import NewDocument, body_of
from central.halls.models import Site
from central.halls.zone_tables import zone_from
from contracts.amendments import LARGEST_LIST, Amendments
from contracts.documents import DocumentType, site_audience
from contracts.door_config import Zone
from contracts.moments import minute_of

RENEW_BEFORE = 30 * 1440
"""Minutes before a list's key stops verifying at which it is signed anew."""

log = logging.getLogger(__name__)


Opened = Mapping[int, int]
"""The sites whose lists may change in this transaction, each with the number of its next list."""


def open_lists(session: Session, *sites: int) -> Opened:
    """Keep everybody else from changing grants, passes and list of some sites until this commits.

    Open them *before* reading what may change: what is read then is what the highest number says.
    """
    return {
        site: documents.next_number(session, DocumentType.AMENDMENTS, site_audience(site))
        for site in sorted(set(sites))
    }


def publish(session: Session, opened: Opened, authority: Authority, now: datetime) -> None:
    """Bring the opened lists up to date.

    Passes that would no longer open with the new list are issued anew, and announced.

    Raises:
        ListTooLong: doors would not take it.
        NoKeyFor: no key may sign lists.

    """
    session.flush()
    for site, number in opened.items():
        _publish(session, site, number, authority, now)


def _publish(session: Session, site: int, number: int, authority: Authority, now: datetime) -> None:
    audience = site_audience(site)
    before = documents.current(session, DocumentType.AMENDMENTS, audience)
    zone = zone_from(session.get_one(Site, site).zone, now)
    body = _build(session, site, zone, now)
    new = _sign(session, site, number, body, authority, now)
    changed = _changed(before, body)
    if changed and reissue_closed(session, site, changed, new, authority, now):
        body = _build(session, site, zone, now)
        new = _sign(session, site, number, body, authority, now)
    if before is None or not _says_the_same(before, body, now):
        documents.keep(session, new, now)


def _build(session: Session, site: int, zone: Zone, now: datetime) -> Amendments:
    minute = minute_of(now)
    grants = _grants(session, site, zone, minute)
    try:
        return build(grants, zone.table(), minute)
    except ValidationError as error:
        raise ListTooLong(site=site, bytes="too many", most=LARGEST_LIST) from error


def _grants(session: Session, site: int, zone: Zone, minute: int) -> list[GrantNow]:
    rows = session.execute(
        select(Grant, Credential)
        .join(Credential, Credential.grant_id == Grant.id)
        .where(Credential.site_id == site, Grant.latest_end > minute - KEEP)
        .order_by(Grant.id, Credential.issue)
    ).all()
    by_grant = groupby(rows, key=lambda row: row[0].id)
    return [_grant_now(site, zone, list(group)) for _, group in by_grant]


def _grant_now(site: int, zone: Zone, rows: Sequence[tuple[Grant, Credential]]) -> GrantNow:
    grant = rows[0][0]
    holds = grant.state is GrantState.ACTIVE and grant.site_id == site
    allowed = issuing.entitlement_of(grant)
    passes = tuple(
        SignedPass(claims_of(one), one.state is CredentialState.REVOKED) for _, one in rows
    )
    return GrantNow(
        id=grant.id,
        windows=issuing.windows_of(allowed, zone.table()) if holds else (),
        areas=grant.areas if holds else passes[0].claims.areas,
        minimum_issue=grant.minimum_issue,
        latest_end=grant.latest_end,
        passes=passes,
    )


def _sign(
    session: Session,
    site: int,
    number: int,
    body: Amendments,
    authority: Authority,
    now: datetime,
) -> NewDocument:
    kind, audience = DocumentType.AMENDMENTS, site_audience(site)
    new = authority.sign(session, kind, audience, body, now, site=site, number=number)
    if len(new.raw) > LARGEST_LIST:
        raise ListTooLong(site=site, bytes=len(new.raw), most=LARGEST_LIST)
    if len(new.raw) > LARGEST_LIST * 3 // 4:
        log.warning("the list of site %d has %d bytes of %d", site, len(new.raw), LARGEST_LIST)
    return new


def _says_the_same(before: SignedDocument, body: Amendments, now: datetime) -> bool:
    lasts = before.verify_until is None or before.verify_until - RENEW_BEFORE > minute_of(now)
    return lasts and body_of(before.raw, Amendments) == body


def _changed(before: SignedDocument | None, body: Amendments) -> list[int]:
    """Return the grants whose entry says something else than in the list before."""
    old = body_of(before.raw, Amendments).grants if before else ()
    known = {one.grant: one for one in old}
    return [one.grant for one in body.grants if known.get(one.grant) != one]
