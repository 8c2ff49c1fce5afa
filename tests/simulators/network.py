"""A TCP line to a port of this machine, which a test can slow down, swallow or cut.

with network_to(broker.port) as network:
    ...                                  # connect to network.port
    network.swallow()                    # connections stay and are accepted, nothing arrives
    network.restore()                    # what was held back arrives, as TCP would send it again
    network.reset()                      # every connection ends with RST
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST
_PIECE = 65536  # bytes


class Network:
    """One line; all its work happens in a thread of its own."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.latency = 0.0
        """Seconds that each piece takes."""
        self.accepted = 0
        """How many connections came."""
        self.port = 0
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result(10)
        self.port = self._server.sockets[0].getsockname()[1]

    def swallow(self) -> None:
        """Let nothing through in either direction; nobody is told."""
        self._do(self._flows.clear)

    def restore(self) -> None:
        """Let everything through again."""
        self._do(self._flows.set)

    def reset(self) -> None:
        """Cut every connection."""
        self._do(self._cut)

    def close(self) -> None:
        self._do(self._server.close)
        self._do(self._cut)
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, what: Callable[[], object]) -> None:
        async def call() -> None:
            what()

        asyncio.run_coroutine_threadsafe(call(), self._loop).result(10)

    def _cut(self) -> None:
        for writer in self._writers:
            with contextlib.suppress(OSError):  # the other side was quicker
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            writer.transport.abort()
        self._writers.clear()

    async def _finish(self) -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._writers.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(far_writer)
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_PIECE):
                await asyncio.sleep(self.latency)
                await self._flows.wait()
                writer.write(piece)
                await writer.drain()
        self._writers.discard(writer)
        writer.close()


@contextlib.contextmanager
def network_to(port: int) -> Iterator[Network]:
    """Run a line to a port for the length of the block."""
    network = Network(port)
    network.start()
    try:
        yield network
    finally:
        network.close()
