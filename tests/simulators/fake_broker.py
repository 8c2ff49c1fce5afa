"""Something that has the broker's certificate and says what a test wants it to say."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from provisioning.broker import SERVER_CERTIFICATE, SERVER_KEY

CONNACK = b"\x20\x03\x00\x00\x00"
Behaviour = Callable[[ssl.SSLSocket], None]


@contextlib.contextmanager
def fake_broker(folder: Path, behave: Behaviour) -> Iterator[int]:
    """Serve one connection; gives the port.

    Args:
        folder: where the certificate of a real broker is.
        behave: what to do after the handshake; the connection ends when it returns.

    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / SERVER_CERTIFICATE, folder / SERVER_KEY)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, context, behave))
        thread.start()
        yield listener.getsockname()[1]
        thread.join(30)
        assert not thread.is_alive()


def says(*pieces: bytes) -> Behaviour:
    """Return a broker that says these things, and waits for the other side to go."""

    def behave(sock: ssl.SSLSocket) -> None:
        sock.recv(65536)
        for piece in pieces:
            sock.sendall(piece)
        until_gone(sock)

    return behave


def until_gone(sock: ssl.SSLSocket) -> None:
    """Say nothing until the other side goes."""
    while sock.recv(65536):
        pass


def suback(*codes: int) -> bytes:
    """Return the answer to the first subscription."""
    return bytes([0x90, 3 + len(codes), 0, 1, 0, *codes])


def _serve(listener: socket.socket, context: ssl.SSLContext, behave: Behaviour) -> None:
    listener.settimeout(30)
    plain, _ = listener.accept()
    with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as sock:
        sock.settimeout(30)
        behave(sock)
