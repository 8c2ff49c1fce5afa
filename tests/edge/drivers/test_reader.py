"""The reader sees passes, survives whatever happens to its process, and keeps frames to itself."""

import itertools
import logging
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import psutil
import pytest

from edge import config
from edge.drivers import reader_child
from edge.drivers.decode import Gray
from edge.drivers.reader import Reader
from edge.drivers.reader_push import empty_hall
from edge.events import CameraState, CodeSeen, CodeUnclear, Event, ReaderHealth
from tests.edge.drivers.a_reader import a_pass, drawn, opened, photo, torn

ROOT = Path(__file__).parents[3]
WITHIN = 45.0  # seconds; two busy cores start OpenCV slowly
PASS = a_pass()

pytestmark = pytest.mark.timeout(180)


def eventually(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def reader_processes() -> list[psutil.Process]:
    """Return the reader processes that we started and that are still there."""
    programs = {"edge.reader_process", "tests.simulators.bad_reader"}
    there = (one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE)
    return [child for child in there if programs.intersection(child.cmdline())]


@dataclass
class Unit:
    """A reader with what it said, and the camera that somebody holds things before."""

    run: Path
    source: str = "push:camera.sock"
    rate: int = 10
    events: list[Event] = field(default_factory=list)
    camera: socket.socket | None = None

    def __post_init__(self) -> None:
        wanted = config.Reader(source=self.source, rate=self.rate)
        self.reader = Reader(wanted, self.events.append, self.run)

    def start(self) -> "Unit":
        self.reader.start()
        eventually(lambda: self.is_working(0), "the reader works")
        return self

    def health(self, after: int = 0) -> list[ReaderHealth]:
        return [event for event in self.events[after:] if isinstance(event, ReaderHealth)]

    def is_working(self, after: int) -> bool:
        return any(one.state is CameraState.WORKING for one in self.health(after))

    def is_frozen(self, after: int) -> bool:
        return any(one.state is CameraState.FROZEN for one in self.health(after))

    def codes(self, after: int = 0) -> list[CodeSeen]:
        return [event for event in self.events[after:] if isinstance(event, CodeSeen)]

    def unclear(self, after: int = 0) -> list[CodeUnclear]:
        return [event for event in self.events[after:] if isinstance(event, CodeUnclear)]

    def hold_up(self, picture: Gray) -> None:
        if self.camera is None:
            self.camera = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.camera.connect(str(self.run / "camera.sock"))
        raw = cv2.imencode(".png", picture)[1].tobytes()
        self.camera.sendall(struct.pack(">I", len(raw)) + raw)

    def sees(self, text: str) -> None:
        """Hold a pass up until it is read, in spite of a reader that is just starting."""
        before, deadline = len(self.events), time.monotonic() + WITHIN
        while not any(seen.text == text for seen in self.codes(before)):
            assert time.monotonic() < deadline, "the pass is read"
            try:
                self.hold_up(photo(text))
            except OSError:
                self.hang_up()
            time.sleep(0.05)

    def hang_up(self) -> None:
        if self.camera is not None:
            self.camera.close()
        self.camera = None

    def waves(self, picture: Gray) -> CodeUnclear:
        """Move a code before the camera until the reader says that it is unclear."""
        before, deadline = len(self.events), time.monotonic() + WITHIN
        shift = 0
        while not self.unclear(before):
            assert time.monotonic() < deadline, "it is called unclear"
            shift = (shift + 8) % 40
            self.hold_up(picture[:, shift:])
            time.sleep(0.02)
        return self.unclear(before)[0]

    @property
    def process(self) -> psutil.Process:
        (child,) = reader_processes()
        return child

    def stop(self) -> None:
        self.reader.stop()
        self.hang_up()


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    made = Unit(tmp_path).start()
    yield made
    made.stop()


def test_opencv_stays_out_of_the_door_unit_s_own_process() -> None:
    check = "import sys, edge.drivers.reader; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert "edge.drivers.reader" in loaded
    assert loaded & {"cv2", "numpy", "zxingcpp", "pyzbar"} == set()


# --- what it sees ---------------------------------------------------------------------------------


def test_a_pass_is_seen_with_the_time_of_its_frame(unit: Unit) -> None:
    before = time.monotonic()
    unit.sees(PASS)
    seen = unit.codes()[0]
    assert seen.text == PASS
    assert before <= seen.frame_at <= seen.at <= time.monotonic()


def test_another_pass_is_seen_at_once_and_one_held_still_ten_times_a_second(
    tmp_path: Path,
) -> None:
    fast = Unit(tmp_path, rate=60).start()
    fast.sees(PASS)
    began = len(fast.events)
    eventually(lambda: len(fast.codes(began)) > 20, "it goes on being seen")
    times = [seen.frame_at for seen in fast.codes(began)]
    assert all(b - a >= 0.09 for a, b in itertools.pairwise(times))
    fast.sees(a_pass(2))
    fast.stop()


def test_another_code_is_reported_without_what_it_says(unit: Unit) -> None:
    secret = opened(drawn("WIFI:S:home;T:WPA;P:very-private;;", scale=14))
    assert unit.waves(secret).foreign
    assert "very-private" not in repr(unit.events)
    assert unit.codes() == []


def test_a_code_that_cannot_be_read_is_reported(unit: Unit) -> None:
    assert not unit.waves(torn(PASS)).foreign


def test_health_is_told_once_a_second_with_the_rate(unit: Unit) -> None:
    eventually(lambda: len(unit.health()) >= 4, "four times")
    times = [one.at for one in unit.health()]
    assert all(b - a > 0.8 for a, b in itertools.pairwise(times))
    assert 1 < unit.health()[-1].frames_per_second < 12


def test_a_covered_camera_is_told_and_its_uncovering(unit: Unit) -> None:
    black = empty_hall(1280, 720) // 100
    unit.hold_up(black)
    eventually(
        lambda: unit.health()[-1].state is CameraState.COVERED, "the camera is called covered"
    )
    unit.hold_up(empty_hall(1280, 720))
    eventually(lambda: unit.health()[-1].state is CameraState.WORKING, "and works again")


def test_a_pause_hides_codes_and_not_the_camera_s_health(unit: Unit) -> None:
    unit.sees(PASS)
    unit.reader.pause(3600)
    began = len(unit.events)
    eventually(lambda: len(unit.health(began)) >= 3, "health goes on")
    # One may have been on its way when the pause began.
    assert len(unit.codes(began)) <= 1
    unit.reader.pause(0)
    unit.sees(PASS)


def test_a_pause_holds_even_for_a_process_that_does_not_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_child, "PROGRAM", "tests.simulators.bad_reader")
    stubborn = Unit(tmp_path, source="stubborn").start()
    eventually(lambda: len(stubborn.codes()) > 2, "codes come")
    stubborn.reader.pause(3600)
    began = len(stubborn.events)
    eventually(lambda: len(stubborn.health(began)) > 20, "it goes on saying things")
    assert len(stubborn.codes(began)) <= 1
    stubborn.stop()


