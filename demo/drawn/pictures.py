"""Pictures of the demo's halls: one scene per sort of room, another look per hall."""

from collections.abc import Callable, Mapping
from random import Random

from demo.drawn import outside, sports, stages, studios, tables
from demo.drawn.painter import Colour, Eye, Scene
from demo.drawn.room import ACCENTS, WALLS, Look

FLOORS: tuple[Colour, ...] = (
    (198, 158, 112), (176, 132, 90), (206, 176, 134), (158, 118, 82), (188, 146, 100),
)  # fmt: skip
Draw = Callable[[Eye, Look], Scene]


def picture(scene: str, name: str, view: int = 0) -> bytes:
    """Return a JPEG of a hall: `scene` says what for a room, `name` gives it its own look.

    `view`: 0, 1, … look from another place.
    """
    dice = Random(f"{name}/look")  # noqa: S311 - the same each time
    look = Look(dice.choice(WALLS), dice.choice(FLOORS), dice.choice(ACCENTS), dice)
    side = (dice.choice((-1, 1))) * (1 if view % 2 == 0 else -1)
    return SCENES[scene](_eye(scene, side, view), look).jpeg()


def _eye(scene: str, side: int, view: int) -> Eye:
    wide = _WIDE.get(scene, 9.0)
    x = wide / 2 + side * wide * 0.14
    return Eye(x, 1.75 if view % 2 == 0 else 2.3, -side * 0.16, 1.02 if view % 2 == 0 else 1.15)


_WIDE: Mapping[str, float] = {
    "sports": 22, "theatre": 15, "concert": 14, "party": 12, "outdoor": 24, "field": 40,
    "refectory": 12, "gym": 14, "council": 12, "garden": 24,
}  # fmt: skip
"""Metres; of the others nine."""

SCENES: Mapping[str, Draw] = {
    "bar": stages.bar,
    "classroom": tables.classroom,
    "concert": stages.concert,
    "council": tables.council,
    "dance": sports.dance,
    "exhibition": studios.exhibition,
    "field": outside.field_of_grass,
    "garden": outside.garden,
    "gym": sports.gym,
    "kitchen": tables.kitchen,
    "library": tables.library,
    "meeting": tables.meeting,
    "party": stages.party,
    "refectory": tables.refectory,
    "rehearsal": stages.rehearsal,
    "sports": sports.sports,
    "theatre": stages.theatre,
    "workshop": studios.workshop,
}
