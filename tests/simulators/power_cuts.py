"""Cuts the power of a disk again and again under a program that uses the unit's memory."""

import random
from dataclasses import dataclass, field, replace

from tests.simulators.forgetful_disk import ForgetfulDisk
from tests.simulators.memory_user import Life, Users
from tests.simulators.promises import Promises

LIFE = 60
LONG_LIFE = 1500
"""Changes of the disk before a cut: from the first start to some hundred entries and a checkpoint."""
NEW_DISK = 0.15
"""How often the unit is a new one, whose first start is cut."""


@dataclass
class Outcome:
    """What became of the unit's promises."""

    broken: list[str] = field(default_factory=list)
    cuts: int = 0
    """Lives that the power really ended."""
    entries: int = 0
    """Entries that were promised."""


def cut_again_and_again(
    disk: ForgetfulDisk,
    user: Users,
    cuts: int,
    chance: random.Random,
    *,
    torn: bool = False,
    synchronous: str = "FULL",
    forget_to_sync: bool = False,
) -> Outcome:
    """Return what of the unit's promises was broken, cut by cut; nothing is right."""
    life = Life(
        str(disk.root / "data" / "hallpass"),
        seed=0,
        synchronous=synchronous,
        forget_to_sync=forget_to_sync,
    )
    promises, outcome = Promises(), Outcome()
    disk.format()
    for _ in range(cuts):
        if chance.random() < NEW_DISK:
            disk.format()
            promises = Promises()
        disk.cut_after(chance.randrange(chance.choice((LIFE, LIFE, LONG_LIFE))))
        said = user.live(replace(life, seed=chance.randrange(2**32)))
        outcome.entries += sum(word["say"] == "appended" for word in said)
        outcome.cuts += said[-1]["say"] == "failed"
        found = promises.hear(said)
        outcome.broken += found
        disk.power_on(chance.randrange(2**32) if torn else None)
        if found:  # from here on the unit knows another past
            disk.format()
            promises = Promises()
    disk.format()
    return outcome
