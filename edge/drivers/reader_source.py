"""What a source of frames is, and what those that are no camera need to look like one."""

import time
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import EdgeError

Gray = NDArray[np.uint8]


class SourceFailed(EdgeError):
    """There are no frames to be had; the message says what to check."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, and the monotonic second at which it was taken."""

    gray: Gray
    at: float


class FrameSource(Protocol):
    """Something that gives one frame after the other."""

    needs_threads: bool
    """It starts threads while it runs, so the sandbox must let it."""

    def read(self) -> Frame:
        """Wait for the next frame and return it.

        Raises:
            SourceFailed: there will be none.

        """

    def close(self) -> None:
        """Give the camera, file or socket back."""


class Pace:
    """Says when the next frame is due, so many times a second."""

    def __init__(self, rate: int) -> None:
        """Begin now."""
        self._interval = 1 / rate
        self._due = time.monotonic()

    def remaining(self) -> float:
        """Return the seconds until the next frame is due, 0 when it is."""
        return max(0.0, self._due - time.monotonic())

    def tick(self) -> float:
        """Note that the frame is taken now; return the moment."""
        now = time.monotonic()
        # Somebody who was late does not hurry afterwards.
        self._due = (self._due if now - self._due < self._interval else now) + self._interval
        return now

    def wait(self) -> float:
        """Sleep until the next frame is due; return the moment."""
        time.sleep(self.remaining())
        return self.tick()


class Grain:
    """The noise of a sensor: without it a still picture is what a frozen camera gives."""

    _LEVEL, _DEVIATION, _SPARE = 16, 2.5, 61

    def __init__(self, seed: int = 1) -> None:
        """Begin; the same seed gives the same noise."""
        self._random = np.random.default_rng(seed)
        self._plane = np.zeros((0, 0), np.uint8)

    def over(self, gray: Gray) -> Gray:
        """Return the picture with noise that differs from frame to frame."""
        rows, columns = gray.shape
        if self._plane.shape != (rows + self._SPARE, columns + self._SPARE):
            self._plane = self._drawn(rows + self._SPARE, columns + self._SPARE)
        down, right = self._random.integers(0, self._SPARE, 2)
        # Drawing a million random numbers a frame would cost more than reading the code.
        cut = self._plane[down : down + rows, right : right + columns]
        return np.asarray(cv2.addWeighted(gray, 1, cut, 1, -self._LEVEL), np.uint8)

    def _drawn(self, rows: int, columns: int) -> Gray:
        drawn = self._random.standard_normal((rows, columns), np.float32)
        drawn *= self._DEVIATION
        drawn += self._LEVEL
        return np.clip(np.rint(drawn), 0, 2 * self._LEVEL).astype(np.uint8)
