"""What a unit says is taken only as its own, of its own kind, for central."""

import pytest

from contracts.bodies import Body
from contracts.documents import CENTRAL, PURPOSE_OF, DocumentType, sign_document, unit_audience
from contracts.errors import BadSignature, Malformed, UnknownKey
from contracts.keys import SoftwareSigner
from contracts.statements import UNIT_STATEMENTS, sign_statement, verify_statement
from tests.simulators.city import UNIT

UNIT_KEY = SoftwareSigner.from_seed(bytes(range(32)))
OTHER = SoftwareSigner.from_seed(bytes(32))
OTHER_UNIT = "u-zzzzzzzz"
STATEMENTS = [kind for kind in DocumentType if kind in UNIT_STATEMENTS]
CENTRAL_S = [kind for kind in DocumentType if kind not in UNIT_STATEMENTS]


class Anything(Body):
    """A body of one field."""

    said: str = "x"


def said(kind: DocumentType, unit: str = UNIT, signer: SoftwareSigner = UNIT_KEY) -> bytes:
    return sign_statement(kind, unit, 3, 0, Anything(), signer)


@pytest.mark.parametrize("kind", STATEMENTS)
def test_a_unit_s_statement_is_taken(kind: DocumentType) -> None:
    document = verify_statement(said(kind), kind, UNIT, UNIT_KEY.verify_key)
    assert (document.kind, document.audience, document.number) == (kind, CENTRAL, 3)
    assert document.key_id == UNIT
    assert document.read(Anything).said == "x"


@pytest.mark.parametrize("kind", STATEMENTS)
def test_a_statement_is_not_taken_for_another(kind: DocumentType) -> None:
    for other in STATEMENTS:
        if other is not kind:
            with pytest.raises(Malformed):
                verify_statement(said(kind), other, UNIT, UNIT_KEY.verify_key)


def test_another_unit_s_statement_is_not_taken() -> None:
    raw = said(DocumentType.BIRTH, OTHER_UNIT)
    with pytest.raises(UnknownKey):
        verify_statement(raw, DocumentType.BIRTH, UNIT, UNIT_KEY.verify_key)


def test_a_unit_that_signs_in_another_s_name_is_found_out() -> None:
    raw = said(DocumentType.BIRTH, UNIT, OTHER)
    with pytest.raises(BadSignature):
        verify_statement(raw, DocumentType.BIRTH, UNIT, UNIT_KEY.verify_key)


def test_a_statement_for_somebody_else_is_not_taken() -> None:
    raw = sign_document(
        DocumentType.BIRTH, unit_audience(UNIT), 1, 0, Anything(), key_id=UNIT, signer=UNIT_KEY
    )
    with pytest.raises(Malformed):
        verify_statement(raw, DocumentType.BIRTH, UNIT, UNIT_KEY.verify_key)


@pytest.mark.parametrize("kind", CENTRAL_S)
def test_a_unit_signs_nothing_that_central_signs(kind: DocumentType) -> None:
    with pytest.raises(Malformed):
        said(kind)
    raw = sign_document(kind, CENTRAL, 1, 0, Anything(), key_id=UNIT, signer=UNIT_KEY)
    with pytest.raises(Malformed):
        verify_statement(raw, kind, UNIT, UNIT_KEY.verify_key)


def test_every_document_is_signed_by_root_central_or_a_unit_and_by_one_of_them_only() -> None:
    by_root = {DocumentType.KEY_SET, DocumentType.FLOOR_RESET}
    assert set(PURPOSE_OF) | UNIT_STATEMENTS | by_root == set(DocumentType)
    assert not set(PURPOSE_OF) & UNIT_STATEMENTS
    assert len(set(PURPOSE_OF.values())) == len(PURPOSE_OF)
