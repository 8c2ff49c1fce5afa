"""The hardware around a door unit as pure values: what pins, people and power do to a door.

Times are monotonic seconds given as arguments. The door is fail-secure: without power or without a
program that keeps it alive it is locked from outside, and it can always be left from inside.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from edge.drivers.announcer import Announcement
from edge.events import Input
from edge.pins import Pins

KEEP_ALIVE = 3.0
"""Seconds after the last toggle of the keep-alive pin at which the hardware locks the strike."""
NEVER = float("-inf")
HANDS = frozenset({Input.REX, Input.KEY_CYLINDER, Input.PANIC_BAR})
"""What a hand holds for a moment; each draws the latch back by its own mechanics."""

Lamp = tuple[bool, bool, bool]


@dataclass(frozen=True, slots=True)
class DoorHardware:
    """A strike, a leaf, a lamp, a buzzer, a display, a case with a lid, and two supplies."""

    pins: Pins
    connected: bool = False
    """Whether a unit's program is at the other end of the wire."""
    high: frozenset[int] = frozenset()
    """The outputs that are high. One that nobody drives is pulled down."""
    kept_alive_at: float = NEVER
    announcement: Announcement | None = None
    leaf_open: bool = False
    broken_open: bool = False
    """Whether it was forced while nothing let it go; until it falls shut."""
    held: Mapping[Input, float] = field(default_factory=dict)
    """Until when a hand holds exit button, key or panic bar."""
    stuck: bool = False
    """The lock is jammed: whatever is asked of it, it holds. Key, handle and bar draw the latch still."""
    lid_open: bool = False
    fire: bool = False
    mains: bool = True
    reserve: bool = True
    """The battery that carries unit and strike while mains is gone."""

    @property
    def powered(self) -> bool:
        """Tell whether unit and strike have power."""
        return self.mains or self.reserve

    @property
    def lamp(self) -> Lamp:
        """Return which of red, green and blue are lit."""
        pins = self.pins
        return (
            self._is_on(pins.lamp_red),
            self._is_on(pins.lamp_green),
            self._is_on(pins.lamp_blue),
        )

    @property
    def sounding(self) -> bool:
        """Tell whether the buzzer sounds."""
        return self._is_on(self.pins.buzzer)

    @property
    def display(self) -> Announcement | None:
        """Return what the display shows; None when it is dark."""
        return self.announcement if self.powered else None

    def is_released(self, now: float) -> bool:
        """Tell whether the strike lets go.

        By the unit: its pin is high and the keep-alive is younger than KEEP_ALIVE. By the fire panel: its
        own contact feeds the strike from its own supply, whatever the unit does. Never while it is stuck.
        """
        alive = now - self.kept_alive_at < KEEP_ALIVE
        return not self.stuck and (self.fire or (alive and self._is_on(self.pins.strike)))

    def is_held(self, what: Input, now: float) -> bool:
        """Tell whether a hand holds exit button, key or panic bar."""
        return now < self.held.get(what, NEVER)

    def can_be_opened(self, now: float) -> bool:
        """Tell whether the leaf gives way to a push: released, or the latch is drawn by hand."""
        return self.is_released(now) or any(self.is_held(hand, now) for hand in HANDS)

    def is_active(self, what: Input, now: float) -> bool:
        """Tell whether an input of the unit is active."""
        match what:
            case Input.DOOR_CONTACT:
                return self.leaf_open
            case Input.LOCK_CONTACT:
                return self.is_released(now)
            case Input.TAMPER:
                return self.lid_open
            case Input.MAINS:
                return not self.mains
            case Input.FIRE_PANEL:
                return self.fire
            case Input.REX | Input.KEY_CYLINDER | Input.PANIC_BAR:
                return self.is_held(what, now)

    def levels(self, now: float) -> dict[int, bool]:
        """Return the level of every input pin."""
        return {
            line.pin: self.is_active(what, now) is line.active_high
            for what, line in self.pins.inputs.items()
        }

    def due(self, now: float) -> float | None:
        """Return the next second at which something changes by itself."""
        ends = [*self.held.values(), self.kept_alive_at + KEEP_ALIVE]
        return min((end for end in ends if end > now), default=None)

    def _is_on(self, pin: int) -> bool:
        return self.powered and pin in self.high


def unit_came(door: DoorHardware) -> DoorHardware:
    """Return the door after a unit's program took the wire."""
    return replace(door, connected=True)


def unit_gone(door: DoorHardware) -> DoorHardware:
    """Return the door after the program went, in whatever way: nothing drives the pins any more."""
    return replace(door, connected=False, high=frozenset(), kept_alive_at=NEVER, announcement=None)


def pin_changed(door: DoorHardware, pin: int, *, high: bool, now: float) -> DoorHardware:
    """Return the door after an output pin took a level."""
    toggled = pin == door.pins.keep_alive and high is not (pin in door.high)
    return replace(
        door,
        high=door.high | {pin} if high else door.high - {pin},
        kept_alive_at=now if toggled else door.kept_alive_at,
    )


def announced(door: DoorHardware, announcement: Announcement) -> DoorHardware:
    """Return the door with other words on its display."""
    return replace(door, announcement=announcement)


def pushed(door: DoorHardware, now: float) -> DoorHardware:
    """Return the door after somebody pushed the leaf: open if it gives way, else as it was."""
    return replace(door, leaf_open=door.leaf_open or door.can_be_opened(now))


def forced(door: DoorHardware, now: float) -> DoorHardware:
    """Return the door after somebody threw their weight against it: open, and broken open if it held."""
    held = not (door.leaf_open or door.can_be_opened(now))
    return replace(door, leaf_open=True, broken_open=door.broken_open or held)


def shut(door: DoorHardware) -> DoorHardware:
    """Return the door after the leaf fell shut; its latch snaps in, whatever the strike does."""
    return replace(door, leaf_open=False, broken_open=False)


def hand_on(door: DoorHardware, what: Input, until: float) -> DoorHardware:
    """Return the door with a hand on exit button, key or panic bar until a monotonic second."""
    return replace(door, held={**door.held, what: until})


def with_lock(door: DoorHardware, *, is_stuck: bool) -> DoorHardware:
    """Return the door with its lock jammed, or working."""
    return replace(door, stuck=is_stuck)


def with_lid(door: DoorHardware, *, is_open: bool) -> DoorHardware:
    """Return the door with the unit's case open or closed."""
    return replace(door, lid_open=is_open)


def with_fire(door: DoorHardware, *, alarm: bool) -> DoorHardware:
    """Return the door with the fire panel in alarm, or not any more."""
    return replace(door, fire=alarm)


def with_power(door: DoorHardware, *, mains: bool, reserve: bool) -> DoorHardware:
    """Return the door with these supplies."""
    return replace(door, mains=mains, reserve=reserve)
