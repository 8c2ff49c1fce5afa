"""The keys that central signs with: which ones a city needs, for how long, and their files.

A pass is signed by a key that signs for three months only, and verifies as long as the pass may
still be shown or moved. One-off passes have a key of their own that reaches a month: whoever steals
it cannot make a pass for a year. Documents are signed by one key per purpose.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field

from contracts.bodies import U16, Body, Version
from contracts.credential import Kind
from contracts.errors import Malformed
from contracts.keys import KeyPurpose
from contracts.keyset import KeyEntry
from contracts.moments import MINUTES_PER_DAY, minute_of
from provisioning import files
from provisioning.errors import ProvisioningError, Unusable
from provisioning.private_keys import encrypted

VARIABLE = "HALLPASS_KEYS_PASSPHRASE"
"""The same that central reads."""
_FILE = re.compile(r"(?P<id>0|[1-9][0-9]{0,4})-[a-z]+\.pem")
_BACKDATED = timedelta(hours=1)
_MONTH = 31


@dataclass(frozen=True, slots=True)
class Plan:
    """What one key may do; times in days."""

    purpose: KeyPurpose
    signs: int
    verifies: int
    """After it stopped signing."""
    kinds: tuple[Kind, ...] = ()
    span: int = 0
    """From the first start to the last end in what it signs."""


_SEASON = 366  # days: a weekly series, or a right for a year
_YEARS = 2 * _SEASON  # days: staff and fire service
PLANS = (
    # One-off passes: made for a booking up to a year ahead, which may be moved by a month.
    Plan(KeyPurpose.CREDENTIAL, 90, 13 * _MONTH, (Kind.RENTER, Kind.CREW), _MONTH),
    Plan(KeyPurpose.CREDENTIAL, 90, 13 * _MONTH + _SEASON, (Kind.RENTER, Kind.CREW), _SEASON),
    Plan(KeyPurpose.CREDENTIAL, 90, _YEARS + _MONTH, (Kind.STAFF, Kind.EMERGENCY), _YEARS),
    # Documents: a unit that was offline for half a year still believes the ones it holds.
    Plan(KeyPurpose.AMENDMENTS, 366, 184, span=_YEARS),
    *(
        Plan(purpose, 366, 184)
        for purpose in (
            KeyPurpose.CONFIG,
            KeyPurpose.MODES,
            KeyPurpose.COMMAND,
            KeyPurpose.ACK,
            KeyPurpose.FRESHNESS,
            # Twice: a unit whose clock stopped believes a time far away once two keys say it.
            KeyPurpose.FRESHNESS,
        )
    ),
    # Rare, and not among what central needs every day.
    Plan(KeyPurpose.DENY, 732, 366),
    Plan(KeyPurpose.RELEASE, 366, 732),
)
NEEDED = tuple(
    dict.fromkeys(
        plan.purpose for plan in PLANS if plan.purpose not in {KeyPurpose.DENY, KeyPurpose.RELEASE}
    )
)
"""What central cannot work without."""


class KeyRequest(Body):
    """The public half of new keys, for the root to sign."""

    v: Version = 1
    keys: Annotated[tuple[KeyEntry, ...], Field(min_length=1, max_length=512)]

    @property
    def fingerprint(self) -> str:
        """What two people compare when the file travelled on a stick: 16 hexadecimal digits."""
        digest = hashlib.sha256(self.to_bytes()).hexdigest()[:16]
        return " ".join(digest[at : at + 4] for at in range(0, 16, 4))


def create(
    folder: Path,
    purposes: Sequence[KeyPurpose],
    taken: Iterable[int],
    sites: tuple[int, ...] | None,
    passphrase: str,
    now: datetime,
) -> tuple[KeyRequest, Path]:
    """Make signing keys in central's key folder, and the request for the root beside them.

    Args:
        folder: central reads every `<id>-<purpose>.pem` in it.
        purposes: what for; all of a purpose's keys are made.
        taken: key ids that the city's key set knows already.
        sites: where they count; None: everywhere.
        passphrase: one for the folder, as central needs it.
        now: the moment from which they sign.

    Returns:
        The request, and where it was written.

    Raises:
        ProvisioningError: there are no ids left.

    """
    with files.locked(files.make_folder(folder)):
        first = _next_id(folder, taken)
        made = [
            (_entry(number, plan, key, sites, now), key)
            for number, (plan, key) in enumerate(_keys(purposes), first)
        ]
        request = KeyRequest(keys=tuple(entry for entry, _ in made))
        path = folder / f"key-requests-{first}.json"
        files.require_absent([path])
        for entry, key in made:
            name = f"{entry.id}-{entry.purpose}.pem"
            files.write_new(folder / name, encrypted(key, passphrase))
        files.write_new(path, request.to_bytes())
    return request, path


def read_request(path: Path) -> KeyRequest:
    """Return what somebody asks the root to sign.

    Raises:
        Unusable: the file is missing or is something else.

    """
    try:
        return KeyRequest.parse(files.read(path, "requests for signing keys"))
    except Malformed as error:
        raise Unusable(f"{path} holds no requests for signing keys: {error}.") from error


def _keys(purposes: Sequence[KeyPurpose]) -> list[tuple[Plan, Ed25519PrivateKey]]:
    return [(plan, Ed25519PrivateKey.generate()) for plan in PLANS if plan.purpose in purposes]


def _next_id(folder: Path, taken: Iterable[int]) -> int:
    there = [int(found["id"]) for path in folder.iterdir() if (found := _FILE.fullmatch(path.name))]
    number = max((*there, *taken), default=0) + 1
    if number + len(PLANS) > U16:
        raise ProvisioningError("The city has used up its key numbers.")
    return number


def _entry(
    number: int, plan: Plan, key: Ed25519PrivateKey, sites: tuple[int, ...] | None, now: datetime
) -> KeyEntry:
    until = minute_of(now) + plan.signs * MINUTES_PER_DAY
    return KeyEntry(
        id=number,
        purpose=plan.purpose,
        public=key.public_key().public_bytes_raw().hex(),
        sites=sites,
        kinds=plan.kinds,
        # A door whose clock is a little behind must not refuse what central signs now.
        sign_from=minute_of(now - _BACKDATED),
        sign_until=until,
        verify_until=until + plan.verifies * MINUTES_PER_DAY,
        longest_span=plan.span * MINUTES_PER_DAY,
    )
