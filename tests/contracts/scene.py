"""A pass before a door: everything that a decision rests on, right by default and changed by name."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from contracts.amendments import AmendmentIndex, GrantAmendment
from contracts.clock import ClockReading
from contracts.credential import Claims, encode
from contracts.decision import Denied, Granted, Trust, decide
from contracts.door_config import DoorConfig, Policy
from contracts.keys import KeyPurpose, SoftwareSigner
from contracts.keyset import Key, verify_keyset
from contracts.moments import minute_of
from tests.contracts.brussels import BRUSSELS
from tests.contracts.forge import signed_text
from tests.contracts.known_city import a_known_city
from tests.simulators.city import KEY_IDS, NOW, a_config, at, some_claims

CITY = a_known_city()
CREDENTIAL_KEY = KEY_IDS[KeyPurpose.CREDENTIAL]
AMENDMENTS_KEY = KEY_IDS[KeyPurpose.AMENDMENTS]
KEYS = verify_keyset(CITY.keyset(), CITY.root_keys).keys
MINUTE = minute_of(NOW)
DOOR = a_config(zone=BRUSSELS)
Edit = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """A renter's pass for 11:30-14:00 UTC at noon, before its door."""

    claims: Claims = field(default_factory=some_claims)
    signer: SoftwareSigner = CITY.keys[KeyPurpose.CREDENTIAL]
    clock: ClockReading = field(default_factory=at)
    door: DoorConfig | None = DOOR
    entry: dict[str, Any] = field(default_factory=dict)
    """What is other about the credential key's entry."""
    amendments_entry: dict[str, Any] | None = None
    """What is other about the entry of the key that signed the list; None: not known."""
    amendment: dict[str, Any] | None = None
    """What the list says of the grant, if anything."""
    revoked: frozenset[bytes] = frozenset()
    trust: dict[str, Any] = field(default_factory=dict)
    used: int = 0
    body_edits: tuple[Edit, ...] = ()
    text_edits: tuple[Edit, ...] = ()

    @property
    def text(self) -> str:
        """What the camera reads."""
        body = encode(self.claims)
        for edit in self.body_edits:
            body = edit(body)
        text = _signed(body, self.signer)
        for edit in self.text_edits:
            text = edit(text)
        return text

    @property
    def believed(self) -> Trust:
        """What the unit believes."""
        keys = {**KEYS, CREDENTIAL_KEY: _changed(KEYS[CREDENTIAL_KEY], self.entry)}
        amended = {}
        if self.amendment is not None:
            grant = GrantAmendment(grant=self.claims.grant_id, **self.amendment)
            amended[grant.grant] = grant
        values = {
            "keys": keys,
            "amendments": AmendmentIndex(self.revoked, amended),
            "amendments_key": None
            if self.amendments_entry is None
            else _changed(KEYS[AMENDMENTS_KEY], self.amendments_entry),
            **self.trust,
        }
        return Trust(**values)

    def decided(self) -> Granted | Denied:
        """What the door answers."""
        return decide(self.text, self.clock, self.door, self.believed, lambda _: self.used)

    def but(self, **changes: Any) -> "Scene":  # noqa: ANN401 - of each field
        """Return the scene with some of it otherwise; what is a table is added to."""
        merged: dict[str, Any] = {
            name: {**(getattr(self, name) or {}), **value} if isinstance(value, dict) else value
            for name, value in changes.items()
        }
        return replace(self, **merged)

    def with_claims(self, **changes: Any) -> "Scene":  # noqa: ANN401 - of each field
        """Return the scene with another pass."""
        return replace(self, claims=replace(self.claims, **changes))

    def with_door(self, **changes: Any) -> "Scene":  # noqa: ANN401 - of each field
        """Return the scene at a door of another configuration."""
        assert self.door is not None
        return replace(self, door=self.door.model_copy(update=changes))

    def with_policy(self, **changes: Any) -> "Scene":  # noqa: ANN401 - of each field
        """Return the scene at a site of another policy."""
        assert self.door is not None
        return self.with_door(policy=Policy(**{**self.door.policy.to_json(), **changes}))


@cache
def _signed(body: bytes, signer: SoftwareSigner) -> str:
    return signed_text(body, signer)


def _changed(key: Key, changes: dict[str, Any]) -> Key:
    return Key(key.entry.model_copy(update=changes), key.public)
