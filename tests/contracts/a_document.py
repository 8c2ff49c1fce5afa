"""One good document and who judges it, for tests that spoil it."""

import pytest

from contracts.documents import DocumentType, verify_document
from contracts.errors import Malformed
from contracts.keys import SoftwareSigner
from tests.contracts.forge import envelope, header, signed_document

KIND = DocumentType.COMMAND
SIGNER = SoftwareSigner.from_seed(bytes(range(32)))
KEY = SIGNER.verify_key
GOOD = signed_document(header(KIND, "1"), envelope({"a": 1}), SIGNER)
HEAD, PAYLOAD, SIGNATURE = GOOD.split(b".")


def judge(raw: bytes) -> None:
    verify_document(raw, KIND, lambda *_: KEY, "central")


def assert_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        judge(raw)