def test_a_pause_ends_by_itself(unit: Unit) -> None:
    unit.reader.pause(0.5)
    unit.sees(PASS)


# --- what may happen to it ------------------------------------------------------------------------


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_is_told_and_the_next_process_reads(unit: Unit, blow: signal.Signals) -> None:
    unit.sees(PASS)
    first, before = unit.process, len(unit.events)
    first.send_signal(blow)
    eventually(lambda: unit.is_frozen(before), "the camera is called frozen")
    unit.hang_up()
    unit.sees(a_pass(2))
    assert unit.process.pid != first.pid
    assert unit.health()[-1].state is CameraState.WORKING


def test_a_process_that_hangs_is_told_killed_and_replaced(unit: Unit) -> None:
    first, before = unit.process, len(unit.events)
    first.suspend()
    eventually(lambda: unit.is_frozen(before), "the camera is called frozen")
    eventually(lambda: not first.is_running(), "the one that hangs is gone")
    unit.sees(PASS)


def test_pauses_between_starts_grow_and_blindness_is_told_each_second(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "edge.drivers.reader")
    blind = Unit(tmp_path, source="image:nowhere.png")
    blind.reader.start()

    def pauses() -> list[str]:
        return [one.getMessage() for one in caplog.records]

    eventually(lambda: len(pauses()) >= 3 and len(blind.health()) >= 3, "it is tried again")
    assert "in 0.25 s: there is no file nowhere.png" in pauses()[0]
    assert "in 0.5 s" in pauses()[1]
    assert "in 1 s" in pauses()[2]
    times = [one.at for one in blind.health()]
    assert {one.state for one in blind.health()} == {CameraState.FROZEN}
    assert all(b - a >= 1.0 for a, b in itertools.pairwise(times))
    blind.stop()


