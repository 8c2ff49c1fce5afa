"""From rows to the text in the QR code and to what it says."""

import base45

from central.credentials.models import Credential
from contracts.credential import PREFIX, Claims, decode


def text_of(credential: Credential) -> str:
    """Return what the QR code holds. Whoever has it can enter: never log it."""
    packed: bytes = base45.b45encode(credential.claims + credential.signature)
    return PREFIX + packed.decode()


def claims_of(credential: Credential) -> Claims:
    """Return what was signed."""
    return decode(credential.claims)
