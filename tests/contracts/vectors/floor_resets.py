"""Vectors of the floor reset: enough root keys, too few, another type."""

from typing import Any

from contracts.errors import ContractError
from contracts.floor_reset import ResetRequest, sign_floor_reset, verify_floor_reset
from tests.contracts.vectors.keysets import CITY, KEYS, OLD_ROOT, known
from tests.simulators.city import NOW, UNIT

NOON_MS = int(NOW.timestamp() * 1000)
REQUEST = ResetRequest(unit=UNIT, nonce="ab" * 16, floor_ms=4_070_908_800_000)
CASES = {
    "two of three": ["root 1", "root 3"],
    "all three": ["root 1", "root 2", "root 3"],
    "one of three": ["root 1"],
    "one of three, twice": ["root 1", "root 1"],
    "one of three and a stranger": ["root 1", "new root 1"],
}


def floor_resets() -> dict[str, Any]:
    """Return what stands in the file."""
    return {
        "about": "docs/mqtt.md, section 5. The keys are known to everybody: for tests only.",
        "root": OLD_ROOT.to_json(),
        "keys": [known(name, key) for name, key in KEYS.items() if name in {"root 1", "root 3"}],
        "request": REQUEST.to_json(),
        "cases": [
            *(_case(name, _signed(by)) for name, by in CASES.items()),
            _case("a key set", CITY.keyset()),
        ],
    }


def _signed(by: list[str]) -> bytes:
    return sign_floor_reset(REQUEST, NOON_MS, NOON_MS // 1000, [KEYS[one] for one in by])


def _case(name: str, raw: bytes) -> dict[str, Any]:
    try:
        verify_floor_reset(raw, OLD_ROOT)
    except ContractError:
        return {"name": name, "taken": False, "raw": raw.decode()}
    return {"name": name, "taken": True, "raw": raw.decode()}
