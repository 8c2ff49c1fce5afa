"""systemd hears when the program is ready, lives and stops; without systemd nobody is told."""

import socket
from pathlib import Path

import pytest

from edge.drivers.systemd import Supervisor


@pytest.mark.parametrize("abstract", [False, True])
def test_manager_hears_each_state(tmp_path: Path, abstract: bool) -> None:  # noqa: FBT001 - a parameter
    name = f"@{tmp_path.name}-hallpass" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name[1:] if abstract else name)
        manager.settimeout(30)
        supervisor = Supervisor(name)
        supervisor.ready()
        supervisor.alive()
        supervisor.status("Zaal A: open")
        supervisor.stopping()
        heard = [manager.recv(200) for _ in range(4)]
    assert heard == [b"READY=1", b"WATCHDOG=1", b"STATUS=Zaal A: open", b"STOPPING=1"]


def test_manager_that_does_not_listen_stops_nothing(tmp_path: Path) -> None:
    Supervisor(str(tmp_path / "nobody")).alive()
    Supervisor("").ready()


def test_address_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notify"
    monkeypatch.setenv("NOTIFY_SOCKET", str(path))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(30)
        Supervisor().ready()
        assert manager.recv(50) == b"READY=1"
