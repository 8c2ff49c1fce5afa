"""What a pass may open and when: from a reservation, or by hand, to the claims to sign. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from central.halls.service import mask_of
from contracts.credential import Claims, Kind, Language
from contracts.moments import EPOCH, minute_of
from contracts.windows import Window, occurrences
from contracts.zone import ZoneTable

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one grant allows. Times are minutes since `moments.EPOCH`."""

    kind: Kind
    site: int
    areas: int
    valid_from: int
    duration: int
    repeats: int = 0
    pattern: int = 0
    uses: int = 0
    language: Language = Language.SITE
    accessible: bool = False
    may_hold_open: bool = False

    def claims(self, key_id: int, credential_id: bytes, grant_id: int, issue: int) -> Claims:
        """Return what to sign."""
        return Claims(
            kind=self.kind,
            key_id=key_id,
            site=self.site,
            areas=self.areas,
            valid_from=self.valid_from,
            duration=self.duration,
            credential_id=credential_id,
            grant_id=grant_id,
            issue=issue,
            repeats=self.repeats,
            pattern=self.pattern,
            uses=self.uses,
            language=self.language,
            accessible=self.accessible,
            may_hold_open=self.may_hold_open,
        )

    def windows(self, zone: ZoneTable) -> tuple[Window, ...]:
        """Return when it holds.

        Raises:
            Malformed: its windows overlap, or its first day is not in its own pattern.

        """
        return occurrences(self.claims(0, bytes(8), 0, 0), zone)


def of_renter(
    opens_at: datetime,
    closes_at: datetime,
    site: int,
    route: Collection[int],
    language: str,
    *,
    accessible: bool,
    may_hold_open: bool = False,
) -> Entitlement:
    """Return what a reservation allows its renter.

    Args:
        opens_at: when its pass opens: leeway included, and inside its own occupancy.
        closes_at: until when.
        site: of its hall.
        route: the area bits on the way into the hall, and the hall itself.
        language: of the renter, two letters.
        accessible: whether doors stay released longer.
        may_hold_open: whether doors may stand open for guests.

    """
    # Whole minutes inside the occupancy: a second too long would be another renter's.
    start, end = -((EPOCH - opens_at) // _MINUTE), minute_of(closes_at)
    return Entitlement(
        kind=Kind.RENTER,
        site=site,
        areas=mask_of(route),
        valid_from=start,
        duration=end - start,
        language=language_of(language),
        accessible=accessible,
        may_hold_open=may_hold_open,
    )


def bits_of(areas: int) -> set[int]:
    """Return the bits of a mask of areas."""
    return {bit for bit in range(areas.bit_length()) if areas >> bit & 1}


def language_of(letters: str) -> Language:
    """Return the language by its two letters; the site's where the door does not speak it."""
    return Language.__members__.get(letters.upper(), Language.SITE)
