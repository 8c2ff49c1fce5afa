"""What a unit's memory promised before its power was cut, held against what is there afterwards."""

from dataclasses import dataclass, field
from typing import Any

from tests.simulators.memory_user import Said


@dataclass
class Promises:
    """Filled by what a life said was safe."""

    epoch: str = ""
    hashes: dict[int, str] = field(default_factory=dict)
    acked: int = 0
    floor: int = 0
    session: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)
    found: bool = False

    def hear(self, said: Said) -> list[str]:
        """Take what a life said; return what of the promises before it was broken."""
        broken: list[str] = []
        for word in said:
            match word:
                case {"say": "opened"}:
                    broken += self._hold_against(word)
                    self.epoch = word["epoch"]
                case {"say": "appended", "seq": seq, "hash": value}:
                    self.hashes[seq] = value
                case {"say": "acked", "upto": upto}:
                    self.acked = upto
                case {"say": "floor", "ms": floor}:
                    self.floor = floor
                case {"say": "session", "number": number}:
                    self.session = number
                case {"say": "number", "name": name, "number": number}:
                    self.numbers[name] = number
                case {"say": "spent", "name": name, "count": count}:
                    self.spent[name] = count
                case {"say": "found"}:
                    self.found = True
        return broken

    def _hold_against(self, there: dict[str, Any]) -> list[str]:
        newest = max(self.hashes, default=0)
        kept = {int(seq): value for seq, value in there["hashes"].items()}
        checks = {
            "the chain is broken": there["broken_at"] is not None,
            "the database was set aside": there["aside"],
            "another epoch": bool(self.hashes) and there["epoch"] != self.epoch,
            f"entry {newest} is gone": there["head"] < newest,
            "an entry is another one": any(
                kept.get(seq, value) != value for seq, value in self.hashes.items()
            ),
            "an entry is gone from the middle": set(kept)
            != set(range(there["base"] + 1, there["head"] + 1)),
            "an acknowledgement is forgotten": there["acked"] < self.acked,
            "the floor went down": there["floor"] < self.floor,
            "the session went down": there["session"] < self.session,
            "a number went down": _less(there["numbers"], self.numbers),
            "a document is gone": _less(there["documents"], self.numbers),
            "a document is newer than its number": _less(there["numbers"], there["documents"]),
            "a spent use is forgotten": _less(there["spent"], self.spent),
            "the state counts as lost": self.found and there["lost"],
        }
        return [what for what, is_so in checks.items() if is_so]


def _less(there: dict[str, int], promised: dict[str, int]) -> bool:
    return any(there.get(name, 0) < number for name, number in promised.items())
