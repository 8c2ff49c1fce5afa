"""One renter's story, played without a person; every step must happen.

The unit, the broker, central and the decoder are the real programs; only pins and camera are
simulated, in another process than the unit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import segno

from central.web.language import languages
from contracts.credential import Kind, parse, sign
from contracts.door_config import Timings
from contracts.keys import SoftwareSigner
from demo import replay
from demo.central import Central
from demo.processes import DemoFailed
from demo.renter import Renter
from demo.running import BROKER, CENTRAL, Demo
from demo.scene import Scene

Tell = Callable[[str], None]
HALL_A = "De Kring, zaal A"
OTHER = "Sint-Jan, buurtzaal"
LONGEST_PULSE = Timings().longest_release / 1000


@dataclass
class Story:
    """The steps in their order; each leaves behind what the next one needs."""

    demo: Demo
    central: Central
    scene: Scene
    other: Scene
    folder: Path
    tell: Tell
    known: dict[str, Any] = field(default_factory=dict)

    def play(self) -> None:
        """Play all of it.

        Raises:
            DemoFailed: a step did not happen; the message names it.

        """
        self.units_come_into_service()
        self.reserve()
        self.read_the_photo()
        self.open_with_everything_down()
        self.entry_arrives_once()
        self.cover_the_camera()
        self.force_the_door()
        self.jam_the_lock()
        self.refusals()
        self.move()
        self.revoke()
        self.replay_a_command()

    # --- a renter enters

    def units_come_into_service(self) -> None:
        """Both units hold keys, configuration and lists, and say so signed."""
        for scene in (self.scene, self.other):
            scene.wait(scene.is_in_service, "the unit comes into service")
            scene.wait(scene.holds_everything, "the unit says what it holds")
        self.tell("two door units came into service: keys, configuration, lists, time, all signed")

    def reserve(self) -> None:
        """A reservation becomes a pass."""
        start = _this_minute()
        hall = next(one["id"] for one in self.central.get("halls") if one["name"] == HALL_A)
        renter = Renter(self.central, hall, start, start + timedelta(hours=2))
        self.known |= {"renter": renter, "start": start, "hall": hall, "png": renter.png()}
        (self.folder / "pass.png").write_bytes(self.known["png"])
        self.tell(f"reserved {HALL_A} for the next two hours, paid at the bank; the pass is a PNG")

    def read_the_photo(self) -> None:
        """The pass, photographed from a phone, is read exactly."""
        text = self.scene.read_back(self.known["png"], self.folder)
        _require(text == self.known["renter"].text(), "the photo is read as the pass")
        self.tell("photographed on a phone (tilted, soft, uneven, noisy) and read exactly")

    def open_with_everything_down(self) -> None:
        """Broker and central are stopped; the door opens all the same."""
        self.demo.programs.stop(CENTRAL)
        self.demo.programs.stop(BROKER)
        before = len(self.scene.pulses())
        decided = self.scene.show(self.known["png"])
        _require(decided["data"]["outcome"] == "granted", "the pass is granted", decided)
        seen = self.scene.door.wait_until(lambda now: now.scene == "open" or now.strike_released)
        _require(seen.connected, "the unit is there")
        self.tell("broker and central stopped: the unit verified the pass by itself")
        self.scene.door.push_open()
        self.scene.wait(lambda: len(self.scene.pulses()) > before, "the strike's pulse ends")
        began, ended = self.scene.pulses()[-1]
        _require(
            0 < ended - began <= LONGEST_PULSE,
            "the pulse is not longer than the longest",
            began,
            ended,
        )
        self.tell(f"the strike was released: a pulse of {ended - began:.1f} s on the pin")
        self.scene.door.pull_shut()
        self.scene.wait(
            lambda: any(one["kind"] == "closed" for one in self.scene.lines()), "the leaf closes"
        )
        self.known["decided"] = decided

    def entry_arrives_once(self) -> None:
        """Both are back; the entry is at central once, and acknowledged with a signature."""
        self.demo.start_broker()
        self.demo.start_central()
        self.tell("broker and central are back")
        decided = self.known["decided"]

        def arrived() -> list[dict[str, Any]]:
            found = self.scene.entries(kind="decided")
            return [
                one
                for one in found
                if (one["epoch"], one["seq"]) == (decided["epoch"], decided["seq"])
            ]

        self.scene.wait(lambda: bool(arrived()), "the entry arrives at central")
        self.scene.wait(
            lambda: self.scene.status()["journal"]["unacknowledged"] == 0,
            "central's signed acknowledgement is back on the unit",
        )
        _require(len(arrived()) == 1, "the entry stands at central exactly once")
        kinds = {one["kind"] for one in self.scene.entries() if one["grant"] or one["data"]}
        _require({"decided", "released", "opened", "closed"} <= kinds, "all four facts", kinds)
        self.tell("the entry stands in central exactly once: decided, released, opened, closed")
        self.tell("central's signed acknowledgement came back to the unit")

    # --- faults

    def cover_the_camera(self) -> None:
        """A covered camera reaches central as a fault, and ends."""
        self._fault(
            "camera_covered",
            self.scene.door.cover_camera,
            self.scene.door.uncover,
            "camera covered",
        )

    def force_the_door(self) -> None:
        """A forced door reaches central as a fault, and ends when it is shut."""
        self._fault("forced_open", self.scene.door.force, self.scene.door.pull_shut, "door forced")

    def jam_the_lock(self) -> None:
        """A lock that does not move reaches central as a fault, and ends with the pass that moves it."""
        png, door = self.known["png"], self.scene.door

        def try_in_vain() -> None:
            door.jam_lock()
            self.scene.show(png, 5)

        def try_again() -> None:
            door.free_lock()
            self.scene.show(png, 6)

        self._fault("lock_did_not_move", try_in_vain, try_again, "lock jammed")

    def _fault(
        self, code: str, begin: Callable[[], None], end: Callable[[], None], what: str
    ) -> None:
        begin()
        self.scene.wait(lambda: code in self.scene.faults(), f"central hears of {code}")
        words = languages()["nl"](f"fault.{code}")
        _require(words in self.central.desk_page("/desk/entries"), f"the desk says: {words}")
        end()
        self.scene.wait(lambda: code not in self.scene.faults(), f"{code} ends at central")
        _require(words in self.central.desk_page("/desk/entries"), "the desk says what it was")
        self.tell(f"{what}: central says “{words}”, and it cleared")

    # --- answered as it should be

    def refusals(self) -> None:
        """A pass for another door, one whose time is over, a forged one."""
        answer = self.other.show(self.known["png"])
        self._refused(answer, "wrong_access_point", "another hall's door")
        past = self.known["start"] - timedelta(hours=5)
        old = self._by_hand(past, past + timedelta(hours=1))
        self._refused(self.scene.show(old), "expired", "a pass whose time is over")
        forged = sign(parse(self.known["renter"].text()).claims, SoftwareSigner.generate())
        self._refused(self.scene.show(_png(forged)), "bad_signature", "a forged pass")

    def move(self) -> None:
        """The reservation moves away and back; the same QR follows it."""
        renter, start = self.known["renter"], self.known["start"]
        later = start + timedelta(days=2)
        renter.move(later, later + timedelta(hours=2))
        self.scene.wait(self.scene.holds_everything, "the unit holds the amended list")
        self._refused(self.scene.show(self.known["png"], 2), "not_yet_valid", "the old window")
        again = _this_minute()
        renter.move(again, again + timedelta(hours=2))
        self.scene.wait(self.scene.holds_everything, "the unit holds the amended list")
        answer = self.scene.show(self.known["png"], 3)
        _require(answer["data"]["outcome"] == "granted", "the moved pass opens again", answer)
        _require(renter.png() == self.known["png"], "it is the same QR code all along")
        self.tell("moved: the same QR code opens in the new window, and not in the old one")

    def revoke(self) -> None:
        """A revoked pass is refused once the door has said that it heard."""
        found = self.central.get("passes", reservation=self.known["renter"].reference)
        self.central.post(f"passes/{found[0]['id']}/revoke", reason="verloren telefoon")
        self.scene.wait(self.scene.holds_everything, "the unit holds the list that revokes it")
        self._refused(self.scene.show(self.known["png"], 4), "revoked", "a revoked pass")

    def replay_a_command(self) -> None:
        """A signed command opens once; sent again, by whoever holds the broker, it opens nothing."""
        asked = self.central.post(
            f"doors/{self.scene.number}/commands", command="unlock_once", reason="demo"
        )
        done = self.central.get(f"commands/{asked['id']}", wait=10)
        _require(done["state"] == "done", "the command is carried out", done)
        self.scene.door.wait_until(lambda now: now.strike_released)
        self.tell("a command of central opened the door once")
        self.demo.programs.stop(CENTRAL)
        outcomes = replay.twice(self.demo, self.scene)
        _require(outcomes == ["done", "nonce_unknown"], "the replay is answered as such", outcomes)
        self.demo.start_central()
        self.tell("the same command replayed through the broker: refused, nothing moved")

    def _by_hand(self, start: datetime, end: datetime) -> bytes:
        made = self.central.post(
            "passes",
            kind=Kind.CREW.name.lower(),
            site=1,
            areas=[0, 1, 2],
            starts_at=start.isoformat(),
            ends_at=end.isoformat(),
            label="demo",
        )
        return self.central.picture(f"passes/{made['id']}/pass.png")

    def _refused(self, answer: dict[str, Any], reason: str, what: str) -> None:
        _require(answer["data"].get("reason") == reason, f"{what} is refused as {reason}", answer)
        self.tell(f"{what}: refused ({reason})")


def _this_minute() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)  # noqa: TID251 - the real time


def _png(text: str) -> bytes:
    picture = BytesIO()
    segno.make(text, error="m", boost_error=False).save(picture, kind="png", scale=8)
    return picture.getvalue()


def _require(holds: object, what: str, *seen: object) -> None:
    if not holds:
        msg = f"this did not hold: {what}" + "".join(f"; seen: {one}" for one in seen)
        raise DemoFailed(msg)
