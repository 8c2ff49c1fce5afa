"""Why there is no line to the broker, in words for the person who has to do something about it."""

import socket
import ssl
from dataclasses import dataclass

from paho.mqtt.reasoncodes import ReasonCode

from edge.drivers.tls import IdentityUnusable

_ALERT = "ALERT"
_OF_ALERT = {
    "CERTIFICATE_EXPIRED": "it has run out; it is renewed at enrolment",
    "CERTIFICATE_REVOKED": "it was revoked",
    "UNKNOWN_CA": "it is not of the broker's CA",
    "CERTIFICATE_REQUIRED": "it showed none",
    "BAD_CERTIFICATE": "it is not in order",
}
_REFUSING = frozenset({0x84, 0x85, 0x86, 0x87, 0x8A, 0x8C, 0x8E, 0x98})
"""Reason codes after which it makes no sense to come back soon; the others mean that it is busy."""
_OF_CODE = {
    0x87: "the broker does not allow it",
    0x8D: "the broker heard nothing for too long",
    0x8B: "the broker is shutting down",
    0x8E: "somebody else connected with this unit's certificate",
    0x98: "the broker was told to cut this unit off",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What ended a connection, and whether waiting alone will not help."""

    reason: str
    refused: bool = False


def of_error(error: Exception, where: str) -> Trouble:
    """Return what an exception means that stood in the way of a connection to `where`."""
    match error:
        case IdentityUnusable():
            return Trouble(str(error), refused=True)
        case ssl.SSLCertVerificationError():
            return Trouble(
                f"{where} is not the city's broker: {error.verify_message}", refused=True
            )
        case ssl.SSLError() if _ALERT in str(error):
            return _of_alert(str(error))
        case ssl.SSLError():
            return Trouble(f"{where} does not speak TLS as we do: {error.reason}")
        case TimeoutError():
            return Trouble(f"{where} does not answer")
        case ConnectionRefusedError():
            return Trouble(f"nobody listens at {where}")
        case socket.gaierror():
            return Trouble(f"the address of {where} is not known: {error.strerror}")
        case OSError():
            return Trouble(f"{where} cannot be reached: {error.strerror or error}")
        case _:
            return Trouble(f"the link failed: {type(error).__name__}: {error}")


def of_code(code: ReasonCode) -> Trouble:
    """Return what a reason code of the broker means."""
    words = _OF_CODE.get(code.value, f"the broker says: {code.getName()}")
    return Trouble(words, refused=code.value in _REFUSING)


def of_loss(logged: str, where: str, *, was_taken: bool) -> Trouble:
    """Return what it means that a connection ended without a word from the broker.

    Args:
        logged: the last error that paho logged; it tells nobody else what the socket said.
        where: the broker.
        was_taken: whether the broker had let us in.

    """
    if _ALERT in logged:
        return _of_alert(logged)
    if not was_taken:
        # With TLS 1.3 our side of the handshake is over before the broker has looked at our certificate;
        # its alert is lost when it hangs up before we have finished saying hello.
        words = "hung up before it let us in; it may not accept this unit's certificate"
        return Trouble(f"{where} {words}", refused=True)
    return Trouble(f"the connection to {where} was lost" + (f": {logged}" if logged else ""))


def _of_alert(text: str) -> Trouble:
    why = next((words for name, words in _OF_ALERT.items() if name in text), text)
    return Trouble(f"the broker refuses this unit's certificate: {why}", refused=True)
