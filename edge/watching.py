"""Looks after the unit: inputs, camera, clock, disk, temperature, certificate. Turns them into faults."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contracts.journal import EventKind
from contracts.messages import Health
from contracts.reasons import Fault
from edge.believing import Believing
from edge.doorway import EXPLAINS, Doorway
from edge.drivers import machine
from edge.drivers.identity import Identity
from edge.events import CameraState, Input, InputChanged, LinkDown, ReaderHealth
from edge.faults import Faults
from edge.recording import SLOW, Recorder
from edge.unit_clock import UnitClock

LOOK_EVERY = 5.0
"""Seconds between two looks at what gives no signal by itself."""
HOT = 80
"""Degrees Celsius; a Raspberry Pi slows down from there."""
COOL = 75
RENEW_BEFORE = timedelta(days=20)
_FULL = 10
"""Percent of the disk below which it counts as low."""
_DAY = 86_400.0

CAMERA = {
    CameraState.FROZEN: Fault.CAMERA_FROZEN,
    CameraState.COVERED: Fault.CAMERA_COVERED,
    CameraState.DARK: Fault.CAMERA_DARK,
    CameraState.BLURRED: Fault.CAMERA_BLURRED,
}
WATCHED = {Input.TAMPER: Fault.TAMPER, Input.MAINS: Fault.MAINS_LOST}


class Watching:
    """Keeps the faults true."""

    def __init__(
        self,
        data: Path,
        identity: Identity,
        clock: UnitClock,
        recorder: Recorder,
        faults: Faults,
        believing: Believing,
        doorway: Doorway,
    ) -> None:
        """Watch the machine, the time, the journal and the beliefs."""
        self._data, self._identity, self._clock = data, identity, clock
        self._recorder, self._faults = recorder, faults
        self._believing, self._doorway = believing, doorway
        self._due = 0.0
        self._certificate_due = 0.0
        self._current_at = clock.monotonic()
        self.unacked: Callable[[], int] = lambda: 0

    def input_changed(self, event: InputChanged) -> None:
        """Take a changed input: it explains an opening, is a fault, or is only written down."""
        if event.input is Input.DOOR_CONTACT:
            self._doorway.contact(event.at, is_open=event.active)
            return
        if event.input is Input.LOCK_CONTACT:
            self._doorway.lock_contact(unlocked=event.active)
            return
        if event.input in WATCHED:
            self._faults.put(WATCHED[event.input], wrong=event.active)
            return
        # Only a fire alarm explains for as long as it lasts: an exit button that somebody taped down, or
        # a contact that stuck, must not silence the alarm for a forced door.
        is_fire = event.input is Input.FIRE_PANEL
        if is_fire or (event.active and event.input in EXPLAINS):
            self._doorway.explain(event.input, event.at, lasts=is_fire and event.active)
        self._recorder.write(
            EventKind.INPUT_CHANGED, {"input": event.input.value, "active": event.active}
        )

    def reader_health(self, event: ReaderHealth) -> None:
        """Take how the camera is."""
        for state, fault in CAMERA.items():
            self._faults.put(fault, wrong=event.state is state)

    def link_down(self, event: LinkDown) -> None:
        """Take why the broker cannot be reached."""
        if event.refused:
            self._faults.put(Fault.LINK_REFUSED, wrong=True, detail=event.reason)

    def publish_refused(self, kind: str, reason: str) -> None:
        """Take that the broker refused one message: its rules do not fit this unit."""
        self._faults.put(Fault.LINK_REFUSED, wrong=True, detail=f"{kind}: {reason}")

    def link_up(self) -> None:
        """Take that the broker let us in."""
        self._faults.put(Fault.LINK_REFUSED, wrong=False)

    def tick(self, now: float) -> None:
        """Look at everything whose time has come."""
        self._journal()
        if now < self._due:
            return
        self._due = now + LOOK_EVERY
        if self._recorder.failing:
            # What could not be written when it began; the first line that succeeds is this one.
            data = {"fault": Fault.JOURNAL_FAILED.value, "detail": self._recorder.failing[:200]}
            self._recorder.write(EventKind.FAULT_RAISED, data)
        self._time()
        self._machine()
        if now >= self._certificate_due:
            self._certificate_due = now + _DAY / 24
            self._certificate()

    def health(self) -> Health:
        """Return how the unit is, for central's hint."""
        age = self._believing.beliefs.lists_age(self._clock.unix_ms())
        return Health(
            mode=self._doorway.mode,
            leaf="open" if self._doorway.leaf_open else "closed",
            strike="released" if self._doorway.released else "secured",
            trust=self._clock.trust,
            faults=self._faults.active,
            unacked=self.unacked(),
            lists_age=None if age is None else int(age),
            temperature=machine.temperature(),
            disk_free_percent=machine.disk_free_percent(self._data),
        )

    def _journal(self) -> None:
        failing = self._recorder.failing
        # Written down only once writing works again: then with how much is missing.
        lost = "" if failing else f"{self._recorder.lost} facts are missing"
        self._faults.put(Fault.JOURNAL_FAILED, wrong=bool(failing), detail=failing or lost)
        if not failing:
            self._recorder.take_lost()

    def _time(self) -> None:
        step = self._clock.watch()
        if step:
            self._faults.put(Fault.CLOCK_STEP, wrong=True, detail=f"{step} ms")
        self._faults.put(Fault.CLOCK_STEP, wrong=False)
        trust = self._clock.trust
        self._faults.put(Fault.CLOCK_UNTRUSTED, wrong=not trust.trusted, detail=trust.value)
        beliefs = self._believing.beliefs
        age, config = self._lists_age(), beliefs.config
        if config is not None:
            oldest = config.policy.lists_old_after_hours * 3600
            self._faults.put(Fault.LISTS_OLD, wrong=age > oldest, detail=f"{int(age)} s")

    def _lists_age(self) -> float:
        """Return the seconds for which nobody proved that the lists are current, as far as known.

        A list that central named and a broker withholds, or a lost clock, makes the age unknown: then
        it goes on from what it was.
        """
        now = self._clock.monotonic()
        age = self._believing.beliefs.lists_age(self._clock.unix_ms())
        if age is not None:
            self._current_at = now - age
        return now - self._current_at

    def _machine(self) -> None:
        self._faults.put(Fault.JOURNAL_SLOW, wrong=self._recorder.take_slowest() > SLOW)
        degrees = machine.temperature()
        if degrees is not None and not COOL < degrees < HOT:
            self._faults.put(
                Fault.TEMPERATURE_HIGH, wrong=degrees >= HOT, detail=f"{degrees} degrees"
            )
        self._faults.put(Fault.UNDER_VOLTAGE, wrong=machine.under_voltage())

    def _certificate(self) -> None:
        ends, now_ms = self._identity.certificate_ends(), self._clock.unix_ms()
        if ends is None or now_ms is None:
            return
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        self._faults.put(
            Fault.CERTIFICATE_EXPIRING, wrong=ends - now < RENEW_BEFORE, detail=f"{ends:%Y-%m-%d}"
        )
