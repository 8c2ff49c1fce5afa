"""Signs anything: for texts and documents that are well signed and should be refused all the same."""

import base64
import json
from typing import Any

import base45

from contracts.credential import PREFIX, SIGNING_DOMAIN
from contracts.documents import ALGORITHM, DocumentType
from contracts.keys import Signer

_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


def malleable(signature: bytes, times: int = 1) -> bytes:
    """Return a signature with the group order added: without a check of its range it would count."""
    scalar = int.from_bytes(signature[32:], "little") + times * _GROUP_ORDER
    return signature[:32] + scalar.to_bytes(32, "little")


def encoded(raw: bytes) -> bytes:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def decoded(text: bytes) -> bytes:
    """Return what base64url without padding says."""
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def packed(content: bytes) -> str:
    """Return the text of a QR code that holds these bytes."""
    text: bytes = base45.b45encode(content)
    return PREFIX + text.decode()


def signed_text(body: bytes, signer: Signer, domain: bytes = SIGNING_DOMAIN) -> str:
    """Return the text of a QR code with any claims, signed."""
    return packed(body + signer.sign(domain + body))


def header(kind: DocumentType, key_id: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return a document's protected header, with more in it or something else."""
    return {"alg": ALGORITHM, "kid": key_id, "typ": kind, **more}


def envelope(body: dict[str, Any], /, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return what stands around a body, changed."""
    return {"v": 1, "aud": "central", "num": 1, "iat": 0, "body": body, **changes}


def signed_document(
    protected: dict[str, Any] | bytes, payload: dict[str, Any] | bytes, signer: Signer
) -> bytes:
    """Return a compact JWS of any header and payload, rightly signed."""
    parts = [
        part if isinstance(part, bytes) else json.dumps(part).encode()
        for part in (protected, payload)
    ]
    signing_input = b".".join(map(encoded, parts))
    return signing_input + b"." + encoded(signer.sign(signing_input))
