"""Tools ask the running program over a socket; broken and hostile questions cost nothing."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.drivers.control import ControlServer, NotRunning, ask
from edge.errors import EdgeError
from edge.events import ControlRequest, Event


class Answering:
    """Answers at once, as the controller's thread would a moment later."""

    def __init__(self) -> None:
        self.asked: list[ControlRequest] = []

    def __call__(self, event: Event) -> None:
        assert isinstance(event, ControlRequest)
        self.asked.append(event)
        if event.request == "boom":
            event.reply({"error": "it went wrong"})
        else:
            event.reply({"echo": event.request, **event.arguments})
            event.reply({"second": True})
        event.reply(None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "control.sock"


@pytest.fixture
def answering(path: Path) -> Iterator[Answering]:
    found = Answering()
    server = ControlServer(path, found)
    server.start()
    yield found
    server.stop()
    assert not path.exists()


def raw(path: Path, request: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_answers_come_one_a_line_until_the_end(answering: Answering, path: Path) -> None:
    assert list(ask(path, "status", deep=1)) == [{"echo": "status", "deep": 1}, {"second": True}]
    assert answering.asked[0].at > 0


def test_refusal_is_an_error_with_its_reason(answering: Answering, path: Path) -> None:
    with pytest.raises(EdgeError, match="it went wrong"):
        list(ask(path, "boom"))
    assert answering.asked


@pytest.mark.usefixtures("answering")
def test_only_the_program_s_own_user_may_ask(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("request_", [b"\n", b"[]\n", b"nonsense\n", b'{"ask": 1.5}\n', b"\xff\n"])
def test_nonsense_is_answered_in_words_and_never_reaches_the_controller(
    answering: Answering, path: Path, request_: bytes
) -> None:
    assert b'"error"' in raw(path, request_)
    assert not answering.asked
    assert list(ask(path, "status"))


def test_endless_question_is_cut_off(answering: Answering, path: Path) -> None:
    assert b'"error"' in raw(path, b'{"ask":"' + b"x" * 65_536)
    assert not answering.asked


def test_nobody_there_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="is `hallpass-door run` running"):
        list(ask(tmp_path / "nobody.sock", "status"))


def test_socket_left_behind_by_a_killed_program_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    found = Answering()
    server = ControlServer(path, found)
    server.start()
    assert list(ask(path, "status"))
    server.stop()


def test_folder_with_too_long_a_name_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match="shorter `run` folder"):
        ControlServer(tmp_path / ("x" * 120) / "control.sock", lambda _: None)
