"""Says in words who may sign what until when, and what a CA gave out. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from contracts.credential import Kind
from contracts.keys import KeyPurpose
from contracts.keyset import KeyEntry, RootKeys, root_key_id
from contracts.moments import MINUTES_PER_DAY, minute_of, moment_of
from provisioning.keysets import Draft

_SIGNS = {
    KeyPurpose.AMENDMENTS: "lists of what changed after passes were signed",
    KeyPurpose.CONFIG: "what each door is: its areas, times and policy",
    KeyPurpose.MODES: "modes of doors: unlocked, locked down, held open",
    KeyPurpose.COMMAND: "commands that a door obeys at once",
    KeyPurpose.ACK: "acknowledgements of journal entries",
    KeyPurpose.FRESHNESS: "answers to what is newest, with the time",
    KeyPurpose.DENY: "lists of keys that count no longer",
    KeyPurpose.RELEASE: "releases of the door unit's program",
}
_PASSES = {
    Kind.RENTER: "renters",
    Kind.CREW: "crews",
    Kind.STAFF: "staff",
    Kind.EMERGENCY: "emergency services",
}


def key(entry: KeyEntry, now: datetime) -> str:
    """Return what a key may do, as one sentence."""
    minute = minute_of(now)
    what, where = _what(entry), _where(entry.sites)
    counts = f"what it signed counts until {day(entry.verify_until)}"
    if minute >= entry.verify_until:
        return f"Key {entry.id} signed {what}{where}; nothing it signed counts any more."
    if minute >= entry.sign_until:
        return f"Key {entry.id} signed {what}{where}, until {day(entry.sign_until)}; {counts}."
    since = f" from {day(entry.sign_from)}" if minute < entry.sign_from else ""
    return f"Key {entry.id} signs {what}{where},{since} until {day(entry.sign_until)}; {counts}."


def root(keys: RootKeys, signers: frozenset[str] = frozenset()) -> list[str]:
    """Return the keys of a root, one line each, and how many must sign."""
    lines = [f"{keys.threshold} of these {len(keys.keys)} root keys must sign:"]
    for number, public in enumerate(keys.keys, 1):
        kid = root_key_id(public)
        lines.append(f"  {number}. {kid}{'  has signed' if kid in signers else ''}")
    return lines


def keyset(draft: Draft, now: datetime) -> list[str]:
    """Return what a key set says, line by line."""
    return [
        f"Key set {draft.number}, drawn up on {moment(draft.issued_at)}, {len(draft.body.keys)} keys.",
        *(key(entry, now) for entry in draft.body.keys),
        *root(draft.body.root, draft.signers),
    ]


def keys_as_data(entries: Sequence[KeyEntry]) -> list[dict[str, Any]]:
    """Return keys for programs, with times in ISO 8601."""
    return [
        {
            "id": one.id,
            "purpose": one.purpose.value,
            "kinds": [kind.name.lower() for kind in one.kinds],
            "sites": None if one.sites is None else list(one.sites),
            "sign_from": moment_of(one.sign_from).isoformat(),
            "sign_until": moment_of(one.sign_until).isoformat(),
            "verify_until": moment_of(one.verify_until).isoformat(),
            "longest_span_minutes": one.longest_span,
            "public": one.public,
        }
        for one in entries
    ]


def day(minute: int) -> str:
    """Return a date, UTC."""
    return f"{moment_of(minute):%Y-%m-%d}"


def moment(at: datetime) -> str:
    """Return date and time, UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _what(entry: KeyEntry) -> str:
    if entry.purpose is KeyPurpose.CREDENTIAL:
        whose = " and ".join(_PASSES[kind] for kind in entry.kinds)
        return f"passes of {whose} over at most {_days(entry.longest_span)}"
    if entry.purpose is KeyPurpose.AMENDMENTS and entry.longest_span:
        return f"{_SIGNS[entry.purpose]}, moving them over at most {_days(entry.longest_span)}"
    return _SIGNS[entry.purpose]


def _where(sites: tuple[int, ...] | None) -> str:
    if sites is None:
        return ""
    return f" at site{'' if len(sites) == 1 else 's'} {', '.join(map(str, sites))}"


def _days(minutes: int) -> str:
    days, rest = divmod(minutes, MINUTES_PER_DAY)
    return f"{minutes} minutes" if rest or not days else f"{days} day{'' if days == 1 else 's'}"
