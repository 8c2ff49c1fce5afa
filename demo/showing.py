"""The demo that stays up: a city, its doors on a page, one reservation to begin with."""

import select
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from central.database import Database
from demo.central import Central
from demo.city import MANAGER, fill
from demo.founding import ADMIN, PASSWORD
from demo.pass_for_now import pass_for_now
from demo.processes import free_port, python
from demo.running import BROKER, CENTRAL, Demo, running

PAGE = "virtual-doors"
_LOOK_EVERY = 0.5  # seconds
Say = Callable[[str], None]


def show(home: Path, *, fresh: bool, small: bool = False) -> None:
    """Start everything, say where to look, and stay until somebody presses Ctrl-C.

    `small`: leave the city as small as its story needs.
    """
    if fresh:
        shutil.rmtree(home, ignore_errors=True)

    def say(words: str) -> None:
        print(words, flush=True)

    with running(home, say) as demo:
        if not small:
            enlarge(demo, say)
        doors = start_doors(demo, say)
        central = demo.central()
        now = datetime.now(UTC)  # noqa: TID251 - the real time
        way = pass_for_now(central, demo.home.pass_for_now, now, say)
        _tell(demo, doors, way)
        central.close()
        _stay(demo)


def enlarge(demo: Demo, say: Say) -> None:
    """Fill the town up to a city, unless that was done at an earlier start."""
    if demo.home.enlarged.exists():
        return
    say("Drawing forty halls, writing two years of reservations")
    database = Database(f"sqlite:///{demo.home.central / 'central.db'}")
    now = datetime.now(UTC)  # noqa: TID251 - the real time
    count = fill(database, demo.home.central, now, PASSWORD)
    database.close()
    demo.home.enlarged.touch()
    say(f"The city has {count} reservations")


def start_doors(demo: Demo, say: Say) -> str:
    """Start the virtual doors with their page, and a door unit for each; return the page's address."""
    port = free_port()
    named = [
        part
        for number, name in demo.doors.items()
        for part in ("--door", f"{name}={demo.run_of(number)}")
    ]
    offers = f"{demo.address}/demo/passes"
    demo.programs.start(
        PAGE, python("edge.simulator", *named, "--port", str(port), "--passes", offers)
    )
    address = f"http://127.0.0.1:{port}"
    page = Central(address)
    demo.programs.wait_ready(PAGE, page.answers)
    page.close()
    for number, name in demo.doors.items():
        say(f"Starting the door unit of {name}")
        demo.start_unit(number)
    return address


def _tell(demo: Demo, doors: str, way: str | None) -> None:
    lines = [
        ("Book a hall", demo.address),
        ("The doors", doors),
        *([("A pass for now", f"{demo.address}{way}")] if way else []),
        ("The desk", f"{demo.address}/desk   ({ADMIN} / {PASSWORD})"),
        *([("A hall manager", f"{MANAGER} / {PASSWORD}")] if demo.home.enlarged.exists() else []),
        (
            "Mail that was sent",
            f"{demo.address}/demo/mailbox",
        ),  # with the link to log in as a renter
        ("Entries, faults", f"{demo.address}/desk/entries"),
        ("REST interface", f"{demo.address}/api/openapi.json"),
        ("What programs say", str(demo.home.logs)),
    ]
    print("\nThe city is up.\n")
    for what, where in lines:
        print(f"  {what:<18} {where}")
    print(
        "\nOpen the doors, choose one, hold a pass up with one click, push the door.\n"
        "Type b or c and Enter to stop or start the broker or central, and see that doors go on;\n"
        "q or Ctrl-C ends everything. The city is kept; ./hallpass demo --fresh begins anew.\n",
        flush=True,
    )


def _stay(demo: Demo) -> None:
    """Return when somebody asks to end; meanwhile do what is typed, and say what ended by itself."""
    switches = {"b": (BROKER, demo.start_broker), "c": (CENTRAL, demo.start_central)}
    reading: list[TextIO] = [sys.stdin] if sys.stdin.isatty() else []
    while True:
        typed, _, _ = select.select(reading, [], [], _LOOK_EVERY)
        word = sys.stdin.readline().strip().lower() if typed else ""
        if word == "q":
            return
        if word in switches:
            _switch(demo, *switches[word])
        for name, program in list(demo.programs.running.items()):
            if not program.running:
                print(f"{name} ended by itself:\n{program.tail()}", flush=True)
                del demo.programs.running[name]


def _switch(demo: Demo, name: str, start: Callable[[], None]) -> None:
    if name in demo.programs.running:
        demo.programs.stop(name)
        print(f"{name} is stopped", flush=True)
    else:
        start()
        print(f"{name} runs", flush=True)
