"""What is done and looked at, at a door where something is down."""

import time

from contracts.credential import Language
from contracts.documents import DocumentType
from contracts.reasons import DenyReason
from contracts.sentences import refusal
from demo.phone_photo import photo_of
from demo.processes import python
from demo.running import BROKER, Demo, unit_named
from demo.scene import Scene
from edge.simulator.bench import Seen
from tests.journey.conftest import until


def opens(scene: Scene, png: bytes) -> None:
    """Show a pass, walk in, and let the door fall shut behind."""
    answer = scene.show(png)
    assert answer["data"]["outcome"] == "granted", answer
    scene.door.wait_until(lambda seen: seen.can_be_opened)
    assert scene.door.push_open()
    scene.door.pull_shut()
    scene.door.wait_until(lambda seen: not seen.strike_released)


def presence(scene: Scene) -> str:
    return str(scene.central.get(f"doors/{scene.number}")["presence"])


def nobody_knows(scene: Scene, shown: str) -> bool:
    """Tell whether central says since when the door is out of reach, and nothing of leaf and lock."""
    door = scene.central.get(f"doors/{scene.number}")
    says = (door["presence"], door["leaf"], door["strike"])
    return says == (shown, "unknown", "unknown") and door["since"] is not None


def answers(scene: Scene) -> bool:
    try:
        scene.status()
    except Exception:  # noqa: BLE001 - not yet
        return False
    return True


def in_service(scene: Scene) -> bool:
    return answers(scene) and scene.is_in_service()


def show_until_refused(scene: Scene, png: bytes, reason: str) -> None:
    """Show a pass until the display refuses it for this; the journal cannot tell any more."""
    says = refusal(DenyReason(reason), Language.NL).says
    deadline = time.monotonic() + 60
    while (answer := _said_to(scene, png)) != says:
        assert time.monotonic() < deadline, f"the display last said: {answer}"
        scene.door.wait_until(lambda seen: not seen.strike_released)


def _said_to(scene: Scene, png: bytes) -> str:
    """Show a pass and return what the display answers."""
    scene.wait(lambda: not scene.status()["code_is_shown"], "the unit sees no code any more")
    scene.door.wait_until(lambda seen: not _answered(seen))
    scene.door.hold_up(photo_of(png))
    try:
        display = scene.door.wait_until(_answered).display
    finally:
        scene.door.take_away()
    return display.title if display else ""


def _answered(seen: Seen) -> bool:
    return seen.display is not None and seen.display.tone in {"refused", "open"}


def grants(scene: Scene) -> int:
    """Return how many grants of this door central holds."""
    decided = scene.entries(kind="decided", limit=500)
    return sum(one["outcome"] == "granted" for one in decided)


def grace_of(scene: Scene, png: bytes) -> str | None:
    """Return by which grace a pass opens, as it is written down."""
    answer = scene.show(png)
    assert answer["data"]["outcome"] == "granted", answer
    scene.door.wait_until(lambda seen: not seen.strike_released)
    grace: str | None = answer["data"].get("grace")
    return grace


def configurations(scene: Scene) -> int:
    """Return how often the unit took a new configuration, as far as central holds its journal."""
    accepted = scene.entries(kind="document_accepted", limit=500)
    return sum(one["data"]["type"] == DocumentType.CONFIG for one in accepted)


def lose_the_time(city: Demo, scene: Scene) -> None:
    """Start the unit as after a power cut, without its battery-backed clock and the network."""
    name = unit_named(scene.number)
    city.programs.kill(BROKER)
    city.programs.kill(name)
    anchor = city.run_of(scene.number) / "clock.json"
    anchor.unlink(missing_ok=True)  # the run folder is empty then
    config = city.configured(scene.number)
    text = config.read_text(encoding="utf-8").replace('rtc = "system"', 'rtc = ""')
    config.write_text(text, encoding="utf-8")
    city.programs.start(name, python("edge", "run", "--config", str(config)))
    until(lambda: answers(scene), "the unit answers")
