"""The program hallpass-central as people run it: a process of its own."""

import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

PASSWORD = "correct horse battery"


class Program:
    """Runs commands in one city's folder."""

    def __init__(self, folder: Path) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.data = folder / "city"
        self.environment = {
            **kept,
            "HALLPASS_DATA": str(self.data),
            "HALLPASS_NEW_PASSWORD": PASSWORD,
            "COLUMNS": "200",
        }
        self.folder = folder

    def __call__(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "central", *arguments],
            cwd=Path(__file__).parents[2],
            env=self.environment | changes,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
def city(program: Program) -> Program:
    done = program("init", "--email", "Mia@stad.be", "--name", "Mia")
    assert done.returncode == 0, done.stderr
    return program


def test_a_real_city_begins_with_a_secret_a_database_and_an_administrator(city: Program) -> None:
    for name in ("secret", "central.db"):
        assert stat.S_IMODE((city.data / name).stat().st_mode) == 0o600
    listed = city("staff", "list").stdout
    assert re.search(r"mia@stad.be\s+Mia\s+admin", listed)
    assert city("check").stdout == "Settings and database are in order.\n"
    assert PASSWORD not in (city.data / "central.db").read_bytes().decode(errors="replace")
    staff = sqlite3.connect(city.data / "central.db").execute("SELECT password_hash FROM staff")
    slow = re.compile(r"\$argon2id\$v=19\$m=65536,t=3,p=4\$")  # tests that log in hash a quick way
    assert [bool(slow.match(kept)) for (kept,) in staff] == [True]


def test_beginning_twice_keeps_the_secret_and_says_what_is_there(city: Program) -> None:
    secret = (city.data / "secret").read_text()
    again = city("init", "--email", "mia@stad.be", "--name", "Mia")
    assert again.returncode == 1
    assert again.stderr == "There is an account with this e-mail address already.\n"
    assert (city.data / "secret").read_text() == secret


def test_accounts_and_tokens_are_made_on_the_command_line(city: Program) -> None:
    added = city("staff", "add", "--email", "jan@stad.be", "--name", "Jan",
                 "--role", "auditor", "--role", "hall_manager")  # fmt: skip
    assert added.returncode == 0, added.stderr
    assert re.search(r"jan@stad.be\s+Jan\s+auditor, hall_manager", city("staff", "list").stdout)
    token = city("staff", "token", "jan@stad.be")
    assert re.fullmatch(r"hallpass_[\w-]{43}\n", token.stdout)
    assert city("staff", "token", "nobody@stad.be").stderr == "There is no such account.\n"


def test_an_invitation_and_resets_are_made_on_the_command_line(city: Program) -> None:
    link = re.compile(r"http://127.0.0.1:8000/welcome/[\w-]{43}\n")
    invited = city("staff", "invite", "--email", "els@stad.be", "--name", "Els",
                   "--role", "logistics")  # fmt: skip
    assert link.fullmatch(invited.stdout), invited.stderr
    assert re.search(r"els@stad.be\s+Els\s+logistics  \(invited\)", city("staff", "list").stdout)
    assert link.fullmatch(city("staff", "reset-password", "mia@stad.be").stdout)
    reset = city("staff", "reset-app", "mia@stad.be", "--reason", "telefoon kwijt")
    assert reset.stdout == "Mia has no authenticator app any more.\n"
    audit = sqlite3.connect(city.data / "central.db").execute(
        "SELECT actor, action, reason FROM audit_entry ORDER BY id"
    )
    assert audit.fetchall() == [
        ("system", "staff.added", ""),
        ("system", "staff.added", ""),
        ("system", "staff.factor_reset", "telefoon kwijt"),
    ]
    for command in ("reset-password", "reset-app"):
        more = ("--reason", "x") if command == "reset-app" else ()
        assert city("staff", command, "nobody@stad.be", *more).stderr == (
            "There is no such account.\n"
        )


def test_a_role_may_count_for_one_service_or_hall_only(city: Program) -> None:
    connection = sqlite3.connect(city.data / "central.db")
    with connection:
        connection.execute(
            "INSERT INTO city_service (id, name, email, phone, is_active)"
            " VALUES (4, 'Cultuur', '', '', 1)"
        )
    connection.close()
    scoped = ("--name", "Jan", "--role", "hall_manager")
    added = city("staff", "add", "--email", "jan@stad.be", *scoped, "--service", "Cultuur")
    assert added.returncode == 0, added.stderr
    assert "hall_manager of service:4" in city("staff", "list").stdout
    nowhere = city("staff", "add", "--email", "a@stad.be", *scoped, "--service", "Parken")
    assert nowhere.stderr == "There is no such city service.\n"
    nowhere = city("staff", "add", "--email", "a@stad.be", *scoped, "--hall", "99")
    assert nowhere.stderr == "There is no such city service or hall.\n"


def test_a_short_password_is_refused_in_words(city: Program) -> None:
    refused = city("staff", "add", "--email", "a@b.be", "--name", "A", "--role", "auditor",
                   HALLPASS_NEW_PASSWORD="short")  # fmt: skip
    assert refused.returncode == 1
    assert refused.stderr.startswith("A password has at least 12 characters.")


def test_nothing_starts_before_it_is_set_up_and_each_says_what_to_do(program: Program) -> None:
    for command in ("serve", "worker", "check"):
        refused = program(command)
        assert refused.returncode == 2
        assert "hallpass-central init" in refused.stderr
    refused = program("serve", HALLPASS_DEMO="true", HALLPASS_DATA=str(program.folder))
    assert refused.returncode == 2
    assert "hallpass-central migrate" in refused.stderr


def test_migrating_twice_is_safe(city: Program) -> None:
    assert city("migrate").returncode == 0
    assert city("check").returncode == 0


@pytest.mark.parametrize(
    ("command", "ready"), [(("serve", "--port", "0"), "Uvicorn running on"), (("worker",), "")]
)
def test_it_starts_and_stops_cleanly(city: Program, command: tuple[str, ...], ready: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "central", *command],
        cwd=Path(__file__).parents[2],
        env=city.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        lines = []
        for line in process.stderr:
            lines.append(line)
            if (ready or "background work") in line:
                break
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=15)
    finally:
        process.kill()
    assert process.returncode in {0, -signal.SIGTERM}, rest
    assert "Traceback" not in rest
    assert lines
    assert sqlite3.connect(city.data / "central.db").execute(
        "PRAGMA integrity_check"
    ).fetchone() == ("ok",)
