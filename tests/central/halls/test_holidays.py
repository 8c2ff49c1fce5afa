from datetime import date

import pytest

from central.halls.access_type import AccessType, access_on
from central.halls.facts import LANGUAGES, UnknownFact, check, features, kinds
from central.halls.holidays import Holiday, easter, holiday, holidays


@pytest.mark.parametrize(
    "sunday",
    ["1818-03-22", "1943-04-25", "2000-04-23", "2008-03-23", "2024-03-31", "2025-04-20",
     "2026-04-05", "2027-03-28", "2038-04-25", "2285-03-22"],
)  # fmt: skip
def test_easter_falls_where_the_almanac_has_it(sunday: str) -> None:
    day = date.fromisoformat(sunday)
    assert easter(day.year) == day


def test_a_year_has_its_ten_holidays() -> None:
    assert {day.isoformat(): name for day, name in holidays(2026).items()} == {
        "2026-01-01": Holiday.NEW_YEAR,
        "2026-04-06": Holiday.EASTER_MONDAY,
        "2026-05-01": Holiday.LABOUR_DAY,
        "2026-05-14": Holiday.ASCENSION,
        "2026-05-25": Holiday.WHIT_MONDAY,
        "2026-07-21": Holiday.NATIONAL_DAY,
        "2026-08-15": Holiday.ASSUMPTION,
        "2026-11-01": Holiday.ALL_SAINTS,
        "2026-11-11": Holiday.ARMISTICE,
        "2026-12-25": Holiday.CHRISTMAS,
    }


def test_two_holidays_on_one_day_are_one() -> None:
    assert holiday(date(2008, 5, 1)) is Holiday.LABOUR_DAY
    assert len(holidays(2008)) == 9
    assert holiday(date(2026, 12, 26)) is None


def test_the_newest_way_in_counts_from_its_first_day() -> None:
    since = {date(2026, 1, 1): AccessType.KEY_PICKUP, date(2026, 12, 5): AccessType.DOOR_UNIT}
    assert access_on(date(2025, 12, 31), since) is AccessType.DOOR_UNIT
    assert access_on(date(2026, 12, 4), since) is AccessType.KEY_PICKUP
    assert access_on(date(2026, 12, 5), since) is AccessType.DOOR_UNIT


def test_every_fact_has_words_in_every_language_and_one_code() -> None:
    for one in (*kinds().values(), *features().values()):
        assert one.oslo
        assert [language for language in LANGUAGES if not one.said(language).strip()] == []
    assert not set(kinds()) & set(features())
    assert kinds()["meeting"].said("xx") == "Vergaderzaal"


def test_what_is_on_no_list_is_refused_beside_its_field() -> None:
    check("meeting", ["kitchen", "wheelchair"])
    with pytest.raises(UnknownFact) as kind:
        check("kitchen", [])
    with pytest.raises(UnknownFact) as feature:
        check("meeting", ["kitchen", "jacuzzi"])
    assert (kind.value.field, feature.value.field) == ("kind", "features")
    assert "jacuzzi" in str(feature.value)
