"""Rooms to move in."""

from demo.drawn.painter import Eye, Scene, lighter, mixed
from demo.drawn.room import DARK, OAK, ROUND, WHITE, Look, Room


def sports(eye: Eye, look: Look) -> Scene:
    """A high hall with lines on the floor, a net and baskets."""
    floor = look.dice.choice(((214, 168, 110), (74, 128, 168), (86, 150, 116), (206, 150, 96)))
    room = Room(eye, Look((226, 224, 216), floor, look.accent, look.dice), (22, 8, 28))
    room.panel(0, 22, 0, 2.2, mixed(look.accent, WHITE, 0.1))
    for right in (False, True):
        room.side((-0.9, 28, 0, 2.2), mixed(look.accent, WHITE, 0.2), right=right)
        for pane in range(7):
            room.side((1 + pane * 3.9, 4.2 + pane * 3.9, 5.2, 6.9), (224, 238, 246), right=right)
    x = 1.5
    for colour, edge in (((250, 250, 246), 2.0), ((236, 196, 60), 4.2), ((206, 72, 64), 6.4)):
        left, right_, near, far = edge, 22 - edge, 1.0 + edge * 0.4, 27 - edge * 0.4
        corners = (
            (left, 0, near),
            (right_, 0, near),
            (right_, 0, far),
            (left, 0, far),
            (left, 0, near),
        )
        room.scene.line(corners, colour, 0.08)
    room.scene.line(((2, 0, 14), (20, 0, 14)), (250, 250, 246), 0.08)
    circle = [(11 + 2.4 * a, 0.0, 14 + 2.4 * b) for a, b in ROUND]
    room.scene.line(circle, (250, 250, 246), 0.08)
    room.beams(6, (150, 158, 166))
    for x in (4.2, 17.8):
        room.box(x - 0.06, 14, (0.12, 2.5, 0.12), (220, 190, 60))
    for cord in range(7):
        y = 1.4 + cord * 0.16
        room.scene.face(
            ((4.2, y, 14), (17.8, y, 14), (17.8, y + 0.02, 14), (4.2, y + 0.02, 14)),
            (236, 238, 238),
        )
    room.panel(9.6, 12.4, 3.0, 4.7, DARK)
    room.panel(9.7, 12.3, 3.1, 4.6, (238, 242, 244))
    room.panel(10.6, 11.4, 3.3, 3.9, (206, 72, 64))
    room.panel(10.68, 11.32, 3.38, 3.82, (238, 242, 244))
    for bench in (5.0, 11.0, 18.0):
        room.box(0.6, bench, (0.45, 0.4, 3.2), OAK)
    return room.scene


def gym(eye: Eye, look: Look) -> Scene:
    """Wall bars, mats, a vaulting box."""
    room = Room(eye, Look((236, 232, 222), (206, 160, 108), look.accent, look.dice), (14, 5.5, 15))
    room.planks(0.22)
    room.windows(4, 3.2, 4.8, right=True)
    for post in range(9):
        room.panel(1.0 + post * 1.5, 1.1 + post * 1.5, 0, 3.0, lighter(OAK, 0.8))
    for rung in range(13):
        room.panel(1.0, 13.1, 0.2 + rung * 0.22, 0.26 + rung * 0.22, OAK)
    for row in range(3):
        for column in range(3):
            colour = look.accent if (row + column) % 2 else mixed(look.accent, WHITE, 0.35)
            room.box(4.2 + column * 2.0, 4.0 + row * 2.0, (1.96, 0.06, 1.96), colour)
    room.box(1.6, 7.0, (1.2, 0.9, 0.7), OAK)
    room.box(1.6, 7.0, (1.2, 0.2, 0.7), lighter(look.accent, 0.9), 0.9)
    room.box(11.6, 4.4, (0.5, 0.35, 4.0), OAK)
    room.beams(4, (190, 186, 178))
    for x in (6.0, 8.0):
        room.scene.face(
            ((x, 2.2, 11), (x + 0.03, 2.2, 11), (x + 0.03, 5.4, 11), (x, 5.4, 11)), (226, 214, 190)
        )
        room.box(x - 0.12, 10.95, (0.26, 0.08, 0.05), (226, 190, 120), 2.1)
    return room.scene


def dance(eye: Eye, look: Look) -> Scene:
    """A floor of wood, mirrors and a barre."""
    room = Room(eye, look, (10, 3.8, 11))
    room.planks(0.18)
    room.windows(3, 0.5, 3.2)
    for mirror in range(6):
        x = 0.6 + mirror * 1.48
        room.panel(x, x + 1.42, 0.3, 2.9, (196, 212, 220))
        room.panel(x + 0.2, x + 0.7, 0.3, 2.9, (212, 224, 230))
    room.panel(0.4, 9.6, 1.02, 1.08, OAK)
    room.side((1.5, 10.5, 1.02, 1.1), OAK, right=True)
    room.side((1.5, 10.5, 2.2, 2.9), mixed(look.accent, WHITE, 0.3), right=True)
    for ball in range(3):
        room.scene.lamp(
            (8.3 + 0.5 * ball, 0.35, 6.5 + ball), 0.34, lighter(look.accent, 1.15), 0.36
        )
    room.lamps([(3, 4), (7, 4), (3, 8), (7, 8)], 3.2, 0.15)
    return room.scene
