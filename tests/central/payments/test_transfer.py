"""Structured communications, account numbers, and the code for a bank's app."""

import io
from datetime import timedelta

import cv2
import numpy as np
import pytest
import zxingcpp

from central.payments.models import TRANSFER, Payment
from central.payments.numbers import (
    communication_of,
    grouped_iban,
    new_communication,
    plain_iban,
    read_communication,
    written,
)
from central.payments.payment import State
from central.payments.transfer import Account, account_of, epc_code
from central.settings import SPECIMEN_IBAN, Settings, SettingsError, is_iban, load
from central.web.payments_desk import read_cents
from tests.central.a_city import NOW

ACCOUNT = Account("Stad Gént", SPECIMEN_IBAN)


# 090933755493 is the example of the Belgian banks' own description; 97 stands where nothing is left.
@pytest.mark.parametrize(
    ("number", "digits"), [(909337554, "090933755493"), (97, "000000009797"), (1, "000000000101")]
)
def test_a_structured_communication_ends_with_the_remainder_by_97(number: int, digits: str) -> None:
    assert communication_of(number) == digits
    assert read_communication(written(digits)) == digits


def test_it_is_written_and_read_as_people_do() -> None:
    assert written("090933755493") == "+++090/9337/55493+++"
    for typed in ("+++090/9337/55493+++", "***090/9337/55493***", " 0909 3375 5493 "):
        assert read_communication(typed) == "090933755493"


@pytest.mark.parametrize("at", range(12))
def test_no_wrong_digit_goes_unnoticed(at: int) -> None:
    right = "090933755493"
    wrong = [right[:at] + one + right[at + 1 :] for one in "0123456789" if one != right[at]]
    assert [one for one in wrong if read_communication(one) is not None] == []


@pytest.mark.parametrize("typed", ["", "12", "0909337554931", "٠٩٠٩٣٣٧٥٥٤٩٣", "+++/+++", "x" * 999])
def test_what_is_none_is_none(typed: str) -> None:
    assert read_communication(typed) is None


def test_new_ones_are_right_and_differ() -> None:
    some = {new_communication() for _ in range(200)}
    assert len(some) == 200
    assert all(read_communication(one) == one for one in some)


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("BE71 0961 2345 6769", True),
        ("be71096123456769", True),
        ("NL91ABNA0417164300", True),
        ("BE71 0961 2345 6768", False),
        ("BE", False),
        ("", False),
        ("71BE096123456769", False),
    ],
)
def test_an_account_number_is_checked(typed: str, fits: object) -> None:
    assert is_iban(plain_iban(typed)) == fits


def test_settings_refuse_a_wrong_account_and_the_demo_has_a_specimen() -> None:
    with pytest.raises(SettingsError, match="HALLPASS_IBAN"):
        load(demo=True, iban="BE71 0961 2345 6768")
    assert account_of(Settings(demo=True)) == Account("Hallpass", SPECIMEN_IBAN)
    real = Settings(secret="x" * 32, account_name="Stad")
    assert account_of(real) is None
    assert grouped_iban(SPECIMEN_IBAN) == "BE71 0961 2345 6769"


@pytest.mark.parametrize(("received", "amount"), [(0, "EUR127.5"), (2750, "EUR100")])
def test_a_bank_s_app_reads_the_transfer_from_the_code(received: int, amount: str) -> None:
    one = Payment(
        way=TRANSFER,
        state=State.OPEN,
        cents=12750,
        received_cents=received,
        communication="090933755493",
        expires_at=NOW + timedelta(days=5),
    )
    out = io.BytesIO()
    epc_code(ACCOUNT, one).save(out, kind="png", scale=6, border=4)
    picture = cv2.imdecode(np.frombuffer(out.getvalue(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    (found,) = zxingcpp.read_barcodes(picture)
    service, version, _, kind, bic, name, iban, euro, *rest = found.text.split("\n")
    assert (service, version, kind, bic) == ("BCD", "002", "SCT", "")
    assert (name, iban, euro) == ("Stad Gént", SPECIMEN_IBAN, amount)
    assert "+++090/9337/55493+++" in rest


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("51", 5100),
        ("51,00", 5100),
        ("51.5", 5150),
        ("€ 1.234,50", 123450),
        ("1 234,5", 123450),
        ("1.234", 123400),
        ("0", None),
        ("0,00", None),
        ("-5", None),
        ("5,001", None),
        ("1e3", None),
        ("\u0665", None),
        ("", None),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, cents: int | None) -> None:
    assert read_cents(text) == cents
