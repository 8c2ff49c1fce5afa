"""Codes of an authenticator app: TOTP (RFC 6238) with SHA-1, six digits, 30 seconds. Pure.

These are what every app supports; the short code is guarded by counting attempts, not by its length.
"""

import hmac
from base64 import b32encode
from datetime import datetime
from hashlib import sha1
from urllib.parse import quote, urlencode

SECRET_BYTES = 20
"""RFC 4226 recommends the length of the hash."""
STEP = 30  # seconds
DIGITS = 6
_DRIFT = 1
"""Steps that a phone's clock may be wrong, either way."""


def step_of(now: datetime) -> int:
    """Return the number of the 30-second step of a moment."""
    return int(now.timestamp()) // STEP


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the code of a step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), sha1)
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def matching_step(secret: bytes, typed: str, now: datetime) -> int | None:
    """Return of which step around now this is the code; None: of none.

    Every step is compared, in constant time, so how long it takes tells nothing.
    """
    typed = "".join(typed.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    found, here = None, step_of(now)
    for step in range(here - _DRIFT, here + _DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step), typed):
            found = step
    return found


def spoken(secret: bytes) -> str:
    """Return the secret as people type it into an app: groups of four."""
    text = b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, account: str, city: str) -> str:
    """Return the otpauth address for the QR code (Key Uri Format)."""
    label = quote(f"{city}:{account}", safe="")
    asked = urlencode({"secret": b32encode(secret).decode().rstrip("="), "issuer": city})
    return f"otpauth://totp/{label}?{asked}"
