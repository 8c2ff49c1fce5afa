"""How the reader's camera is, judged from a few numbers of each frame and how long they stay so.

A hand that passes by is no covered camera, and a dusty lens is no fault because one frame was soft:
a state begins after it lasted, and ends after its opposite lasted. Thresholds were chosen on real
photos, sharp, blurred, darkened and covered (`tests/edge/core/test_sight.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

from edge.events import CameraState

DARK_BELOW = 24.0
"""Brightness (0 to 255) that the lightest twentieth of a picture at least has when it is not dark."""
SHAPELESS_BELOW = (1.5, 8.0)
"""Steps of brightness, least and most, below which a picture shows nothing: a tenth of its light."""
SHARP_FROM = 0.6
"""Share of its coarse edges that a picture still has close up; 3 pixels of blur leave 0.7 and more
(a hall behind a lens that is focused on 20 cm), 12 pixels 0.5 and less."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for which something must last before it is believed, and be over before it ends."""

    begins: float
    ends: float


IN_ORDER: Mapping[CameraState, Patience] = MappingProxyType(
    {
        CameraState.FROZEN: Patience(3.0, 1.0),
        CameraState.COVERED: Patience(5.0, 2.0),
        CameraState.DARK: Patience(10.0, 2.0),
        # At night nobody holds a pass up, and a hall may be all soft shadows: be slow to complain.
        # One sharp frame, such as a pass, disproves it.
        CameraState.BLURRED: Patience(120.0, 0.0),
    }
)
"""What can be wrong, the first that holds is the camera's state."""


class Look(Protocol):
    """What is measured of a frame."""

    @property
    def light(self) -> float:
        """Brightness that the lightest twentieth of the picture reaches, 0 to 255."""

    @property
    def shape(self) -> float:
        """Strongest steps of brightness between large neighbouring parts, 0 to 360."""

    @property
    def sharpness(self) -> float:
        """Strongest steps between small neighbours as a share of `shape`."""

    @property
    def repeated(self) -> bool:
        """Whether it is the frame before it, bit by bit. No sensor does that."""


@dataclass(frozen=True, slots=True)
class _Spell:
    since: float
    seen_at: float


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen so far. Times are monotonic seconds."""

    spells: Mapping[CameraState, _Spell] = field(default_factory=dict)
    frame_at: float | None = None

    def state(self, now: float) -> CameraState:
        """Return how the camera is; frozen also when no frame came for long."""
        if self.frame_at is not None:
            silent = now - self.frame_at
            if silent >= IN_ORDER[CameraState.FROZEN].begins:
                return CameraState.FROZEN
        for state, patience in IN_ORDER.items():
            spell = self.spells.get(state)
            if spell is not None and spell.seen_at - spell.since >= patience.begins:
                return state
        return CameraState.WORKING


def see(sight: Sight, look: Look, now: float) -> Sight:
    """Return what is known after one more frame."""
    wrong = _wrong_with(look)
    spells = {
        state: spell
        for state in IN_ORDER
        if (spell := _continued(sight.spells.get(state), state, now, holds=state in wrong))
    }
    return replace(sight, spells=spells, frame_at=now)


def _continued(
    spell: _Spell | None, state: CameraState, now: float, *, holds: bool
) -> _Spell | None:
    if holds:
        return _Spell(spell.since if spell else now, now)
    if spell is None or now - spell.seen_at >= IN_ORDER[state].ends:
        return None
    return spell


def _wrong_with(look: Look) -> frozenset[CameraState]:
    least, most = SHAPELESS_BELOW
    wrong = {CameraState.FROZEN} if look.repeated else set()
    if look.shape < min(most, max(least, look.light / 10)):
        # Also when it is black: a dark hall has a window or a lamp somewhere, tape has not.
        wrong.add(CameraState.COVERED)
    elif look.light < DARK_BELOW:
        wrong.add(CameraState.DARK)
    elif look.sharpness < SHARP_FROM:
        wrong.add(CameraState.BLURRED)
    return frozenset(wrong)
