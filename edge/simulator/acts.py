"""What a person can do at a virtual door by a button, and what is said about it afterwards."""

from collections.abc import Callable, Mapping

from edge.events import Input
from edge.simulator.bench import VirtualDoor

HAND = 5.0
"""Seconds for which a button of the page holds key, exit button or panic bar."""
HOLD = 6.0
"""Seconds for which a pass is held up."""


def _push(door: VirtualDoor) -> str:
    if door.state().leaf_open:
        return "was_open"
    return "opened" if door.push_open() else "locked"


def _hold(what: Input) -> Callable[[VirtualDoor], str]:
    def hold(door: VirtualDoor) -> str:
        door.press(what, HAND)
        return what.value

    return hold


def _doing(act: Callable[[VirtualDoor], None], says: str) -> Callable[[VirtualDoor], str]:
    def do(door: VirtualDoor) -> str:
        act(door)
        return says

    return do


ACTS: Mapping[str, Callable[[VirtualDoor], str]] = {
    "push": _push,
    "shut": _doing(VirtualDoor.pull_shut, "shut"),
    "force": _doing(VirtualDoor.force, "forced"),
    "rex": _hold(Input.REX),
    "key_cylinder": _hold(Input.KEY_CYLINDER),
    "panic_bar": _hold(Input.PANIC_BAR),
    "jam": _doing(VirtualDoor.jam_lock, "jammed"),
    "unjam": _doing(VirtualDoor.free_lock, "unjammed"),
    "open_lid": _doing(VirtualDoor.open_lid, "lid_open"),
    "shut_lid": _doing(VirtualDoor.shut_lid, "lid_shut"),
    "cover": _doing(VirtualDoor.cover_camera, "covered"),
    "uncover": _doing(VirtualDoor.uncover, "uncovered"),
    "cut_mains": _doing(VirtualDoor.cut_mains, "mains_cut"),
    "restore_mains": _doing(VirtualDoor.restore_mains, "mains_back"),
    "drain": _doing(VirtualDoor.drain_reserve, "drained"),
    "fire": _doing(VirtualDoor.start_fire_alarm, "fire"),
    "fire_end": _doing(VirtualDoor.end_fire_alarm, "fire_over"),
    "take_away": _doing(VirtualDoor.take_away, "taken"),
}
"""Act -> what it does; it answers with the name of a sentence in `texts/*.toml`, section `said`."""
