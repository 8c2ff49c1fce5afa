"""A door whose time is told: it ticks at every deadline, as the controller does, and keeps what followed."""

from dataclasses import dataclass, field

from contracts.door_config import Timings
from contracts.modes import DoorMode
from edge.core import door as rules
from edge.core.door import Action, Door, Record, Release, Secure

TIMINGS = Timings()
"""Release 5 s, extended 15 s, longest 30 s; open 30 s, extended 90 s, pre-alarm 10 s before."""


@dataclass
class ADoor:
    door: Door = field(default_factory=Door)
    timings: Timings = TIMINGS
    now: float = 1000.0
    done: list[tuple[float, Action]] = field(default_factory=list)

    def at(self, now: float) -> "ADoor":
        """Let time pass until `now`, with every deadline on the way."""
        while self.door.due is not None and self.door.due <= now:
            self.now = max(self.now, self.door.due)
            self._follow(rules.tick(self.door, self.now, self.timings))
        self.now = now
        return self

    def late(self, now: float) -> "ADoor":
        """Let time pass without anybody looking at the deadlines."""
        self.now = now
        return self

    def grant(self, cause: int, *, accessible: bool = False) -> tuple[Action, ...]:
        return self._follow(
            rules.grant(self.door, cause, self.now, self.timings, accessible=accessible)
        )

    def opens(self) -> tuple[Action, ...]:
        return self._follow(rules.leaf(self.door, self.now, self.timings, is_open=True))

    def closes(self) -> tuple[Action, ...]:
        return self._follow(rules.leaf(self.door, self.now, self.timings, is_open=False))

    def mode(self, mode: DoorMode, cause: int = 0) -> tuple[Action, ...]:
        return self._follow(rules.set_free(self.door, mode, cause, self.now, self.timings))

    def tick(self) -> tuple[Action, ...]:
        return self._follow(rules.tick(self.door, self.now, self.timings))

    def explained(self, by: str, *, lasts: bool = False) -> None:
        self.door = rules.explain(self.door, by, self.now, lasts=lasts)

    @property
    def strike(self) -> bool:
        """Whether the strike is released, from what was asked of it and not from what the door says."""
        moves = [(at, one) for at, one in self.done if isinstance(one, Release | Secure)]
        if not moves or isinstance(moves[-1][1], Secure):
            return False
        at, release = moves[-1]
        assert isinstance(release, Release)
        return release.seconds is None or self.now < at + release.seconds

    @property
    def records(self) -> list[tuple[str, dict[str, object]]]:
        return [(a.kind.value, dict(a.data)) for _, a in self.done if isinstance(a, Record)]

    def when(self, wanted: Action) -> list[float]:
        """The seconds at which exactly this action followed."""
        return [at for at, action in self.done if action == wanted]

    def _follow(self, outcome: rules.Outcome) -> tuple[Action, ...]:
        self.door, actions = outcome
        self.done += [(self.now, action) for action in actions]
        return actions
