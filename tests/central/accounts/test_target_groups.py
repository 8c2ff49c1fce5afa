"""Who belongs to which target group on the day of use, and why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from central.accounts import grouping, kinds
from central.accounts.capacities import FOREVER, ActingAs, Capacity, Source, picked, weakest
from central.accounts.grouping import LastRule, RuleData
from central.accounts.models import TargetGroupRuleRow
from central.accounts.target_groups import (
    UNGROUPED,
    Conditions,
    Fact,
    Finding,
    Missed,
    Rule,
    TargetGroup,
    explain,
    target_group,
)
from central.database import Database
from central.errors import NotFound
from tests.central.a_city import NOW

YOUTH, RECOGNISED, RESIDENTS, OTHERS = (
    TargetGroup(number, code)
    for number, code in enumerate(("youth", "recognised", "residents", "others"), 1)
)
ASSOCIATION = frozenset({Capacity.ASSOCIATION})
RULES = (
    Rule(
        YOUTH,
        Conditions(ASSOCIATION, kinds=frozenset({"youth"}), recognised=True, proven=True),
    ),
    Rule(RECOGNISED, Conditions(ASSOCIATION, recognised=True, proven=True)),
    Rule(
        RESIDENTS,
        Conditions(frozenset({Capacity.CITIZEN}), postcodes=frozenset({"9000", "9030"})),
    ),
    Rule(OTHERS),
)
DAY = date(2026, 12, 5)
SCOUTS = ActingAs(
    Capacity.ASSOCIATION,
    person=1,
    organisation=2,
    name="Scouts Sint-Jan",
    kind="youth",
    recognised_until=DAY,
    postcode="9000",
    source=Source.CITY_LIST,
)
ANNA = ActingAs(Capacity.CITIZEN, person=1, name="Anna", postcode="9000")


def group(acting: ActingAs, day: date = DAY) -> TargetGroup:
    return target_group(acting, RULES, day)


def test_the_first_rule_that_fits_decides() -> None:
    assert group(SCOUTS) == YOUTH
    assert group(replace(SCOUTS, kind="sport")) == RECOGNISED
    assert target_group(SCOUTS, (Rule(OTHERS), *RULES), DAY) == OTHERS


def test_recognition_counts_on_the_day_of_use_not_on_the_day_of_booking() -> None:
    assert group(SCOUTS, DAY) == YOUTH
    assert group(SCOUTS, DAY + timedelta(days=1)) == OTHERS
    assert group(replace(SCOUTS, recognised_until=FOREVER), date(2099, 1, 1)) == YOUTH
    assert group(replace(SCOUTS, recognised_until=None)) == OTHERS


def test_what_was_only_declared_is_worth_less_than_what_was_checked() -> None:
    assert group(replace(SCOUTS, source=Source.DECLARED)) == OTHERS
    for source in (Source.HOLDER, Source.CITY_LIST, Source.REGISTER):
        assert group(replace(SCOUTS, source=source)) == YOUTH


@pytest.mark.parametrize(
    ("postcode", "expected"),
    [("9000", RESIDENTS), ("9030", RESIDENTS), ("1000", OTHERS), ("", OTHERS)],
)
def test_residents_are_known_by_their_postcode(postcode: str, expected: TargetGroup) -> None:
    assert group(replace(ANNA, postcode=postcode)) == expected


def test_a_rule_counts_only_on_its_days_of_use() -> None:
    new = Rule(RESIDENTS, valid_from=date(2027, 1, 1), valid_until=date(2027, 12, 31))
    for day, expected in (
        (date(2026, 12, 31), OTHERS),
        (date(2027, 1, 1), RESIDENTS),
        (date(2027, 12, 31), RESIDENTS),
        (date(2028, 1, 1), OTHERS),
    ):
        assert target_group(ANNA, (new, Rule(OTHERS)), day) == expected


def test_a_rule_can_ask_that_somebody_is_not_recognised() -> None:
    rules = (Rule(OTHERS, Conditions(ASSOCIATION, recognised=False)), Rule(RECOGNISED))
    assert target_group(SCOUTS, rules, DAY) == RECOGNISED
    assert target_group(SCOUTS, rules, DAY + timedelta(days=1)) == OTHERS


def test_whom_no_rule_fits_belongs_to_no_group() -> None:
    assert target_group(ANNA, RULES[:2], DAY) == UNGROUPED
    assert explain(ANNA, (), DAY).group == UNGROUPED


def test_a_visitor_sees_what_awaits_the_kind_of_client_that_was_picked() -> None:
    assert group(picked(Capacity.ASSOCIATION, kind="youth", is_recognised=True)) == YOUTH
    assert group(picked(Capacity.ASSOCIATION, kind="youth")) == OTHERS
    assert group(picked(Capacity.CITIZEN, postcode="9000")) == RESIDENTS
    assert picked(Capacity.CITIZEN).person is None


def test_the_reasons_say_what_fitted_and_what_was_in_the_way() -> None:
    found = explain(replace(SCOUTS, kind="sport"), RULES, DAY)
    assert found.because == (
        Finding(Fact.CAPACITY, is_met=True),
        Finding(Fact.RECOGNISED, is_met=True),
        Finding(Fact.PROVEN, is_met=True),
    )
    assert found.missed == (Missed(YOUTH, (Finding(Fact.KIND, is_met=False),)),)


def test_an_ended_recognition_is_told_with_its_last_day() -> None:
    found = explain(SCOUTS, RULES, DAY + timedelta(days=1))
    assert found.missed[0].unmet == (Finding(Fact.RECOGNISED, is_met=False, ends=DAY),)
    never = explain(replace(SCOUTS, recognised_until=None), RULES, DAY)
    assert never.missed[0].unmet == (Finding(Fact.RECOGNISED, is_met=False),)


ACTING = st.builds(
    ActingAs,
    st.sampled_from(Capacity),
    kind=st.sampled_from(["", "youth", "sport"]),
    recognised_until=st.none() | st.dates(),
    postcode=st.sampled_from(["", "9000", "1000"]),
    source=st.sampled_from(Source),
)


@given(ACTING, st.dates())
def test_the_explanation_always_names_the_same_group_as_the_answer(
    acting: ActingAs, day: date
) -> None:
    found = explain(acting, RULES, day)
    assert found.group == target_group(acting, RULES, day)
    assert all(one.is_met for one in found.because)
    assert all(one.unmet and not any(f.is_met for f in one.unmet) for one in found.missed)


def test_the_weakest_source_is_what_counts() -> None:
    assert weakest(Source.REGISTER, Source.HOLDER) is Source.HOLDER
    assert weakest(Source.CITY_LIST, Source.DECLARED) is Source.DECLARED
    assert [one for one in Source if not one.is_proof] == [Source.DECLARED]


def test_a_new_city_begins_with_rules_in_which_everybody_has_a_group(database: Database) -> None:
    with database.read() as session:
        rules = grouping.rules(session)
        codes = [one.code for one in grouping.groups(session)]
    assert codes == ["city", "youth", "recognised", "associations", "citizens", "others"]
    assert target_group(SCOUTS, rules, DAY).code == "youth"
    assert target_group(replace(SCOUTS, source=Source.DECLARED), rules, DAY).code == "associations"
    assert target_group(ANNA, rules, DAY).code == "citizens"
    assert target_group(ActingAs(Capacity.COMPANY), rules, DAY).code == "others"
    assert all({"nl", "fr", "en", "de"} <= set(one.group.names) for one in rules)


def test_rules_are_stored_read_and_dropped(database: Database) -> None:
    conditions = Conditions(
        ASSOCIATION, frozenset({"sport"}), frozenset({"9000"}), recognised=False, proven=True
    )
    with database.write() as session:
        made = kinds.add_group(session, {"nl": "Sportclubs & co"}, "staff:1", NOW)
        assert made.code == "sportclubs-co"
        data = RuleData(made.id, conditions, 1, date(2027, 1, 1), None)
        number = grouping.put_rule(session, data).id
    with database.write() as session:
        (first, *_) = grouping.rules(session)
        assert first == Rule(made, conditions, date(2027, 1, 1))
        changed = RuleData(made.id, Conditions(), 1)
        grouping.put_rule(session, changed, number)
        assert grouping.rules(session)[0] == Rule(made)
        moved = RuleData(made.id, Conditions(), 3)
        grouping.put_rule(session, moved, number)
        assert [one.group.code for one in grouping.rules(session)][:4] == [
            "city",
            "sportclubs-co",
            "youth",
            "recognised",
        ]
        grouping.drop_rule(session, number)
        assert made not in [one.group for one in grouping.rules(session)]


def test_the_last_rule_that_asks_nothing_stays(database: Database) -> None:
    with database.write() as session:
        last = session.scalars(select(TargetGroupRuleRow)).all()[-1]
        with pytest.raises(LastRule):
            grouping.drop_rule(session, last.id)
        with pytest.raises(NotFound):
            grouping.drop_rule(session, 999)
        with pytest.raises(NotFound):
            grouping.put_rule(session, RuleData(999, Conditions(), 1))


def test_conditions_are_kept_as_what_they_ask_and_nothing_else() -> None:
    assert grouping.stored(Conditions()) == {"proven": False}
    assert grouping.stored(Conditions(ASSOCIATION, recognised=False)) == {
        "capacities": ["association"],
        "recognised": False,
        "proven": False,
    }
