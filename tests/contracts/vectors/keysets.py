"""Vectors of the key set: enough root keys, too few, a new root."""

from typing import Any

from contracts.errors import ContractError
from contracts.keys import SoftwareSigner
from contracts.keyset import KeySetBody, RootKeys, root_key_id, sign_keyset, verify_keyset
from tests.contracts.known_city import a_known_city, known_seed, known_signer
from tests.simulators.city import NOW

CITY = a_known_city()
OLD = {f"root {number}": known_signer(f"root {number}") for number in (1, 2, 3)}
NEW = {f"new root {number}": known_signer(f"new root {number}") for number in (1, 2, 3)}
KEYS = {**OLD, **NEW}
OLD_ROOT = RootKeys(keys=tuple(key.public.hex() for key in OLD.values()), threshold=2)
NEW_ROOT = RootKeys(keys=tuple(key.public.hex() for key in NEW.values()), threshold=2)
CASES: dict[str, tuple[RootKeys, list[str]]] = {
    "two of three": (OLD_ROOT, ["root 1", "root 3"]),
    "one of three": (OLD_ROOT, ["root 1"]),
    "one of three, twice": (OLD_ROOT, ["root 1", "root 1"]),
    "one of three and a stranger": (OLD_ROOT, ["root 1", "new root 1"]),
    "a new root, signed by both": (NEW_ROOT, ["root 1", "root 2", "new root 1", "new root 2"]),
    "a new root, signed by the old one only": (NEW_ROOT, ["root 1", "root 2"]),
    "a new root, signed by itself only": (NEW_ROOT, ["new root 1", "new root 2", "new root 3"]),
}


def keysets() -> dict[str, Any]:
    """Return what stands in the file."""
    return {
        "about": "docs/mqtt.md, section 5. The keys are known to everybody: for tests only.",
        "root": OLD_ROOT.to_json(),
        "keys": [known(name, key) for name, key in KEYS.items()],
        "cases": [_case(name, root, by) for name, (root, by) in CASES.items()],
    }


def known(name: str, key: SoftwareSigner) -> dict[str, str]:
    """Return a root key with its secret half."""
    public = key.public.hex()
    return {
        "name": name,
        "kid": root_key_id(public),
        "seed": known_seed(name).hex(),
        "public": public,
    }


def _case(name: str, root: RootKeys, by: list[str]) -> dict[str, Any]:
    body = KeySetBody(keys=CITY.entries[:2], root=root)
    raw = sign_keyset(1, int(NOW.timestamp()), body, [KEYS[one] for one in by])
    try:
        verify_keyset(raw, OLD_ROOT)
    except ContractError:
        return {"name": name, "signed_by": by, "taken": False, "raw": raw.decode()}
    return {"name": name, "signed_by": by, "taken": True, "raw": raw.decode()}
