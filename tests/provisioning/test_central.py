"""Units and central, over HTTP with the real program on both sides."""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from demo.processes import Programs, wait_until
from provisioning.errors import ExitCode
from tests.provisioning.launcher import Launcher
from tests.provisioning.program import KEYS_PASSPHRASE, ROOT, TOKEN, Program

pytestmark = pytest.mark.timeout(240)  # several programs start before the first test
CREATE = ("units", "create", "--ca", "ca", "--root", "root/root.json", "--broker-host", "localhost")


@dataclass(frozen=True, slots=True)
class Central:
    """A running central with two doors."""

    url: str
    token: str
    doors: tuple[int, int]

    @property
    def words(self) -> tuple[str, str]:
        return "--central", self.url


def central_program(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "central", *arguments],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HALLPASS_DATA": str(folder / "data"),
        "HALLPASS_NEW_PASSWORD": "correct horse battery",
        "HALLPASS_KEYS": str(folder / "keys"),
        "HALLPASS_KEYS_PASSPHRASE": KEYS_PASSPHRASE,
        "HALLPASS_ROOT": str(folder / "root/root.json"),
    }


@pytest.fixture(scope="module")
def central(
    launcher: Launcher, founded: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Central]:
    folder = Path(shutil.copytree(founded, tmp_path_factory.mktemp("central") / "city"))
    city = Program(folder, launcher)
    city.data(
        "keyset", "sign", "--keys", "keys/key-requests-1.json", "--root", "root/root.json",
        "--root-key", "root/root-1.pem", "--root-key", "root/root-2.pem", "--out", "keyset.json",
    )  # fmt: skip
    central_program(folder, "init", "--email", "mia@stad.be", "--name", "Mia")
    said = central_program(folder, "keys", "import", str(folder / "keyset.json"))
    assert said == "Key set 1 is in force, with 10 keys.\n"
    token = central_program(folder, "staff", "token", "mia@stad.be").strip()
    running = Programs(folder / "logs")
    command = [sys.executable, "-m", "central", "serve", "--port", "0"]
    served = running.start("central", command, environment(folder))
    try:
        wait_until(lambda: b"Uvicorn running on" in served.log.read_bytes(), "central", 60)
        found = re.search(r"Uvicorn running on (http://127\.0\.0\.1:\d+)", served.log.read_text())
        assert found
        yield Central(found[1], token, doors(found[1], token))
    finally:
        running.stop_all()


