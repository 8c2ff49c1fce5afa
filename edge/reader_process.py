"""The reader process: joins frames, decoding and judgement, and says over a pipe what it saw.

Started by `drivers/reader.py`, which cannot do this itself: drivers do not know the core. Frames stay
in this process's memory and are gone with the next one.
"""

import faulthandler
import os
import sys
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from edge import config
from edge.core.sight import Sight, see
from edge.drivers.decode import STEPS, attempt
from edge.drivers.frames import Frame, FrameSource, SourceFailed, open_source
from edge.drivers.reader_effort import Puzzled, Seeker
from edge.drivers.reader_look import Meter
from edge.drivers.reader_sandbox import Closed, close_sandbox, die_with_parent
from edge.drivers.reader_talk import Failed, Ready, Said, Settings, pause_of, to_line
from edge.events import CodeSeen, ReaderHealth

SAY_AGAIN_AFTER = 0.09
"""Seconds before a code that is still held up is reported again: ten times a second."""
HEALTH_EVERY = 1.0
"""Seconds."""
_ORDERS = 4096  # bytes


class Listener(Protocol):
    """Whoever hears what we see."""

    def say(self, said: Said) -> None:
        """Take what is said."""

    def orders(self) -> list[float] | None:
        """Return the pauses ordered since the last call; None when it is gone."""


class Parent:
    """The door unit, at the other end of our pipes."""

    def __init__(self) -> None:
        """Keep the pipe to ourselves: what libraries print goes to the error output instead."""
        self._output = os.dup(1)
        os.dup2(2, 1)
        os.set_blocking(0, False)
        self._rest = b""

    def say(self, said: Said) -> None:
        """Say something; waits while the unit does not listen."""
        line = to_line(said)
        while line:
            line = line[os.write(self._output, line) :]

    def orders(self) -> list[float] | None:
        """Return the pauses ordered since the last call; None when the unit is gone."""
        try:
            chunk = os.read(0, _ORDERS)
        except BlockingIOError:
            return []
        if not chunk:
            return None
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [pause_of(line) for line in lines]


class ReaderProcess:
    """Takes frame after frame."""

    def __init__(self, settings: Settings, parent: Listener) -> None:
        """Begin with nothing seen."""
        self._parent = parent
        self._meter, self._seeker, self._puzzled = (
            Meter(),
            Seeker(settings.accepts),
            Puzzled(),
        )
        self._sight = Sight()
        self._resting_until = float("-inf")
        self._said = "", float("-inf")
        self._frames, self._health_at = 0, float("-inf")

    def run(self, source: FrameSource) -> None:
        """Read frames until the unit is gone.

        Raises:
            SourceFailed: there are no more.

        """
        while (orders := self._parent.orders()) is not None:
            frame = source.read()
            for seconds in orders:
                self._resting_until = frame.at + seconds
            self.take(frame)

    def take(self, frame: Frame) -> None:
        """Look at one frame and say what there is to say."""
        measured = self._meter.measure(frame.gray)
        if frame.at >= self._resting_until:
            self._read(frame, moved=measured.moved)
        self._sight = see(self._sight, measured, frame.at)
        self._say_health(frame.at)

    def _read(self, frame: Frame, *, moved: bool) -> None:
        found = self._seeker.seek(frame.gray, frame.at, moved=moved)
        if found.text is not None:
            self._say_code(found.text, frame.at)
        unclear = self._puzzled.note(found, frame.at)
        # A poster that hangs in view is nobody who needs help.
        if unclear is not None and self._seeker.is_awake(frame.at):
            self._parent.say(unclear)

    def _say_code(self, text: str, at: float) -> None:
        before, said_at = self._said
        if text != before or at - said_at >= SAY_AGAIN_AFTER:
            self._said = text, at
            self._parent.say(CodeSeen(text, at, at))

    def _say_health(self, at: float) -> None:
        self._frames += 1
        elapsed = at - self._health_at
        if elapsed >= HEALTH_EVERY:
            rate = 0.0 if elapsed == float("inf") else self._frames / elapsed
            self._parent.say(ReaderHealth(self._sight.state(at), rate, at))
            self._frames, self._health_at = 0, at


def warm_up() -> None:
    """Have everything imported and allocated that the sandbox would not let come later."""
    picture = np.tile(np.linspace(0, 255, 320, dtype=np.uint8), (180, 1))
    for name in STEPS:
        attempt(name, picture)
    Meter().measure(picture)


def main() -> int:
    """Run until the door unit is gone or the source gives no frames."""
    settings = Settings.from_argument(sys.argv[1])
    if not die_with_parent(settings.parent):
        return 0
    faulthandler.enable()  # a crash in a decoder says where
    cv2.setNumThreads(1)
    parent = Parent()
    reader = config.Reader(settings.source, settings.width, settings.height, settings.rate)
    try:
        source = open_source(reader, Path(settings.run))
        warm_up()
        closed = close_sandbox(needs_threads=source.needs_threads)
        parent.say(_ready(closed))
        ReaderProcess(settings, parent).run(source)
    except SourceFailed as error:
        parent.say(Failed(str(error)))
        return 1
    except BrokenPipeError:  # the unit is gone
        return 0
    source.close()
    return 0


def _ready(closed: Closed) -> Ready:
    return Ready(closed.files, closed.calls, closed.limits)


if __name__ == "__main__":
    sys.exit(main())
