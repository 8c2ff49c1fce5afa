"""verify.*: from a QR text to proven claims, over one bare Ed25519 verification."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bench.options import Options
from bench.row import Row, at_most, inform
from bench.timing import medians, processor
from contracts.credential import SIGNING_DOMAIN, Claims, Kind, parse, sign, verify
from contracts.keys import SoftwareSigner

NAMES = ("verify.ratio", "verify.text_to_claims")
_ROUNDS = 500
_BATCH = 10
_HIGHEST_RATIO = 1.25


def rows(_: Options) -> Iterator[Row]:
    """Measure them."""
    signer = SoftwareSigner.generate()
    text = sign(_claims(), signer)
    signed, key = parse(text), signer.verify_key
    message, bare = SIGNING_DOMAIN + signed.body, Ed25519PublicKey.from_public_bytes(signer.public)

    def from_text() -> None:
        for _ in range(_BATCH):
            verify(parse(text), key)

    def bare_verify() -> None:
        for _ in range(_BATCH):
            bare.verify(signed.signature, message)

    whole, least = medians(from_text, bare_verify, rounds=_ROUNDS, clock=processor)
    yield at_most("verify.ratio", whole / least, "x", _HIGHEST_RATIO, reference=1.0)
    yield inform("verify.text_to_claims", whole / _BATCH * 1e6, "us", least / _BATCH * 1e6)


def _claims() -> Claims:
    return Claims(
        kind=Kind.RENTER,
        key_id=1,
        site=3,
        areas=0b11,
        valid_from=1_000_000,
        duration=240,
        credential_id=b"12345678",
        grant_id=77,
    )
