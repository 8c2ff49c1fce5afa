"""Measures a frame: light, shape, sharpness, and whether something moved. What it means others judge."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
_Blocks = NDArray[np.float32]

_SMALL, _MIDDLE, _LARGE = (160, 90), (80, 45), (40, 22)  # blocks across and down a frame
_MOVED = 10.0
"""Brightness by which a part must differ from its surroundings otherwise than before."""
_GAIN = 0.15
"""Share by which a contrast may differ: exposure and lamps change without anybody there."""
_EVERY = 8  # rows: comparing one in eight finds two equal frames just as well


@dataclass(frozen=True, slots=True)
class Measured:
    """The numbers of one frame; `edge.core.sight.Look` says what they mean."""

    light: float
    shape: float
    sharpness: float
    repeated: bool
    moved: bool
    """Something is elsewhere than when it last moved."""


class Meter:
    """Measures one frame after the other."""

    def __init__(self) -> None:
        """Begin: the first frame counts as moved."""
        self._rows: Gray | None = None
        self._still: _Blocks | None = None

    def measure(self, gray: Gray) -> Measured:
        """Return the numbers of a frame."""
        small = cv2.resize(gray, _SMALL, interpolation=cv2.INTER_AREA).astype(np.float32)
        middle = np.asarray(cv2.resize(small, _MIDDLE, interpolation=cv2.INTER_AREA), np.float32)
        large = np.asarray(cv2.resize(middle, _LARGE, interpolation=cv2.INTER_AREA), np.float32)
        shape = _strongest_steps(large, 99.0)
        return Measured(
            light=float(np.percentile(large, 95)),
            shape=shape,
            sharpness=_strongest_steps(small, 99.7) / max(shape, 1.0),
            repeated=self._repeats(gray),
            moved=self._moves(middle),
        )

    def _repeats(self, gray: Gray) -> bool:
        before, self._rows = self._rows, gray[::_EVERY].copy()
        return before is not None and np.array_equal(before, self._rows)

    def _moves(self, blocks: _Blocks) -> bool:
        # Without its surroundings' brightness: a lamp that brightens slowly moves nothing.
        contrast = blocks - np.asarray(cv2.blur(blocks, (9, 9)), np.float32)
        if self._still is not None:
            allowed = _MOVED + _GAIN * np.abs(self._still)
            if not np.any(np.abs(contrast - self._still) > allowed):
                return False
        self._still = contrast
        return True


def _strongest_steps(blocks: _Blocks, percent: float) -> float:
    across, down = np.diff(blocks, axis=1)[:-1], np.diff(blocks, axis=0)[:, :-1]
    return float(np.percentile(np.hypot(across, down), percent))
