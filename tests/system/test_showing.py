"""./hallpass demo as somebody meets it: it says where to look, all of that is there, Ctrl-C ends it all."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from demo.processes import wait_until

pytestmark = pytest.mark.timeout(300)
PATIENCE = 120.0
# As `python -m demo`, in a city of its own; a shell may have told what it starts to ignore Ctrl-C.
DEMO = """
import pathlib, signal, sys
import demo.__main__ as demo
signal.signal(signal.SIGINT, signal.default_int_handler)
demo.HOME = pathlib.Path(sys.argv.pop(1))
demo.main()
"""
LINE = re.compile(r"(?m)^  (\S.{17}) (\S+)")
PROGRAMS = ("mosquitto", "central serve", "edge.simulator", "edge run", "edge run", "edge run")


@contextmanager
def showing(folder: Path) -> Iterator[tuple[psutil.Process, dict[str, str]]]:
    """Start the demo; give its process and what it says where to look; end it with Ctrl-C."""
    output = folder.with_suffix(".log")
    with output.open("wb") as log:
        command = [sys.executable, "-c", DEMO, str(folder), "--small"]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )

    def has_said_all() -> bool:
        assert process.poll() is None, output.read_text(encoding="utf-8")
        return "Ctrl-C ends everything" in output.read_text(encoding="utf-8")

    try:
        wait_until(has_said_all, "the demo says that the city is up", PATIENCE)
        said = LINE.findall(output.read_text(encoding="utf-8"))
        yield psutil.Process(process.pid), {what.strip(): where for what, where in said}
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
    finally:
        process.kill()
        process.wait(PATIENCE)


def test_the_demo_shows_what_it_says_keeps_its_pass_and_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    passes = [look_around(tmp_path / "city"), look_around(tmp_path / "city")]
    assert passes[0] == passes[1], "the second start names the pass of the first"


def look_around(folder: Path) -> str:
    """Look at everything that a start of the demo names, and end it; return the path of its pass."""
    with showing(folder) as (demo, said), httpx.Client(timeout=30, follow_redirects=True) as web:
        running = [" ".join(one.cmdline()) for one in demo.children()]
        assert len(running) == len(set(running)) == len(PROGRAMS), running
        for name in set(PROGRAMS):
            assert sum(name in one for one in running) == PROGRAMS.count(name), (name, running)
        started = demo.children(recursive=True)
        assert {"A pass for now", "Mail that was sent", "The doors", "The desk"} <= set(said)
        for what, where in said.items():
            if where.startswith("http"):
                assert web.get(where).is_success, what
        assert Path(said["What programs say"]).is_dir()
        assert "anna@teststad.example" in web.get(said["Mail that was sent"]).text
        offers = web.get(f"{said['Book a hall']}/demo/passes").json()
        assert len(offers) == 1, "booked once, also by two starts"
        assert web.get(said["Book a hall"] + offers[0]["png_url"]).content[:4] == b"\x89PNG"
        doors = set(re.findall(r'href="(/doors/[^"?]+)"', web.get(said["The doors"]).text))
        assert len(doors) == PROGRAMS.count("edge run")
        for door in doors:
            assert offers[0]["png_url"] in web.get(said["The doors"] + door).text
    _, alive = psutil.wait_procs(started, timeout=PATIENCE)
    assert alive == []
    return httpx.URL(said["A pass for now"]).path
