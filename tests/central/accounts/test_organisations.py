"""Who may act for which organisation, who says so, and what that is worth."""

from datetime import date, timedelta

import pytest

from central.accounts import acting, identities, mandates, organisations
from central.accounts.capacities import Capacity, Source
from central.accounts.models import Person
from central.accounts.organisations import NoSuchKind, NumberInUse, OrganisationData
from central.audit.service import Sought, entries
from central.database import Database
from central.errors import NotFound
from tests.central.a_city import NOW
from tests.central.some_people import SCOUTS, People

TODAY = NOW.date()
CHOIR = OrganisationData("Koor De Lijster", "culture", postcode="9000", recognised_until=TODAY)


def test_one_person_rents_for_oneself_and_for_each_organisation(
    database: Database, people: People
) -> None:
    with database.write() as session:
        choir = organisations.declare(session, people.anna, CHOIR, NOW)
        found = acting.capacities(session, people.anna, TODAY)
    assert [(one.capacity, one.name) for one in found] == [
        (Capacity.CITIZEN, "Anna"),
        (Capacity.ASSOCIATION, "Koor De Lijster"),
        (Capacity.ASSOCIATION, "Scouts Sint-Jan"),
    ]
    assert [one.key for one in found] == ["self", str(choir.id), str(people.scouts)]


def test_what_somebody_declares_is_not_proven_and_never_recognised(
    database: Database, people: People
) -> None:
    with database.write() as session:
        organisations.declare(session, people.bram, CHOIR, NOW)
        _, choir = acting.capacities(session, people.bram, TODAY)
    assert choir.source is Source.DECLARED
    assert choir.recognised_until is None


def test_declaring_a_known_number_changes_nothing_of_it_and_proves_nothing(
    database: Database, people: People
) -> None:
    pretended = OrganisationData("Iets anders", "sport", SCOUTS.register_number, postcode="1000")
    with database.write() as session:
        found = organisations.declare(session, people.bram, pretended, NOW)
        assert found.id == people.scouts
        assert organisations.facts(found)["name"] == SCOUTS.name
        _, scouts = acting.capacities(session, people.bram, TODAY)
        assert scouts.source is Source.DECLARED, "the weakest link counts"
        _, real = acting.capacities(session, people.anna, TODAY)
        assert real.source is Source.CITY_LIST


def test_when_staff_checked_both_it_is_proven(database: Database, people: People) -> None:
    with database.write() as session:
        choir = organisations.declare(session, people.bram, CHOIR, NOW)
        organisations.check(session, choir.id, CHOIR, "staff:1", NOW, reason="ledenlijst")
        _, found = acting.capacities(session, people.bram, TODAY)
        assert found.source is Source.DECLARED, "the mandate is still only declared"
        (mandate,) = mandates.unconfirmed(session, TODAY)
        mandates.confirm(session, mandate.id, "staff:1", NOW)
        _, found = acting.capacities(session, people.bram, TODAY)
        assert (found.source, found.recognised_until) == (Source.CITY_LIST, TODAY)
        done = [one.action for one in entries(session, Sought(subject=f"organisation:{choir.id}"))]
    assert done == [
        "mandate.confirmed",
        "organisation.checked",
        "mandate.given",
        "organisation.declared",
    ]


def test_a_mandate_is_worth_what_its_giver_is(database: Database, people: People) -> None:
    with database.write() as session:
        _, scouts = acting.capacities(session, people.anna, TODAY)
        assert mandates.source_given_by(scouts) is Source.HOLDER
        mandates.give(session, people.bram, people.scouts, Source.HOLDER, "person:1", NOW)
        _, found = acting.capacities(session, people.bram, TODAY)
        assert found.source is Source.HOLDER
        choir = organisations.declare(session, people.anna, CHOIR, NOW)
        declared = acting.acting(session, people.anna, choir.id, TODAY)
        assert mandates.source_given_by(declared) is Source.DECLARED


def test_giving_twice_gives_once_and_never_makes_it_worse(
    database: Database, people: People
) -> None:
    with database.write() as session:
        for source in (Source.CITY_LIST, Source.DECLARED, Source.HOLDER):
            mandates.give(session, people.anna, people.scouts, source, "x:1", NOW)
        (mandate,) = mandates.holders(session, people.scouts, TODAY)
        assert mandate.source is Source.CITY_LIST
        mandates.give(session, people.bram, people.scouts, Source.DECLARED, "x:1", NOW)
        mandates.give(session, people.bram, people.scouts, Source.CITY_LIST, "staff:1", NOW)
        held = mandates.holders(session, people.scouts, TODAY)
        assert [one.source for one in held] == [Source.CITY_LIST, Source.CITY_LIST]


