"""Rooms to meet, learn, read, eat and look in."""

from demo.drawn.painter import Eye, Scene, lighter, mixed
from demo.drawn.room import DARK, OAK, STEEL, WHITE, Look, Room


def meeting(eye: Eye, look: Look) -> Scene:
    """One long table, a screen, a plant."""
    room = Room(eye, look, (8, 3.2, 9))
    room.tiles(0.7, 0.97)
    room.windows(3, 0.9, 2.7, right=look.dice.random() < 0.5)
    room.panel(2.4, 5.6, 1.1, 2.8, DARK)
    room.panel(2.5, 5.5, 1.2, 2.7, (214, 228, 240))
    for bar, tall in enumerate((0.5, 0.8, 0.65, 1.0)):
        room.panel(
            3.0 + bar * 0.55, 3.35 + bar * 0.55, 1.35, 1.35 + tall, lighter(look.accent, 1.1)
        )
    room.scene.glow(
        ((2.5, 1.2, 8.9), (5.5, 1.2, 8.9), (5.5, 2.7, 8.9), (2.5, 2.7, 8.9)), (110, 120, 130)
    )
    for seat in range(5):
        z = 2.3 + seat * 1.05
        room.chair(2.1, z, look.accent, back_near=True)
        room.chair(5.4, z, look.accent, back_near=True)
    room.table(2.7, 2.0, 2.5, 5.4, mixed(OAK, WHITE, 0.2))
    room.plant(0.5 if look.dice.random() < 0.5 else 7.0, 7.6)
    room.lamps([(4, 3.4), (4, 6)], 2.4, 0.2)
    return room.scene


def classroom(eye: Eye, look: Look) -> Scene:
    """Desks before a board."""
    room = Room(eye, look, (9, 3.4, 9.5))
    room.tiles(0.6)
    room.windows(4, 1.0, 2.9, right=look.dice.random() < 0.5)
    room.panel(2.0, 7.0, 1.0, 2.5, OAK)
    room.panel(2.08, 6.92, 1.08, 2.42, (38, 84, 68))
    for line in range(4):
        room.panel(2.6, 3.4 + line * 0.7, 2.15 - line * 0.24, 2.19 - line * 0.24, (214, 226, 218))
    for row in range(3):
        for column in range(3):
            x, z = 1.0 + column * 2.6, 2.2 + row * 1.9
            room.table(x, z + 0.5, 1.5, 0.6, mixed(OAK, WHITE, 0.35))
            for seat in (0.15, 0.9):
                room.chair(x + seat, z, look.accent, back_near=True)
    return room.scene


def library(eye: Eye, look: Look) -> Scene:
    """Shelves full of books, tables to read at."""
    room = Room(eye, look, (10, 3.8, 12))
    room.planks(0.3)
    _shelves(room)
    for row in range(2):
        for column in range(2):
            x, z = 2.0 + column * 3.6, 3.2 + row * 3.4
            room.table(x, z, 2.4, 1.1, mixed(OAK, WHITE, 0.15))
            room.chair(x + 0.35, z + 1.2, look.accent)
            room.chair(x + 1.5, z + 1.2, look.accent)
            room.chair(x + 0.35, z - 0.5, look.accent, back_near=True)
            room.chair(x + 1.5, z - 0.5, look.accent, back_near=True)
            room.lamps([(x + 1.2, z + 0.5)], 2.2, 0.22)
    room.plant(0.9, 2.2, 1.5)
    return room.scene


def _shelves(room: Room) -> None:
    dice = room.look.dice
    spines = (
        (158, 60, 58),
        (52, 92, 134),
        (216, 178, 96),
        (70, 118, 92),
        (226, 220, 206),
        (96, 70, 104),
    )
    for right in (False, True):
        for shelf in range(5):
            low = 0.25 + shelf * 0.55
            room.side((1.0, 11.6, low - 0.06, low), (122, 88, 58), right=right)
            z = 1.1
            while z < 11.4:
                thick, tall = dice.uniform(0.06, 0.2), dice.uniform(0.3, 0.44)
                room.side((z, z + thick, low, low + tall), dice.choice(spines), right=right)
                z += thick + (0.5 if dice.random() < 0.03 else 0.01)
    for shelf in range(5):
        low = 0.25 + shelf * 0.55
        room.panel(0.6, 9.4, low - 0.06, low, (122, 88, 58))
        x = 0.7
        while x < 9.2:
            thick, tall = dice.uniform(0.06, 0.2), dice.uniform(0.3, 0.44)
            room.panel(x, x + thick, low, low + tall, dice.choice(spines))
            x += thick + (0.5 if dice.random() < 0.03 else 0.01)


