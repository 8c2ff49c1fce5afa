"""Vectors of the journal: events verbatim, the chain over them, a signed head, a batch."""

from typing import Any

from contracts import strict_json
from contracts.documents import DocumentType
from contracts.journal import Batch, Head, chain, genesis
from contracts.statements import sign_statement
from tests.contracts.known_city import known_seed, known_signer
from tests.simulators.city import NOW, UNIT

EPOCH = bytes.fromhex("0123456789abcdef")
BOOT = "fedcba9876543210"
UNIT_KEY = known_signer("unit")
WALL = int(NOW.timestamp() * 1000)
EVENTS: list[dict[str, Any]] = [
    {"kind": "started", "trust": "none", "wall": None, "data": {}},
    {"kind": "clock_set", "trust": "signed", "wall": WALL, "data": {"by": "freshness"}},
    {
        "kind": "decided",
        "trust": "signed",
        "wall": WALL + 5000,
        "data": {"outcome": "granted", "credential": b"passpass".hex(), "grant": 77, "use": True},
    },
    {"kind": "released", "trust": "signed", "wall": WALL + 5010, "data": {"cause": 3}},
]


def journals() -> dict[str, Any]:
    """Return what stands in the file."""
    raws = [_event(seq, event) for seq, event in enumerate(EVENTS, 1)]
    hashes = [genesis(EPOCH)]
    for raw in raws:
        hashes.append(chain(hashes[-1], raw))
    return {
        "about": "docs/mqtt.md, section 6. The keys are known to everybody: for tests only.",
        "unit": {
            "id": UNIT,
            "seed": known_seed("unit").hex(),
            "public": UNIT_KEY.public.hex(),
        },
        "epoch": EPOCH.hex(),
        "genesis": hashes[0].hex(),
        "events": [
            {"raw": raw.decode(), "hash": hash_.hex()}
            for raw, hash_ in zip(raws, hashes[1:], strict=True)
        ],
        "batch": _batch(raws[1:], hashes[1], hashes[-1]).to_bytes().decode(),
    }


def _event(seq: int, event: dict[str, Any]) -> bytes:
    around = {"v": 1, "epoch": EPOCH.hex(), "seq": seq, "boot": BOOT, "mono": 10 * seq}
    return strict_json.dumps({**around, **event})


def _batch(raws: list[bytes], previous: bytes, last: bytes) -> Batch:
    head = Head(epoch=EPOCH.hex(), seq=len(EVENTS), hash=last.hex())
    issued = int(NOW.timestamp())
    signed = sign_statement(DocumentType.HEAD, UNIT, len(EVENTS), issued, head, UNIT_KEY)
    return Batch(
        unit=UNIT,
        epoch=EPOCH.hex(),
        first=2,
        previous=previous.hex(),
        events=tuple(raw.decode() for raw in raws),
        head=signed.decode(),
    )
