"""A floor or a number that was set wrongly comes back by the root's signature, and by nothing else."""

import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from contracts import strict_json
from contracts.documents import DocumentType, sign_document, unit_audience
from contracts.floor_reset import FloorReset, ResetRequest, sign_floor_reset, verify_floor_reset
from contracts.journal import EventKind
from contracts.keys import KeyPurpose, SoftwareSigner
from contracts.reasons import DenyReason, Fault
from contracts.topics import Down
from edge.__main__ import app
from edge.events import ControlRequest
from edge.floor_reset import AGES_EVERY, BEGIN, GOOD_FOR, TAKE
from tests.edge.a_unit import UNIT, UnitUnderTest, running
from tests.simulators.city import NOW, SITE, City, some_claims

K = EventKind
NOW_MS = int(NOW.timestamp() * 1000)
CENTURY_MS = 4_070_908_800_000  # 2099
ENDLESS = 2**53
OTHER_NONCE = "ab" * 16


@pytest.fixture
def city() -> City:
    return City()


@pytest.fixture
def blocked(tmp_path: Path, city: City) -> Iterator[UnitUnderTest]:
    """A unit in service whose floor lies in 2099 and whose numbers nobody can follow."""
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
        unit.send(Down.AMENDMENTS, city.amendments(ENDLESS))
        unit.send(Down.CONFIG, city.config(ENDLESS, name="Zaal X"))
        store_of(unit).raise_floor(CENTURY_MS, 0)
        unit.controller._parts.clock.begin_anew()
        unit.turn()
        yield unit


def store_of(unit: UnitUnderTest) -> Any:  # noqa: ANN401 - the part itself
    return unit.controller._parts.access._store


def ask(unit: UnitUnderTest, name: str, **arguments: str) -> dict[str, Any]:
    replies: list[dict[str, Any]] = []
    request = ControlRequest(name, arguments, lambda one: replies.append(dict(one or {})), 0.0)
    unit.controller.emit(request)
    unit.turn()
    return replies[0]


def begin(unit: UnitUnderTest) -> ResetRequest:
    found = ask(unit, BEGIN)
    del found["floor"]
    return ResetRequest.read(found)


def signed(
    city: City, request: ResetRequest, by: list[SoftwareSigner] | None = None, at: int = NOW_MS
) -> str:
    return sign_floor_reset(request, at, at // 1000, by or city.root[:2]).decode()


def state(unit: UnitUnderTest) -> tuple[object, ...]:
    summary = store_of(unit).summary
    return summary.floor_ms, dict(summary.numbers), summary.reset_nonce, store_of(unit).documents()


def opens(unit: UnitUnderTest, city: City) -> bool:
    unit.show(city.sign_pass(some_claims(credential_id=secrets.token_bytes(8))))
    return unit.released


def test_reset_that_the_root_signed_brings_a_blocked_unit_back(
    blocked: UnitUnderTest, city: City
) -> None:
    blocked.answer_freshness()
    assert Fault.CLOCK_DOUBTED in blocked.controller._parts.faults.active
    assert "2099-01-01 00:00 UTC already" in blocked.controller._parts.faults.detail(
        Fault.CLOCK_DOUBTED
    )
    request = begin(blocked)
    assert (request.unit, request.floor_ms) == (UNIT, CENTURY_MS)
    done = ask(blocked, TAKE, document=signed(city, request))
    assert done == {"before": "2099-01-01 00:00 UTC", "after": f"{NOW:%Y-%m-%d %H:%M} UTC"}
    (line,) = blocked.events(K.FLOOR_RESET)
    assert (line.data["before"], line.data["after"]) == (CENTURY_MS, NOW_MS)
    assert len(line.data["signers"]) == 2
    assert store_of(blocked).summary.numbers.keys() == {"hallpass-keyset+jws city"}
    assert not opens(blocked, city)  # until central answered and brought everything again
    blocked.send(Down.CONFIG, city.config())
    blocked.send(Down.AMENDMENTS, city.amendments())
    blocked.answer_freshness()
    assert blocked.controller._parts.clock.trust == "signed"
    assert Fault.CLOCK_DOUBTED not in blocked.controller._parts.faults.active
    assert opens(blocked, city)


def test_reset_outlives_a_restart_also_when_the_second_file_was_not_written(
    tmp_path: Path, blocked: UnitUnderTest, city: City
) -> None:
    older = (tmp_path / "data" / "summary.json").read_bytes()
    request = begin(blocked)
    ask(blocked, TAKE, document=signed(city, request))
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "data", copy / "data")
    shutil.copytree(tmp_path / "identity", copy / "identity")
    (copy / "data" / "summary.json").write_bytes(older)
    with running(copy, city) as again:
        assert store_of(again).summary.floor_ms == NOW_MS
        assert not again.controller._parts.believing.beliefs.fresh
        assert ask(again, TAKE, document=signed(city, request)).keys() == {"error"}


