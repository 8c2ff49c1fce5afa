"""docs/mqtt.md says what the code does: its tables of topics, documents and limits."""

import json
import re
from pathlib import Path

import pytest

from contracts import amendments, documents, strict_json
from contracts.commands import NONCE_LIFETIME, CommandName
from contracts.documents import CENTRAL, PURPOSE_OF, DocumentType, Envelope
from contracts.freshness import LONGEST_ROUND_TRIP
from contracts.journal import LARGEST_BATCH, LARGEST_EVENT, Event
from contracts.keyset import CITY, MOST_SIGNATURES
from contracts.statements import UNIT_STATEMENTS
from contracts.topics import CENTRAL_STATE, RETAINED_DOWN, ROOT, Down, Up, down, up
from edge.believing import ASK_IN_DOUBT
from edge.core.delivery import RESEND, ROUND_TRIP, SPREAD, WINDOW
from edge.core.nonces import NonceBook
from edge.core.timekeeping import FAR_MS
from edge.core.waiting import MOST_WAITING
from edge.floor_reset import GOOD_FOR
from tests.contracts.samples import SAMPLES
from tests.contracts.vectors.files import FILES
from tests.test_docs import rows

TEXT = (Path(__file__).parents[2] / "docs/mqtt.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\d+)\. [^\n]+\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
UNIT = "u-abcdefgh"


def flowing(section: str) -> str:
    """A section without its line breaks."""
    return " ".join(SECTIONS[section].split())


def topics() -> dict[str, list[str]]:
    found = rows(SECTIONS["2"])[1:]
    return {f"{ROOT}/{row[0].strip('`').replace('<unit>', UNIT)}": row[1:] for row in found}


def kinds() -> dict[DocumentType, list[str]]:
    return {DocumentType(row[0].strip("`")): row[1:] for row in rows(SECTIONS["4"])[1:]}


def test_every_topic_stands_in_the_table() -> None:
    expected = [*(up(UNIT, kind) for kind in Up), *(down(UNIT, kind) for kind in Down)]
    assert list(topics()) == [*expected, CENTRAL_STATE]
    for topic, row in topics().items():
        assert row[0] == ("unit" if "/up/" in topic else "central")


def test_what_is_retained_is_what_the_code_retains() -> None:
    retained = {topic for topic, row in topics().items() if row[2] == "yes"}
    state_and_held = {up(UNIT, Up.STATE), up(UNIT, Up.HELD)}
    assert retained == {down(UNIT, kind) for kind in RETAINED_DOWN} | state_and_held | {
        CENTRAL_STATE
    }


def test_only_health_may_get_lost() -> None:
    assert {topic: row[1] for topic, row in topics().items() if row[1] != "1"} == {
        up(UNIT, Up.HEALTH): "0"
    }


def test_every_body_in_the_table_exists() -> None:
    bodies = {type(sample).__name__ for sample in SAMPLES}
    for row in topics().values():
        for name in re.findall(r"`(\w+)`", row[3]):
            assert name in bodies
        for kind in re.findall(r"`([\w-]+\+jws)`", row[3]):
            assert DocumentType(kind)


def test_every_document_travels_on_one_topic() -> None:
    named = re.findall(r"`(hallpass-[\w-]+\+jws)`", SECTIONS["2"])
    wrapped = {DocumentType.BIRTH, DocumentType.HEAD}  # inside a state and a batch
    carried = {DocumentType.FLOOR_RESET}  # by a person, on a stick
    assert sorted(named) == sorted(set(DocumentType) - wrapped - carried)


def test_every_document_stands_in_the_table_with_who_signs_it() -> None:
    assert set(kinds()) == set(DocumentType)
    for kind, (signer, key_id, audience, kept) in kinds().items():
        if kind in UNIT_STATEMENTS:
            assert (signer, key_id, audience, kept) == ("unit", "unit", f"`{CENTRAL}`", "")
        elif kind is DocumentType.KEY_SET:
            assert (signer, audience) == ("root, 2 of 3", f"`{CITY}`")
        elif kind is DocumentType.FLOOR_RESET:
            assert (signer, audience, kept) == ("root, 2 of 3", "`unit:<unit>`", "no")
        else:
            assert signer == f"city, key purpose `{PURPOSE_OF[kind]}`"
            assert key_id == "number in the key set"


def test_the_signer_of_a_topic_is_the_signer_of_its_document() -> None:
    for row in topics().values():
        for kind in re.findall(r"`(hallpass-[\w-]+\+jws)`", row[3]):
            signer = kinds()[DocumentType(kind)][0].split(",")[0]
            assert row[4] in {signer, f"nobody, {signer}"}


def test_the_envelope_in_the_text_is_one() -> None:
    block = re.search(r"```json\n(.*?)\n```", SECTIONS["4"], re.DOTALL)
    assert block
    assert Envelope.parse(block[1].encode()).to_bytes() == block[1].encode()


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("largest packet, document or JSON body", f"{strict_json.LARGEST} bytes"),
        ("largest packet, document or JSON body", f"{documents.LARGEST_DOCUMENT} bytes"),
        ("largest list of amendments", f"{amendments.LARGEST_LIST} bytes"),
        ("largest event", f"{LARGEST_EVENT} bytes"),
        ("events in a batch", str(LARGEST_BATCH)),
        ("objects and lists inside each other", str(strict_json.DEEPEST)),
        ("signatures on a key set", str(MOST_SIGNATURES)),
        ("a nonce for a command is good for", f"{NONCE_LIFETIME:g} s"),
        ("an answer may set the clock within", f"{LONGEST_ROUND_TRIP:g} s"),
    ],
)
def test_limits_are_the_code_s(what: str, value: str) -> None:
    assert dict(rows(SECTIONS["10"])[1:])[what] == value


