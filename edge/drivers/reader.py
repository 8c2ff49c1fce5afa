"""The reader: a camera and a decoder in a process of their own, watched, and started again.

Decoders are C libraries that look at what strangers hold up, and cameras hang: neither may stop the
door. This module stays small (no OpenCV here), listens, and tells the controller.
"""

import logging
import os
import threading
import time
from dataclasses import asdict
from pathlib import Path

from contracts.credential import PREFIX, TEXT_LENGTH
from edge import config
from edge.drivers.reader_child import ReaderChild, ReaderEnded
from edge.drivers.reader_talk import Form, Ready, Said, Settings
from edge.events import CameraState, CodeSeen, CodeUnclear, Emit, ReaderHealth

log = logging.getLogger(__name__)

FORMS = (Form(PREFIX, TEXT_LENGTH),)
"""The texts that the reader is to read; all others stay in its process."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
"""Seconds before another start; doubled each time it ends soon."""
GOOD_AFTER = 60.0
"""Seconds of life after which the next pause is a short one again."""
SAY_EVERY = 1.0
"""Seconds between two reports that there is no reader."""
_WAKE = 0.2  # seconds at most until `stop` is noticed
_STOPS_WITHIN = 10.0


class Reader:
    """Reads codes from a source of frames and emits what it sees."""

    def __init__(self, source: config.Reader, emit: Emit, run: Path) -> None:
        """Prepare; nothing is started.

        Args:
            source: where frames come from.
            emit: is given CodeSeen, CodeUnclear and ReaderHealth, from a thread of the reader's own.
            run: folder for sockets.

        """
        self._source, self._emit, self._run_folder = source, emit, run
        self._thread = threading.Thread(target=self._watch, name="reader", daemon=True)
        self._stopping = threading.Event()
        self._child: ReaderChild | None = None
        self._resting_until = float("-inf")
        self._blind = False
        self._said_at = float("-inf")

    def start(self) -> None:
        """Start the process and return; a reader that does not work is reported, never raised."""
        self._thread.start()

    def stop(self) -> None:
        """End the process; return when it is gone."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_STOPS_WITHIN)

    def pause(self, seconds: float) -> None:
        """Emit no code for a time: somebody is trying out codes, or there is nothing to read."""
        self._resting_until = time.monotonic() + seconds
        child = self._child
        if child is not None:
            child.pause(seconds)

    def _watch(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                why = self._live()
            except Exception as error:
                # Whatever it was: a door whose reader nobody watches any more would stay blind.
                log.exception("watching the reader failed")
                why = repr(error)
            if self._stopping.is_set():
                return
            if time.monotonic() - began > GOOD_AFTER:
                pause = FIRST_PAUSE
            log.warning("the reader is started again in %.2g s: %s", pause, why)
            self._wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _live(self) -> str:
        """Start one process and listen until it ends; return why."""
        try:
            child = self._child = ReaderChild(self._settings())
        except ReaderEnded as error:
            self._be_blind()
            return str(error)
        log.info("the reader is process %d", child.pid)
        why = ""
        try:
            while not self._stopping.is_set():
                for said in child.listen(_WAKE):
                    self._pass_on(said)
                self._say_blind()
        except ReaderEnded as error:
            why = str(error)
            self._be_blind()
        finally:
            self._child = None
            words = child.end(at_once=bool(why))
        return f"{why}; its last words: {words}" if words else why

    def _settings(self) -> Settings:
        source = self._source
        return Settings(
            source=source.source,
            width=source.width,
            height=source.height,
            rate=source.rate,
            run=str(self._run_folder),
            parent=os.getpid(),
            forms=FORMS,
        )

    def _pass_on(self, said: Said) -> None:
        match said:
            case ReaderHealth():
                self._blind = False
                self._emit(said)
            case CodeSeen() | CodeUnclear() if time.monotonic() >= self._resting_until:
                self._emit(said)
            case Ready():
                missing = [name for name, there in asdict(said).items() if not there]
                if missing:
                    log.warning("the reader's sandbox stays open in part: %s", ", ".join(missing))

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._stopping.wait(min(left, _WAKE)):
            self._say_blind()

    def _be_blind(self) -> None:
        self._blind = True
        self._say_blind()

    def _say_blind(self) -> None:
        """Say, once a second, that there are no frames, from the end of one process to the next."""
        now = time.monotonic()
        if self._blind and now - self._said_at >= SAY_EVERY:
            self._said_at = now
            self._emit(ReaderHealth(CameraState.FROZEN, 0.0, now))
