"""Rooms to play, listen and party in."""

from demo.drawn.painter import Eye, Scene, lighter, mixed
from demo.drawn.room import DARK, OAK, STEEL, WARM, WHITE, Look, Room


def theatre(eye: Eye, look: Look) -> Scene:
    """A stage with curtains, and rows of seats."""
    dark = Look(mixed(look.accent, DARK, 0.72), (92, 66, 54), look.accent, look.dice)
    room = Room(eye, dark, (15, 7.5, 17), ceiling=(52, 48, 56))
    room.panel(1.6, 13.4, 0.9, 6.2, (34, 30, 38))
    room.panel(2.2, 12.8, 0.9, 5.8, mixed((90, 110, 150), look.accent, 0.35))
    room.scene.glow(((2.6, 1.0, 16.9), (12.4, 1.0, 16.9), (9, 5.6, 16.9), (6, 5.6, 16.9)), WARM)
    room.box(1.2, 12.8, (12.6, 0.9, 4.0), (120, 82, 56))
    for left, right in ((1.2, 3.4), (11.6, 13.8)):
        folds = 9
        for fold in range(folds):
            x = left + (right - left) * fold / folds
            shade = 1.0 + 0.22 * (fold % 3 - 1)
            room.scene.box((x, 0.9, 13.2), ((right - left) / folds, 5.2, 0.1),
                           lighter(look.accent, shade), shadow=False)  # fmt: skip
    room.scene.box((1.0, 5.9, 13.0), (13.0, 0.9, 0.2), lighter(look.accent, 0.8), shadow=False)
    for row in range(6):
        z, y = 2.2 + row * 1.35, 0.0
        for seat in range(16):
            x = 2.2 + seat * 0.62 + (0.8 if seat >= 8 else 0)
            room.box(x, z, (0.5, 0.46, 0.44), lighter(look.accent, 0.9), y)
            room.scene.box(
                (x, y + 0.46, z), (0.5, 0.52, 0.1), lighter(look.accent, 1.08), shadow=False
            )
    for x in (3.5, 6.0, 9.0, 11.5):
        room.lamps([(x, 12.0)], 6.4, 0.12)
    return room.scene


def concert(eye: Eye, look: Look) -> Scene:
    """A hall of wood with a low stage and a grand piano."""
    wood = Look(mixed(OAK, WHITE, 0.25), (150, 104, 68), look.accent, look.dice)
    room = Room(eye, wood, (14, 6.5, 15), ceiling=(224, 208, 184))
    room.planks(0.35)
    for slat in range(34):
        x = slat * 14 / 34
        room.panel(x, x + 0.14, 0.8, 6.4, (164, 118, 76))
    room.box(0.6, 11.0, (12.8, 0.6, 4), (132, 92, 60))
    room.box(5.4, 12.2, (2.6, 0.32, 1.7), (24, 24, 28), 1.1)
    room.box(5.4, 13.7, (2.6, 1.1, 0.06), (30, 30, 34), 1.42)
    for x, z in ((5.6, 12.4), (7.7, 12.4), (6.6, 13.6)):
        room.box(x, z, (0.12, 0.5, 0.12), (24, 24, 28), 0.6)
    room.box(4.4, 12.6, (0.6, 0.4, 0.4), (30, 30, 34), 0.6)
    room.rows(5, 14, look.accent, 3.4, 1.25)
    room.lamps([(x, z) for z in (4.5, 8.5) for x in (3.5, 7, 10.5)], 5.2, 0.2)
    return room.scene


def party(eye: Eye, look: Look) -> Scene:
    """Long tables with bright cloths, bunting, a stage at the end."""
    room = Room(eye, look, (12, 4.4, 14))
    room.planks()
    room.windows(4, 1.0, 3.2, right=look.dice.random() < 0.5)
    room.panel(3, 9, 0.6, 3.9, mixed(look.accent, DARK, 0.2))
    for fold in range(18):
        x = 3 + fold / 3
        room.panel(x, x + 0.16, 0.6, 3.9, lighter(look.accent, 0.95))
    room.box(2.5, 12.0, (7, 0.6, 2), (120, 84, 58))
    for column in range(2):
        for row in range(3):
            x, z = 1.9 + column * 4.9, 2.6 + row * 3.0
            for seat in range(4):
                room.chair(x + 0.15 + seat * 0.75, z + 1.1, mixed(look.accent, DARK, 0.35))
                room.chair(x + 0.15 + seat * 0.75, z - 0.55, look.accent, back_near=True)
            room.table(x, z, 3.2, 0.95, WHITE)
            for place in range(4):
                room.box(
                    x + 0.4 + place * 0.7,
                    z + 0.3,
                    (0.09, 0.26, 0.09),
                    lighter(look.accent, 1.3),
                    0.76,
                )
    _bunting(room, 3.9)
    room.lamps([(x, z) for z in (4, 8) for x in (3.4, 8.6)], 3.3, 0.24)
    return room.scene


