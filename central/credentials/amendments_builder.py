"""A site's list of amendments: what its doors must know beyond what passes say. Pure.

The list is always whole: from all that was signed and all that holds now, never from the list
before it. So a lost transaction, a restored backup or a double delivery cannot leave it wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.amendments import Amendments, GrantAmendment
from contracts.credential import Claims
from contracts.windows import Window, occurrences
from contracts.zone import ZoneTable

KEEP = 48 * 60
"""Minutes that an entry stays after the latest end ever signed: clocks of doors may be off."""


@dataclass(frozen=True, slots=True)
class SignedPass:
    """A pass as it was signed for this site."""

    claims: Claims
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class GrantNow:
    """A grant as it is now, and every pass of it that was signed for this site."""

    id: int
    windows: tuple[Window, ...]
    """When it holds at this site; none when it was cancelled or went to another site."""
    areas: int
    minimum_issue: int
    latest_end: int
    """Minute."""
    passes: tuple[SignedPass, ...]


def build(grants: Iterable[GrantNow], zone: ZoneTable, minute: int) -> Amendments:
    """Return the list of a site at a minute."""
    known = [grant for grant in grants if grant.latest_end + KEEP > minute]
    revoked = (
        one.claims.credential_id.hex() for grant in known for one in grant.passes if one.is_revoked
    )
    amended = (amendment(grant, zone) for grant in known)
    return Amendments(
        revoked=tuple(sorted(revoked)),
        grants=tuple(sorted((one for one in amended if one), key=lambda one: one.grant)),
    )


def amendment(grant: GrantNow, zone: ZoneTable) -> GrantAmendment | None:
    """Return what doors must be told about a grant; nothing when its passes say it all."""
    still = [one.claims for one in grant.passes if not one.is_revoked]
    counting = [claims for claims in still if claims.issue >= grant.minimum_issue]
    moved = any(occurrences(claims, zone) != grant.windows for claims in counting)
    elsewhere = any(claims.areas != grant.areas for claims in counting)
    superseded = len(counting) < len(still)
    if not (moved or elsewhere or superseded):
        return None
    return GrantAmendment(
        grant=grant.id,
        minimum_issue=grant.minimum_issue if superseded else 0,
        windows=tuple((w.start, w.end) for w in grant.windows) if moved else None,
        areas=grant.areas if elsewhere else None,
    )
