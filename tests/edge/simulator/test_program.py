"""python -m edge.simulator as a process: how it starts, what it leaves, how it says what is wrong."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from edge.simulator import places
from tests.edge.simulator.helpers import PATIENCE, ROOT, UnitProcess, wait_for

COMMAND = [sys.executable, "-m", "edge.simulator"]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_its_doors_and_leaves_nothing_behind_when_stopped(
    run: Path, ending: signal.Signals
) -> None:
    options = ["--door", f"Feestzaal De Linde={run / 'a'}", "--door", f"Sporthal={run / 'b'}"]
    program = subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    with program:
        assert program.stdout
        said = program.stdout.readline()
        address = re.fullmatch(r"Virtual doors: (http://127\.0\.0\.1:(\d+))/\n", said)
        assert address, said
        for name in ("a", "b"):
            assert (run / name / places.PORT).read_text() == f"{address[2]}\n"
        with httpx.Client(base_url=address[1], timeout=PATIENCE, trust_env=False) as client:
            wait_for(lambda: client.get("/").status_code == 200, "the index")
            assert "Sporthal" in client.get("/").text
            page = "/doors/feestzaal-de-linde"
            with UnitProcess(run / "a") as unit, client.stream("GET", f"{page}/live") as live:
                unit.tell("release 60")
                released = (line for line in live.iter_lines() if '"strike": "released"' in line)
                assert next(released)
                program.send_signal(ending)
                assert program.wait(PATIENCE) == 0
                unit.hears("tamper active")
    assert [path.name for path in sorted((run / "a").iterdir())] == [places.RECORD]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "Missing option"),
        (["--door", "feestzaal"], "is not NAME=FOLDER"),
        (["--door", "a={run}", "--door", "A={run}/b"], "two doors are called a"),
        (["--door", "a={run}", "--passes", "ftp://x"], "no address of a list of passes"),
        (["--door", "a={run}/" + "x" * 120], "too long"),
        (["--door", "a=/proc/nowhere"], "/proc/nowhere"),
    ],
)
def test_what_is_wrong_is_said_in_words_and_without_a_traceback(
    run: Path, options: list[str], says: str
) -> None:
    told = subprocess.run(
        [*COMMAND, *(one.replace("{run}", str(run)) for one in options)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "", "NO_COLOR": "1", "COLUMNS": "300"},
        timeout=PATIENCE,
        check=False,
    )
    assert told.returncode == 2
    assert says in told.stderr
    assert "Traceback" not in told.stderr
