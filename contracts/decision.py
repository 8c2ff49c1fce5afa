"""May this pass open this door now? Pure, numbered, the first refusal wins; no other code decides it.

The door unit asks it at the door. Central asks the same function before it publishes a change, and
when somebody wants to know why a door refused (decision record 0003).
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from contracts.amendments import AmendmentIndex, GrantAmendment
from contracts.clock import ClockReading
from contracts.credential import Claims, Kind, SignedCredential, parse, verify
from contracts.door_config import DoorConfig
from contracts.effective import amend, cancelled, effective_areas, span
from contracts.errors import BadSignature, Malformed
from contracts.keys import KeyPurpose
from contracts.keyset import Key
from contracts.moments import minute_of
from contracts.reasons import DenyReason
from contracts.windows import Window, occurrences
from contracts.zone import ZoneTable

STAFF_WITHOUT_CLOCK = "staff_without_clock"
GRACE_MINUTES = "grace_minutes"


@dataclass(frozen=True, slots=True)
class Trust:
    """What the unit believes at this moment, all of it proven by signatures before."""

    keys: Mapping[int, Key]
    amendments: AmendmentIndex = field(default_factory=AmendmentIndex)
    amendments_key: Key | None = None
    """The key that signed the list: an amendment cannot exceed what it allows either."""
    kept_of_removed: Mapping[int, frozenset[bytes]] = field(default_factory=dict)
    """Keys removed by a deny list, each with `fingerprint`s of the passes of it that stay good."""
    fresh: bool = True
    """False after loss of state, until central's freshness answer came."""
    lists_age: float | None = None
    """Seconds since the newest freshness answer; None when there never was one."""
    locked_down: bool = False


@dataclass(frozen=True, slots=True)
class Granted:
    """The door may open."""

    claims: Claims
    window: Window
    """The occurrence it was granted in: the door may be held open at most until its end."""
    grace: str | None = None
    """Which signed policy allowed it although the time was not trusted."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The door stays shut."""

    reason: DenyReason
    claims: Claims | None = None
    """Only when the signature was right."""
    opens_at: int | None = None
    """Minute at which it will be valid, for not_yet_valid."""
    detail: str = ""
    """For the journal and for `verify`; never shown to a renter."""


class _Refused(Exception):
    def __init__(self, reason: DenyReason, detail: str = "", opens_at: int | None = None) -> None:
        super().__init__(detail)
        self.denied = Denied(reason, None, opens_at, detail)


def decide(
    text: str,
    at: ClockReading,
    door: DoorConfig | None,
    trust: Trust,
    spent: Callable[[bytes], int],
) -> Granted | Denied:
    """Return whether the pass in a QR text opens this door at this moment.

    Args:
        text: exactly as the decoder read it.
        at: the clock and how far it is trusted.
        door: the signed configuration, None before there is one.
        trust: keys, amendments and their age.
        spent: uses already counted for a credential id.

    """
    claims = None
    try:
        credential, key = _known(text, trust)  # 1 prefix and length, 2 base45, 3 layout, 4 key
        claims = _proven(credential, key)  # 5 signature; nothing was believed before
        _key_not_removed(credential, trust)  # 6
        door = _in_service(claims, door, trust)  # 7
        zone = door.zone.table()
        minute, grace = _time(claims, at, door)  # 8
        signed = _within_key(claims, key, zone, minute, grace)  # 9
        amended = _not_withdrawn(claims, trust)  # 10
        _right_place(claims, amended, door)  # 11
        windows = amend(signed, amended, zone)
        window = _open_window(windows, minute, grace)
        if window is None:  # 12
            raise _wrong_time(windows, cancelled(signed, amended, zone), minute)
        _within_keys_amended(windows, amended, key, trust)  # 13
        _uses_left(claims, spent)  # 14
        _proof_given(claims, door)  # 15
    except _Refused as refused:
        return replace(refused.denied, claims=claims)
    return Granted(claims, window, grace)


def fingerprint(body: bytes) -> bytes:
    """Return the eight bytes by which a deny list names a pass that stays valid."""
    return hashlib.sha256(body).digest()[:8]


def _known(text: str, trust: Trust) -> tuple[SignedCredential, Key]:
    try:
        credential = parse(text)
    except Malformed as error:
        raise _Refused(DenyReason.UNREADABLE, str(error)) from None
    key = trust.keys.get(credential.claims.key_id)
    if key is None or key.entry.purpose is not KeyPurpose.CREDENTIAL:
        raise _Refused(DenyReason.UNKNOWN_KEY, f"no credential key {credential.claims.key_id}")
    return credential, key


def _proven(credential: SignedCredential, key: Key) -> Claims:
    try:
        return verify(credential, key.public)
    except BadSignature as error:
        raise _Refused(DenyReason.BAD_SIGNATURE, str(error)) from None


def _key_not_removed(credential: SignedCredential, trust: Trust) -> None:
    kept = trust.kept_of_removed.get(credential.claims.key_id)
    if kept is not None and fingerprint(credential.body) not in kept:
        raise _Refused(DenyReason.UNKNOWN_KEY, f"key {credential.claims.key_id} was removed")


