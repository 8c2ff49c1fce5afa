"""Which mode a door is in now, of the one that central signed."""

from contracts.modes import DoorMode, Modes
from edge.core.door import FREE_MODES


def mode_now(modes: Modes | None, unix_ms: int | None, *, may_open: bool) -> DoorMode:
    """Return the mode in force.

    Args:
        modes: the document held, if any.
        unix_ms: the believed time, None when it is not trusted. A mode that lets everybody in needs
            a known time, since it must end; a lock-down lasts until a known time ends it.
        may_open: whether anything may open here: the unit is in service and its lists are current.

    """
    if modes is None or modes.until is None:
        return DoorMode.LOCKED
    if unix_ms is not None and unix_ms >= modes.until * 1000:
        return DoorMode.LOCKED
    if modes.mode in FREE_MODES and (unix_ms is None or not may_open):
        return DoorMode.LOCKED
    return modes.mode
