"""What somebody needs to pay by transfer: the account, the words, and a code for the bank's app."""

from dataclasses import dataclass
from decimal import Decimal

import segno
from segno import helpers

from central.payments.models import Payment
from central.payments.numbers import grouped_iban, written
from central.settings import Settings

_LONGEST_NAME = 70  # characters, EPC069-12


@dataclass(frozen=True, slots=True)
class Account:
    """Where transfers go."""

    name: str
    iban: str

    @property
    def grouped(self) -> str:
        """The number as people read it."""
        return grouped_iban(self.iban)


def account_of(settings: Settings) -> Account | None:
    """Return where transfers go; None: this city takes none."""
    if not settings.account:
        return None
    return Account((settings.account_name or settings.city)[:_LONGEST_NAME], settings.account)


def epc_code(account: Account, one: Payment) -> segno.QRCode:
    """Return the code that a bank's app reads into a transfer (EPC069-12, version 2).

    The structured communication is Belgian, and no creditor reference of ISO 11649: it goes into the
    unstructured field, as Belgian banks want it.
    """
    return helpers.make_epc_qr(
        name=account.name,
        iban=account.iban,
        amount=Decimal(asked_still(one)) / 100,
        text=written(one.communication or ""),
    )


def asked_still(one: Payment) -> int:
    """Return what has still to be transferred, in cents."""
    return max(1, one.cents - one.received_cents)
