"""What a provider of online payments must do; the simulated bank does it for the demo.

A provider is never believed for what it tells by callback: a callback only says which payment to look
at, and the provider is asked how that one stands. So one that is told twice, late or in another order
changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Protocol

from central.errors import CentralError


class Standing(StrEnum):
    """How a payment stands at a provider."""

    PENDING = "pending"
    PAID = "paid"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Charge:
    """What somebody is asked to pay."""

    reference: str
    """Ours; asked again with the same, the provider knows it already."""
    cents: int
    says: str
    """What the payer reads at the bank."""
    return_url: str
    callback_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Started:
    """A charge that the provider accepted."""

    provider_reference: str
    checkout_url: str


@dataclass(frozen=True, slots=True)
class Report:
    """How a payment stands, as the provider says when it is asked."""

    standing: Standing
    cents: int = 0
    """What was paid."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a callback is about, its signature checked."""

    reference: str
    """Ours."""


class GivenBack(StrEnum):
    """How a refund stands at a provider."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


class PaymentProvider(Protocol):
    """Lets somebody pay online. No method is called inside a transaction."""

    @property
    def name(self) -> str:
        """What it is called in rows, addresses and texts; never changes."""

    def start(self, charge: Charge) -> Started:
        """Let somebody pay; asked again with the same reference, it is the same charge.

        Raises:
            ProviderUnreachable: not now.

        """

    def read(self, reference: str) -> Report:
        """Return how one of our payments stands.

        Raises:
            ProviderUnreachable: not now.

        """

    def told(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told:
        """Return what a callback is about.

        Raises:
            CallbackRefused: it is not from the provider, damaged, or old.

        """

    def give_back(self, reference: str, cents: int, key: str) -> GivenBack:
        """Give money of a payment back; asked again with the same key, it is given back once.

        Raises:
            ProviderUnreachable: not now.

        """


class ProviderUnreachable(CentralError):
    """The provider gives no usable answer now."""

    status = HTTPStatus.BAD_GATEWAY
    code = "provider_unreachable"
    sentence = "Paying online does not work at the moment. Try again, or pay in another way."


class CallbackRefused(CentralError):
    """What claims to come from a provider does not, or is damaged or old."""

    status = HTTPStatus.FORBIDDEN
    code = "callback_refused"
    sentence = "This callback is not signed by the provider, or is too old."