def test_numbers_in_the_running_text_are_the_code_s() -> None:
    json_rules, journal = flowing("3"), flowing("6")
    assert f"more than {strict_json.DEEPEST} objects and lists" in json_rules
    assert f"more than {strict_json.LARGEST} bytes" in json_rules
    assert f"at most {LARGEST_EVENT} bytes" in journal
    assert f"up to {LARGEST_BATCH} consecutive events" in journal
    assert f"At most {WINDOW} batches" in journal
    assert f"after {ROUND_TRIP:g} s and" in journal
    assert f"from {RESEND.first:g} s to {RESEND.longest / 60:g} min" in journal
    assert f"within {SPREAD:g} s" in journal
    assert f"at most {MOST_SIGNATURES}." in flowing("5")
    assert f"for {GOOD_FOR // 86_400} days" in flowing("5")
    assert f"at most {MOST_WAITING} of a type" in flowing("4")
    assert f"more than {FAR_MS // 3_600_000} h" in flowing("8")
    assert f"asks every {ASK_IN_DOUBT / 60:g} min" in flowing("8")


def test_the_fields_of_an_event_are_named_in_order() -> None:
    listed = re.search(r"`v`, .*?`data`", flowing("6"))
    assert listed
    assert re.findall(r"`(\w+)`", listed[0]) == list(Event.model_fields)


def test_commands_are_named() -> None:
    listed = re.search(r"`command` \((.*?)\)", flowing("9"))
    assert listed
    assert re.findall(r"`(\w+)`", listed[1]) == [name.value for name in CommandName]


def test_a_nonce_is_good_as_long_as_it_says() -> None:
    book = NonceBook().give("a", 0.0)
    assert book.take("a", NONCE_LIFETIME)[1]
    assert f"for {NONCE_LIFETIME:g} s" in flowing("9")


def test_the_vectors_point_to_sections_that_exist() -> None:
    for name in FILES:
        path = Path(__file__).parent / "vectors" / f"{name}.json"
        about = json.loads(path.read_text(encoding="utf-8"))["about"]
        document = re.match(r"docs/([\w-]+\.md)", about)
        section = re.search(r"section (\d+)", about)
        assert document
        text = (Path(__file__).parents[2] / "docs" / document[1]).read_text(encoding="utf-8")
        assert not section or f"\n## {section[1]}. " in text
