"""What central tells this unit to do at once, and which mode it puts the door in."""

import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from contracts.commands import Command, CommandName, CommandResult, NonceGiven, NonceRequest
from contracts.documents import DocumentType
from contracts.errors import ContractError, Malformed
from contracts.journal import EventKind
from contracts.modes import DoorMode
from contracts.reasons import DenyReason
from contracts.topics import Up
from edge.believing import Believing
from edge.core.door import FREE_MODES
from edge.core.modes import mode_now
from edge.core.nonces import NonceBook
from edge.doorway import Doorway
from edge.drivers.database import DatabaseFailed
from edge.guests import Guests
from edge.recording import Recorder
from edge.signs import Signs
from edge.unit_clock import UnitClock
from edge.uplink import Uplink

DONE = "done"
NONCE_UNKNOWN = "nonce_unknown"
NOTED_EVERY = 60.0
"""Seconds between two lines about commands that came too late or again."""
log = logging.getLogger(__name__)


class Commanding:
    """Carries out commands once each, written down first, and follows the signed mode."""

    def __init__(
        self,
        believing: Believing,
        clock: UnitClock,
        recorder: Recorder,
        doorway: Doorway,
        signs: Signs,
        guests: Guests,
        uplink: Uplink,
        inspect: Callable[[CommandName], Mapping[str, Any]],
    ) -> None:
        """Act on the door and its signs; answer over the uplink, with what `inspect` finds."""
        self._believing, self._clock, self._recorder = believing, clock, recorder
        self._doorway, self._signs, self._uplink = doorway, signs, uplink
        self._guests, self._inspect = guests, inspect
        self._nonces = NonceBook()
        self._note_late_from = float("-inf")

    def take(self, payload: bytes, now: float) -> None:
        """Take what came on the command topic: a plain request for a nonce, or a signed command."""
        if payload.startswith(b"{"):
            self._give_nonce(payload, now)
            return
        try:
            command = self._believing.prove(DocumentType.COMMAND, payload).read(Command)
        except ContractError as error:
            self._believing.refuse(DocumentType.COMMAND, error, now)
            return
        self._nonces, is_good = self._nonces.take(command.nonce, now)
        outcome, detail = self._carry_out(command, now) if is_good else (NONCE_UNKNOWN, {})
        if not is_good:
            self._note_late(command, now)
        result = CommandResult(id=command.id, outcome=outcome, detail=dict(detail))
        self._uplink.say(Up.RESULT, DocumentType.RESULT, result, 0)

    def follow_mode(self, now: float) -> None:
        """Bring the door into the mode that holds now, once that is written down."""
        beliefs = self._believing.beliefs
        in_service = beliefs.config is not None and beliefs.config.commissioned
        may_open = in_service and beliefs.fresh and beliefs.mode_is_proven
        signed = mode_now(beliefs.modes, self._clock.unix_ms(), may_open=may_open)
        mode = self._guests.mode(signed, now)
        # What a pass began and a signed mode goes on with rests on that mode from here on.
        taken_over = mode in FREE_MODES and "why" in self._guests.line
        if mode is self._doorway.mode and not taken_over:
            return
        cause = beliefs.modes.cause if beliefs.modes else ""
        line = {
            "mode": mode.value,
            "before": self._doorway.mode.value,
            "cause": "pass" if mode is not signed else cause,
            **self._guests.line,
        }
        try:
            entry = self._recorder.must_write(EventKind.MODE_CHANGED, line)
        except DatabaseFailed:
            self._guests.drop()
            # Opening rests on a line; locking does not wait for one.
            if mode in FREE_MODES and not taken_over:
                return
            entry, mode = 0, DoorMode.LOCKED if taken_over else mode
        self._doorway.set_mode(mode, entry, now)

    def _give_nonce(self, payload: bytes, now: float) -> None:
        try:
            asked = NonceRequest.parse(payload)
        except Malformed as error:
            log.warning("not a request for a nonce: %s", error)
            return
        if not self._nonces.may_give(now):
            return
        nonce = secrets.token_hex(16)
        self._nonces = self._nonces.give(nonce, now)
        self._uplink.say(Up.NONCE, DocumentType.NONCE, NonceGiven(ask=asked.ask, nonce=nonce), 0)

    def _note_late(self, command: Command, now: float) -> None:
        """Write down that a command came too late or again; a broker may say one without end."""
        if now >= self._note_late_from:
            self._note_late_from = now + NOTED_EVERY
            self._recorder.write(EventKind.COMMAND, _line(command, NONCE_UNKNOWN))

    def _carry_out(self, command: Command, now: float) -> tuple[str, Mapping[str, Any]]:
        refusal = self._refusal(command)
        try:
            cause = self._recorder.must_write(EventKind.COMMAND, _line(command, refusal or DONE))
        except DatabaseFailed:
            return DenyReason.JOURNAL_FAILED.value, {}
        if refusal:
            return refusal, {}
        match command.command:
            case CommandName.UNLOCK_ONCE:
                self._doorway.let_in(cause, now)
                self._signs.granted(None, now, self._doorway.timings.release / 1000)
            case CommandName.IDENTIFY:
                self._signs.identify(now)
            case CommandName.SELF_TEST | CommandName.SEND_LOGS:
                return DONE, self._inspect(command.command)
        return DONE, {}

    def _refusal(self, command: Command) -> str:
        """Return why an opening is refused, empty when it is not one or nothing forbids it."""
        if command.command is not CommandName.UNLOCK_ONCE:
            return ""
        beliefs = self._believing.beliefs
        if beliefs.config is None or not beliefs.config.commissioned:
            return DenyReason.NOT_COMMISSIONED.value
        if not beliefs.fresh:
            # An old key set may have come back, with a command key that was removed since.
            return DenyReason.LISTS_TOO_OLD.value
        if self._doorway.mode is DoorMode.LOCKED_DOWN:
            return DenyReason.LOCKED_DOWN.value
        return ""


def _line(command: Command, outcome: str) -> dict[str, Any]:
    return {
        "id": command.id,
        "command": command.command.value,
        "actor": command.actor,
        "outcome": outcome,
    }
