"""Rooms to make and show things in."""

from demo.drawn.painter import Eye, Scene, lighter
from demo.drawn.room import ACCENTS, DARK, OAK, WALLS, WHITE, Look, Room


def exhibition(eye: Eye, look: Look) -> Scene:
    """White walls with paintings, things on plinths."""
    room = Room(eye, Look((246, 246, 242), (186, 182, 176), look.accent, look.dice), (11, 4.2, 12))
    dice = look.dice
    for place in range(4):
        x = 0.9 + place * 2.5
        _painting(room, x, x + dice.uniform(1.1, 1.9), 1.2, dice.uniform(2.2, 2.9))
    for right in (False, True):
        for place in range(3):
            near = 2.2 + place * 3.2
            room.side((near, near + 1.8, 1.1, 2.6), DARK, right=right)
            light = lighter(dice.choice(ACCENTS), 1.2)
            room.side((near + 0.06, near + 1.74, 1.16, 2.54), light, right=right)
            room.side((near + 0.5, near + 1.3, 1.5, 2.2), dice.choice(WALLS), right=right)
    for x, z in ((3.2, 3.6), (6.9, 4.6), (4.4, 7.2)):
        room.box(x, z, (0.7, 1.0, 0.7), WHITE)
        room.box(x + 0.18, z + 0.18, (0.34, 0.5, 0.34), dice.choice(ACCENTS), 1.0)
    room.box(7.6, 7.6, (1.8, 0.42, 0.6), look.accent)
    room.lamps([(x, 10.5) for x in (2, 4.5, 7, 9.5)], 3.8, 0.07)
    return room.scene


def _painting(room: Room, left: float, right: float, low: float, high: float) -> None:
    dice = room.look.dice
    room.panel(left - 0.05, right + 0.05, low - 0.05, high + 0.05, DARK)
    room.panel(left, right, low, high, dice.choice(WALLS))
    for _ in range(6):
        x = dice.uniform(left, right - 0.3)
        y = dice.uniform(low, high - 0.3)
        wide, tall = dice.uniform(0.15, right - x), dice.uniform(0.15, high - y)
        room.panel(x, x + wide, y, y + tall, lighter(dice.choice(ACCENTS), dice.uniform(0.9, 1.35)))


def workshop(eye: Eye, look: Look) -> Scene:
    """Easels and worktables under high windows."""
    room = Room(eye, Look((240, 236, 228), (160, 150, 140), look.accent, look.dice), (9, 4.0, 10))
    room.windows(3, 1.2, 3.6)
    room.panel(1, 8, 1.4, 1.46, OAK)
    for pot in range(12):
        colour = look.dice.choice(ACCENTS)
        room.panel(
            1.2 + pot * 0.56, 1.5 + pot * 0.56, 1.46, 1.46 + look.dice.uniform(0.16, 0.34), colour
        )
    room.table(2.6, 5.4, 3.8, 1.4)
    for thing in range(8):
        room.box(
            2.8 + thing * 0.42,
            5.7,
            (0.2, look.dice.uniform(0.08, 0.3), 0.2),
            look.dice.choice(ACCENTS),
            0.76,
        )
    for x, z in ((1.2, 3.0), (6.9, 3.4), (4.2, 3.0)):
        for leg in (0.0, 0.9):
            room.box(x + leg, z + 0.2, (0.06, 1.9, 0.06), OAK)
        room.box(x - 0.05, z + 0.1, (1.05, 0.06, 0.12), OAK, 0.8)
        room.scene.box((x, 0.86, z + 0.14), (0.95, 0.8, 0.03), WHITE, shadow=False)
        for _ in range(5):
            a, b = look.dice.uniform(0, 0.6), look.dice.uniform(0, 0.5)
            size = (look.dice.uniform(0.1, 0.3), look.dice.uniform(0.1, 0.28), 0.01)
            room.scene.box(
                (x + 0.03 + a, 0.9 + b, z + 0.12), size, look.dice.choice(ACCENTS), shadow=False
            )
    room.lamps([(3, 4), (6, 4), (4.5, 7)], 3.2, 0.2)
    return room.scene