def doors(url: str, token: str) -> tuple[int, int]:
    """Make a site with two doors; return their numbers."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=30) as client:
        site = client.post(
            "/api/v1/sites", json={"id": 3, "name": "De Centrale", "address": "Kraankinderstraat 2"}
        )
        assert site.status_code == 201, site.text
        where = f"/api/v1/sites/{site.json()['id']}"
        area = client.post(f"{where}/areas", json={"name": "Zaal"}).json()
        made = [
            client.post(f"{where}/doors", json={"name": name, "areas": [area["bit"]]}).json()["id"]
            for name in ("Voordeur", "Zaaldeur")
        ]
    return made[0], made[1]


def test_a_unit_comes_into_service_is_listed_and_goes_out_of_it(
    city: Program, central: Central
) -> None:
    door, token = central.doors[0], {"HALLPASS_TOKEN": central.token}
    made = city.data(*CREATE, "--door", str(door), "--out", "unit", "--commissioned")
    done = city("units", "register", "unit", *central.words, **token)
    assert done.stdout == f"Unit {made['unit']} is in service at door {door}.\n"
    listed = city.data("units", "list", *central.words, **token)["doors"]
    assert {one["id"]: one["unit"] for one in listed} == {
        door: made["unit"],
        central.doors[1]: None,
    }
    table = city("units", "list", *central.words, **token).stdout
    assert re.search(rf"^{door} +Voordeur +De Centrale +{made['unit']} ", table, re.MULTILINE)
    retired = city.data("units", "retire", made["unit"], *central.words, **token)
    assert retired["status"] == "retired"


def test_the_token_can_come_from_a_file(city: Program, central: Central) -> None:
    (city.folder / "token").write_text(f"{central.token}\n")
    words = ("units", "list", *central.words)
    assert city.data(*words, "--token-file", "token")["doors"]
    assert city.data(*words, HALLPASS_TOKEN_FILE="token")["doors"]
    assert city.data("units", "list", HALLPASS_CENTRAL=central.url, HALLPASS_TOKEN_FILE="token")


def test_central_s_refusals_are_told_in_its_own_words(city: Program, central: Central) -> None:
    door, token = central.doors[1], {"HALLPASS_TOKEN": central.token}
    for name in ("first", "second", "nowhere"):
        number = "9999" if name == "nowhere" else str(door)
        city.data(*CREATE, "--door", number, "--out", name)
    register = ("units", "register")
    untested = city(*register, "first/registration.json", *central.words, **token).stdout
    assert "opens for nobody until it is commissioned" in untested
    again = city.refusal(ExitCode.CENTRAL, *register, "first", *central.words, **token)
    assert again == (
        "Central refused (409): This unit, or a unit with one of its keys, was registered before.\n"
    )
    taken = city.refusal(ExitCode.CENTRAL, *register, "second", *central.words, **token)
    assert "Retire that one first" in taken
    unknown = city.refusal(ExitCode.CENTRAL, *register, "nowhere", *central.words, **token)
    assert unknown == "Central refused (404): There is no such door.\n"
    gone = city.refusal(ExitCode.CENTRAL, "units", "retire", "u-abcdefgh", *central.words, **token)
    assert "no such door unit" in gone


def test_without_a_right_token_nothing_is_done_and_it_is_not_shown(
    city: Program, central: Central
) -> None:
    words = ("units", "list", *central.words)
    assert "Central refused (401)" in city.refusal(ExitCode.CENTRAL, *words, HALLPASS_TOKEN=TOKEN)
    says = city.refusal(ExitCode.UNUSABLE, *words)
    assert "hallpass-central staff token" in says
    for content in (b"", b"two words", b"two\nlines", b"\xff"):
        (city.folder / "token").write_bytes(content)
        city.refusal(ExitCode.UNUSABLE, *words, "--token-file", "token")


# --- what is not central


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port that is taken and where nobody answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_central_that_cannot_be_reached_is_said(city: Program, free_port: int) -> None:
    url = f"http://127.0.0.1:{free_port}"
    says = city.refusal(ExitCode.CENTRAL, "units", "list", "--central", url, HALLPASS_TOKEN=TOKEN)
    assert says.startswith(f"Central at {url} cannot be reached: ")


@pytest.mark.parametrize(
    "url",
    ["http://zalen.stad.be", "http://127.0.0.1.stad.be", "ftp://zalen.stad.be", "zalen.stad.be",
     "https://", "http://localhost@zalen.stad.be"],
)  # fmt: skip
def test_the_token_goes_nowhere_readable(city: Program, url: str) -> None:
    """Refused before anything is sent: this test could not reach those addresses at all."""
    says = city.refusal(ExitCode.FAILED, "units", "list", "--central", url, HALLPASS_TOKEN=TOKEN)
    assert "use https" in says or "is not central's address" in says


@pytest.mark.parametrize("unit", ["../doors/1", "u-abc", "U-ABCDEFGH", "u-abcdefgh/../x"])
def test_what_is_no_unit_id_is_not_put_into_an_address(city: Program, unit: str) -> None:
    words = ("units", "retire", unit, "--central", "http://127.0.0.1:9")
    assert "not the id of a unit" in city.refusal(ExitCode.FAILED, *words, HALLPASS_TOKEN=TOKEN)


class Stranger(BaseHTTPRequestHandler):
    """Some other web server."""

    answer = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.mark.parametrize("answer", [b"<html>", b'{"doors":[]}', b"[1,2]", b"", b'"x"', b"\xff"])
def test_an_answer_that_is_not_central_s_is_said(city: Program, answer: bytes) -> None:
    handler = type("Answering", (Stranger,), {"answer": answer})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        says = city.refusal(
            ExitCode.CENTRAL, "units", "list", "--central", url, HALLPASS_TOKEN=TOKEN
        )
        assert "not central" in says or "not a list of doors" in says
    finally:
        server.shutdown()
        thread.join(30)
        server.server_close()
