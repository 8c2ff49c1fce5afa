"""demo-check: the story in a city of its own, a line per step."""

import shutil
import time
from contextlib import ExitStack
from pathlib import Path

from demo.processes import DemoFailed
from demo.running import Demo, running
from demo.scene import Scene
from demo.story import HALL_A, OTHER, Story
from edge.simulator.bench import VirtualDoor

KEPT = Path(__file__).parents[1] / "build" / "demo-check-logs"
"""What the programs printed in a story that did not end well."""


def check_story(folder: Path) -> None:
    """Found a city in a folder, play the story, and end everything.

    Raises:
        DemoFailed: a step did not happen.

    """
    began = time.monotonic()

    def tell(words: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {words}", flush=True)

    try:
        with running(folder / "city", tell) as demo, ExitStack() as doors:
            central = demo.central()
            doors.callback(central.close)
            scene, other = (_scene(demo, doors, name) for name in (HALL_A, OTHER))
            Story(demo, central, scene, other, folder, lambda words: tell(f"ok  {words}")).play()
    except DemoFailed as error:
        kept = _keep_logs(folder / "city" / "logs")
        msg = f"{error}\nWhat the programs said is kept in {kept}."
        raise DemoFailed(msg) from error
    tell("every step happened")


def _keep_logs(logs: Path) -> Path:
    shutil.rmtree(KEPT, ignore_errors=True)
    if logs.is_dir():
        shutil.copytree(logs, KEPT)
    return KEPT


def _scene(demo: Demo, doors: ExitStack, name: str) -> Scene:
    number = next(number for number, known in demo.doors.items() if known == name)
    door = doors.enter_context(VirtualDoor(name, demo.run_of(number)))
    demo.start_unit(number)
    return Scene(demo, demo.central(), number, door)