def _in_service(claims: Claims, door: DoorConfig | None, trust: Trust) -> DoorConfig:
    if door is None or not door.commissioned:
        raise _Refused(DenyReason.NOT_COMMISSIONED)
    if not trust.fresh:
        raise _Refused(DenyReason.LISTS_TOO_OLD, "the unit lost its state and waits for central")
    oldest = door.policy.lists_old_after_hours * 3600
    if door.policy.refuse_when_lists_old and (trust.lists_age is None or trust.lists_age > oldest):
        raise _Refused(DenyReason.LISTS_TOO_OLD, "the site's policy refuses")
    if trust.locked_down and claims.kind is not Kind.EMERGENCY:
        raise _Refused(DenyReason.LOCKED_DOWN)
    return door


def _time(claims: Claims, at: ClockReading, door: DoorConfig) -> tuple[int, str | None]:
    if at.now is not None and at.trust.trusted:
        return minute_of(at.now), None
    least = max((known for known in (at.estimate, at.floor) if known is not None), default=None)
    # Strictly less: a policy of no minutes allows none, not even in the moment trust was lost.
    lasts = 0 <= at.untrusted_for < door.policy.grace_minutes * 60
    in_grace = at.estimate is not None and lasts
    if least is not None and in_grace:
        return minute_of(least), GRACE_MINUTES
    is_staff = claims.kind in {Kind.STAFF, Kind.EMERGENCY}
    if at.floor is not None and is_staff and door.policy.staff_without_clock:
        # The floor alone: a guess must not keep staff out of a window that may still be open.
        return minute_of(at.floor), STAFF_WITHOUT_CLOCK
    raise _Refused(DenyReason.CLOCK_UNTRUSTED, f"the time is {at.trust}")


def _within_key(
    claims: Claims, key: Key, zone: ZoneTable, minute: int, grace: str | None
) -> tuple[Window, ...]:
    entry = key.entry
    # Without a clock only a lower bound is known: it cannot tell that a key is too young.
    started = entry.sign_from <= minute or grace == STAFF_WITHOUT_CLOCK
    if not started or minute >= entry.verify_until:
        raise _Refused(DenyReason.UNKNOWN_KEY, f"key {entry.id} is outside its period")
    if entry.sites is not None and claims.site not in entry.sites:
        raise _Refused(DenyReason.UNKNOWN_KEY, f"key {entry.id} is not for site {claims.site}")
    if claims.kind not in entry.kinds:
        raise _Refused(DenyReason.UNKNOWN_KEY, f"key {entry.id} is not for {claims.kind.name}")
    try:
        signed = occurrences(claims, zone)
    except Malformed as error:
        raise _Refused(DenyReason.UNREADABLE, str(error)) from None
    if span(signed) > entry.longest_span:
        raise _Refused(DenyReason.UNKNOWN_KEY, f"longer than key {entry.id} may sign")
    return signed


def _not_withdrawn(claims: Claims, trust: Trust) -> GrantAmendment | None:
    if claims.credential_id in trust.amendments.revoked:
        raise _Refused(DenyReason.REVOKED)
    amended = trust.amendments.grant(claims.grant_id)
    if amended is not None and claims.issue < amended.minimum_issue:
        raise _Refused(DenyReason.SUPERSEDED, f"issue {claims.issue} of {amended.minimum_issue}")
    return amended


def _right_place(claims: Claims, amended: GrantAmendment | None, door: DoorConfig) -> None:
    areas = effective_areas(claims, amended)
    if claims.site != door.site or not areas & door.areas:
        raise _Refused(DenyReason.WRONG_ACCESS_POINT)
    if claims.uses and areas.bit_count() != 1:
        raise _Refused(DenyReason.WRONG_ACCESS_POINT, "counted uses need exactly one area")


def _open_window(windows: tuple[Window, ...], minute: int, grace: str | None) -> Window | None:
    for window in windows:
        # Without a clock staff may enter in any window that is not surely over.
        if minute in window or (grace == STAFF_WITHOUT_CLOCK and minute < window.end):
            return window
    return None


def _wrong_time(windows: tuple[Window, ...], gone: tuple[Window, ...], minute: int) -> _Refused:
    if not windows or any(minute in window for window in gone):
        return _Refused(DenyReason.REVOKED, "the reservation or this date of it was cancelled")
    opens_at = min((window.start for window in windows if window.start > minute), default=None)
    if opens_at is not None:
        return _Refused(DenyReason.NOT_YET_VALID, opens_at=opens_at)
    return _Refused(DenyReason.EXPIRED)


def _within_keys_amended(
    windows: tuple[Window, ...], amended: GrantAmendment | None, key: Key, trust: Trust
) -> None:
    """Hold an amendment to the limits of the credential's key and of its own."""
    if amended is None:
        return
    allowed = key.entry.longest_span
    if trust.amendments_key is not None:
        allowed = min(allowed, trust.amendments_key.entry.longest_span)
    if span(windows) > allowed:
        raise _Refused(DenyReason.UNKNOWN_KEY, "amended beyond what the keys allow")


def _uses_left(claims: Claims, spent: Callable[[bytes], int]) -> None:
    if claims.uses and spent(claims.credential_id) >= claims.uses:
        raise _Refused(DenyReason.USES_EXHAUSTED, f"{claims.uses} of {claims.uses} used")


def _proof_given(claims: Claims, door: DoorConfig) -> None:
    if claims.dynamic_required or door.policy.dynamic_only:
        raise _Refused(DenyReason.PROOF_MISSING, "this is the static form")
