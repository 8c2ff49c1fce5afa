"""What a unit can find out about itself without moving the lock: one line per part, in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contracts.journal import LARGEST_BATCH, first_broken
from contracts.reasons import Fault
from edge.believing import Believing
from edge.drivers.database import DatabaseFailed
from edge.drivers.journal import Journal
from edge.faults import Faults
from edge.unit_clock import UnitClock


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part is."""

    name: str
    ok: bool
    words: str
    """What is right or wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """Asks each part how it is."""

    journal: Journal
    clock: UnitClock
    believing: Believing
    faults: Faults
    is_connected: Callable[[], bool]

    def run(self) -> tuple[Finding, ...]:
        """Return a finding per part."""
        return tuple(self._findings())

    def _findings(self) -> Iterator[Finding]:
        yield self._journal()
        yield self._time()
        yield self._camera()
        yield self._documents()
        connected = self.is_connected()
        yield Finding("link", connected, "connected" if connected else "no connection to central")
        tampered = Fault.TAMPER in self.faults.active
        yield Finding("case", not tampered, "the case is open" if tampered else "closed")

    def _journal(self) -> Finding:
        try:
            last, after = self.journal.head[0], max(self.journal.base_seq, self._newest())
            rows = [(one.seq, one.raw, one.hash) for one in self.journal.after(after)]
            broken = first_broken(self.journal.hash_at(after) or b"", rows)
        except DatabaseFailed as error:
            return Finding("journal", ok=False, words=f"cannot be read: {error}")
        if broken is not None:
            return Finding("journal", ok=False, words=f"the chain is broken at entry {broken}")
        return Finding("journal", ok=True, words=f"{last} entries, the newest unbroken")

    def _newest(self) -> int:
        return self.journal.head[0] - LARGEST_BATCH

    def _time(self) -> Finding:
        trust = self.clock.trust
        words = f"{trust.value}" if trust.trusted else f"not trusted ({trust.value}); connect once"
        return Finding("clock", trust.trusted, words)

    def _camera(self) -> Finding:
        wrong = [fault for fault in self.faults.active if fault.value.startswith("camera_")]
        return Finding("camera", not wrong, ", ".join(wrong) or "sees")

    def _documents(self) -> Finding:
        beliefs = self.believing.beliefs
        if beliefs.config is None:
            return Finding("documents", ok=False, words="no configuration yet; register the unit")
        if not beliefs.config.commissioned:
            return Finding("documents", ok=False, words="not commissioned: opens for nobody")
        if not beliefs.fresh:
            return Finding("documents", ok=False, words="waits for central's freshness answer")
        return Finding("documents", ok=True, words=f"door {beliefs.config.name!r} in service")
