"""A real PostgreSQL for tests: own folder, own socket, no port; gone when the run ends."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

ENOUGH = 2 * 1024**3  # bytes
PROGRAMS = Path("/usr/lib/postgresql")
# Durability costs time and is not what these tests test.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "autovacuum": "off",
    "max_wal_size": "256MB",
    "timezone": "Pacific/Kiritimati",  # nothing may depend on the server's zone
}


def program(name: str) -> str:
    """The newest installed version of one of PostgreSQL's programs."""
    found = sorted(PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    assert found, "PostgreSQL is not installed: ./hallpass setup"
    return str(found[-1])


def as_postgres(*command: str) -> None:
    """Run a command as a user that PostgreSQL accepts: it refuses to be started by root."""
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        command = ("setpriv", *identity, "--", *command)
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


class Cluster:
    """A running server; hands out fresh databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._control = psycopg.connect(self._conninfo("postgres"), autocommit=True)

    def _conninfo(self, database: str) -> str:
        return f"host={self._folder} user=postgres dbname={database}"

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def create(self, template: str = "template1") -> str:
        """Make a database like `template` and return its name."""
        name = f"d{next(self._numbers)}"
        self._control.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop(self, name: str) -> None:
        self._control.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def close(self) -> None:
        self._control.close()


def _fast_folder() -> Path | None:
    """Memory where there is enough: a new database copies hundreds of files (10 ms against 400)."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private folder in it
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ENOUGH
    return memory if roomy and os.access(memory, os.W_OK) else None


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a server for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="hallpass-pg-", dir=_fast_folder()))
    data = str(folder / "data")
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    try:
        as_postgres(
            program("initdb"), "--no-sync", "--auth=trust", "--username=postgres",
            "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata", data,
        )  # fmt: skip
        settings = "".join(f"{name} = '{value}'\n" for name, value in OPTIONS.items())
        with (folder / "data/postgresql.conf").open("a") as file:
            file.write(settings + f"unix_socket_directories = '{folder}'\n")
        control = (program("pg_ctl"), "--pgdata", data, "--wait", "--silent")
        as_postgres(*control, "--log", str(folder / "log"), "start")
        try:
            server = Cluster(folder)
            yield server
            server.close()
        finally:
            as_postgres(*control, "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder)