def test_reset_is_good_once(blocked: UnitUnderTest, city: City) -> None:
    document = signed(city, begin(blocked))
    ask(blocked, TAKE, document=document)
    after = state(blocked)
    assert "was used already" in ask(blocked, TAKE, document=document)["error"]
    assert state(blocked) == after
    assert len(blocked.events(K.FLOOR_RESET)) == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("another unit", "it is for unit:u-another2"),
        ("another nonce", "another request"),
        ("one signature", "1 root keys of the 2"),
        ("one key twice", "1 root keys of the 2"),
        ("another root", "0 root keys of the 2"),
        ("the key of the time", "not JSON"),
        ("every online key", "0 root keys of the 2"),
        ("a key set's signatures", "0 root keys of the 2"),
        ("changed afterwards", "signature does not fit"),
        ("nothing", "not JSON"),
    ],
)
def test_nothing_else_resets_anything(
    blocked: UnitUnderTest, city: City, name: str, words: str
) -> None:
    request = begin(blocked)
    before = state(blocked)
    said = ask(blocked, TAKE, document=forged(name, city, request))["error"]
    assert words in said
    assert state(blocked) == before
    assert blocked.events(K.FLOOR_RESET) == []
    assert blocked.events(K.DOCUMENT_REFUSED)[-1].data["type"] == DocumentType.FLOOR_RESET
    assert ask(blocked, TAKE, document=signed(city, request)).keys() == {"before", "after"}


def forged(name: str, city: City, request: ResetRequest) -> str:
    match name:
        case "another unit":
            return signed(city, request.model_copy(update={"unit": "u-another2"}))
        case "another nonce":
            return signed(city, request.model_copy(update={"nonce": OTHER_NONCE}))
        case "one signature":
            return signed(city, request, city.root[:1])
        case "one key twice":
            return signed(city, request, [city.root[0]] * 2)
        case "another root":
            return signed(city, request, City().root)
        case "every online key":
            return signed(city, request, list(city.keys.values()))
        case "the key of the time":
            body = FloorReset(nonce=request.nonce, unix_ms=NOW_MS)
            return sign_document(
                DocumentType.FLOOR_RESET,
                unit_audience(UNIT),
                0,
                0,
                body,
                key_id="7",
                signer=city.keys[KeyPurpose.FRESHNESS],
            ).decode()
        case "a key set's signatures":
            return city.keyset().decode()
        case "changed afterwards":
            ours = strict_json.loads(signed(city, request).encode())
            later = strict_json.loads(signed(city, request, at=NOW_MS + 1).encode())
            return strict_json.dumps({**ours, "payload": later["payload"]}).decode()
        case _:
            return ""


def test_before_anybody_began_nothing_is_taken(blocked: UnitUnderTest, city: City) -> None:
    request = ResetRequest(unit=UNIT, nonce=OTHER_NONCE, floor_ms=0)
    assert "begin anew" in ask(blocked, TAKE, document=signed(city, request))["error"]
    store_of(blocked).await_reset("")
    empty = request.model_copy(update={"nonce": "00" * 16})
    assert "begin anew" in ask(blocked, TAKE, document=signed(city, empty))["error"]


def test_begun_anew_the_request_before_is_worth_nothing(blocked: UnitUnderTest, city: City) -> None:
    old, new = begin(blocked), begin(blocked)
    assert ask(blocked, TAKE, document=signed(city, old)).keys() == {"error"}
    assert ask(blocked, TAKE, document=signed(city, new)).keys() == {"before", "after"}