def refectory(eye: Eye, look: Look) -> Scene:
    """Long rows of tables to eat at."""
    room = Room(eye, look, (12, 3.8, 14))
    room.tiles(0.5, 0.95)
    room.windows(5, 1.0, 3.1)
    room.panel(0.5, 11.5, 1.1, 2.2, mixed(look.accent, WHITE, 0.25))
    for hatch in range(3):
        room.panel(1.2 + hatch * 3.5, 3.8 + hatch * 3.5, 1.15, 2.1, (74, 78, 84))
    for column in range(3):
        for row in range(4):
            x, z = 1.4 + column * 3.5, 2.6 + row * 2.6
            room.box(x, z + 0.95, (2.6, 0.44, 0.32), lighter(look.accent, 1.05))
            room.table(x, z, 2.6, 0.8, mixed(OAK, WHITE, 0.3))
            room.box(x, z - 0.5, (2.6, 0.44, 0.32), look.accent)
    room.lamps([(x, z) for z in (4, 9) for x in (2.6, 6, 9.4)], 2.9, 0.22)
    return room.scene


def kitchen(eye: Eye, look: Look) -> Scene:
    """Steel worktops, a hood, shelves with pans."""
    room = Room(eye, Look((232, 238, 240), (170, 172, 174), look.accent, look.dice), (8, 3.2, 8))
    room.tiles(0.4, 0.9)
    for row in range(5):
        room.panel(0, 8, 1.0 + row * 0.3, 1.02 + row * 0.3, (206, 216, 220))
    room.panel(0.4, 7.6, 1.95, 2.0, STEEL)
    for pan in range(7):
        x = 0.7 + pan
        room.panel(
            x, x + 0.5, 1.6 - 0.1 * (pan % 2), 1.92, lighter((150, 132, 120), 0.8 + 0.1 * (pan % 3))
        )
    for side in (0.0, 7.2):
        room.box(side, 2.0, (0.8, 0.9, 5.2), STEEL)
    room.box(0.8, 7.2, (6.4, 0.9, 0.8), STEEL)
    room.box(2.6, 3.0, (2.8, 0.9, 2.4), lighter(STEEL, 0.95))
    room.box(2.5, 2.9, (3.0, 0.08, 2.6), lighter(STEEL, 1.2), 0.9)
    for place in range(4):
        room.box(2.9 + 0.65 * place, 3.5, (0.4, 0.22, 0.4), lighter(look.accent, 1.1), 0.98)
    room.scene.box((2.7, 2.45, 3.2), (2.6, 0.55, 2.0), lighter(STEEL, 1.05), shadow=False)
    return room.scene


def council(eye: Eye, look: Look) -> Scene:
    """Panelled walls, benches around a table, the city's arms."""
    panelled = Look((206, 178, 142), (142, 96, 66), look.accent, look.dice)
    room = Room(eye, panelled, (12, 5.2, 12), ceiling=(244, 240, 230))
    room.planks(0.3)
    room.windows(4, 1.2, 4.2)
    for panel in range(8):
        room.panel(0.3 + panel * 1.45, 1.6 + panel * 1.45, 0.3, 2.4, (160, 118, 80))
        room.panel(0.4 + panel * 1.45, 1.5 + panel * 1.45, 0.4, 2.3, (176, 134, 94))
    room.panel(5.2, 6.8, 2.7, 4.5, (200, 166, 70))
    room.panel(5.32, 6.68, 2.82, 4.38, look.accent)
    room.panel(5.9, 6.1, 2.82, 4.38, WHITE)
    room.box(3.6, 9.4, (4.8, 0.95, 0.8), (122, 80, 52))
    for seat in range(5):
        room.box(3.9 + seat * 0.9, 10.4, (0.6, 1.3, 0.2), mixed(look.accent, DARK, 0.3))
    for side in (1.6, 9.2):
        for row in range(3):
            room.box(side, 3.2 + row * 2.0, (1.1, 0.8, 1.5), (136, 92, 60))
    for x, z in ((3.2, 3.6), (8.3, 3.6), (3.2, 5.6), (8.3, 5.6)):
        room.chair(x, z, look.accent, back_near=True)
    room.lamps([(4, 5), (8, 5), (6, 8)], 3.6, 0.26)
    return room.scene
