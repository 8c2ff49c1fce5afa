from datetime import timedelta

import pytest

from central.credentials.validity import bits_of, language_of, of_renter
from contracts.credential import Kind, Language, decode, encode
from contracts.moments import minute_of
from contracts.windows import Window
from tests.simulators.city import BRUSSELS_WINTER, NOW

SECOND = timedelta(seconds=1)


def test_a_renter_may_enter_the_areas_on_his_way_while_his_pass_opens() -> None:
    allowed = of_renter(NOW, NOW + timedelta(hours=2), 3, [0, 4], "fr", accessible=True)
    claims = allowed.claims(1, b"12345678", 77, 2)
    assert decode(encode(claims)) == claims
    assert (claims.kind, claims.areas, claims.language) == (Kind.RENTER, 0b10001, Language.FR)
    assert (claims.accessible, claims.may_hold_open, claims.issue) == (True, False, 2)
    start = minute_of(NOW)
    assert allowed.windows(BRUSSELS_WINTER.table()) == (Window(start, start + 120),)


@pytest.mark.parametrize("seconds", [1, 30, 59])
def test_a_pass_of_broken_minutes_stays_inside_its_occupancy(seconds: int) -> None:
    off = seconds * SECOND
    allowed = of_renter(NOW + off, NOW + timedelta(hours=2) + off, 3, [0], "nl", accessible=False)
    assert allowed.valid_from == minute_of(NOW) + 1
    assert allowed.valid_from + allowed.duration == minute_of(NOW) + 120


@pytest.mark.parametrize(
    ("letters", "language"), [("nl", Language.NL), ("de", Language.DE), ("tr", Language.SITE)]
)
def test_a_language_that_doors_do_not_speak_is_the_sites(letters: str, language: Language) -> None:
    assert language_of(letters) is language


def test_bits_of_a_mask() -> None:
    assert bits_of(0b10001) == {0, 4}
    assert bits_of(1 << 31) == {31}
