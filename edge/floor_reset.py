"""Takes a floor reset: begun here with a nonce, signed offline by the root, brought back by a person.

It lowers what nothing else may lower, so it is good for this unit, this nonce and once, and is written
down before it counts.
"""

import logging
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.documents import DocumentType, unit_audience
from contracts.errors import ContractError, Malformed
from contracts.floor_reset import ResetRequest, SignedReset, verify_floor_reset
from contracts.journal import EventKind
from edge.believing import Believing
from edge.drivers.database import DatabaseFailed
from edge.drivers.store import Store
from edge.recording import Recorder
from edge.unit_clock import UnitClock

BEGIN, TAKE = "floor_reset_begin", "floor_reset"
GOOD_FOR = 14 * 86_400
"""Seconds of the running program for which a nonce is good: holders of root keys have to meet."""
AGES_EVERY = 600.0
"""Seconds between two notes of how old it is."""
log = logging.getLogger(__name__)


class FloorResetting:
    """Gives nonces for a floor reset, and carries one out."""

    def __init__(
        self, unit: str, store: Store, clock: UnitClock, believing: Believing, recorder: Recorder
    ) -> None:
        """Change floor, numbers and beliefs, and nothing else."""
        self._unit, self._store, self._clock = unit, store, clock
        self._believing, self._recorder = believing, recorder
        self._noted_at = clock.monotonic()

    def tick(self, now: float) -> None:
        """Let a nonce get older, and forget it in time."""
        if now < self._noted_at + AGES_EVERY:
            return
        passed, self._noted_at = int(now - self._noted_at), now
        summary = self._store.summary
        if not summary.reset_nonce:
            return
        age = summary.reset_age + passed
        try:
            self._store.await_reset(*(("", 0) if age > GOOD_FOR else (summary.reset_nonce, age)))
        except DatabaseFailed as error:
            log.warning("%s", error)

    def begin(self, _arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Give a nonce for the root to sign; the one before it is worth nothing any more."""
        nonce = secrets.token_hex(16)
        self._store.await_reset(nonce)
        self._noted_at = self._clock.monotonic()
        request = ResetRequest(unit=self._unit, nonce=nonce, floor_ms=self._store.summary.floor_ms)
        yield {**request.to_json(), "floor": in_words(request.floor_ms)}

    def take(self, arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Carry out what the root signed, or say why not."""
        try:
            signed = verify_floor_reset(
                str(arguments.get("document", "")).encode(), self._believing.beliefs.root
            )
            self._require_ours(signed)
        except ContractError as error:
            self._believing.refuse(DocumentType.FLOOR_RESET, error, self._clock.monotonic())
            yield {"error": f"nothing was changed: {error}"}
            return
        before = self._store.summary.floor_ms
        self._carry_out(signed, before)
        yield {"before": in_words(before), "after": in_words(signed.body.unix_ms)}

    def _require_ours(self, signed: SignedReset) -> None:
        if signed.audience != unit_audience(self._unit):
            msg = f"it is for {signed.audience}, and this is {unit_audience(self._unit)}"
            raise Malformed(msg)
        awaited = self._store.summary.reset_nonce
        if not awaited or not secrets.compare_digest(awaited, signed.body.nonce):
            msg = (
                "it answers another request than the last one here, or was used already: begin anew"
            )
            raise Malformed(msg)

    def _carry_out(self, signed: SignedReset, before: int) -> None:
        line = {
            "before": before,
            "after": signed.body.unix_ms,
            "detail": f"{in_words(before)} to {in_words(signed.body.unix_ms)}",
            "signers": sorted(signed.signers),
        }
        with self._recorder.together():
            self._recorder.must_write(EventKind.FLOOR_RESET, line)
            self._store.reset(signed.body.unix_ms)
        try:
            self._store.save_second()
        except DatabaseFailed as error:  # the database has it; the copy follows with the next write
            log.warning("%s", error)
        self._clock.begin_anew()
        self._believing.begin_anew()


def in_words(unix_ms: int) -> str:
    """Return a time for people; nothing is known at 0."""
    if not unix_ms:
        return "no time at all"
    return f"{datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=unix_ms):%Y-%m-%d %H:%M} UTC"
