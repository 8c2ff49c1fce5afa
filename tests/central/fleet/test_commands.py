"""A command is signed over a nonce that the unit gave a moment ago, and its answer is kept."""

from datetime import timedelta

import pytest

from central.fleet import commands
from central.fleet.errors import UnknownUnit
from central.fleet.models import CommandState, UnitCommand
from contracts import strict_json
from contracts.commands import CommandName, NonceRequest
from contracts.documents import DocumentType
from contracts.errors import ContractError
from contracts.topics import Up
from tests.central.a_city import NOW
from tests.central.a_town import Town
from tests.simulators.unit import SimulatedUnit

NONCE = "cd" * 16


@pytest.fixture
def unit(town: Town) -> SimulatedUnit:
    return town.add_unit("Zaal A")


def ask(town: Town, unit: SimulatedUnit) -> str:
    with town.database.write() as session:
        made = commands.ask(
            session, unit.id, CommandName.UNLOCK_ONCE, "staff:7", "leverancier", town.time()
        )
    town.settle()
    return made.id


def found(town: Town, command: str) -> UnitCommand:
    with town.database.read() as session:
        return commands.find(session, command)


def test_unlock_once_is_asked_signed_done_and_kept(town: Town, unit: SimulatedUnit) -> None:
    command = ask(town, unit)
    request = NonceRequest.parse(town.broker.last(unit.id, "cmd"))
    assert request.ask == command
    town.say(unit, Up.NONCE, unit.gives_nonce(request.ask, NONCE))
    told = unit.takes_command(town.broker.last(unit.id, "cmd"))
    assert (told.id, told.nonce, told.command) == (command, NONCE, CommandName.UNLOCK_ONCE)
    assert told.actor == "staff-7"
    assert found(town, command).state is CommandState.SIGNED
    answer = unit.answers(command)
    town.say(unit, Up.RESULT, answer)
    done = found(town, command)
    assert (done.state, done.outcome, done.result) == (CommandState.DONE, "done", answer)
    assert not any(topic.endswith("cmd") for topic in town.broker.retained)


def test_a_refusal_of_the_unit_is_kept_with_its_reason(town: Town, unit: SimulatedUnit) -> None:
    command = ask(town, unit)
    town.say(unit, Up.NONCE, unit.gives_nonce(command))
    town.say(unit, Up.RESULT, unit.answers(command, "nonce_unknown"))
    assert (found(town, command).state, found(town, command).outcome) == (
        CommandState.REFUSED,
        "nonce_unknown",
    )


def test_the_first_answer_counts(town: Town, unit: SimulatedUnit) -> None:
    command = ask(town, unit)
    town.say(unit, Up.NONCE, unit.gives_nonce(command))
    town.say(unit, Up.RESULT, unit.answers(command))
    town.say(unit, Up.RESULT, unit.answers(command, "locked_down"))
    assert found(town, command).state is CommandState.DONE


def test_a_nonce_is_answered_with_one_command_only(town: Town, unit: SimulatedUnit) -> None:
    command = ask(town, unit)
    for nonce in (NONCE, NONCE, "ef" * 16):
        town.say(unit, Up.NONCE, unit.gives_nonce(command, nonce))
    assert town.broker.count(unit.id, "cmd") == 2  # the request and one command


def test_a_nonce_that_nobody_asked_for_gets_nothing(town: Town, unit: SimulatedUnit) -> None:
    other = town.add_unit("Gang")
    command = ask(town, unit)
    town.say(other, Up.NONCE, other.gives_nonce(command))
    town.say(other, Up.NONCE, other.gives_nonce("00" * 8))
    assert town.broker.count(other.id, "cmd") == 0
    assert found(town, command).state is CommandState.ASKED


def test_a_nonce_that_comes_too_late_gets_nothing(town: Town, unit: SimulatedUnit) -> None:
    command = ask(town, unit)
    town.time.now = NOW + timedelta(seconds=11)
    town.say(unit, Up.NONCE, unit.gives_nonce(command))
    assert town.broker.count(unit.id, "cmd") == 1


def test_a_result_before_anything_was_told_is_not_believed(town: Town, unit: SimulatedUnit) -> None:
    command = ask(town, unit)
    town.say(unit, Up.RESULT, unit.answers(command))
    assert found(town, command).state is CommandState.ASKED


def test_a_result_of_another_unit_is_not_believed(town: Town, unit: SimulatedUnit) -> None:
    other = town.add_unit("Gang")
    command = ask(town, unit)
    town.say(unit, Up.NONCE, unit.gives_nonce(command))
    town.say(other, Up.RESULT, other.answers(command))
    assert found(town, command).state is CommandState.SIGNED


def test_what_is_not_answered_in_time_is_said_to_be_so(town: Town, unit: SimulatedUnit) -> None:
    command = ask(town, unit)
    with town.database.write() as session:
        commands.give_up(session, NOW + timedelta(seconds=21))
    assert found(town, command).state is CommandState.UNANSWERED


def test_an_answer_that_comes_after_giving_up_still_counts(town: Town, unit: SimulatedUnit) -> None:
    command = ask(town, unit)
    town.say(unit, Up.NONCE, unit.gives_nonce(command))
    with town.database.write() as session:
        commands.give_up(session, NOW + timedelta(seconds=21))
    town.say(unit, Up.RESULT, unit.answers(command))
    assert found(town, command).state is CommandState.DONE


def test_a_command_that_waited_in_the_outbox_too_long_is_not_sent(
    town: Town, unit: SimulatedUnit
) -> None:
    with town.database.write() as session:
        commands.ask(session, unit.id, CommandName.IDENTIFY, "staff:7", "waar?", NOW)
    town.time.now = NOW + timedelta(minutes=1)
    town.settle()
    assert town.broker.count(unit.id, "cmd") == 0


def test_a_command_for_one_unit_is_refused_by_another(town: Town, unit: SimulatedUnit) -> None:
    other = town.add_unit("Gang")
    command = ask(town, unit)
    town.say(unit, Up.NONCE, unit.gives_nonce(command))
    signed = town.broker.last(unit.id, "cmd")
    with pytest.raises(ContractError):
        other.takes_command(signed)
    with pytest.raises(ContractError):
        unit.takes(DocumentType.MODES, signed)


def test_a_retired_unit_is_told_nothing(town: Town) -> None:
    with town.database.write() as session, pytest.raises(UnknownUnit):
        commands.ask(session, "u-zzzzzzzz", CommandName.IDENTIFY, "staff:7", "x", NOW)


def test_a_nonce_request_is_plain_and_names_nobody(town: Town, unit: SimulatedUnit) -> None:
    ask(town, unit)
    assert set(strict_json.loads(town.broker.last(unit.id, "cmd"))) == {"v", "ask"}
