"""A city's keys in memory: signs what central signs, with real keys, for any test that needs it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from contracts.amendments import Amendments
from contracts.bodies import Body
from contracts.clock import ClockReading, ClockTrust
from contracts.credential import Claims, Kind, sign
from contracts.documents import (
    PURPOSE_OF,
    DocumentType,
    sign_document,
    site_audience,
    unit_audience,
)
from contracts.door_config import DoorConfig, Zone
from contracts.freshness import Ack, DenyList, Freshness
from contracts.keys import KeyPurpose, SoftwareSigner
from contracts.keyset import CITY, KeyEntry, KeySetBody, RootKeys, sign_keyset
from contracts.modes import DoorMode, Modes
from contracts.moments import minute_of

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
UNIT = "u-abcdefgh"
SITE = 3
KEY_IDS = {purpose: number for number, purpose in enumerate(KeyPurpose, 1)}
BRUSSELS_WINTER = Zone(name="Europe/Brussels", first_offset=60, transitions=())
YEAR = 366 * 1440


def at(moment: datetime = NOW, trust: ClockTrust = ClockTrust.SIGNED) -> ClockReading:
    return ClockReading(moment, trust)


def a_config(**changes: object) -> DoorConfig:
    values = {
        "door": 1,
        "name": "Zaal A",
        "site": SITE,
        "areas": 0b1,
        "zone": BRUSSELS_WINTER,
        "commissioned": True,
        **changes,
    }
    return DoorConfig(**values)  # type: ignore[arg-type]


def some_claims(**changes: object) -> Claims:
    """Return a renter's claims for 11:30-14:00 UTC around NOW."""
    values = {
        "kind": Kind.RENTER,
        "key_id": KEY_IDS[KeyPurpose.CREDENTIAL],
        "site": SITE,
        "areas": 0b1,
        "valid_from": minute_of(NOW) - 30,
        "duration": 150,
        "credential_id": b"passpass",
        "grant_id": 77,
        **changes,
    }
    return Claims(**values)  # type: ignore[arg-type]


@dataclass
class City:
    """Three root keys, one key per purpose, and everything they sign."""

    unit: str = UNIT
    moment: datetime = NOW
    root: list[SoftwareSigner] = field(
        default_factory=lambda: [SoftwareSigner.generate() for _ in range(3)]
    )
    keys: dict[KeyPurpose, SoftwareSigner] = field(
        default_factory=lambda: {purpose: SoftwareSigner.generate() for purpose in KeyPurpose}
    )

    @property
    def root_keys(self) -> RootKeys:
        return RootKeys(keys=tuple(key.public.hex() for key in self.root), threshold=2)

    @property
    def entries(self) -> tuple[KeyEntry, ...]:
        minute = minute_of(self.moment)
        return tuple(
            KeyEntry(
                id=KEY_IDS[purpose],
                purpose=purpose,
                public=key.public.hex(),
                kinds=tuple(Kind) if purpose is KeyPurpose.CREDENTIAL else (),
                sign_from=minute - YEAR,
                sign_until=minute + YEAR,
                verify_until=minute + 2 * YEAR,
                longest_span=YEAR,
            )
            for purpose, key in self.keys.items()
        )

    def keyset(self, number: int = 1, entries: tuple[KeyEntry, ...] | None = None) -> bytes:
        body = KeySetBody(keys=self.entries if entries is None else entries, root=self.root_keys)
        return sign_keyset(number, int(self.moment.timestamp()), body, self.root[:2])

    def document(self, kind: DocumentType, audience: str, number: int, body: Body) -> bytes:
        purpose = PURPOSE_OF[kind]
        return sign_document(
            kind,
            audience,
            number,
            int(self.moment.timestamp()),
            body,
            key_id=str(KEY_IDS[purpose]),
            signer=self.keys[purpose],
        )

    def config(self, number: int = 1, **changes: object) -> bytes:
        return self.document(
            DocumentType.CONFIG, unit_audience(self.unit), number, a_config(**changes)
        )

    def amendments(self, number: int = 1, site: int = SITE, **body: object) -> bytes:
        return self.document(
            DocumentType.AMENDMENTS, site_audience(site), number, Amendments.read(body)
        )

    def modes(
        self, mode: DoorMode = DoorMode.LOCKED, until: int | None = None, number: int = 1
    ) -> bytes:
        body = Modes(mode=mode, until=until, cause="test")
        return self.document(DocumentType.MODES, unit_audience(self.unit), number, body)

    def deny(self, body: DenyList, number: int = 1) -> bytes:
        return self.document(DocumentType.DENY, CITY, number, body)

    def freshness(
        self,
        nonce: str,
        numbers: dict[DocumentType, int],
        number: int = 1,
        spent: dict[str, int] | None = None,
    ) -> bytes:
        body = Freshness(
            nonce=nonce,
            unix_ms=int(self.moment.timestamp() * 1000),
            numbers=numbers,
            spent=spent or {},
        )
        return self.document(DocumentType.FRESHNESS, unit_audience(self.unit), number, body)

    def ack(self, body: Ack, number: int = 1) -> bytes:
        return self.document(DocumentType.ACK, unit_audience(self.unit), number, body)

    def sign_pass(self, claims: Claims) -> str:
        return sign(claims, self.keys[KeyPurpose.CREDENTIAL])

    def ack_of_nothing(self) -> bytes:
        return self.ack(Ack(epoch="00" * 8, upto=0, head="00" * 32))
