"""What a door unit says, signed with its own key: the same JWS, `kid` is the unit's id.

`iat` is the unit's clock, right or not: nothing may be concluded from it. `num` is what the
statement counts: the session of a birth, the entry of a head, zero where nothing is counted.
"""

from contracts.bodies import Body
from contracts.documents import (
    CENTRAL,
    Document,
    DocumentType,
    Envelope,
    sign_document,
    verify_document,
)
from contracts.errors import Malformed, UnknownKey
from contracts.keys import Signer, VerifyKey

UNIT_STATEMENTS = frozenset(
    {
        DocumentType.BIRTH,
        DocumentType.HELD,
        DocumentType.HEAD,
        DocumentType.RESULT,
        DocumentType.NONCE,
        DocumentType.FRESHNESS_REQUEST,
    }
)


def sign_statement(
    kind: DocumentType, unit: str, number: int, issued: int, body: Body, signer: Signer
) -> bytes:
    """Return a unit's statement to central.

    Raises:
        Malformed: only central signs documents of this kind.

    """
    _require_statement(kind)
    return sign_document(kind, CENTRAL, number, issued, body, key_id=unit, signer=signer)


def verify_statement(raw: bytes, kind: DocumentType, unit: str, key: VerifyKey) -> Document:
    """Return the statement once it is found to be of this kind and signed by this unit.

    Raises:
        Malformed: not a statement of this kind to central.
        UnknownKey: it names another unit.
        BadSignature: the signature is wrong.

    """
    _require_statement(kind)

    def find(key_id: str, _envelope: Envelope) -> VerifyKey:
        if key_id != unit:
            msg = f"said by {key_id!r}, not by {unit}"
            raise UnknownKey(msg)
        return key

    return verify_document(raw, kind, find, CENTRAL)


def _require_statement(kind: DocumentType) -> None:
    if kind not in UNIT_STATEMENTS:
        msg = f"{kind} is not a unit's statement"
        raise Malformed(msg)