def test_request_is_good_for_fourteen_days_of_running_also_over_a_restart(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city) as unit:
        request = begin(unit)
        late = unit.controller._parts.clock.monotonic() + GOOD_FOR - AGES_EVERY
        unit.controller._parts.resetting.tick(late)
    with running(tmp_path, city) as unit:
        assert store_of(unit).summary.reset_nonce == request.nonce
        resetting, now = unit.controller._parts.resetting, unit.controller._parts.clock.monotonic()
        resetting.tick(now + AGES_EVERY - 1)
        assert store_of(unit).summary.reset_nonce == request.nonce
        resetting.tick(now + 2 * AGES_EVERY)
        assert store_of(unit).summary.reset_nonce == ""
        assert "begin anew" in ask(unit, TAKE, document=signed(city, request))["error"]


def test_reset_keeps_spent_uses_and_removed_keys(blocked: UnitUnderTest, city: City) -> None:
    store = store_of(blocked)
    store.spend(b"passpass", 2)
    store.keep_denied({5: frozenset({b"kept one"})})
    ask(blocked, TAKE, document=signed(city, begin(blocked)))
    assert store.summary.spent == {b"passpass".hex(): 2}
    assert store.denied() == {5: frozenset({b"kept one"})}
    assert blocked.controller._parts.believing.beliefs.denied == store.denied()


def test_unit_says_at_its_birth_that_it_waits_for_central(
    blocked: UnitUnderTest, city: City
) -> None:
    assert not blocked.controller._parts.uplink.state_lost()
    ask(blocked, TAKE, document=signed(city, begin(blocked)))
    assert blocked.controller._parts.uplink.state_lost()
    blocked.show(city.sign_pass(some_claims(site=SITE)))
    reason = blocked.events(K.DECIDED)[-1].data["reason"]
    assert reason == DenyReason.NOT_COMMISSIONED


# --- at the terminal


def at_terminal(unit: UnitUnderTest, *arguments: object) -> Result:
    """Run a command while the unit runs."""
    folder = unit.controller._parts.watching._data.parent
    config = folder / "door_unit.toml"
    config.write_text(f'unit = "{UNIT}"\nrun = "{folder}/run"\n', encoding="utf-8")
    done: list[Result] = []
    words = [*map(str, arguments), "--config", str(config)]
    thread = threading.Thread(target=lambda: done.append(CliRunner().invoke(app, words)))
    thread.start()
    deadline = time.monotonic() + 60
    while thread.is_alive():
        assert time.monotonic() < deadline, "the command does not end"
        unit.controller.turn(0.01)
    return done[0]


def test_person_begins_at_the_unit_and_brings_back_what_was_signed(
    tmp_path: Path, blocked: UnitUnderTest, city: City
) -> None:
    out = tmp_path / "floor-request.json"
    begun = at_terminal(blocked, "floor-reset", "--begin", "--out", out)
    assert begun.exit_code == 0, begun.output
    assert "later than 2099-01-01 00:00 UTC" in begun.output
    request = ResetRequest.parse(out.read_bytes())
    assert request.nonce in begun.output
    assert at_terminal(blocked, "floor-reset", "--begin", "--out", out).exit_code != 0
    assert ResetRequest.parse(out.read_bytes()) == request  # nothing was asked, either
    answer = tmp_path / "signed.json"
    answer.write_text(signed(city, request), encoding="utf-8")
    done = at_terminal(blocked, "floor-reset", answer)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("Done: certain was 2099-01-01 00:00 UTC, now only 2026-11-24")
    assert at_terminal(blocked, "floor-reset", answer).exit_code != 0


def test_terminal_wants_either_a_file_or_a_beginning(blocked: UnitUnderTest) -> None:
    assert at_terminal(blocked, "floor-reset").exit_code == 2
    assert at_terminal(blocked, "floor-reset", "x.json", "--begin").exit_code == 2
    assert at_terminal(blocked, "floor-reset", "missing.json").exit_code != 0


def test_what_is_signed_is_read_as_it_was_written(city: City) -> None:
    request = ResetRequest(unit=UNIT, nonce=OTHER_NONCE, floor_ms=CENTURY_MS)
    found = verify_floor_reset(signed(city, request).encode(), city.root_keys)
    assert found.body == FloorReset(nonce=OTHER_NONCE, unix_ms=NOW_MS)
    assert (found.audience, found.issued) == (unit_audience(UNIT), NOW_MS // 1000)
