"""A virtual door behind a real server, and a stand-in for the list of passes that the demo offers."""

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from edge.simulator.app import slug_of
from edge.simulator.bench import VirtualDoor
from edge.simulator.hardware import HANDS
from edge.simulator.passes import Passes
from edge.simulator.server import DoorServer
from tests.edge.simulator.helpers import PATIENCE, a_code, wait_for


class PassList:
    """Central's demo, as far as the virtual door asks it something."""

    def __init__(self) -> None:
        self.answer: object = [{"label": "Anna Peeters, zaterdag", "png_url": "/pass.png"}]
        self.asked: list[str] = []
        listing = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listing.asked.append(self.path)
                if self.path == "/moved.png":
                    self.send_response(302)
                    self.send_header("Location", "/pass.png")
                    self.end_headers()
                    return
                body = a_code() if self.path != "/passes" else listing.body()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def body(self) -> bytes:
        return self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(PATIENCE)


class Served:
    """A door's page."""

    def __init__(self, origin: str, door: VirtualDoor) -> None:
        self.origin = origin
        self.door = door
        self.page = f"{origin}/doors/{slug_of(door.name)}"


@contextmanager
def serving(door: VirtualDoor, passes: str = "") -> Iterator[Served]:
    """Serve a started door on a free port for the length of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = DoorServer({slug_of(door.name): door}, Passes(passes) if passes else None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_for(lambda: server.started or not thread.is_alive(), "the server")
        try:
            yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", door)
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive()


def undo_all(door: VirtualDoor) -> None:
    """Bring a door back to how it began."""
    for undo in (
        door.pull_shut,
        door.shut_lid,
        door.uncover,
        door.take_away,
        door.restore_mains,
        door.end_fire_alarm,
    ):
        undo()
    for hand in HANDS:
        door.press(hand, seconds=0)
