"""TLS to the city's broker: mutual, with the city's own CA, and without asking what time it is."""

import contextlib
import socket
import ssl
from pathlib import Path

from edge.errors import EdgeError

_NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, for which Python has no name."""


class IdentityUnusable(EdgeError):
    """The unit's key, its certificate or the city's CA cannot be read."""


def context_of(identity: Path) -> ssl.SSLContext:
    """Return what speaks TLS with a unit's identity folder, read anew: a renewed one counts at once.

    Raises:
        IdentityUnusable: a file is missing or is no key or certificate.

    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks chain and host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A unit that wakes up in 1970 must get the time from central, hence the line to it first. Only the
    # city's own CA counts here, and nothing is believed because it came over this line: whatever a
    # door obeys is signed for itself, and the answer to a nonce brings the time. Somebody with an
    # expired certificate of our broker can delay, as anybody can who holds the cable.
    context.verify_flags |= _NO_CHECK_TIME
    try:
        context.load_verify_locations(identity / "ca.crt")
        context.load_cert_chain(identity / "tls.crt", identity / "tls.key", password=_none)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        msg = f"the identity in {identity} cannot be used: {error}"
        raise IdentityUnusable(msg) from error
    return context


def dial(host: str, port: int, context: ssl.SSLContext, patience: float) -> ssl.SSLSocket:
    """Return a connection after the handshake.

    Args:
        host: name or address, as it stands in the other side's certificate.
        port: where it listens.
        context: from `context_of`.
        patience: seconds for the TCP connection and again for each answer in the handshake.

    Raises:
        OSError: nobody there, no answer in time, or a certificate that does not count.

    """
    plain = socket.create_connection((host, port), patience)
    with contextlib.ExitStack() as failing:
        failing.callback(plain.close)
        # Small messages leave at once: somebody waits at the door.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected = context.wrap_socket(plain, server_hostname=host)
        failing.pop_all()
    return connected


def _none() -> str:
    """Refuse an encrypted key: OpenSSL would ask for the passphrase at a terminal that nobody has."""
    return ""
