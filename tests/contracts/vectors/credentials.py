"""Vectors of the credential: texts that are taken, with all they say, and texts that are refused."""

from dataclasses import asdict, replace
from typing import Any

from contracts.credential import EVERY_SECOND_WEEK, SIGNING_DOMAIN, Claims, Kind, Language, encode
from contracts.moments import minute_of
from tests.contracts.forge import malleable, packed, signed_text
from tests.contracts.known_city import known_seed, known_signer
from tests.contracts.test_keys import SMALL_ORDER
from tests.simulators.city import NOW

SIGNER = known_signer("credential")
RENTER = Claims(
    kind=Kind.RENTER,
    key_id=1,
    site=3,
    areas=0b1,
    valid_from=minute_of(NOW) - 30,
    duration=150,
    credential_id=b"passpass",
    grant_id=77,
)
TUESDAYS = replace(RENTER, repeats=12, pattern=1 << 1)
TAKEN = {
    "a renter, once": RENTER,
    "a renter, every flag, in French": replace(
        RENTER,
        accessible=True,
        may_hold_open=True,
        dynamic_required=True,
        language=Language.FR,
        areas=0b1011,
        issue=2,
    ),
    "a season of Tuesdays": TUESDAYS,
    "Tuesdays and Fridays, every second week": replace(
        TUESDAYS, repeats=20, pattern=1 << 1 | 1 << 4 | EVERY_SECOND_WEEK
    ),
    "a crew, three uses at one door": replace(RENTER, kind=Kind.CREW, uses=3, areas=1 << 31),
    "staff, all day, all week": replace(
        RENTER, kind=Kind.STAFF, duration=1440, repeats=52, pattern=0x7F, language=Language.NL
    ),
    "emergency": replace(RENTER, kind=Kind.EMERGENCY, areas=0xFFFFFFFF, language=Language.DE),
    "the smallest of everything": Claims(Kind.RENTER, 0, 0, 1, 0, 1, bytes(8), 0),
    "the largest of everything": Claims(
        Kind.EMERGENCY,
        0xFFFF,
        0xFFFF,
        0xFFFFFFFF,
        0xFFFFFF,
        0xFFFFFF,
        b"\xff" * 8,
        0xFFFFFFFF,
        issue=0xFF,
        repeats=0xFF,
        pattern=0x7F,
        language=Language.EN,
    ),
}


def credentials() -> dict[str, Any]:
    """Return what stands in the file."""
    return {
        "about": "docs/credential-format.md. The keys are known to everybody: for tests only.",
        "key": {"seed": known_seed("credential").hex(), "public": SIGNER.public.hex()},
        "domain": SIGNING_DOMAIN.hex(),
        "taken": [_taken(name, claims) for name, claims in TAKEN.items()],
        "refused": [
            {"name": name, "error": error, "text": text}
            for error, texts in (("malformed", _malformed()), ("bad signature", _unsigned()))
            for name, text in texts.items()
        ],
        "public_keys_refused": [
            {"name": name, "public": public} for name, public in SMALL_ORDER.items()
        ]
        + [{"name": "non-canonical", "public": "ee" + "ff" * 30 + "7f"}],
    }


def _taken(name: str, claims: Claims) -> dict[str, Any]:
    body = encode(claims)
    return {
        "name": name,
        "claims": {**asdict(claims), "credential_id": claims.credential_id.hex()},
        "body": body.hex(),
        "signature": SIGNER.sign(SIGNING_DOMAIN + body).hex(),
        "text": signed_text(body, SIGNER),
    }


def _malformed() -> dict[str, str]:
    text, body = signed_text(encode(RENTER), SIGNER), encode(RENTER)
    spaced = next(one for one in _texts() if "  " in one)
    return {
        "empty": "",
        "prefix in lower case": "hp1:" + text[4:],
        "another prefix": "HP2:" + text[4:],
        "all in lower case": text.lower(),
        "a character too few": text[:-1],
        "a character too many": text + "0",
        "a newline behind": text + "\n",
        "a newline instead of the last character": text[:-1] + "\n",
        "two spaces became one": spaced.replace("  ", " "),
        "two spaces became one and a space came behind": spaced.replace("  ", " ") + " ",
        "a character outside the alphabet": text[:50] + "_" + text[51:],
        "a triple above 65535": text[:-3] + "GGW",
        **{name: signed_text(bytes(changed), SIGNER) for name, changed in _changed(body).items()},
    }


def _texts() -> list[str]:
    bodies = (encode(replace(RENTER, grant_id=number)) for number in range(200))
    return [signed_text(body, SIGNER) for body in bodies]


def _changed(body: bytes) -> dict[str, bytes]:
    """Claims that are rightly signed and not of this format."""
    changes = {
        "version 0": {0: 0x01},
        "version 2": {0: 0x21},
        "kind 0": {0: 0x10},
        "kind 5": {0: 0x15},
        "unknown flag, bit 6": {1: 0x40},
        "unknown flag, bit 7": {1: 0x80},
        "language 5": {1: 5 << 3},
        "no area": {6: 0, 7: 0, 8: 0, 9: 0},
        "no duration": {13: 0, 14: 0, 15: 0},
        "repeats without a weekday": {16: 1},
        "a weekday without repeats": {17: 1},
        "every second week without a weekday": {16: 2, 17: 0x80},
        "every second week with an odd last week": {16: 3, 17: 0x82},
        "counted uses in two areas": {9: 0b11, 31: 1},
    }
    return {
        name: bytes(change.get(index, value) for index, value in enumerate(body))
        for name, change in changes.items()
    }


def _unsigned() -> dict[str, str]:
    body = encode(RENTER)
    signature = SIGNER.sign(SIGNING_DOMAIN + body)
    other = encode(replace(RENTER, grant_id=78))
    return {
        "one bit of the claims": packed(bytes([*body[:27], body[27] ^ 1, *body[28:]]) + signature),
        "one bit of the signature": packed(body + signature[:-1] + bytes([signature[-1] ^ 1])),
        "claims of one, signature of another": packed(other + signature),
        "the group order added to the signature": packed(body + malleable(signature)),
        "the halves of the signature swapped": packed(body + signature[32:] + signature[:32]),
        "another key": signed_text(body, known_signer("config")),
        "without the domain": signed_text(body, SIGNER, b""),
        "the domain of another version": signed_text(body, SIGNER, b"hallpass/credential/v2\x00"),
        "the domain without its zero byte": signed_text(body, SIGNER, SIGNING_DOMAIN[:-1]),
    }
