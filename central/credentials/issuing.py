"""Sign passes: a grant's first one, and the ones that replace it. Never commits."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.credentials.errors import GrantOver, NotAPass, TooManyIssues
from central.credentials.models import Credential, CredentialState, Grant, GrantState
from central.credentials.validity import Entitlement
from central.documents.authority import Authority
from central.events import CredentialIssued
from central.halls.models import Site
from central.halls.zone_tables import zone_from
from central.keys.ring import Need
from central.outbox.service import announce
from contracts.credential import SIGNING_DOMAIN, encode
from contracts.effective import span
from contracts.errors import Malformed
from contracts.keys import KeyPurpose
from contracts.windows import Window
from contracts.zone import ZoneTable

LARGEST_ISSUE = 255
SYSTEM = "system"
"""The actor of what nobody in particular asked for."""


def zone_of_site(session: Session, site: int, now: datetime) -> ZoneTable:
    """Return the zone of a site, as its doors calculate with it."""
    return zone_from(session.get_one(Site, site).zone, now).table()


def entitlement_of(grant: Grant) -> Entitlement:
    """Return what a grant allows now."""
    return Entitlement(
        kind=grant.kind,
        site=grant.site_id,
        areas=grant.areas,
        valid_from=grant.valid_from,
        duration=grant.duration,
        repeats=grant.repeats,
        pattern=grant.pattern,
        uses=grant.uses,
        language=grant.language,
        accessible=grant.accessible,
        may_hold_open=grant.may_hold_open,
    )


def windows_of(allowed: Entitlement, zone: ZoneTable) -> tuple[Window, ...]:
    """Return when a grant holds.

    Raises:
        NotAPass: windows overlap, or the first day is not in its own pattern.

    """
    try:
        return allowed.windows(zone)
    except Malformed as error:
        raise NotAPass(why=str(error)) from error


def new_grant(
    session: Session,
    allowed: Entitlement,
    now: datetime,
    actor: str,
    *,
    reservation: int | None = None,
    label: str = "",
) -> Grant:
    """Store what somebody may open, without a pass yet.

    Raises:
        NotAPass: it cannot be said in a credential.

    """
    windows = windows_of(allowed, zone_of_site(session, allowed.site, now))
    grant = Grant(
        reservation_id=reservation,
        label=label,
        state=GrantState.ACTIVE,
        latest_end=windows[-1].end,
        created_at=now,
        created_by=actor,
    )
    allow(grant, allowed)
    session.add(grant)
    session.flush()
    return grant


def allow(grant: Grant, allowed: Entitlement) -> None:
    """Let a grant say this from now on."""
    grant.kind, grant.site_id, grant.areas = allowed.kind, allowed.site, allowed.areas
    grant.valid_from, grant.duration = allowed.valid_from, allowed.duration
    grant.repeats, grant.pattern, grant.uses = allowed.repeats, allowed.pattern, allowed.uses
    grant.language, grant.accessible = allowed.language, allowed.accessible
    grant.may_hold_open = allowed.may_hold_open


def issue(
    session: Session, grant: Grant, authority: Authority, now: datetime, actor: str
) -> Credential:
    """Sign the next pass of a grant; the ones before it are superseded.

    Raises:
        NotAPass: the grant cannot be said in a credential.
        NoKeyFor: no key may sign it.
        TooManyIssues: the issue number is used up.
        GrantOver: it was cancelled.

    """
    if grant.state is not GrantState.ACTIVE:
        raise GrantOver
    before = session.scalars(select(Credential).where(Credential.grant_id == grant.id)).all()
    credential = _sign(session, grant, _next_issue(before), authority, now)
    credential.created_by = actor
    _supersede(grant, before, credential.issue)
    session.add(credential)
    session.flush()
    announce(session, CredentialIssued(credential.id, grant.id), now)
    return credential


def _next_issue(before: Sequence[Credential]) -> int:
    number = max((one.issue + 1 for one in before), default=0)
    if number > LARGEST_ISSUE:
        raise TooManyIssues
    return number


def _supersede(grant: Grant, before: Sequence[Credential], issue: int) -> None:
    for one in before:
        grant.minimum_issue = issue
        if one.state is CredentialState.ACTIVE:
            one.state = CredentialState.SUPERSEDED


def _sign(
    session: Session, grant: Grant, number: int, authority: Authority, now: datetime
) -> Credential:
    allowed = entitlement_of(grant)
    windows = windows_of(allowed, zone_of_site(session, allowed.site, now))
    need = Need(KeyPurpose.CREDENTIAL, allowed.site, allowed.kind, span(windows), windows[-1].end)
    key = authority.ring(session).signer(need, now)
    identity = secrets.token_bytes(8)
    try:
        body = encode(allowed.claims(key.id, identity, grant.id, number))
    except Malformed as error:
        raise NotAPass(why=str(error)) from error
    return Credential(
        id=identity.hex(),
        grant_id=grant.id,
        issue=number,
        site_id=allowed.site,
        claims=body,
        signature=key.signer.sign(SIGNING_DOMAIN + body),
        state=CredentialState.ACTIVE,
        created_at=now,
    )
