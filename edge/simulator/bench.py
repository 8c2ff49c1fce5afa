"""A virtual door to play with from Python: what a person can do at a door, and what one then sees.

    with VirtualDoor("feestzaal", run_folder) as door:
        door.hold_up(png)
        door.wait_until(lambda seen: seen.strike_released)
        door.push_open()

The door unit is another process, whose configuration names the same run folder's sockets
(`places.WIRE` and `places.CAMERA`).
"""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from edge.drivers.announcer import Announcement
from edge.drivers.indicator import Scene
from edge.errors import EdgeError
from edge.events import Input
from edge.pins import Pins, read_pins
from edge.simulator import hardware, lamp, pictures, places, record
from edge.simulator.board import Board
from edge.simulator.camera import Camera
from edge.simulator.hardware import HANDS
from edge.simulator.lamp import Colour
from edge.simulator.pictures import Gray
from edge.simulator.record import PinChange

A_MOMENT = 1.0
"""Seconds for which a hand holds a button or a key."""


class NeverCame(EdgeError):
    """What was waited for did not happen in time; the message says what was seen instead."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A door as somebody with eyes on both sides of it sees it at one moment."""

    connected: bool
    """Whether a unit's program is on the wire."""
    strike_released: bool
    can_be_opened: bool
    """Whether the leaf gives way to a push: released, or somebody holds key or handle."""
    leaf_open: bool
    broken_open: bool
    lamp: Colour
    scene: Scene | None
    """What the lamp says, by the label beside the door; None while it is dark or not clear yet."""
    sounding: bool
    display: Announcement | None
    stuck: bool
    """Whether the lock is jammed."""
    lid_open: bool
    mains: bool
    reserve: bool
    fire: bool
    held: frozenset[Input]
    """Exit button, key and panic bar, where a hand is on them."""
    covered: bool
    holding: bool
    camera_connected: bool
    picture: int
    """Goes up with every other picture before the camera."""


