"""Serves the virtual doors' page on loopback until the program is asked to stop."""

import socket
import sys
from collections.abc import Mapping

import uvicorn

from edge.simulator import places
from edge.simulator.app import create_app
from edge.simulator.bench import VirtualDoor
from edge.simulator.passes import Passes


class DoorServer(uvicorn.Server):
    """A server that lets go of the pages that listen for news when it stops."""

    def __init__(self, doors: Mapping[str, VirtualDoor], passes: Passes | None = None) -> None:
        """Serve doors that are started."""
        self._app = create_app(doors, passes)
        super().__init__(
            uvicorn.Config(self._app, log_config=None, access_log=False, lifespan="on")
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; pages that listen are told so."""
        self._app.state.news.close()
        await super().shutdown(sockets)


def serve_doors(doors: Mapping[str, VirtualDoor], listening: socket.socket, passes: str) -> None:
    """Serve doors on a socket, and write its port into each run folder while it lasts.

    Raises:
        NoPasses: `passes` is no address.

    """
    server = DoorServer(doors, Passes(passes) if passes else None)
    port = int(listening.getsockname()[1])
    notes = [door.run / places.PORT for door in doors.values()]
    for note in notes:
        note.write_text(f"{port}\n", encoding="ascii")
    sys.stdout.write(f"Virtual doors: http://127.0.0.1:{port}/\n")
    sys.stdout.flush()
    try:
        server.run(sockets=[listening])
    finally:
        for note in notes:
            note.unlink(missing_ok=True)
