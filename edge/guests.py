"""Holds the door open for the guests of who shows a pass twice, and knows when that is over."""

import logging
from collections.abc import Mapping
from typing import Any

from contracts.credential import Claims, Kind
from contracts.decision import Granted, decide
from contracts.documents import DocumentType
from contracts.modes import DoorMode
from contracts.moments import moment_of
from edge.believing import Believing
from edge.core.beliefs import Beliefs
from edge.core.hold_open import JUDGED_EVERY, NOTHING, Ended, shown, why_over
from edge.unit_clock import UnitClock

HOSTS = frozenset({Kind.RENTER, Kind.CREW})
"""Whose passes may hold a door open. Those of staff are good for months and at many doors, and who
comes in an emergency lets nobody in behind him; staff leave a door open by a mode that they sign."""
log = logging.getLogger(__name__)


class Guests:
    """The part of the door's mode that passes decide; what central signed goes before it."""

    def __init__(self, believing: Believing, clock: UnitClock) -> None:
        """Judge by beliefs and time; nothing is held open at the start."""
        self._believing, self._clock = believing, clock
        self._hold = NOTHING
        self._ended: Ended | None = None
        self._is_good, self._judged_at = False, float("-inf")
        self._judged_by: Beliefs | None = None
        self._claims: Claims | None = None
        self.line: Mapping[str, Any] = {}
        """What the journal says beside the mode that `mode` returned last: which pass, and why not."""

    def holds(self, text: str) -> bool:
        """Tell whether this pass holds the door open."""
        return self._hold.rests_on(text)

    def shown(self, granted: Granted, text: str, now: float, mode: DoorMode) -> bool | None:
        """Take that a pass was granted; return whether it begins (or ends) to hold the door open."""
        unix_ms, may_begin = self._clock.unix_ms(), mode is DoorMode.LOCKED
        if granted.claims.kind not in HOSTS:
            return None
        # Without a known time nobody could tell when it ends.
        if not granted.claims.may_hold_open or granted.grace is not None or unix_ms is None:
            return None
        lasts = moment_of(granted.window.end).timestamp() - unix_ms / 1000
        before, modes = self._hold.is_on, self._modes()
        self._hold = shown(self._hold, text, now, lasts=lasts, modes=modes, may_begin=may_begin)
        if self._hold.is_on is before:
            return None
        if before:
            self._ended = Ended.SHOWN_AGAIN
        else:
            self._claims, self._is_good = granted.claims, True
            self._judged_at, self._judged_by = now, self._believing.beliefs
        return not before

    def mode(self, signed: DoorMode, now: float) -> DoorMode:
        """Return the mode that holds now, given the one that central signed."""
        if self._hold.is_on:
            self._judge(signed, now)
            self._ended = why_over(self._hold, now, is_good=self._is_good, modes=self._modes())
            if self._ended is None and signed is not DoorMode.LOCKED:
                self._ended = Ended.MODE_SAID  # it must not wait behind that mode for its end
        if self._ended is not None:
            self.line = {**self._named(), "why": self._ended.value}
            self._hold, self._ended = NOTHING, None
        else:
            self.line = self._named() if self._hold.is_on else {}
        return DoorMode.HOLD_OPEN if self._hold.is_on else signed

    def drop(self) -> None:
        """Forget what holds: it could not be written down, and must not begin when nobody is there."""
        self._hold = NOTHING

    def _judge(self, signed: DoorMode, now: float) -> None:
        """Ask again whether the pass that all rests on would open the door: in time, or on news."""
        beliefs = self._believing.beliefs
        if beliefs is self._judged_by and now - self._judged_at < JUDGED_EVERY:
            return
        self._judged_at, self._judged_by = now, beliefs
        trust = beliefs.trust(signed, self._clock.unix_ms())
        try:
            answer = decide(
                self._hold.text, self._clock.reading(), beliefs.config, trust, lambda _id: 0
            )
        except Exception:  # a mistake of ours never keeps a door open
            log.exception("deciding failed")
            self._is_good = False
            return
        self._is_good = isinstance(answer, Granted) and answer.grace is None

    def _modes(self) -> int:
        document = self._believing.beliefs.held.get(DocumentType.MODES)
        return document.number if document is not None else 0

    def _named(self) -> dict[str, Any]:
        if self._claims is None:
            return {}
        return {"credential": self._claims.credential_id.hex(), "grant": self._claims.grant_id}
