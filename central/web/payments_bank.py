"""The demo's bank: what payer and bank do, on one page. `create_app` includes it in the demo alone."""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, cast

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from central.accounts.principals import Public
from central.booking import paying
from central.booking.reservation import NotPossible
from central.booking.rows import HoldRanOut
from central.database import Database
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import NotFound
from central.payments import ledger
from central.payments.cashier import Cashier
from central.payments.dependencies import TheCashier
from central.payments.provider import Standing
from central.payments.simulated_bank import NAME, Account, SimulatedBank
from central.web.pages import ThePages

router = APIRouter(prefix="/demo/bank", include_in_schema=False)
_DEMO = Public("the demo's bank replaces a real one; no real city has this route")


class Act(StrEnum):
    """What somebody can play."""

    APPROVE = "approve"
    REFUSE = "refuse"
    ABANDON = "abandon"
    LATE = "late"
    """The time for paying ends, and then it is paid."""
    TWICE = "twice"
    """The bank tells it three times."""
    OUT_OF_ORDER = "out_of_order"
    """The bank tells that it is paid, and then that it waits."""
    SILENT = "silent"
    """It is paid, and the bank tells nothing."""
    LESS = "less"
    """Less is paid than was asked."""


_STANDING = {Act.REFUSE: Standing.REFUSED, Act.ABANDON: Standing.ABANDONED}


@router.get("/{reference}", dependencies=[_DEMO])
def show(
    request: Request,
    reference: str,
    pages: ThePages,
    settings: TheSettings,
    cashier: TheCashier,
) -> Response:
    """Show what is asked, and everything that can happen."""
    account = bank_of(cashier, settings).account(reference)
    return pages.show(request, "payment_bank.html", account=account, acts=list(Act))


@router.post("/{reference}", dependencies=[_DEMO])
def play(
    reference: str,
    database: TheDatabase,
    settings: TheSettings,
    cashier: TheCashier,
    now: Now,
    act: Annotated[Act, Form()],
) -> Response:
    """Let something happen, tell central, and send the payer back."""
    bank = bank_of(cashier, settings)
    asked = bank.account(reference)
    if act is Act.LATE:
        _let_time_run_out(database, reference, now)
    cents = max(1, asked.cents // 2) if act is Act.LESS else None
    account = bank.decide(reference, _STANDING.get(act, Standing.PAID), cents)
    for standing in _tells(act, account):
        callback = bank.callback(reference, standing, now)
        cashier.told(bank.name, callback.headers, callback.body)
    # Whoever opened the demo by another name of this machine stays there.
    back = account.return_url.removeprefix(settings.base_url)
    return RedirectResponse(back, HTTPStatus.SEE_OTHER)


def bank_of(cashier: Cashier, settings: TheSettings) -> SimulatedBank:
    """Return the demo's bank.

    Raises:
        NotFound: somebody included this router where it does not belong.

    """
    if not settings.demo:
        raise NotFound
    return cast("SimulatedBank", cashier.provider(NAME))


def _tells(act: Act, account: Account) -> list[Standing]:
    if act is Act.SILENT:
        return []
    if act is Act.TWICE:
        return [account.standing] * 3
    if act is Act.OUT_OF_ORDER:
        return [account.standing, Standing.PENDING]
    return [account.standing]


def _let_time_run_out(database: Database, reference: str, now: Now) -> None:
    with database.write() as session:
        one = ledger.payment_of(session, reference)
        try:
            paying.expire_unpaid(session, one.order_id, now)
        except (HoldRanOut, NotPossible):
            return  # it did already, or nothing waits
