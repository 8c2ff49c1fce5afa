"""A small painter of rooms: boxes and panels in perspective, with light and shadow. Draws, no more.

Lengths are metres: x to the right, y up, z away from who looks. Everything is the same each time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 960, 720
_FINER = 2
"""Drawn so many times larger, so that edges are smooth."""
_SHIFT = 4
"""Bits of a pixel's fraction, as OpenCV wants points."""
_BEHIND = 1.6
"""How far outside the room the eye is."""
_JPEG = 88

Colour = tuple[int, int, int]
"""Red, green, blue."""
Point = tuple[float, float, float]
Picture = NDArray[np.uint8]


def lighter(colour: Colour, by: float) -> Colour:
    """Return a colour so many times as bright, within what a screen can show."""
    red, green, blue = (max(0, min(255, round(one * by))) for one in colour)
    return red, green, blue


def mixed(one: Colour, two: Colour, share: float) -> Colour:
    """Return a colour between two; `share` is that of the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, two, strict=True))
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Eye:
    """From where a room is seen."""

    x: float
    y: float = 1.75
    turn: float = 0.0
    """Radians to the right."""
    width: float = 0.95
    """Of the picture at one metre: larger shows more."""


@dataclass
class Scene:
    """What is to be drawn of one room, gathered and then painted from far to near."""

    eye: Eye
    canvas: Picture = field(
        default_factory=lambda: np.zeros((HEIGHT * _FINER, WIDTH * _FINER, 3), np.uint8)
    )
    _faces: list[tuple[float, Sequence[Point], Colour]] = field(default_factory=list)
    _shadows: list[Sequence[Point]] = field(default_factory=list)
    _glow: list[tuple[Sequence[Point], Colour]] = field(default_factory=list)
    _lamps: list[tuple[Point, float, Colour]] = field(default_factory=list)

    # --- at once: what lies behind everything

    def ground(self, corners: Sequence[Point], near: Colour, far: Colour) -> None:
        """Fill a large surface whose colour changes from the bottom of the picture to its top."""
        points = self._points(corners)
        rows = points[:, 1] / (1 << _SHIFT)
        top, bottom = rows.min(), rows.max()
        first, last = (int(np.clip(one, 0, self.canvas.shape[0])) for one in (top, bottom + 2))
        if first >= last:
            return
        mask = np.zeros(self.canvas.shape[:2], np.uint8)
        cv2.fillPoly(mask, [points], 255, cv2.LINE_AA, _SHIFT)
        share = np.clip((np.arange(first, last) - top) / max(bottom - top, 1), 0, 1)
        ramp = np.outer(1 - share, far) + np.outer(share, near)
        size = (self.canvas.shape[1], last - first)
        filled = cv2.resize(
            ramp.astype(np.uint8)[:, None, :], size, interpolation=cv2.INTER_NEAREST
        )
        cv2.copyTo(filled, mask[first:last], self.canvas[first:last])

    def flat(self, corners: Sequence[Point], colour: Colour) -> None:
        """Draw a surface now, over what was drawn before."""
        cv2.fillPoly(self.canvas, [self._points(corners)], colour, cv2.LINE_AA, _SHIFT)

    def line(self, points: Sequence[Point], colour: Colour, width: float = 0.06) -> None:
        """Draw a line of paint on the floor, so many metres wide."""
        for (x, _, z), (u, _, v) in pairwise(points):
            length = math.hypot(u - x, v - z) or 1.0
            a, b = (v - z) / length * width / 2, -(u - x) / length * width / 2
            along, aside = (u - x) / length * width / 2, (v - z) / length * width / 2
            begin, end = (x - along, z - aside), (u + along, v + aside)
            self.flat(
                (
                    (begin[0] + a, 0, begin[1] + b),
                    (begin[0] - a, 0, begin[1] - b),
                    (end[0] - a, 0, end[1] - b),
                    (end[0] + a, 0, end[1] + b),
                ),
                colour,
            )

    # --- gathered

    def face(self, corners: Sequence[Point], colour: Colour, nearer: float = 0.0) -> None:
        """Draw a surface in its turn; `nearer`: as if it were so many metres closer."""
        far = max(self._seen(one)[2] for one in corners)
        middle = sum(self._seen(one)[2] for one in corners) / len(corners)
        self._faces.append(((far + middle) / 2 - nearer, corners, colour))

    def box(self, at: Point, size: Point, colour: Colour, *, shadow: bool = True) -> None:
        """Draw a box by its corner (left, bottom, near) and its width, height and depth."""
        (x, y, z), (w, h, d) = at, size
        if shadow and y < 0.1:
            grow = 0.06 + 0.1 * min(h, 1)
            self.shadow(x - grow, z - grow, x + w + grow, z + d + grow / 2)
        left, right, low, high, near, far = x, x + w, y, y + h, z, z + d
        if high < self.eye.y:
            top = ((left, high, near), (right, high, near), (right, high, far), (left, high, far))
            self.face(top, lighter(colour, 1.14))
        if self.eye.x < left:
            side = ((left, low, near), (left, high, near), (left, high, far), (left, low, far))
            self.face(side, lighter(colour, 0.8))
        if self.eye.x > right:
            side = ((right, low, near), (right, high, near), (right, high, far), (right, low, far))
            self.face(side, lighter(colour, 0.8))
        front = ((left, low, near), (right, low, near), (right, high, near), (left, high, near))
        self.face(front, colour, 0.01)

    def shadow(self, left: float, near: float, right: float, far: float) -> None:
        """Let something keep light from a part of the floor."""
        corners = ((left, 0, near), (right, 0, near), (right, 0, far), (left, 0, far))
        self._shadows.append(corners)

    def glow(self, corners: Sequence[Point], colour: Colour) -> None:
        """Let a surface shine over what is around it."""
        self._glow.append((corners, colour))

    def lamp(self, at: Point, radius: float, colour: Colour, ceiling: float) -> None:
        """Hang a lamp on a cord."""
        x, y, z = at
        cord = ((x - 0.01, y, z), (x + 0.01, y, z), (x + 0.01, ceiling, z), (x - 0.01, ceiling, z))
        self.face(cord, (60, 60, 64))
        self._lamps.append((at, radius, colour))

    # --- the end

    def finished(self) -> Picture:
        """Return the picture, light and all."""
        self._cast_shadows()
        for _, corners, colour in sorted(self._faces, key=lambda one: -one[0]):
            self.flat(corners, colour)
        for at, radius, colour in self._lamps:
            self._draw_lamp(at, radius, colour)
        small = cv2.resize(self.canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        lit = self._with_light(small.astype(np.float32))
        return (lit * _corners()).astype(np.uint8)

    def jpeg(self) -> bytes:
        """Return the finished picture as JPEG."""
        in_opencvs_order = cv2.cvtColor(self.finished(), cv2.COLOR_RGB2BGR)
        _, packed = cv2.imencode(".jpg", in_opencvs_order, (cv2.IMWRITE_JPEG_QUALITY, _JPEG))
        return packed.tobytes()

    def _cast_shadows(self) -> None:
        if not self._shadows:
            return
        small = np.zeros((HEIGHT // 2, WIDTH // 2), np.uint8)
        for corners in self._shadows:
            cv2.fillPoly(small, [self._points(corners) // (2 * _FINER)], 255, cv2.LINE_AA, _SHIFT)
        keep = 255 - 0.42 * cv2.GaussianBlur(small, (0, 0), 3.5).astype(np.float32)
        size = (WIDTH * _FINER, HEIGHT * _FINER)
        wide = cv2.cvtColor(cv2.resize(keep.astype(np.uint8), size), cv2.COLOR_GRAY2RGB)
        cv2.multiply(self.canvas, wide, self.canvas, 1 / 255)

    def _draw_lamp(self, at: Point, radius: float, colour: Colour) -> None:
        x, y, depth = self._seen(at)
        pixels = max(2, round(radius / depth / self.eye.width * WIDTH * _FINER))
        centre = (round(x * (1 << _SHIFT)), round(y * (1 << _SHIFT)))
        size = pixels << _SHIFT
        cv2.circle(self.canvas, centre, size, colour, -1, cv2.LINE_AA, _SHIFT)
        around = [(at[0] + radius * 3 * a, at[1] + radius * 3 * b, at[2]) for a, b in _CIRCLE]
        self._glow.append((around, lighter(colour, 0.55)))

    def _with_light(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        if not self._glow:
            return picture
        small = np.zeros((HEIGHT // 4, WIDTH // 4, 3), np.uint8)
        for corners, colour in self._glow:
            points = self._points(corners) // (4 * _FINER)
            cv2.fillPoly(small, [points], colour, cv2.LINE_AA, _SHIFT)
        soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), 8), (WIDTH, HEIGHT))
        # As light adds up on a film: never beyond white, and gently near it.
        return 255 - (255 - picture) * (1 - soft.astype(np.float32) * (0.5 / 255))

    def _seen(self, point: Point) -> tuple[float, float, float]:
        """Return where a point is on the canvas, and how deep."""
        x, y, z = point[0] - self.eye.x, point[1] - self.eye.y, point[2] + _BEHIND
        cos, sin = math.cos(self.eye.turn), math.sin(self.eye.turn)
        depth = max(0.2, z * cos + x * sin)
        scale = WIDTH * _FINER / self.eye.width / depth
        across = WIDTH * _FINER / 2 + (x * cos - z * sin) * scale
        return across, HEIGHT * _FINER * 0.52 - y * scale, depth

    def _points(self, corners: Sequence[Point]) -> NDArray[np.int32]:
        flat = [self._seen(one)[:2] for one in corners]
        far_out = WIDTH * 40  # beyond any picture, and within OpenCV's numbers
        near: NDArray[np.float64] = np.clip(np.array(flat), -far_out, far_out) * (1 << _SHIFT)
        return near.astype(np.int32)


_CIRCLE = tuple((math.cos(a * math.pi / 8), math.sin(a * math.pi / 8)) for a in range(16))


@cache
def _corners() -> NDArray[np.float32]:
    """Return how much of the light is kept where: a little less in the corners."""
    across = np.linspace(-1, 1, WIDTH, dtype=np.float32)[None, :]
    down = np.linspace(-1, 1, HEIGHT, dtype=np.float32)[:, None]
    kept: NDArray[np.float32] = 1 - 0.16 * np.clip(across**2 + down**2 - 0.5, 0, None)
    return kept[:, :, None]