def test_a_mandate_counts_on_its_days(database: Database, people: People) -> None:
    with database.write() as session:
        until = TODAY + timedelta(days=7)
        mandates.give(
            session, people.bram, people.scouts, Source.CITY_LIST, "staff:1", NOW, until=until
        )
        for day, count in ((-1, 1), (0, 2), (7, 2), (8, 1)):
            found = acting.capacities(session, people.bram, TODAY + timedelta(days=day))
            assert len(found) == count, day
        later = NOW + timedelta(days=30)
        mandates.give(session, people.bram, people.scouts, Source.CITY_LIST, "staff:1", later)
        assert len(acting.capacities(session, people.bram, later.date())) == 2


def test_an_ended_mandate_can_be_given_again(database: Database, people: People) -> None:
    with database.write() as session:
        (mandate,) = mandates.holders(session, people.scouts, TODAY)
        ended = mandates.end(session, mandate.id, "person:1", NOW)
        assert (ended.ended_at, ended.ended_by) == (NOW, "person:1")
        assert mandates.holders(session, people.scouts, TODAY) == []
        with pytest.raises(NotFound):
            mandates.end(session, mandate.id, "person:1", NOW)
        mandates.give(session, people.anna, people.scouts, Source.CITY_LIST, "staff:1", NOW)
        assert len(mandates.holders(session, people.scouts, TODAY)) == 1


def test_there_is_no_mandate_of_what_does_not_exist(database: Database, people: People) -> None:
    with pytest.raises(NotFound), database.write() as session:
        mandates.give(session, people.anna, 999, Source.DECLARED, "x:1", NOW)


def test_a_register_number_belongs_to_one_organisation(database: Database, people: People) -> None:
    with database.write() as session:
        with pytest.raises(NumberInUse):
            organisations.add(session, SCOUTS, Source.CITY_LIST, "staff:1", NOW)
        choir = organisations.add(session, CHOIR, Source.CITY_LIST, "staff:1", NOW)
        assert choir.id != people.scouts
        taken = OrganisationData("Koor", "culture", SCOUTS.register_number)
        with pytest.raises(NumberInUse):
            organisations.check(session, choir.id, taken, "staff:1", NOW)
        other = organisations.add(session, CHOIR, Source.CITY_LIST, "staff:1", NOW)
        assert other.id != choir.id, "without a number, two may have one name"


def test_a_kind_that_the_city_does_not_offer_is_refused(database: Database, people: People) -> None:
    with pytest.raises(NoSuchKind), database.write() as session:
        organisations.declare(session, people.bram, OrganisationData("X", "guild"), NOW)


def test_organisations_are_found_by_parts_of_name_and_number(
    database: Database, people: People
) -> None:
    with database.write() as session:
        organisations.declare(session, people.bram, CHOIR, NOW)
        for words, names in (
            ("sint", ["Scouts Sint-Jan"]),
            ("v00010", ["Scouts Sint-Jan"]),
            ("%", []),
            ("_", []),
            ("", ["Koor De Lijster", "Scouts Sint-Jan"]),
        ):
            assert [one.name for one in organisations.search(session, words)] == names
        unchecked = organisations.search(session, "", only_unchecked=True)
        assert [one.name for one in unchecked] == ["Koor De Lijster"]


CLAIMED = identities.Identity(
    "https://idp.example",
    "s-1",
    name="Anna Peeters",
    postcode="9030",
    capacities=(
        identities.ClaimedCapacity(Capacity.ASSOCIATION, "V0001001", "Scouts", "youth"),
        identities.ClaimedCapacity(Capacity.COMPANY, "0428315871", "Bakkerij Anna"),
    ),
)


def test_what_an_identity_provider_vouches_for_is_proven(
    database: Database, people: People
) -> None:
    with database.write() as session:
        identities.link(session, people.bram, CLAIMED, NOW)
        oneself, bakery, scouts = acting.capacities(session, people.bram, TODAY)
        person = session.get_one(Person, people.bram)
    assert (oneself.postcode, oneself.source) == ("9030", Source.REGISTER)
    assert (bakery.kind, bakery.source) == ("company", Source.REGISTER)
    assert scouts.organisation == people.scouts, "known by its number, it is not made again"
    assert scouts.recognised_until == date(2027, 12, 31)
    assert person.name == "Anna Peeters"
