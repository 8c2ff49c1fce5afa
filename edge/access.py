"""A code before the camera: decide, write it down, let in or say why not. In this order, always."""

import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from contracts.credential import Claims
from contracts.decision import Denied, Granted, decide
from contracts.door_config import DoorConfig
from contracts.effective import last_end
from contracts.journal import EventKind
from contracts.moments import moment_of
from contracts.reasons import DenyReason
from edge.believing import Believing
from edge.core.presentation import Folding, Presentation, note_granted, see
from edge.doorway import Doorway
from edge.drivers.database import DatabaseFailed
from edge.drivers.store import Store
from edge.guests import Guests
from edge.recording import Recorder
from edge.signs import Signs
from edge.unit_clock import UnitClock

PAUSE = 15.0
"""Seconds for which the reader rests after too many bad scans."""
_MINUTE = 60.0
_BAD = frozenset({DenyReason.UNREADABLE, DenyReason.BAD_SIGNATURE, DenyReason.UNKNOWN_KEY})
log = logging.getLogger(__name__)


class Access:
    """Answers passes."""

    def __init__(
        self,
        believing: Believing,
        clock: UnitClock,
        recorder: Recorder,
        store: Store,
        doorway: Doorway,
        signs: Signs,
        guests: Guests,
        pause: Callable[[float], None],
    ) -> None:
        """Decide by beliefs and time, write to the journal, move the door; `pause` rests the reader."""
        self._believing, self._clock, self._recorder = believing, clock, recorder
        self._store, self._doorway, self._signs = store, doorway, signs
        self._guests, self._pause = guests, pause
        self._shown = Presentation()
        self._folding = Folding()
        self._bad: deque[float] = deque()

    def code_seen(self, text: str, now: float) -> None:
        """Take a sight of a code at a monotonic second."""
        self._shown, must_judge = see(self._shown, text, now)
        if not must_judge:
            return
        self._signs.code_seen(now)
        verdict = self.judge(text, now)
        if isinstance(verdict, Granted):
            verdict = self._grant(verdict, text, now)
        if isinstance(verdict, Denied):
            self._refuse(verdict, now)

    def is_shown(self, now: float) -> bool:
        """Tell whether a code is held up, or was until a moment ago: more sights of it are the same one."""
        return self._shown.lasts(now)

    def judge(self, text: str, now: float) -> Granted | Denied:
        """Return what this door answers to a text now; nothing is written and nothing moves."""
        beliefs = self._believing.beliefs
        # Shown again within seconds of opening, a pass reopens without spending another use.
        held = self._doorway.is_free and self._guests.holds(text)  # shown again, it ends that
        free = self._shown.is_reopening(text, now) or held
        spent = (lambda _id: 0) if free else self._spent
        trust = beliefs.trust(self._doorway.mode, self._clock.unix_ms())
        try:
            return decide(text, self._clock.reading(), beliefs.config, trust, spent)
        except Exception as error:  # a mistake of ours never opens a door, and is written down
            log.exception("deciding failed")
            return Denied(DenyReason.UNREADABLE, detail=f"internal: {type(error).__name__}")

    def tick(self, now: float) -> None:
        """Report folded refusals whose time is over."""
        key = self._folding.key
        self._folding, count = self._folding.close(now)
        self._report(count, key)

    def _grant(self, granted: Granted, text: str, now: float) -> Granted | Denied:
        claims = granted.claims
        # Where everybody may enter, a pass changes nothing, and costs nothing.
        uses = (
            bool(claims.uses)
            and not self._doorway.is_free
            and not self._shown.is_reopening(text, now)
        )
        data = {
            "outcome": "granted",
            "credential": claims.credential_id.hex(),
            "grant": claims.grant_id,
            "issue": claims.issue,
            "use": uses,
            **({"grace": granted.grace} if granted.grace else {}),
        }
        try:
            with self._recorder.together():
                cause = self._recorder.must_write(EventKind.DECIDED, data)
                if uses:
                    count = self._spent(claims.credential_id) + 1
                    ends_ms = self._ends_ms(claims)
                    self._store.spend(claims.credential_id, count, ends_ms, claims.grant_id)
        except DatabaseFailed as error:
            return Denied(DenyReason.JOURNAL_FAILED, claims, detail=str(error))
        self._doorway.let_in(cause, now, accessible=claims.accessible)
        self._shown = note_granted(self._shown, now, paid=uses)
        timings = self._doorway.timings
        release = timings.extended_release if claims.accessible else timings.release
        self._signs.granted(claims, now, release / 1000)
        if uses:
            self._keep_second()
        begun = self._guests.shown(granted, text, now, self._doorway.mode)
        if begun is not None:
            self._signs.guests(claims, now, begun=begun)
        return granted

    def _refuse(self, denied: Denied, now: float) -> None:
        self._signs.refused(denied, now)
        credential = denied.claims.credential_id.hex() if denied.claims else ""
        earlier = self._folding.key
        self._folding, must_write, count = self._folding.add(f"{denied.reason}:{credential}", now)
        if must_write:
            self._report(count, earlier)
            self._recorder.write(EventKind.DECIDED, _refusal(denied, credential))
        if denied.reason in _BAD:
            self._rest_after_many(now)

    def _report(self, count: int, key: str) -> None:
        if count:
            reason, _, credential = key.partition(":")
            named = {"credential": credential} if credential else {}
            self._recorder.write(
                EventKind.REFUSALS_FOLDED, {"reason": reason, "count": count, **named}
            )

    def _rest_after_many(self, now: float) -> None:
        config = self._believing.beliefs.config
        most = (
            config.refusals_before_pause
            if config
            else DoorConfig.model_fields["refusals_before_pause"].default
        )
        self._bad.append(now)
        while self._bad[0] < now - _MINUTE:
            self._bad.popleft()
        if len(self._bad) > most:
            self._bad.clear()
            self._pause(PAUSE)

    def _spent(self, credential_id: bytes) -> int:
        return self._store.summary.spent.get(credential_id.hex(), 0)

    def _ends_ms(self, claims: Claims) -> int | None:
        """Return from when, as far as is known now, a pass opens nothing more and may be forgotten."""
        beliefs = self._believing.beliefs
        if beliefs.config is None:
            return None
        amended = beliefs.amendments.grant(claims.grant_id)
        minute = last_end(claims, amended, beliefs.config.zone.table())
        return int(moment_of(minute).timestamp() * 1000)

    def _keep_second(self) -> None:
        try:
            self._store.save_second()
        except DatabaseFailed as error:  # the database has it; the copy follows with the next write
            log.warning("%s", error)


def _refusal(denied: Denied, credential: str) -> dict[str, Any]:
    data: dict[str, Any] = {"outcome": "denied", "reason": denied.reason.value}
    if credential and denied.claims:
        data |= {"credential": credential, "grant": denied.claims.grant_id}
    if denied.detail:
        data["detail"] = denied.detail[:200]
    return data