def _bunting(room: Room, y: float) -> None:
    colours = (room.look.accent, (240, 196, 72), (72, 150, 168), (238, 238, 232), (206, 96, 92))
    for z in (4.0, 7.5, 11.0):
        for flag in range(22):
            x = room.wide * (flag + 0.1) / 22
            drop = y - 0.35 * (1 - ((flag - 10.5) / 11) ** 2)
            wide = room.wide / 22 * 0.8
            corners = ((x, drop, z), (x + wide, drop, z), (x + wide / 2, drop - 0.34, z))
            room.scene.face(corners, colours[flag % len(colours)])


def bar(eye: Eye, look: Look) -> Scene:
    """A counter with bottles behind it, high tables, warm lamps."""
    deep = Look(mixed(look.wall, look.accent, 0.18), look.floor, look.accent, look.dice)
    room = Room(eye, deep, (10, 3.4, 10))
    room.planks()
    room.windows(2, 0.9, 2.8, right=True)
    room.panel(1.0, 7.4, 1.3, 2.9, mixed(look.accent, DARK, 0.55))
    for shelf in (1.5, 2.15):
        room.panel(1.2, 7.2, shelf - 0.05, shelf, OAK)
        x = 1.35
        while x < 7.0:
            colour = look.dice.choice(
                ((88, 128, 92), (190, 130, 60), (214, 220, 216), (140, 60, 52))
            )
            room.panel(x, x + 0.11, shelf, shelf + look.dice.uniform(0.28, 0.42), colour)
            x += look.dice.uniform(0.17, 0.3)
    room.box(0.9, 7.6, (6.8, 1.1, 0.7), look.accent)
    room.box(0.8, 7.5, (7.0, 0.08, 0.9), OAK, 1.1)
    for stool in range(6):
        _stool(room, 1.4 + stool * 1.05, 6.7)
    for x, z in ((3.0, 3.0), (6.6, 3.8), (4.8, 5.2)):
        room.box(x + 0.33, z + 0.33, (0.09, 1.05, 0.09), DARK)
        room.box(x, z, (0.75, 0.05, 0.75), mixed(OAK, WHITE, 0.2), 1.05)
        _stool(room, x - 0.5, z + 0.2)
        _stool(room, x + 0.9, z + 0.2)
    room.lamps([(1.8 + lamp * 1.4, 7.4) for lamp in range(4)], 2.3, 0.17)
    room.lamps([(3.4, 3.4), (7.0, 4.2)], 2.5, 0.2)
    room.plant(8.8, 7.4, 1.6)
    return room.scene


def _stool(room: Room, x: float, z: float) -> None:
    room.box(x + 0.14, z + 0.14, (0.06, 0.74, 0.06), DARK)
    room.box(x, z, (0.36, 0.07, 0.36), lighter(room.look.accent, 1.15), 0.74)


def rehearsal(eye: Eye, look: Look) -> Scene:
    """Drums and amplifiers between soft walls."""
    soft = Look(mixed(look.accent, DARK, 0.6), (96, 84, 80), look.accent, look.dice)
    room = Room(eye, soft, (7, 2.9, 7), ceiling=(90, 86, 92))
    for row in range(5):
        for column in range(12):
            if (row + column) % 2:
                x, y = column * 7 / 12, 0.2 + row * 0.54
                room.panel(x, x + 7 / 12, y, y + 0.54, lighter(soft.wall, 0.84))
    carpet = mixed(look.accent, (120, 60, 50), 0.4)
    room.scene.flat(((1.2, 0, 2.2), (5.8, 0, 2.2), (5.8, 0, 6.2), (1.2, 0, 6.2)), carpet)
    room.scene.line(
        ((1.4, 0, 2.4), (5.6, 0, 2.4), (5.6, 0, 6.0), (1.4, 0, 6.0), (1.4, 0, 2.4)), (226, 200, 140)
    )
    for x, z, w, tall in ((2.9, 4.6, 1.0, 0.75), (2.4, 4.3, 0.55, 0.6), (3.9, 4.3, 0.6, 0.62)):
        room.box(x, z, (w, tall * 0.6, w * 0.7), look.accent, 0.1 if w > 0.9 else tall * 0.55)
        room.box(x, z, (w, 0.03, w * 0.7), WHITE, 0.1 + tall * 0.6 if w > 0.9 else tall * 1.15)
    for x in (2.2, 4.6):
        room.box(x, 4.7, (0.03, 1.2, 0.03), STEEL)
        room.box(x - 0.25, 4.5, (0.54, 0.02, 0.5), (214, 178, 84), 1.2)
    for x, z in ((0.5, 5.2), (5.7, 4.8)):
        room.box(x, z, (0.8, 0.7, 0.45), (34, 34, 38))
        room.box(x, z, (0.8, 0.55, 0.45), (40, 40, 44), 0.7)
        room.box(x + 0.1, z - 0.01, (0.6, 0.45, 0.02), (74, 74, 78), 0.12)
    room.box(5.2, 2.9, (0.03, 1.4, 0.03), STEEL)
    room.box(5.12, 2.86, (0.2, 0.1, 0.1), DARK, 1.4)
    room.lamps([(2, 3.5), (5, 3.5), (3.5, 5.8)], 2.5, 0.13)
    return room.scene