class VirtualDoor:
    """One door and everything that is not software in it. Every method may be called by any thread."""

    def __init__(self, name: str, run: Path) -> None:
        """Make a door that meets its unit in a run folder.

        Args:
            name: what people call it; also chooses the street before its camera.
            run: a folder of short path (sockets), made when it is not there.

        """
        self.name, self.run = name, run
        self.pins: Pins = read_pins()
        self._changes = threading.Condition()
        self._version = 0
        self._listeners: dict[int, Callable[[], None]] = {}
        self._numbers = itertools.count()
        self._board = Board(run, self.pins, self._notify)
        self._camera = Camera(run / places.CAMERA, name, self._notify)

    def start(self) -> None:
        """Listen for the unit.

        Raises:
            NoPlace: the run folder cannot be used, or another virtual door uses it.

        """
        self._board.start()
        self._camera.start()

    def stop(self) -> None:
        """Cut the wire and take the camera's picture away."""
        self._camera.stop()
        self._board.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # --- at the door -----------------------------------------------------------------------------

    def push_open(self) -> bool:
        """Push the leaf; True when it is open afterwards."""
        return self._board.change(hardware.pushed).leaf_open

    def pull_shut(self) -> None:
        """Let the leaf fall shut."""
        self._board.change(lambda door, _: hardware.shut(door))

    def force(self) -> None:
        """Break the door open."""
        self._board.change(hardware.forced)

    def press(self, what: Input = Input.REX, seconds: float = A_MOMENT) -> None:
        """Hold the exit button, the key or the panic bar for a while; returns at once.

        Raises:
            ValueError: it is nothing that a hand can hold.

        """
        if what not in HANDS:
            msg = f"nobody can press {what}"
            raise ValueError(msg)
        self._board.change(lambda door, now: hardware.hand_on(door, what, now + seconds))

    def turn_key(self, seconds: float = A_MOMENT) -> None:
        """Turn the key in the cylinder for a while; returns at once."""
        self.press(Input.KEY_CYLINDER, seconds)

    # --- around it -------------------------------------------------------------------------------

    def jam_lock(self) -> None:
        """Let the lock stick: it holds whatever is asked of it."""
        self._board.change(lambda door, _: hardware.with_lock(door, is_stuck=True))

    def free_lock(self) -> None:
        """Let the lock move again."""
        self._board.change(lambda door, _: hardware.with_lock(door, is_stuck=False))

    def open_lid(self) -> None:
        """Open the unit's case."""
        self._board.change(lambda door, _: hardware.with_lid(door, is_open=True))

    def shut_lid(self) -> None:
        """Close the unit's case."""
        self._board.change(lambda door, _: hardware.with_lid(door, is_open=False))

    def cut_mains(self) -> None:
        """Take the mains away; unit and strike go on from the reserve."""
        self._board.change(
            lambda door, _: hardware.with_power(door, mains=False, reserve=door.reserve)
        )

    def drain_reserve(self) -> None:
        """Empty the reserve. Without mains the door then has no power; end the unit's process too."""
        self._board.change(
            lambda door, _: hardware.with_power(door, mains=door.mains, reserve=False)
        )

    def restore_mains(self) -> None:
        """Give mains back, which also fills the reserve."""
        self._board.change(lambda door, _: hardware.with_power(door, mains=True, reserve=True))

    def start_fire_alarm(self) -> None:
        """Let the fire panel release the door by its own contact."""
        self._board.change(lambda door, _: hardware.with_fire(door, alarm=True))

    def end_fire_alarm(self) -> None:
        """Reset the fire panel."""
        self._board.change(lambda door, _: hardware.with_fire(door, alarm=False))

    # --- before the camera -----------------------------------------------------------------------

    def hold_up(self, picture: bytes | Gray, seconds: float | None = None) -> None:
        """Hold a picture before the camera, slightly tilted: a code on a phone, a sheet of paper.

        Args:
            picture: a PNG or JPEG, or grey values. An array of exactly a frame's size (720 rows, 1280
                columns) is shown as it is.
            seconds: for how long; None until `take_away`.

        Raises:
            NotAPicture: the bytes are something else.

        """
        gray = pictures.opened(picture) if isinstance(picture, bytes) else picture
        if gray.shape == (pictures.HEIGHT, pictures.WIDTH):
            self._camera.hold_frame(gray, seconds)
        else:
            self._camera.hold(gray, seconds)

    def show_webcam(self, picture: bytes, seconds: float) -> None:
        """Let the camera see what a webcam sees, until `seconds` after the last of its frames.

        Raises:
            NotAPicture: the bytes are no PNG or JPEG.

        """
        self._camera.hold_frame(pictures.fitted_to_frame(pictures.opened(picture)), seconds)

    def take_away(self) -> None:
        """Hold nothing up any more."""
        self._camera.take_away()

    def cover_camera(self) -> None:
        """Put tape over the camera's window."""
        self._camera.cover(covered=True)

    def uncover(self) -> None:
        """Take the tape off."""
        self._camera.cover(covered=False)

    def camera_picture(self) -> bytes:
        """Return what the camera sees, as a small JPEG."""
        return pictures.as_jpeg(self._camera.frame())

    # --- seeing ----------------------------------------------------------------------------------

    def state(self) -> Seen:
        """Return the door as it is now."""
        now = time.monotonic()
        door, watched = self._board.look()
        view = self._camera.look()
        return Seen(
            connected=door.connected,
            strike_released=door.is_released(now),
            can_be_opened=door.can_be_opened(now),
            leaf_open=door.leaf_open,
            broken_open=door.broken_open,
            lamp=watched.colour,
            scene=lamp.scene_of(watched, now),
            sounding=door.sounding,
            display=door.display,
            stuck=door.stuck,
            lid_open=door.lid_open,
            mains=door.mains,
            reserve=door.reserve,
            fire=door.fire,
            held=frozenset(hand for hand in HANDS if door.is_held(hand, now)),
            covered=view.covered,
            holding=view.holding,
            camera_connected=view.connected,
            picture=view.number,
        )

    def pin_changes(self) -> list[PinChange]:
        """Return every change of an output that the record holds, also those of a run before."""
        return record.pin_changes(self.run / places.RECORD)

    def wait_until(self, happened: Callable[[Seen], bool], within: float = 30.0) -> Seen:
        """Return the door once something is seen.

        Raises:
            NeverCame: it did not happen in time.

        """
        deadline = time.monotonic() + within
        while True:
            before = self._version
            if happened(seen := self.state()):
                return seen
            if (left := deadline - time.monotonic()) <= 0:
                msg = f"waited {within} s in vain; {self.name} is {seen}"
                raise NeverCame(msg)
            # Looking and waiting are apart: who changes a door holds its lock while notifying us.
            with self._changes:
                self._changes.wait_for(lambda: self._version != before, min(left, 0.25))  # noqa: B023

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed`, which must be quick, whenever something moved; call the answer to end it."""
        number = next(self._numbers)
        self._listeners[number] = changed

        def end() -> None:
            self._listeners.pop(number, None)

        return end

    def _notify(self) -> None:
        with self._changes:
            self._version += 1
            self._changes.notify_all()
        for listener in list(self._listeners.values()):
            listener()
