"""Whatever happens to a door, in any order and at any time: the promises that hold always."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.door_config import Timings
from contracts.modes import DoorMode
from contracts.reasons import Fault
from edge.core.door import Action, Clear, Raise, Record, Release, Secure, at_start
from tests.edge.core.a_door import ADoor

LONGEST = 20_000
TIMINGS = [
    Timings(longest_release=LONGEST),
    Timings(longest_release=LONGEST, secure_on_open=False),
    Timings(release=20_000, extended_release=LONGEST, longest_release=LONGEST),
    Timings(longest_release=LONGEST, pre_alarm=0, open=1, extended_open=1),
]
CAUSES = st.integers(1, 10**6)


class AnyDoor(RuleBasedStateMachine):
    """Follows what is asked of the strike and of the alarms, knowing nothing of the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.it = ADoor()
        self.causes: set[int] = set()
        self.pulse_since: float | None = None
        self.free = False
        self.raised: list[Fault] = []
        self.looked_at = 0
        self.leaf_open = False

    @initialize(timings=st.sampled_from(TIMINGS), is_open=st.booleans())
    def start(self, timings: Timings, is_open: bool) -> None:  # noqa: FBT001 - a drawn value
        self.it.timings, self.leaf_open = timings, is_open
        self.it.door = at_start(leaf_open=is_open, now=self.it.now, timings=timings)

    @rule(seconds=st.sampled_from([0.0, 0.02, 0.9, 1.0, 1.1, 4.98, 5.0, 11.0, 31.0, 200.0]))
    def time_passes(self, seconds: float) -> None:
        self.it.at(self.it.now + seconds)
        self._look()

    @rule(seconds=st.sampled_from([0.1, 5.0, 31.0]))
    def nobody_looks_for_a_while(self, seconds: float) -> None:
        self.it.late(self.it.now + seconds)

    @rule(cause=CAUSES, accessible=st.booleans())
    def somebody_is_let_in(self, cause: int, accessible: bool) -> None:  # noqa: FBT001 - drawn
        self.causes.add(cause)
        self.it.grant(cause, accessible=accessible)
        self._look()

    @rule(mode=st.sampled_from(DoorMode), cause=CAUSES)
    def a_mode_is_told(self, mode: DoorMode, cause: int) -> None:
        self.causes.add(cause)
        self.it.mode(mode, cause)
        self._look()

    @rule()
    def the_leaf_opens(self) -> None:
        self.leaf_open = True
        self.it.opens()
        self._look()

    @rule()
    def the_leaf_closes(self) -> None:
        self.leaf_open = False
        self.it.closes()
        self._look()
        assert self.raised == []
        assert self.it.door.alarms == frozenset()

    @rule(by=st.sampled_from(["rex", "fire_panel"]), lasts=st.booleans())
    def something_explains(self, by: str, lasts: bool) -> None:  # noqa: FBT001 - a drawn value
        self.it.explained(by, lasts=lasts)

    @invariant()
    def the_door_knows_its_leaf_and_its_alarms(self) -> None:
        assert self.it.door.leaf_open == self.leaf_open
        assert sorted(self.raised) == sorted(self.it.door.alarms)
        assert self.leaf_open or not self.raised

    def _look(self) -> None:
        for at, action in self.it.done[self.looked_at :]:
            self._believe(at, action)
        self.looked_at = len(self.it.done)
        door = self.it.door
        if door.release_until is None or door.release_until > self.it.now:
            assert door.strike_released == (self.free or self.pulse_since is not None)

    def _believe(self, at: float, action: Action) -> None:
        match action:
            case Release(seconds, cause):
                assert cause in self.causes
                self._released(at, seconds)
            case Secure():
                self.free, self.pulse_since = False, None
            case Raise(fault):
                assert fault not in self.raised
                self.raised.append(fault)
            case Clear(fault):
                self.raised.remove(fault)
            case Record(_, data):
                assert data.get("cause", 0) in {0} | self.causes

    def _released(self, at: float, seconds: float | None) -> None:
        if seconds is None:
            self.free, self.pulse_since = True, None
            return
        assert not self.free
        if self.pulse_since is None:
            self.pulse_since = at
        assert seconds > 0
        assert at + seconds - self.pulse_since <= LONGEST / 1000 + 1e-6


TestAnyDoor = AnyDoor.TestCase
