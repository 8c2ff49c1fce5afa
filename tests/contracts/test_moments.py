"""Time on the wire: whole minutes since 2025."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.bodies import U24
from contracts.moments import EPOCH, minute_of, moment_of


@given(st.integers(-U24, 2 * U24))
def test_a_minute_lasts_from_its_moment_to_the_next(minute: int) -> None:
    moment = moment_of(minute)
    assert minute_of(moment) == minute
    assert minute_of(moment + timedelta(seconds=59, microseconds=999_999)) == minute
    assert minute_of(moment - timedelta(microseconds=1)) == minute - 1


def test_minutes_count_from_2025_in_utc() -> None:
    assert minute_of(EPOCH) == 0
    assert minute_of(datetime(2025, 1, 1, 2, tzinfo=timezone(timedelta(hours=1)))) == 60


def test_three_bytes_last_until_2056() -> None:
    assert moment_of(U24) == datetime(2056, 11, 24, 20, 15, tzinfo=UTC)


def test_a_naive_time_is_not_taken() -> None:
    with pytest.raises(TypeError):
        minute_of(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
