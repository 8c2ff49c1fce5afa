from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.accounts.people import Renter
from central.booking.times import Period
from central.web.forms import (
    BookForm,
    DetailsForm,
    RenterForm,
    read_day,
    read_details,
    read_number,
    read_renter,
    read_time,
    read_use,
)


@pytest.mark.parametrize(
    "text", ["2026-12-05", "5-12-2026", "05/12/2026", "5.12.2026", " 5-12-2026 "]
)
def test_days_as_people_type_them(text: str) -> None:
    assert read_day(text) == date(2026, 12, 5)


@pytest.mark.parametrize("text", ["", "morgen", "31-2-2026", "2026-13-01", "5-12-26"])
def test_no_day(text: str) -> None:
    assert read_day(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:00", time(14)),
        ("14.30", time(14, 30)),
        ("14u", time(14)),
        ("14u30", time(14, 30)),
        ("14 uur", time(14)),
        ("9", time(9)),
        ("0:05", time(0, 5)),
    ],
)
def test_times_as_people_type_them(text: str, expected: time) -> None:
    assert read_time(text) == expected


@pytest.mark.parametrize("text", ["", "24:00", "14:60", "middag", "1:2:3", "-1"])
def test_no_time(text: str) -> None:
    assert read_time(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("40", 40),
        (" 7 ", 7),
        ("0", None),
        ("-1", None),
        ("1e3", None),
        ("٣", None),
        ("9999999", None),
    ],
)
def test_numbers(text: str, expected: int | None) -> None:
    assert read_number(text) == expected


_TEXT = st.text(max_size=40)


@given(st.builds(BookForm, **dict.fromkeys(BookForm.model_fields, _TEXT)))
def test_whatever_is_typed_as_a_time_there_is_an_answer(form: BookForm) -> None:
    read = read_use(form, ZoneInfo("Europe/Brussels"))
    assert isinstance(read, Period) or {one.field for one in read} <= {"day", "start", "end"}


@given(
    st.builds(
        DetailsForm,
        attendees=_TEXT,
        purpose=st.text(max_size=250),
        extra=st.just(["chair"]),
        count=st.lists(_TEXT, max_size=2),
    ),
    st.builds(RenterForm, name=_TEXT, email=_TEXT),
)
def test_whatever_is_typed_elsewhere_there_is_an_answer(
    details: DetailsForm, renter: RenterForm
) -> None:
    read = read_details(details)
    assert isinstance(read, tuple) or {one.field for one in read} <= {
        "attendees", "purpose", "extra-chair",
    }  # fmt: skip
    named = read_renter(renter, "nl")
    assert isinstance(named, Renter) or {one.field for one in named} <= {"name", "email"}
