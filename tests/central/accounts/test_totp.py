"""Codes of an authenticator app, against the vectors of RFC 4226 and RFC 6238."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.accounts import totp

SECRET = b"12345678901234567890"  # of both RFCs
HOTP = ("755224", "287082", "359152", "969429", "338314",
        "254676", "287922", "162583", "399871", "520489")  # fmt: skip
TOTP = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(("counter", "code"), list(enumerate(HOTP)))
def test_the_codes_of_rfc_4226(counter: int, code: str) -> None:
    assert totp.code_at(SECRET, counter) == code


@pytest.mark.parametrize(("seconds", "code"), list(TOTP.items()))
def test_the_codes_of_rfc_6238(seconds: int, code: str) -> None:
    step = totp.step_of(datetime.fromtimestamp(seconds, UTC))
    assert totp.code_at(SECRET, step, digits=8) == code


def test_a_phone_may_be_half_a_minute_wrong_and_no_more() -> None:
    step = totp.step_of(NOW)
    for drift, found in ((-2, None), (-1, step - 1), (0, step), (1, step + 1), (2, None)):
        typed = totp.code_at(SECRET, step + drift)
        assert totp.matching_step(SECRET, typed, NOW) == found, drift


def test_spaces_do_not_matter() -> None:
    code = totp.code_at(SECRET, totp.step_of(NOW))
    assert totp.matching_step(SECRET, f" {code[:3]} {code[3:]} ", NOW) == totp.step_of(NOW)


@given(st.text())
def test_anything_else_is_no_code(text: str) -> None:
    step = totp.step_of(NOW)
    codes = {totp.code_at(SECRET, step + drift) for drift in (-1, 0, 1)}
    found = totp.matching_step(SECRET, text, NOW)
    assert (found is not None) == ("".join(text.split()) in codes)


def test_digits_of_other_scripts_are_no_digits() -> None:
    code = totp.code_at(SECRET, totp.step_of(NOW))
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert totp.matching_step(SECRET, arabic, NOW) is None


def test_the_address_for_the_app_names_city_account_and_secret() -> None:
    address = urlsplit(totp.address(SECRET, "mia@stad.be", "Stad Gent & co"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/Stad Gent & co:mia@stad.be"
    asked = parse_qs(address.query)
    assert asked == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["Stad Gent & co"]}


def test_the_secret_is_shown_in_groups_that_can_be_typed() -> None:
    assert totp.spoken(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    assert timedelta(seconds=totp.STEP) == timedelta(seconds=30)