@pytest.mark.parametrize(
    ("misbehaviour", "words"),
    [
        ("junk", "not JSON"),
        ("unwanted", "a text that was not asked for"),
        ("endless", "something endless"),
        ("too much", "it says too much"),
        ("nothing", "no sign of life"),
        ("last words", "exit code 1); its last words: assertion failed in a decoder"),
    ],
)
def test_a_process_that_is_no_reader_of_ours_is_ended(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    misbehaviour: str,
    words: str,
) -> None:
    monkeypatch.setattr(reader_child, "PROGRAM", "tests.simulators.bad_reader")
    monkeypatch.setattr(reader_child, "STARTS_WITHIN", 3.0 if misbehaviour == "nothing" else 40.0)
    caplog.set_level(logging.WARNING, "edge.drivers.reader")
    taken_over = Unit(tmp_path, source=misbehaviour)
    taken_over.reader.start()
    eventually(lambda: words in caplog.text, words)
    taken_over.stop()
    assert reader_processes() == []
    assert taken_over.codes() == []
    assert taken_over.is_frozen(0)


def test_a_controller_that_raises_does_not_blind_the_door(tmp_path: Path) -> None:
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        if len(events) == 1:
            raise RuntimeError("a bug elsewhere")

    reader = Reader(config.Reader(source="push:camera.sock"), emit, tmp_path)
    reader.start()
    eventually(lambda: len(events) >= 3, "it goes on")
    reader.stop()
    assert any(one.state is CameraState.WORKING for one in events if isinstance(one, ReaderHealth))


def test_stop_ends_the_process_and_may_come_before_start(tmp_path: Path) -> None:
    Unit(tmp_path).stop()
    running = Unit(tmp_path).start()
    process = running.process
    running.stop()
    assert not process.is_running()
    before = len(running.events)
    running.reader.pause(1)
    assert running.events[before:] == []


ORPHAN = """
import os, sys, time
from pathlib import Path
from edge import config
from edge.drivers.reader import Reader

def tell(event):
    print(event, flush=True)

reader = Reader(config.Reader(source="push:camera.sock"), tell, Path(sys.argv[1]))
reader.start()
time.sleep(600)
"""


def test_the_process_ends_with_a_door_unit_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert b"ReaderHealth" in parent.stdout.readline()
        (child,) = psutil.Process(parent.pid).children()
        child.suspend()  # so that it cannot notice by itself that the pipe closed
        parent.kill()
        parent.wait()
        eventually(lambda: not child.is_running(), "no reader is left behind")


# --- what it keeps to itself ----------------------------------------------------------------------


def test_the_process_is_closed_in_while_it_reads(unit: Unit) -> None:
    unit.sees(PASS)
    status = Path(f"/proc/{unit.process.pid}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    limits = {
        name: unit.process.rlimit(name)[1] for name in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
    }
    assert set(limits.values()) == {0}
    assert unit.process.rlimit(resource.RLIMIT_NOFILE)[1] <= 64


def test_what_the_kernel_cannot_close_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_child, "PROGRAM", "tests.simulators.bad_reader")
    caplog.set_level(logging.WARNING, "edge.drivers.reader")
    old_kernel = Unit(tmp_path, source="old kernel")
    old_kernel.reader.start()
    eventually(lambda: "stays open in part: files, limits" in caplog.text, "it is said")
    old_kernel.stop()


def test_no_frame_is_stored_and_no_file_inherited(tmp_path: Path) -> None:
    inheritable = True
    with (tmp_path / "journal").open("wb") as journal:
        os.set_inheritable(journal.fileno(), inheritable)
        unit = Unit(tmp_path / "run").start()
        unit.sees(PASS)
        assert unit.process.open_files() == []
        files = Path(f"/proc/{unit.process.pid}/fd").iterdir()
        links = {str(path.readlink()).partition(":")[0] for path in files}
        unit.stop()
    assert links <= {"pipe", "socket"}
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["camera.sock"]


def test_the_process_is_given_nothing_of_our_environment_but_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLPASS_SECRET", "not for a decoder")
    unit = Unit(tmp_path).start()
    given = unit.process.environ()
    unit.stop()
    assert "HALLPASS_SECRET" not in given
    assert {name for name in given if not name.startswith(("OPEN", "OMP", "LC_"))} <= {
        "PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONPATH",
    }  # fmt: skip
