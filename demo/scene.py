"""What the checked story needs at a door: the virtual door, its unit, and what both wrote down."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from demo.central import Central
from demo.phone_photo import photo_of
from demo.processes import DemoFailed, python, wait_until
from demo.running import Demo
from edge.simulator.bench import VirtualDoor

ANSWERED_WITHIN = 30.0


@dataclass
class Scene:
    """One door of the running demo."""

    demo: Demo
    central: Central
    number: int
    door: VirtualDoor

    # --- at the door

    def show(self, png: bytes, seed: int = 1) -> dict[str, Any]:
        """Photograph a pass on a phone, hold it up, and return what the unit decided (its line)."""
        # Until then it would still be the same holding-up, which is answered once.
        self.wait(lambda: not self.status()["code_is_shown"], "the unit sees no code any more")
        before = self.last_line()
        self.door.hold_up(photo_of(png, seed))
        try:
            found: list[dict[str, Any]] = []

            def decided() -> bool:
                found[:] = [
                    one for one in self.lines() if one["seq"] > before and one["kind"] == "decided"
                ]
                return bool(found)

            wait_until(decided, "the unit answers to the pass", ANSWERED_WITHIN)
            return found[0]
        finally:
            self.door.take_away()

    def read_back(self, png: bytes, folder: Path) -> str:
        """Return what `hallpass-door read` reads in a photo of a pass."""
        path = folder / "photo.png"
        encoded, raw = cv2.imencode(".png", np.asarray(photo_of(png)))
        if not encoded:
            msg = "the photo could not be written"
            raise DemoFailed(msg)
        path.write_bytes(raw.tobytes())
        done = subprocess.run(
            python("edge", "read", str(path)),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.rstrip("\n")

    def pulses(self) -> list[tuple[float, float]]:
        """Return when the strike's pin went high and low again, in monotonic seconds."""
        found: list[tuple[float, float]] = []
        high = None
        for change in self.door.pin_changes():
            if change.pin != self.door.pins.strike:
                continue
            if change.high:
                high = change.at
            elif high is not None:
                found.append((high, change.at))
                high = None
        return found

    # --- on the unit

    def lines(self) -> list[dict[str, Any]]:
        """Return the newest events of the unit's journal."""
        return self.demo.journal(self.number)

    def last_line(self) -> int:
        """Return the number of the newest event."""
        return max((int(one["seq"]) for one in self.lines()), default=0)

    def status(self) -> dict[str, Any]:
        """Return what the unit says of itself."""
        return dict(self.demo.status(self.number))

    def is_in_service(self) -> bool:
        """Tell whether it has all it needs and central heard it say so."""
        said = self.status()
        return bool(said["commissioned"] and said["fresh"] and not said["faults"])

    # --- at central

    def entries(self, **wanted: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - query parameters
        """Return the entries of this door that central holds, the newest first."""
        found: list[dict[str, Any]] = self.central.get("entries", door=self.number, **wanted)
        return found

    def faults(self) -> set[str]:
        """Return what central knows to be wrong with this door."""
        name = self.demo.doors[self.number]
        return {one["code"] for one in self.central.get("faults") if one["door"] == name}

    def holds_everything(self) -> bool:
        """Tell whether the unit has said, signed, that it holds what is in force."""
        return bool(self.central.get(f"doors/{self.number}/documents")["is_up_to_date"])

    def wait(self, happened: Callable[[], bool], what: str) -> None:
        """Wait until something is so."""
        wait_until(happened, what, ANSWERED_WITHIN)
