"""Places under the sky."""

from demo.drawn.painter import Colour, Eye, Scene, lighter
from demo.drawn.room import OAK, ROUND, WHITE, Look, Room


def garden(eye: Eye, look: Look) -> Scene:
    """Tables under trees on the grass."""
    scene = _outside(eye, (124, 172, 96), (92, 142, 82))
    room = _Outdoors(scene, look)
    for strip in range(12):
        if strip % 2:
            room.strip(-6 + strip * 3.2, -6 + strip * 3.2 + 1.6, (132, 182, 102))
    for x, z in ((4.0, 22.0), (9, 26), (14, 24), (20, 22), (0, 25), (25, 26)):
        room.tree(x, z)
    for x, z in ((7.0, 4.6), (13.6, 5.4), (9.6, 9.0), (15.8, 10.0)):
        room.box(x, z - 0.6, (2.2, 0.44, 0.34), OAK)
        room.box(x, z + 1.1, (2.2, 0.44, 0.34), OAK)
        room.box(x + 0.2, z, (0.1, 0.7, 0.8), lighter(OAK, 0.7))
        room.box(x + 1.9, z, (0.1, 0.7, 0.8), lighter(OAK, 0.7))
        room.box(x, z, (2.2, 0.06, 0.85), lighter(OAK, 1.05), 0.7)
    for x, z in ((7.9, 5.0), (14.5, 5.8)):
        room.parasol(x + 0.2, z, look.accent)
    return scene


def field_of_grass(eye: Eye, look: Look) -> Scene:
    """A pitch with lines and a goal, trees behind it."""
    scene = _outside(eye, (88, 156, 84), (70, 132, 74))
    room = _Outdoors(scene, look)
    for strip in range(16):
        if strip % 2:
            room.strip(-20 + strip * 5, -15 + strip * 5, (100, 170, 94))
    for place in range(-20, 62, 7):
        room.tree(place + look.dice.uniform(-2, 2), 62 + look.dice.uniform(0, 6), 1.8)
    white = (244, 248, 244)
    scene.line(((2, 0, 3), (38, 0, 3), (38, 0, 52), (2, 0, 52), (2, 0, 3)), white, 0.16)
    scene.line(((2, 0, 27), (38, 0, 27)), white, 0.16)
    scene.line([(20 + 6 * a, 0.0, 27 + 6 * b) for a, b in ROUND], white, 0.16)
    scene.line(((11, 0, 52), (11, 0, 43), (29, 0, 43), (29, 0, 52)), white, 0.16)
    for x in (16.0, 23.8):
        room.box(x, 52, (0.16, 2.5, 0.16), white)
    room.box(16, 52, (7.9, 0.16, 0.16), white, 2.4)
    for x in (6, 34):
        room.box(x, 58, (0.3, 12, 0.3), (150, 156, 160))
        room.box(x - 0.9, 58, (2.2, 0.8, 0.4), (232, 236, 236), 12)
    return scene


class _Outdoors(Room):
    """Grass and sky instead of walls."""

    def __init__(self, scene: Scene, look: Look) -> None:
        self.scene, self.look = scene, look
        self.wide, self.high, self.deep = 40.0, 20.0, 70.0

    def strip(self, left: float, right: float, colour: Colour) -> None:
        corners = ((left, 0, -0.9), (right, 0, -0.9), (right, 0, 80), (left, 0, 80))
        self.scene.flat(corners, lighter(colour, 0.9))

    def tree(self, x: float, z: float, large: float = 1.0) -> None:
        dice = self.look.dice
        self.box(x - 0.2, z, (0.4 * large, 2.6 * large, 0.4), (112, 84, 62))
        for _ in range(9):
            a, b = dice.uniform(-1.5, 1.5) * large, dice.uniform(2.4, 5.2) * large
            green = dice.choice(((78, 132, 78), (64, 116, 70), (96, 150, 86), (112, 160, 92)))
            size = dice.uniform(0.9, 1.5) * large
            ring = [(x + a + size * p, b + size * q, z) for p, q in ROUND]
            self.scene.face(ring, green, 0.2 + b / 50)

    def parasol(self, x: float, z: float, colour: Colour) -> None:
        self.box(x, z, (0.06, 2.4, 0.06), (230, 226, 216))
        for slice_, (left, right) in enumerate(((-1.5, -0.5), (-0.5, 0.5), (0.5, 1.5))):
            shade = WHITE if slice_ == 1 else colour
            top = ((x, 2.8, z), (x + right, 2.15, z), (x + left, 2.15, z))
            self.scene.face(top, shade, 0.5)


def _outside(eye: Eye, near: Colour, far: Colour) -> Scene:
    scene = Scene(eye)
    wall = ((-200, 0, 90), (240, 0, 90), (240, 120, 90), (-200, 120, 90))
    scene.canvas[:] = (196, 220, 238)
    scene.ground(wall, (226, 236, 240), (120, 172, 220))
    scene.ground(((-200, 0, -0.9), (240, 0, -0.9), (240, 0, 90), (-200, 0, 90)), near, far)
    return scene
