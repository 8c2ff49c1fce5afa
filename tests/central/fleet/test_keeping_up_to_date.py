"""Units get what is in force for them, prove what they hold, and are answered when they ask."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from central.credentials.texts import claims_of, text_of
from central.documents import service as documents
from central.fleet import configuring, presence, publishing, queries, units
from central.fleet.configuring import CityWide
from central.fleet.errors import AlreadyRegistered, DoorTaken, UnusableKey
from central.fleet.faults import current_faults
from central.fleet.health import Part, Presence
from central.fleet.models import DoorUnit, HeldDocument, UnitState
from central.fleet.units import NewUnit
from central.main import city_wide_of
from central.settings import Settings
from contracts.decision import Denied, Granted
from contracts.documents import DocumentType, unit_audience
from contracts.door_config import Policy
from contracts.errors import Rollback, UnknownKey
from contracts.journal import EventKind
from contracts.messages import UnitState as StateMessage
from contracts.modes import DoorMode
from contracts.reasons import DenyReason, Fault
from contracts.topics import Up
from tests.central.a_city import NOW, use
from tests.central.a_town import Town
from tests.central.credentials.test_passes import by_hand, revoke
from tests.simulators.unit import SimulatedUnit


@pytest.fixture
def unit(town: Town) -> SimulatedUnit:
    return town.add_unit("Zaal A")


def state(town: Town, unit: SimulatedUnit) -> UnitState:
    with town.database.read() as session:
        return session.get_one(UnitState, unit.id)


def gaps(town: Town, unit: SimulatedUnit) -> dict[DocumentType, int | None]:
    with town.database.read() as session:
        found = publishing.gaps(session, units.in_service(session, unit.id))
        return {gap.kind: gap.held for gap in found}


def door_now(town: Town, name: str) -> tuple[Presence, Part, Part]:
    with town.database.read() as session:
        now = queries.door(session, town.door(name), town.time()).now
    return now.presence, now.leaf, now.strike


def troubles(town: Town, unit: SimulatedUnit) -> list[Fault]:
    town.loop.report()
    with town.database.read() as session:
        return [one.code for one in current_faults(session, unit.id)]


# --- coming into service


def test_a_new_unit_gets_keys_configuration_and_list_and_opens_at_once(
    town: Town, unit: SimulatedUnit
) -> None:
    assert unit.believes.fresh
    assert unit.believes.config is not None
    assert (unit.believes.config.door, unit.believes.config.areas) == (town.door("Zaal A"), 0b100)
    assert unit.believes.config.zone.name == "Europe/Brussels"
    assert gaps(town, unit) == {}
    text = town.text(town.book(town.halls.a))
    assert isinstance(unit.shown(text, use().start), Granted)


def test_a_unit_that_nobody_commissioned_opens_for_nobody(town: Town) -> None:
    unit = SimulatedUnit(town.keys.root_keys)
    with town.database.write() as session:
        units.register(session, new(town, unit, is_commissioned=False), NOW)
    town.settle()
    town.bring(unit)
    answer = unit.shown(town.text(town.book(town.halls.a)), use().start)
    assert isinstance(answer, Denied)
    assert answer.reason is DenyReason.NOT_COMMISSIONED


def new(town: Town, its: SimulatedUnit, **changes: object) -> NewUnit:
    values: dict[str, object] = {
        "unit": its.id,
        "door": town.door("Zaal A"),
        "statement_key": its.signer.public,
        "certificate_sha256": its.signer.public.hex(),
        "is_commissioned": True,
        **changes,
    }
    return NewUnit(**values)  # type: ignore[arg-type]


def test_a_door_has_one_unit_at_a_time(town: Town, unit: SimulatedUnit) -> None:
    other = SimulatedUnit(town.keys.root_keys)
    with town.database.write() as session, pytest.raises(DoorTaken, match=unit.id):
        units.register(session, new(town, other), NOW)
    with town.database.write() as session:
        units.retire(session, unit.id, NOW)
        units.register(session, new(town, other), NOW)


@pytest.mark.parametrize("same", ["unit", "statement_key", "certificate_sha256"])
def test_a_unit_or_key_is_registered_once_also_after_it_was_retired(
    town: Town, unit: SimulatedUnit, same: str
) -> None:
    with town.database.write() as session:
        units.retire(session, unit.id, NOW)
    other = SimulatedUnit(town.keys.root_keys)
    changes = {same: getattr(new(town, unit), same)}
    with town.database.write() as session, pytest.raises(AlreadyRegistered):
        units.register(session, new(town, other, **changes), NOW)


def test_a_key_of_small_order_is_never_registered(town: Town) -> None:
    unit = SimulatedUnit(town.keys.root_keys)
    with town.database.write() as session, pytest.raises(UnusableKey):
        units.register(session, new(town, unit, statement_key=bytes(32)), NOW)


def test_what_the_broker_keeps_for_a_retired_unit_is_removed(
    town: Town, unit: SimulatedUnit
) -> None:
    assert any(unit.id in topic for topic in town.broker.retained)
    with town.database.write() as session:
        units.retire(session, unit.id, NOW)
    town.settle()
    assert not any(unit.id in topic for topic in town.broker.retained)


# --- what is in force, and what is held


def test_applied_is_what_the_unit_signed_and_not_what_was_sent(
    town: Town, unit: SimulatedUnit
) -> None:
    revoke(town, by_hand(town))
    number = town.list_in_force().number
    assert gaps(town, unit) == {DocumentType.AMENDMENTS: number - 1}
    unit.takes(DocumentType.AMENDMENTS, town.broker.last(unit.id, "amendments"))
    assert gaps(town, unit) == {DocumentType.AMENDMENTS: number - 1}
    town.time.now += timedelta(seconds=4)
    town.say(unit, Up.HELD, unit.holding())
    assert gaps(town, unit) == {}
    with town.database.read() as session:
        held = session.get_one(HeldDocument, (unit.id, DocumentType.AMENDMENTS))
    assert (held.number, held.since) == (number, town.time.now)


def test_a_list_reaches_every_unit_of_its_site(town: Town, unit: SimulatedUnit) -> None:
    other = town.add_unit("Gang")
    counts = [town.broker.count(one.id, "amendments") for one in (unit, other)]
    revoke(town, by_hand(town))
    assert [town.broker.count(one.id, "amendments") for one in (unit, other)] == [
        count + 1 for count in counts
    ]


def test_after_the_broker_lost_its_memory_everything_is_published_again(
    town: Town, unit: SimulatedUnit
) -> None:
    before = dict(town.broker.retained)
    assert sum(unit.id in topic for topic in before) == 3
    town.broker.retained.clear()
    town.publisher.everything()
    assert town.broker.retained == before


def test_what_could_not_be_sent_is_sent_by_the_repair(town: Town, unit: SimulatedUnit) -> None:
    town.broker.is_up = False
    revoke(town, by_hand(town))
    town.broker.is_up = True
    town.publisher.repair()
    unit.takes(DocumentType.AMENDMENTS, town.broker.last(unit.id, "amendments"))
    assert unit.believes.number(DocumentType.AMENDMENTS) == town.list_in_force().number


def test_a_unit_that_comes_back_without_its_documents_is_brought_them(
    town: Town, unit: SimulatedUnit
) -> None:
    replaced = SimulatedUnit(unit.root, unit.id, unit.signer, said=unit.said)
    town.broker.sent.clear()
    town.time.now += timedelta(minutes=1)
    town.say(replaced, Up.HELD, replaced.holding())
    assert {topic.rsplit("/", 1)[1] for topic, _ in town.broker.sent} == {
        "keys",
        "config",
        "amendments",
    }


def test_an_older_word_about_what_is_held_is_not_believed(town: Town, unit: SimulatedUnit) -> None:
    early = unit.holding()
    revoke(town, by_hand(town))
    town.bring(unit)
    town.say(unit, Up.HELD, early)
    assert gaps(town, unit) == {}


def test_a_statement_of_another_unit_is_reported_and_changes_nothing(
    town: Town, unit: SimulatedUnit
) -> None:
    other = town.add_unit("Gang")
    town.say(unit, Up.HELD, other.holding())
    assert troubles(town, unit) == [Fault.DOCUMENT_REFUSED]
    assert gaps(town, unit) == {}


def test_a_new_key_set_reaches_every_unit(town: Town, unit: SimulatedUnit) -> None:
    with town.database.write() as session:
        town.authority.import_keyset(session, town.keys.keyset(number=2), NOW)
    town.settle()
    town.bring(unit)
    assert unit.believes.number(DocumentType.KEY_SET) == 2


def test_the_configuration_is_signed_anew_only_when_it_changes_or_runs_out(
    town: Town, unit: SimulatedUnit
) -> None:
    def number() -> int | None:
        with town.database.read() as session:
            audience = unit_audience(unit.id)
            return documents.number_in_force(session, DocumentType.CONFIG, audience)

    assert number() == 1
    town.publisher.renew()
    assert number() == 1
    town.time.now = NOW + timedelta(days=60)  # another year: other transitions
    town.publisher.renew()
    changed = number()
    assert changed is not None
    assert changed > 1


def test_what_the_city_s_settings_say_of_its_doors_is_signed_for_each_and_follows_a_change(
    town: Town, unit: SimulatedUnit
) -> None:
    allowed = Policy(staff_without_clock=True, grace_minutes=10)
    assert told_of_the_city(unit) == ("", Policy())
    town.publisher.city = CityWide("09 266 00 00", allowed)
    town.publisher.renew()
    town.settle()
    town.bring(unit)
    assert told_of_the_city(unit) == ("09 266 00 00", allowed)
    assert told_of_the_city(town.add_unit("Zaal B")) == ("09 266 00 00", allowed)


def told_of_the_city(unit: SimulatedUnit) -> tuple[str, Policy]:
    assert unit.believes.config is not None
    return unit.believes.config.duty_phone, unit.believes.config.policy


def test_the_city_s_settings_reach_what_its_doors_are_told() -> None:
    settings = Settings(
        demo=True, duty_phone="09 266 00 00", staff_without_clock=True, grace_minutes=10
    )
    allowed = Policy(staff_without_clock=True, grace_minutes=10)
    assert city_wide_of(settings) == CityWide("09 266 00 00", allowed)
    assert city_wide_of(Settings(demo=True)) == CityWide()


# --- modes


def test_a_lock_down_is_numbered_and_ends(town: Town, unit: SimulatedUnit) -> None:
    until = NOW + timedelta(hours=1)
    with town.database.write() as session:
        number = configuring.set_mode(
            session, unit.id, DoorMode.LOCKED_DOWN, until, "staff-1", town.authority, NOW
        )
    town.settle()
    town.bring(unit)
    assert unit.believes.modes is not None
    assert (unit.believes.modes.mode, unit.believes.modes.until) == (
        DoorMode.LOCKED_DOWN,
        int(until.timestamp()),
    )
    with town.database.write() as session:
        later = configuring.set_mode(
            session, unit.id, DoorMode.LOCKED, None, "staff-1", town.authority, NOW
        )
    assert later > number


def test_an_old_list_brought_again_is_refused_by_the_unit(town: Town, unit: SimulatedUnit) -> None:
    old = town.list_in_force().raw
    revoke(town, by_hand(town))
    town.bring(unit)
    with pytest.raises(Rollback):
        unit.takes(DocumentType.AMENDMENTS, old)


# --- freshness


def test_the_answer_names_the_time_and_every_number_in_force(
    town: Town, unit: SimulatedUnit
) -> None:
    revoke(town, by_hand(town))
    town.say(unit, Up.FRESHNESS, unit.asks_freshness("12" * 16))
    answer = unit.takes_freshness(town.broker.last(unit.id, "freshness"), "12" * 16)
    assert answer.unix_ms == int(NOW.timestamp() * 1000)
    assert answer.numbers == {
        DocumentType.KEY_SET: 1,
        DocumentType.CONFIG: 1,
        DocumentType.AMENDMENTS: town.list_in_force().number,
    }
    assert not unit.believes.is_current  # the list is still to come


def test_spent_uses_come_back_to_a_unit_that_lost_its_memory(
    town: Town, unit: SimulatedUnit
) -> None:
    single = by_hand(town, uses=2)
    identity = claims_of(single).credential_id.hex()
    used = {"outcome": "granted", "credential": identity, "use": True}
    unit.note(EventKind.DECIDED, used, NOW)
    unit.note(EventKind.DECIDED, used | {"use": False}, NOW)  # reopened for free
    unit.note(EventKind.DECIDED, used, NOW)
    town.say(unit, Up.EVENTS, unit.batch())
    with town.database.write() as session:
        units.retire(session, unit.id, NOW)
    town.settle()
    replaced = town.add_unit("Zaal A")
    assert replaced.spent == {bytes.fromhex(identity): 2}
    answer = replaced.shown(text_of(single), NOW)
    assert isinstance(answer, Denied)
    assert answer.reason is DenyReason.USES_EXHAUSTED


def test_uses_at_doors_of_other_areas_are_not_told(town: Town, unit: SimulatedUnit) -> None:
    used = {"outcome": "granted", "credential": "ab" * 8, "use": True}
    unit.note(EventKind.DECIDED, used, NOW)
    town.say(unit, Up.EVENTS, unit.batch())
    assert town.add_unit("Gang").spent == {}


def test_a_question_in_the_name_of_another_is_not_answered(town: Town, unit: SimulatedUnit) -> None:
    other = town.add_unit("Gang")
    before = town.broker.count(unit.id, "freshness")
    town.say(unit, Up.FRESHNESS, other.asks_freshness())
    assert town.broker.count(unit.id, "freshness") == before


def test_without_a_key_nothing_is_answered_and_nothing_else_stops(
    town: Town, unit: SimulatedUnit
) -> None:
    town.time.now = NOW + timedelta(days=700)
    before = len(town.broker.sent)
    town.say(unit, Up.FRESHNESS, unit.asks_freshness())
    town.say(unit, Up.HEALTH, unit.healthy())
    assert len(town.broker.sent) == before
    assert state(town, unit).health_at == town.time.now


# --- presence


def test_nothing_is_known_of_a_door_until_somebody_said_it(town: Town) -> None:
    assert door_now(town, "Zaal A") == (Presence.NO_UNIT, Part.UNKNOWN, Part.UNKNOWN)
    unit = town.add_unit("Zaal A")
    assert door_now(town, "Zaal A") == (Presence.NEVER_SEEN, Part.UNKNOWN, Part.UNKNOWN)
    town.say(unit, Up.STATE, unit.born())
    assert door_now(town, "Zaal A") == (Presence.ONLINE, Part.UNKNOWN, Part.UNKNOWN)
    town.say(unit, Up.HEALTH, unit.healthy())
    assert door_now(town, "Zaal A") == (Presence.ONLINE, Part.CLOSED, Part.SECURED)


def test_what_was_heard_too_long_ago_is_unknown(town: Town, unit: SimulatedUnit) -> None:
    town.say(unit, Up.STATE, unit.born())
    town.say(unit, Up.HEALTH, unit.healthy())
    town.time.now += timedelta(minutes=6)
    assert door_now(town, "Zaal A") == (Presence.ONLINE, Part.UNKNOWN, Part.UNKNOWN)


def test_a_will_makes_a_unit_offline_and_its_parts_unknown(town: Town, unit: SimulatedUnit) -> None:
    town.say(unit, Up.STATE, unit.born())
    town.say(unit, Up.HEALTH, unit.healthy())
    town.time.now += timedelta(seconds=10)
    town.say(unit, Up.STATE, unit.will())
    assert door_now(town, "Zaal A") == (Presence.OFFLINE, Part.UNKNOWN, Part.UNKNOWN)
    assert state(town, unit).offline_since == town.time.now


def test_a_will_of_an_earlier_connection_that_comes_late_says_nothing(
    town: Town, unit: SimulatedUnit
) -> None:
    town.say(unit, Up.STATE, unit.born())
    town.say(unit, Up.STATE, unit.born())
    town.say(unit, Up.STATE, unit.will(session=1))
    assert state(town, unit).is_online is True


def test_a_replayed_birth_does_not_bring_a_unit_back(town: Town, unit: SimulatedUnit) -> None:
    first = unit.born()
    town.say(unit, Up.STATE, first)
    town.say(unit, Up.STATE, unit.born())
    town.say(unit, Up.STATE, unit.will())
    town.say(unit, Up.STATE, first)
    assert state(town, unit).is_online is False


def test_a_birth_without_the_units_signature_is_reported(town: Town, unit: SimulatedUnit) -> None:
    other = town.add_unit("Gang")
    wrapped = StateMessage.parse(other.birth(9))
    for payload in (
        other.birth(9),
        StateMessage(online=True, session=9).to_bytes(),
        StateMessage(online=True, session=10, birth=wrapped.birth).to_bytes(),
    ):
        town.say(unit, Up.STATE, payload)
    assert state(town, unit).is_online is None
    assert troubles(town, unit) == [Fault.DOCUMENT_REFUSED]


def test_while_central_itself_is_cut_off_nobody_is_online_or_offline(
    town: Town, unit: SimulatedUnit
) -> None:
    other = town.add_unit("Gang")
    town.say(unit, Up.STATE, unit.born())
    lost_at = town.time.now
    town.time.now += timedelta(seconds=2)
    town.say(other, Up.STATE, other.born())  # heard after the connection came back
    with town.database.write() as session:
        presence.forget_presence(session, lost_at)
    assert door_now(town, "Zaal A")[0] is Presence.UNKNOWN
    assert door_now(town, "Gang")[0] is Presence.ONLINE


@pytest.mark.parametrize(
    "changes", [{"leaf": "ajar"}, {"temperature": 2**40}, {"disk_free_percent": -(2**40)}]
)
def test_odd_words_about_health_are_unknown_and_no_error(
    town: Town, unit: SimulatedUnit, changes: dict[str, object]
) -> None:
    town.say(unit, Up.STATE, unit.born())
    town.say(unit, Up.HEALTH, unit.healthy(**changes))
    found = state(town, unit)
    assert found.health_at == NOW
    if "leaf" in changes:
        assert door_now(town, "Zaal A")[1] is Part.UNKNOWN
    else:
        assert (found.temperature, found.disk_free_percent) == (None, None)


def test_a_key_that_the_unit_does_not_know_yet_waits_for_the_key_set(
    town: Town, unit: SimulatedUnit
) -> None:
    with town.database.read() as session:
        assert session.scalars(select(DoorUnit.id)).all() == [unit.id]
    stranger = SimulatedUnit(unit.root)
    with pytest.raises(UnknownKey):
        stranger.takes_ack(town.keys.ack_of_nothing())
