"""Pages to pay an order: choose a way, come back from the bank, see how to transfer; callbacks."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from central.accounts.principals import OrderHolder, Public
from central.accounts.visitors import visitor_of
from central.booking import queries
from central.booking.models import Order
from central.booking.times import to_wall
from central.database import Database
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import NotFound
from central.payments import ledger, starting
from central.payments.cashier import Cashier, Where
from central.payments.dependencies import TheCashier
from central.payments.models import TRANSFER, Payment
from central.payments.payment import SETTLED, WAITING, State
from central.payments.provider import ProviderUnreachable
from central.payments.starting import NoSuchWay
from central.payments.transfer import account_of, asked_still, epc_code
from central.settings import Settings
from central.web import payment_mails
from central.web.language import language_of
from central.web.pages import Pages, ThePages
from central.web.qr import svg_of
from central.web.typed import zone_of

router = APIRouter(include_in_schema=False)
_RENTER = "renter"


@dataclass(frozen=True, slots=True)
class Payer:
    """Who holds the link of an order, and what a page about its money needs."""

    request: Request
    link: str
    reference: str
    """Of the order."""
    pages: Pages
    database: Database
    settings: Settings
    cashier: Cashier
    now: datetime

    @property
    def actor(self) -> str:
        """Who does it: both names when staff helps a caller."""
        visitor = visitor_of(self.request, self.database, self.now)
        return visitor.actor if visitor else _RENTER


def paying(
    request: Request,
    link: str,
    holder: OrderHolder,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    cashier: TheCashier,
    now: Now,
) -> Payer:
    """Return who holds the link."""
    return Payer(request, link, holder.subject, pages, database, settings, cashier, now)


ThePayer = Annotated[Payer, Depends(paying)]


@router.get("/orders/{link}/pay")
def ask(payer: ThePayer) -> Response:
    """Show what an order asks, and in which ways it can be paid."""
    return _choice(payer)


@router.post("/orders/{link}/pay")
def begin(payer: ThePayer, way: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Pay in the way that was chosen."""
    if way not in ways_of(payer.settings, payer.cashier):
        raise NoSuchWay
    with payer.database.write() as session:
        order = queries.order_of(session, payer.reference)
        one = starting.begin(session, order.id, way, payer.now, payer.actor)
        if way == TRANSFER:
            payment_mails.tell_how_to_transfer(
                session, payer.pages, payer.settings, order, one, payer.link, payer.now
            )
    page = f"/orders/{payer.link}/payments/{one.reference}"
    return _to(page) if way == TRANSFER else _to_provider(payer, one, page)


def _to_provider(payer: Payer, one: Payment, page: str) -> Response:
    words, own = language_of(payer.request), payer.settings.base_url
    says = words("payment.at_bank", city=payer.settings.city, reference=payer.reference)
    try:
        one = payer.cashier.start(one.id, Where(f"{own}{page}", says))
    except ProviderUnreachable as error:
        return _choice(payer, {"way": words(f"error.{error.code}")})
    # A form may lead to our own pages only (CSP): to another site leads a link on the next page.
    is_own = one.checkout_url.startswith(f"{own}/")
    return _to(one.checkout_url.removeprefix(own) if is_own else page)


@router.get("/orders/{link}/payments/{reference}")
def show(payer: ThePayer, reference: str) -> Response:
    """Show how a payment stands; here the payer comes back, so the bank is asked first."""
    with payer.database.read() as session:
        order = queries.order_of(session, payer.reference)
        one = _own(session, order, reference)
    with suppress(ProviderUnreachable):  # the page says what we know; it is asked again soon
        one = payer.cashier.look(one.id)
    with payer.database.read() as session:
        is_due = starting.due(session, order.id, payer.now) is not None
    account = account_of(payer.settings) if one.way == TRANSFER else None
    is_asked = account is not None and one.state in {*WAITING, State.PARTLY}
    return payer.pages.show(
        payer.request,
        "payment_one.html",
        link=payer.link,
        order=order,
        one=one,
        account=account,
        communication=payment_mails.words_of(one),
        still=asked_still(one),
        picture=svg_of(epc_code(account, one)) if account and is_asked else None,
        until=to_wall(one.expires_at, zone_of(payer.settings)),
        may_leave=bool(one.checkout_url) and one.state is State.OPEN,
        may_choose=is_due and one.state not in {*SETTLED, State.PARTLY},
    )


@router.post(
    "/payments/callbacks/{provider}",
    dependencies=[Public("payment providers tell that something changed; they sign it")],
)
async def told(provider: str, request: Request, cashier: TheCashier) -> Response:
    """Take a callback of a provider: whatever it says, the provider is asked how the payment stands."""
    body = await request.body()
    await run_in_threadpool(cashier.told, provider, dict(request.headers), body)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def ways_of(settings: Settings, cashier: Cashier) -> list[str]:
    """Return the ways of paying that this city has."""
    return [*cashier.names, *([TRANSFER] if account_of(settings) else [])]


def _choice(payer: Payer, problems: dict[str, str] | None = None) -> Response:
    with payer.database.read() as session:
        order = queries.order_of(session, payer.reference)
        asked = starting.due(session, order.id, payer.now)
        running = ledger.payments_of(session, order.id)
    if asked is None:
        return _to(f"/orders/{payer.link}")
    left = asked.until and asked.until - payer.now
    return payer.pages.show(
        payer.request,
        "payment_pay.html",
        HTTPStatus.BAD_GATEWAY if problems else HTTPStatus.OK,
        link=payer.link,
        reference=order.reference,
        asked=asked,
        until=asked.until and to_wall(asked.until, zone_of(payer.settings)),
        minutes=left and max(1, int(left.total_seconds() // 60)),
        seconds=left and int(left.total_seconds()),
        ways=ways_of(payer.settings, payer.cashier),
        transfer=TRANSFER,
        allows_transfer=asked.allows_transfer(payer.now),
        running=[
            one
            for one in running
            if one.way == TRANSFER and one.state in {State.OPEN, State.PARTLY}
        ],
        problems=problems or {},
    )


def _own(session: Session, order: Order, reference: str) -> Payment:
    one = ledger.payment_of(session, reference)
    if one.order_id != order.id:
        raise NotFound("payment")
    return one


def _to(where: str) -> Response:
    return RedirectResponse(where, HTTPStatus.SEE_OTHER)
