"""Kill a door unit with signal 9 again and again while passes are shown, then look at what is left.

Pins are recorded by another process than the unit, so nothing that moved can have been hidden by the
kill; the journal is read from the unit and from central.
"""

import json
import random
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import psutil

from contracts.journal import genesis
from demo.phone_photo import photo_of
from demo.running import Demo, unit_named
from demo.scene import Scene
from edge.drivers.control import ask
from edge.explanation import first_broken_in
from edge.simulator.bench import VirtualDoor
from tests.journey.conftest import until

LONGEST_RELEASE = 30.0
PASSES = 5
_LONGEST_LIFE = 2.5
"""Seconds within which a unit is killed: after its launch, or once it answers: it reads, opens, closes."""


def kill_often(
    city: Demo, scene: Scene, a_pass: Callable[..., bytes], times: int, seed: int
) -> None:
    """Kill the unit at random points; the last start is left running."""
    chance = random.Random(seed)  # noqa: S311 - where to kill
    photos = [photo_of(a_pass(), number) for number in range(PASSES)]
    name, door = unit_named(scene.number), scene.door
    for number in range(times):
        # Every third one may die while it starts: taking the pins, opening the journal.
        start = city.launch_unit if number % 3 == 0 else city.start_unit
        start(scene.number)
        door.hold_up(chance.choice(photos))
        time.sleep(chance.uniform(0, _LONGEST_LIFE))  # the random point, not a wait for anything
        if chance.random() < 0.5:
            door.push_open()
        city.programs.kill(name)
        door.take_away()
        door.pull_shut()
        assert not door.state().strike_released or _locks(door)
    until(lambda: not readers_of(city, scene.number), "the killed units' readers end")
    city.start_unit(scene.number)
    scene.wait(scene.is_in_service, "the unit comes into service again")


def stop(scene: Scene) -> None:
    """End the unit in order, so that the killing begins from a known state."""
    scene.demo.programs.stop(unit_named(scene.number))


def require_every_pulse_has_a_cause(scene: Scene) -> int:
    """Check invariant 1 against the record; return how many pulses there were."""
    causes = [
        float(one["mono"]) / 1000
        for one in whole_journal(scene)
        if one["kind"] in {"decided", "command"} and one["data"]["outcome"] in {"granted", "done"}
    ]
    highs = [
        one.at for one in scene.door.pin_changes() if one.pin == scene.door.pins.strike and one.high
    ]
    for at in highs:
        before = [cause for cause in causes if cause <= at]
        assert before, f"the strike was released at {at} and nothing was written before"
        causes.remove(before[-1])  # one cause, one pulse
    for began, ended in scene.pulses():
        assert ended - began <= LONGEST_RELEASE + 0.5
    return len(highs)


def require_chain_is_whole(scene: Scene) -> int:
    """Check the hash chain of all that is on the unit; return how many entries there are."""
    rows = list(_pages(scene))
    if rows[0]["after"] == 0:  # else old entries, which central holds, made room
        assert rows[0]["previous"] == genesis(bytes.fromhex(str(rows[0]["epoch"]))).hex()
    broken, count = first_broken_in(iter(rows), "the unit")
    assert broken is None
    return count


def require_all_at_central(scene: Scene) -> None:
    """Check invariant 3: central holds exactly what the unit wrote, each once and in order."""
    until(lambda: scene.status()["journal"]["unacknowledged"] == 0, "central has it all")
    ours = [(one["epoch"], one["seq"], one["kind"]) for one in whole_journal(scene)]
    theirs: list[tuple[str, int, str]] = []
    before = None
    while page := scene.entries(limit=500, **({"before": before} if before else {})):
        theirs += [(one["epoch"], one["seq"], one["kind"]) for one in page]
        before = page[-1]["id"]
    theirs.reverse()  # central answers with what arrived last first
    assert theirs == ours
    assert all(later - earlier == 1 for (_, earlier, _), (_, later, _) in pairwise(theirs))


def whole_journal(scene: Scene) -> list[dict[str, Any]]:
    """Return every event on the unit."""
    return [json.loads(str(row["event"])) for row in list(_pages(scene))[1:]]


def readers_of(city: Demo, number: int) -> list[int]:
    """Return the reader processes that belong to a unit."""
    run = str(city.run_of(number))
    found = []
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if "edge.reader_process" in command and run in command:
            found.append(process.pid)
    return found


def _pages(scene: Scene) -> list[dict[str, Any]]:
    socket = scene.demo.run_of(scene.number) / "control.sock"
    page = list(ask(socket, "journal"))
    rows, after = page, page[0]["after"]
    while len(page) > 1:
        after = page[-1]["seq"]
        page = list(ask(socket, "journal", after=after))
        rows += page[1:]
    return rows


def _locks(door: VirtualDoor) -> bool:
    """Return once the dead unit's strike is locked by the hardware."""
    door.wait_until(lambda seen: not seen.strike_released)
    return True
