"""A room as the painter wants it: walls, floor, windows, and the things that stand in most rooms."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from demo.drawn.painter import Colour, Eye, Point, Scene, lighter, mixed

WHITE: Colour = (250, 249, 245)
DAYLIGHT: Colour = (226, 238, 246)
WARM: Colour = (255, 232, 184)
OAK: Colour = (196, 152, 104)
STEEL: Colour = (176, 182, 188)
DARK: Colour = (44, 46, 54)
_FLOOR_LIGHT = 1.12
WALLS: tuple[Colour, ...] = (
    (238, 232, 220), (226, 232, 236), (236, 226, 214), (224, 234, 226), (240, 236, 230),
    (230, 224, 232), (242, 230, 204), (216, 226, 234),
)  # fmt: skip
ACCENTS: tuple[Colour, ...] = (
    (178, 62, 56), (36, 92, 150), (44, 118, 96), (214, 146, 44), (112, 74, 142), (196, 96, 60),
    (28, 120, 140), (150, 54, 92),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a room, and chance that is the same each time."""

    wall: Colour
    floor: Colour
    accent: Colour
    dice: Random


class Room:
    """Four walls, of which one looks through the nearest."""

    def __init__(self, eye: Eye, look: Look, size: Point, *, ceiling: Colour = WHITE) -> None:
        """Draw walls, floor and ceiling of a room of so much width, height and depth."""
        self.scene, self.look = Scene(eye), look
        self.wide, self.high, self.deep = size
        w, h, d, near = self.wide, self.high, self.deep, -0.9
        wall = look.wall
        self.scene.ground(
            ((0, 0, near), (w, 0, near), (w, 0, d), (0, 0, d)),
            lighter(look.floor, 0.92),
            lighter(look.floor, _FLOOR_LIGHT),
        )
        self.scene.ground(
            ((0, h, near), (w, h, near), (w, h, d), (0, h, d)),
            lighter(ceiling, 0.9),
            lighter(ceiling, 0.8),
        )
        for x, shade in ((0, 0.93), (w, 0.86)):
            self.scene.ground(
                ((x, 0, near), (x, h, near), (x, h, d), (x, 0, d)),
                lighter(wall, shade - 0.05),
                lighter(wall, shade + 0.05),
            )
        self.scene.ground(
            ((0, 0, d), (w, 0, d), (w, h, d), (0, h, d)), lighter(wall, 0.96), lighter(wall, 1.05)
        )

    # --- floors

    def planks(self, width: float = 0.28) -> None:
        """Lay boards along the room, none quite like the next."""
        x = 0.0
        while x < self.wide:
            shade = self.look.dice.uniform(0.93, 1.06)
            self._strip(x, min(self.wide, x + width), lighter(self.look.floor, shade))
            x += width

    def tiles(self, size: float = 0.6, other: float = 0.94) -> None:
        """Lay tiles in two shades."""
        across, along = int(self.wide / size) + 1, int(self.deep / size) + 2
        for row in range(-1, along):
            for column in range(across):
                if (row + column) % 2:
                    x, z = column * size, row * size
                    edge = min(self.wide, x + size), min(self.deep, z + size)
                    corners = ((x, 0, z), (edge[0], 0, z), (edge[0], 0, edge[1]), (x, 0, edge[1]))
                    self.scene.flat(corners, lighter(self.look.floor, other))

    def _strip(self, left: float, right: float, colour: Colour) -> None:
        near, far = -0.9, self.deep
        corners = ((left, 0, near), (right, 0, near), (right, 0, far), (left, 0, far))
        self.scene.flat(corners, colour)

    # --- on the walls

    def panel(self, left: float, right: float, low: float, high: float, colour: Colour) -> None:
        """Paint a part of the back wall."""
        z = self.deep - 0.01
        corners = ((left, low, z), (right, low, z), (right, high, z), (left, high, z))
        self.scene.flat(corners, colour)

    def side(self, span: tuple[float, float, float, float], colour: Colour, *, right: bool) -> None:
        """Paint a part of a side wall: from near to far, from low to high."""
        near, far, low, high = span
        x = self.wide - 0.01 if right else 0.01
        self.scene.flat(((x, low, near), (x, low, far), (x, high, far), (x, high, near)), colour)

    def windows(self, count: int, low: float, high: float, *, right: bool = False) -> None:
        """Put windows in a side wall, with light that falls from them on the floor."""
        room = self.deep / count
        for place in range(count):
            near, far = place * room + room * 0.18, (place + 1) * room - room * 0.12
            frame = mixed(self.look.wall, WHITE, 0.7)
            self.side((near - 0.06, far + 0.06, low - 0.06, high + 0.06), frame, right=right)
            self.side((near, far, low, high), DAYLIGHT, right=right)
            self.side((near, far, low, low + (high - low) * 0.3), (196, 214, 206), right=right)
            middle = (near + far) / 2
            self.side((middle - 0.03, middle + 0.03, low, high), frame, right=right)
            x, away = (self.wide, -1) if right else (0.0, 1)
            reach = (x + away * 0.5, x + away * min(self.wide * 0.62, 0.5 + high))
            spot = ((reach[0], 0.0, near), (reach[0], 0.0, far), (reach[1], 0.0, far + 0.5),
                    (reach[1], 0.0, near + 0.5))  # fmt: skip
            self.scene.flat(spot, lighter(self.look.floor, 1.2))
            wall = 0.02 if not right else self.wide - 0.02
            self.scene.glow(
                ((wall, low, near), (wall, low, far), (wall, high, far), (wall, high, near)),
                (120, 128, 132),
            )

    def lamps(self, places: Sequence[tuple[float, float]], y: float, radius: float = 0.16) -> None:
        """Hang lamps."""
        for x, z in places:
            self.scene.lamp((x, y, z), radius, WARM, self.high)

    def beams(self, count: int, colour: Colour) -> None:
        """Carry the ceiling with beams from wall to wall."""
        for place in range(count):
            z = self.deep * (place + 0.6) / count
            self.scene.box((0, self.high - 0.45, z), (self.wide, 0.3, 0.25), colour, shadow=False)

    # --- things

    def box(self, x: float, z: float, size: Point, colour: Colour, y: float = 0.0) -> None:
        """Put a box of so much width, height and depth somewhere."""
        self.scene.box((x, y, z), size, colour)

    def table(self, x: float, z: float, w: float, d: float, colour: Colour = OAK) -> None:
        """Put a table, its top and four legs."""
        leg = lighter(colour, 0.6)
        for left in (x + 0.05, x + w - 0.11):
            for near in (z + 0.05, z + d - 0.11):
                self.box(left, near, (0.06, 0.7, 0.06), leg)
        self.scene.box((x, 0.7, z), (w, 0.06, d), colour, shadow=False)
        self.scene.shadow(x, z, x + w, z + d)

    def chair(self, x: float, z: float, colour: Colour, *, back_near: bool = False) -> None:
        """Put a chair; its back on the far side, or between us and the seat."""
        for left in (x + 0.02, x + 0.36):
            self.box(left, z + 0.05, (0.05, 0.42, 0.05), lighter(colour, 0.55))
            self.box(left, z + 0.33, (0.05, 0.42, 0.05), lighter(colour, 0.55))
        self.scene.box((x, 0.42, z), (0.43, 0.06, 0.42), colour, shadow=False)
        z_back = z if back_near else z + 0.37
        self.scene.box((x, 0.48, z_back), (0.43, 0.44, 0.05), lighter(colour, 0.94), shadow=False)

    def plant(self, x: float, z: float, tall: float = 1.3) -> None:
        """Put a plant in a pot."""
        self.box(x, z, (0.36, 0.4, 0.36), (188, 108, 78))
        dice, y = self.look.dice, 0.4
        for _ in range(14):
            a, b = dice.uniform(-0.42, 0.42), dice.uniform(0.25, tall)
            tip = (x + 0.18 + a, y + b, z + 0.18)
            root = (x + 0.18, y, z + 0.18)
            wide = dice.uniform(0.05, 0.1)
            middle = ((root[0] + tip[0]) / 2 + wide, (root[1] + tip[1]) / 2, z + 0.18)
            other = ((root[0] + tip[0]) / 2 - wide, (root[1] + tip[1]) / 2 + 0.06, z + 0.18)
            green = dice.choice(((66, 122, 74), (84, 146, 88), (52, 102, 66)))
            self.scene.face((root, middle, tip, other), green)

    def rows(self, count: int, seats: int, colour: Colour, first: float, step: float) -> None:
        """Put rows of chairs that look away from us, to the far wall."""
        left = (self.wide - seats * 0.55) / 2
        for row in range(count):
            for seat in range(seats):
                gap = 0.5 if seat >= seats / 2 else 0.0
                self.chair(
                    left - 0.25 + gap + seat * 0.55, first + row * step, colour, back_near=True
                )

    def spots(self, many: int) -> Iterator[tuple[float, float]]:
        """Yield places spread over the floor, never quite in line."""
        dice = self.look.dice
        across = max(1, round(many**0.5))
        for place in range(many):
            column, row = place % across, place // across
            lines = -(-many // across)
            x = self.wide * (column + 0.5) / across + dice.uniform(-0.2, 0.2)
            yield x, self.deep * (0.25 + 0.65 * (row + 0.5) / lines) + dice.uniform(-0.2, 0.2)


ROUND = tuple((math.sin(a * math.pi / 8), math.cos(a * math.pi / 8)) for a in range(17))
"""A circle of radius one, its end where it began."""
