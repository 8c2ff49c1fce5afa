"""What is wrong with the unit now. Each fault is written down when it begins and when it ends."""

from contracts.journal import EventKind
from contracts.reasons import Fault
from edge.recording import Recorder

STOPS_THE_DOOR = frozenset(
    {
        Fault.CAMERA_FROZEN,
        Fault.CAMERA_COVERED,
        Fault.CAMERA_DARK,
        Fault.CAMERA_BLURRED,
        Fault.JOURNAL_FAILED,
        Fault.STATE_LOST,
        Fault.CLOCK_UNTRUSTED,
        Fault.LOCK_DID_NOT_MOVE,
        Fault.TAMPER,
        Fault.CLONE,
        Fault.FORCED_OPEN,
        Fault.INTERNAL_ERROR,
    }
)
"""Faults that the lamp shows: with these no pass is read or judged, or somebody should come and look."""

SOUNDS_AT_THE_DOOR = frozenset({Fault.FORCED_OPEN, Fault.HELD_OPEN})
"""Faults that are heard: whoever is near should look at the leaf, or close it."""


class Faults:
    """The faults that last, with what is known about each."""

    def __init__(self, recorder: Recorder) -> None:
        """Begin with none; they are noticed anew after a start."""
        self._recorder = recorder
        self._active: dict[Fault, str] = {}
        self.changes = 0
        """Rises with every change, so that somebody can tell whether to say it again."""

    @property
    def active(self) -> tuple[Fault, ...]:
        """What is wrong, in the order of the codes."""
        return tuple(fault for fault in Fault if fault in self._active)

    @property
    def stops_the_door(self) -> bool:
        """Tell whether the lamp should show a fault."""
        return not STOPS_THE_DOOR.isdisjoint(self._active)

    @property
    def sounds_at_the_door(self) -> bool:
        """Tell whether the buzzer should call somebody."""
        return not SOUNDS_AT_THE_DOOR.isdisjoint(self._active)

    def detail(self, fault: Fault) -> str:
        """Return what is known about a fault that lasts."""
        return self._active.get(fault, "")

    def put(self, fault: Fault, *, wrong: bool, detail: str = "") -> None:
        """Note whether something is wrong; only a change is written down."""
        if wrong and fault not in self._active:
            self._active[fault] = detail
            self._note(EventKind.FAULT_RAISED, fault, detail)
        elif not wrong and fault in self._active:
            del self._active[fault]
            self._note(EventKind.FAULT_CLEARED, fault, detail)

    def _note(self, kind: EventKind, fault: Fault, detail: str) -> None:
        self.changes += 1
        data = {"fault": fault.value, "detail": detail[:200]} if detail else {"fault": fault.value}
        self._recorder.write(kind, data)
