"""docs/credential-format.md says what the code does: its tables, its example, its order of rules."""

import re
from pathlib import Path

import segno

from contracts.credential import (
    PREFIX,
    SIGNING_DOMAIN,
    TEXT_LENGTH,
    Kind,
    Language,
    decode,
    parse,
    sign,
    unwrap,
    verify,
)
from contracts.decision import fingerprint
from contracts.keys import SoftwareSigner
from contracts.windows import occurrences
from contracts.zone import ZoneTable
from tests.contracts.brussels import TABLE, utc
from tests.contracts.test_decision import RULES
from tests.contracts.vectors.files import FILES
from tests.test_docs import rows

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/credential-format.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\d+)\. [^\n]+\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
EXAMPLE = SECTIONS["7"]
KEY = {name: value.strip("`") for name, value, *_ in rows(EXAMPLE)[1:3]}
SIGNER = SoftwareSigner.from_seed(bytes.fromhex(KEY["secret key (seed)"]))
QR_TEXT = re.search(r"^HP1:.*$", EXAMPLE, re.MULTILINE)
BLOCKS = re.findall(r"^```\n(.*?)\n```", EXAMPLE, re.MULTILINE | re.DOTALL)


def example_fields() -> list[tuple[bytes, str, str]]:
    """The rows of the example's table of bytes."""
    cells = [row for row in rows(EXAMPLE) if re.fullmatch(r"`[0-9a-f ]+`", row[0])]
    return [(bytes.fromhex(row[0].strip("`")), row[1], row[2]) for row in cells]


def body() -> bytes:
    return b"".join(raw for raw, _, _ in example_fields())


def text() -> str:
    assert QR_TEXT
    return QR_TEXT[0]


def test_sections_are_numbered_as_the_code_names_them() -> None:
    assert list(SECTIONS) == [str(number) for number in range(1, 10)]
    named = set[str]()
    for path in (ROOT / "contracts").glob("*.py"):
        named |= set(re.findall(r"\(format (\d+)\)", path.read_text(encoding="utf-8")))
    assert named == {"2", "3", "4", "5"}


def test_the_frame_is_as_described() -> None:
    assert f"{TEXT_LENGTH} characters" in SECTIONS["1"]
    assert f"prefix | `{PREFIX}`" in SECTIONS["2"]
    assert len(SIGNING_DOMAIN) == 23


def test_the_table_of_claims_covers_32_bytes_without_a_gap() -> None:
    table = [row for row in rows(SECTIONS["3"])[1:] if len(row) == 4]
    assert [row[2] for row in table] == [name for _, name, _ in example_fields()]
    offset = 0
    for (start, length, *_), (raw, _, _) in zip(table, example_fields(), strict=True):
        assert (int(start), int(length)) == (offset, len(raw))
        offset += int(length)
    assert offset == 32


def test_kinds_and_languages_have_the_numbers_of_the_document() -> None:
    table = [row for row in rows(SECTIONS["3"]) if len(row) == 5 and row[3].isdigit()]
    kinds = {row[0]: row[1] for row in table if row[0]}
    assert [kinds[str(kind.value)].split(":")[0] for kind in Kind] == [
        kind.name.lower() for kind in Kind
    ]
    names = {"the site's": "SITE", "Dutch": "NL", "French": "FR", "English": "EN", "German": "DE"}
    assert {names[row[4]]: int(row[3]) for row in table} == {
        one.name: one.value for one in Language
    }


def test_the_example_is_what_its_bytes_say() -> None:
    claims = decode(body())
    said = {name: value for _, name, value in example_fields()}
    assert said["version and kind"] == f"{body()[0] >> 4}, {claims.kind.name.lower()}"
    assert (claims.accessible, claims.language) == (True, Language.NL)
    assert (claims.key_id, claims.site) == (int(said["key id"]), int(said["site"]))
    assert claims.areas == 0b1001
    number, _, moment = said["valid from"].partition(" = ")
    assert claims.valid_from == int(number) == utc(moment.removesuffix(" UTC"))
    assert (claims.duration, claims.repeats) == (int(said["duration"]), int(said["repeats"]))
    assert claims.pattern == 1 << 2
    assert claims.grant_id == int(said["grant id"])
    assert (claims.issue, claims.uses) == (0, 0)


def test_the_example_s_signed_bytes_and_signature_are_right() -> None:
    signed, signature = (bytes.fromhex(re.sub(r"\s", "", block)) for block in BLOCKS[:2])
    assert signed == SIGNING_DOMAIN + body()
    assert SIGNER.public.hex() == KEY["public key"]
    assert signature == SIGNER.sign(signed)
    assert unwrap(text()) == (body(), signature)


def test_the_example_s_text_is_the_code_that_would_be_printed() -> None:
    assert sign(decode(body()), SIGNER) == text()
    assert verify(parse(text()), SIGNER.verify_key) == decode(body())
    code = segno.make_qr(text(), error="m", mode="alphanumeric", boost_error=False)
    assert (code.designator, code.symbol_size(border=0)) == ("6-M", (41, 41))


def test_the_example_s_windows_follow() -> None:
    table = [row for row in rows(EXAMPLE) if re.fullmatch(r"\d+-\d+", row[0])]
    zone = ZoneTable(120, ((953340, 60),))
    windows = occurrences(decode(body()), zone)
    assert windows == occurrences(decode(body()), TABLE)
    assert [row[0] for row in table] == [f"{one.start}-{one.end}" for one in windows]
    for row, window in zip(table, windows, strict=True):
        day, _, span = row[1].partition(" ")
        start, _, end = span.partition("-")
        assert (utc(f"{day} {start}"), utc(f"{day} {end}")) == (window.start, window.end)
        assert row[2] == "18:00-19:30"
        assert zone.local(window.start) % 1440 == 18 * 60
    assert utc("2026-10-25 01:00") == 953340


def test_the_example_s_name_in_a_deny_list_is_right() -> None:
    assert f"`{fingerprint(body()).hex()}`" in EXAMPLE


def test_the_rules_of_the_document_are_the_rules_of_the_door() -> None:
    table = {int(row[0]): row[2] for row in rows(SECTIONS["6"]) if row[0].isdigit()}
    assert list(table) == sorted({rule.number for rule in RULES})
    for number, reasons in table.items():
        written = set(re.findall(r"`(\w+)`", reasons))
        found = {rule.reason.value for rule in RULES if rule.number == number}
        if number == 12:
            found |= {"revoked", "not_yet_valid"}  # shown in test_decision_windows
        assert written == found, number


def test_every_file_of_vectors_is_named() -> None:
    assert set(re.findall(r"`(\w+)\.json`", SECTIONS["8"])) == set(FILES)
