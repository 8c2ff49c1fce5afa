"""Pages for staff about money: what is waited for, what arrived, what goes back, deposits."""

import re
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts.principals import Desk, HallManager
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember
from central.booking import paying, queries
from central.booking.models import Order
from central.database import Database
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import CentralError, NotFound
from central.halls.scope import check_halls
from central.payments import deposits, desk, ledger, refunding, starting
from central.payments.desk import Booking
from central.payments.models import TRANSFER, Payment, Via
from central.payments.numbers import plain_iban
from central.payments.payment import State
from central.settings import Settings, is_iban
from central.web import payment_mails
from central.web.language import Words, language_of
from central.web.pages import Pages, ThePages
from central.web.typed import Problems, beside, zone_of

router = APIRouter(prefix="/desk/payments", include_in_schema=False)
_DESK = (Role.HALL_MANAGER, Role.CONTACT_CENTRE)
_MONEY = re.compile(r"([0-9]{1,3}(?:[. ][0-9]{3}){1,2}|[0-9]{1,7})(?:[.,]([0-9]{1,2}))?")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Around:
    """What every page here needs, beside who asks."""

    request: Request
    pages: Pages
    database: Database
    settings: Settings
    now: datetime

    @property
    def words(self) -> Words:
        """The words of whoever asks."""
        return language_of(self.request)


def provided_around(
    request: Request, pages: ThePages, database: TheDatabase, settings: TheSettings, now: Now
) -> Around:
    """Return it."""
    return Around(request, pages, database, settings, now)


TheAround = Annotated[Around, Depends(provided_around)]


class MoneyForm(BaseModel):
    """Money that arrived, or a decision about it, as typed."""

    cents: str = ""
    via: str = "transfer"
    iban: str = ""
    seen: str = ""
    reason: str = ""
    deposit: str = ""


@router.get("")
def show_all(staff: Desk, around: TheAround, q: str = "") -> Response:
    """List what is waited for, what goes back, deposits to decide about; or what is sought."""
    scope = staff.scope(*_DESK)
    with around.database.read() as session:
        return around.pages.show(
            around.request,
            "payment_desk.html",
            staff=staff,
            q=q,
            found=desk.found(session, scope, q[:200]),
            orders=desk.unpaid_orders(session, scope, q[:200]),
            waiting=[] if q else desk.waiting(session, scope),
            owed=[] if q else desk.owed(session, scope),
            deposits=[] if q else desk.deposits_to_decide(session, scope, around.now),
            zone=zone_of(around.settings),
            written=payment_mails.words_of,
        )


@router.get("/{reference}")
def show_one(reference: str, staff: Desk, around: TheAround) -> Response:
    """Show a payment with all that happened, and what can be done."""
    return _page(around, staff, reference)


@router.post("/orders/{reference}")
def open_at_desk(reference: str, staff: Desk, around: TheAround) -> Response:
    """Take money at the desk for an order that waits for it."""
    with around.database.write() as session:
        order = queries.order_of(session, reference)
        _check(session, staff, order, *_DESK)
        one = starting.begin(session, order.id, TRANSFER, around.now, staff.actor, at_desk=True)
    return _to(one.reference)


@router.post("/{reference}/receive")
def receive(
    reference: str, staff: Desk, around: TheAround, form: Annotated[MoneyForm, Form()]
) -> Response:
    """Book money that arrived."""
    cents, iban = read_cents(form.cents), plain_iban(form.iban)
    problems: Problems = {}
    if cents is None:
        problems["cents"] = around.words("problem.cents")
    if iban and not is_iban(iban):
        problems["iban"] = around.words("problem.iban")
    if problems or cents is None:
        return _page(around, staff, reference, form, problems)
    seen = int(form.seen) if form.seen.isascii() and form.seen.isdigit() else -1
    via = Via.DESK if form.via == Via.DESK else Via.TRANSFER
    try:
        with around.database.write() as session:
            one = _reached(session, staff, reference, *_DESK)
            booking = Booking(cents, via, iban, seen)
            desk.receive(session, one.id, booking, staff.actor, around.now)
    except desk.ChangedMeanwhile as error:
        return _page(around, staff, reference, form, beside(around.words, error, "cents"))
    return _to(reference)


@router.post("/{reference}/accept-short")
def accept_short(
    reference: str, staff: HallManager, around: TheAround, form: Annotated[MoneyForm, Form()]
) -> Response:
    """Let what arrived be enough, and say why."""
    if problems := _without_reason(around, form):
        return _page(around, staff, reference, form, problems)
    with around.database.write() as session:
        one = _reached(session, staff, reference, Role.HALL_MANAGER)
        desk.accept_short(session, one.id, form.reason.strip(), staff.actor, around.now)
    return _to(reference)


@router.post("/{reference}/confirm-unpaid")
def confirm_unpaid(
    reference: str, staff: HallManager, around: TheAround, form: Annotated[MoneyForm, Form()]
) -> Response:
    """Make certain what is not paid yet: somebody with a name decides so, and says why."""
    if problems := _without_reason(around, form):
        return _page(around, staff, reference, form, problems)
    with around.database.write() as session:
        one = _reached(session, staff, reference, Role.HALL_MANAGER)
        ids = [share.reservation_id for share in ledger.shares_of(session, one.id)]
        reason = form.reason.strip()
        paying.confirm_paid(session, one.order_id, around.now, staff.actor, reason, only=ids)
    return _to(reference)


@router.post("/refunds/{reference}/paid-back")
def paid_back(reference: str, staff: Desk, around: TheAround) -> Response:
    """Write down that a refund was transferred."""
    with around.database.write() as session:
        refund = refunding.refund_of(session, reference)
        one = session.get_one(Payment, refund.payment_id)
        _reached(session, staff, one.reference, *_DESK)
        refunding.paid_back(session, reference, staff.actor, around.now)
    return _to(one.reference)


@router.post("/{reference}/deposits/{deposit_id}/return")
def return_deposit(
    reference: str, deposit_id: int, staff: HallManager, around: TheAround
) -> Response:
    """Give a deposit back whole."""
    with around.database.write() as session:
        _deposit_reached(session, staff, reference, deposit_id)
        deposits.give_back(session, deposit_id, staff.actor, around.now)
    return _to(reference)


@router.post("/{reference}/deposits/{deposit_id}/retain")
def retain_deposit(
    reference: str,
    deposit_id: int,
    staff: HallManager,
    around: TheAround,
    form: Annotated[MoneyForm, Form()],
) -> Response:
    """Keep a part of a deposit, and say why."""
    cents = read_cents(form.cents)
    problems = _without_reason(around, form)
    if cents is None:
        problems = {"cents": around.words("problem.cents"), **problems}
    form.deposit = str(deposit_id)
    if problems or cents is None:
        return _page(around, staff, reference, form, _named(problems, form))
    try:
        with around.database.write() as session:
            _deposit_reached(session, staff, reference, deposit_id)
            reason = form.reason.strip()
            deposits.retain(session, deposit_id, cents, reason, staff.actor, around.now)
    except CentralError as error:
        if error.field is None:
            raise
        problems = _named(beside(around.words, error, "cents"), form)
        return _page(around, staff, reference, form, problems)
    return _to(reference)


def read_cents(text: str) -> int | None:
    """Return the cents of 51, 51,00, 1.234,50 or 1234.5; None for anything else, and for nothing."""
    found = _MONEY.fullmatch(text.strip().removeprefix("€").strip())
    if found is None:
        return None
    whole = int(re.sub(r"[. ]", "", found[1]))
    cents = whole * 100 + int((found[2] or "0").ljust(2, "0"))
    return cents or None


def _page(
    around: Around,
    staff: StaffMember,
    reference: str,
    form: MoneyForm | None = None,
    problems: Problems | None = None,
) -> Response:
    with around.database.read() as session:
        one = _reached(session, staff, reference, *_DESK)
        asked = starting.due(session, one.order_id, around.now)
        order = payment_mails.order_with(session, one.order_id)
        shown = {
            "receipts": ledger.receipts_of(session, [one.id]),
            "refunds": desk.refunds_of(session, [one.id]),
            "deposits": desk.deposits_of(session, [one.id]),
        }
    return around.pages.show(
        around.request,
        "payment_desk_one.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        one=one,
        order=order,
        communication=payment_mails.words_of(one) if one.communication else "",
        waits=one.state in {State.OPEN, State.PARTLY, State.BEGUN},
        asked=asked,
        may_confirm=asked is not None and asked.until is not None,
        may_decide=not staff.scope(Role.HALL_MANAGER).is_empty,
        form=form or MoneyForm(),
        problems=problems or {},
        zone=zone_of(around.settings),
        **shown,
    )


def _without_reason(around: Around, form: MoneyForm) -> Problems:
    if not form.reason.strip():
        return {"reason": around.words("problem.reason")}
    if len(form.reason) > _LONGEST:
        return {"reason": around.words("problem.too_long_text", most=_LONGEST)}
    return {}


def _named(problems: Problems, form: MoneyForm) -> Problems:
    """Return problems beside the fields of one deposit's form."""
    return {f"{name}-{form.deposit}": says for name, says in problems.items()}


def _reached(session: Session, staff: StaffMember, reference: str, *roles: Role) -> Payment:
    one = ledger.payment_of(session, reference)
    _check(session, staff, payment_mails.order_with(session, one.order_id), *roles)
    return one


def _deposit_reached(session: Session, staff: StaffMember, reference: str, deposit_id: int) -> None:
    one = _reached(session, staff, reference, Role.HALL_MANAGER)
    if deposit_id not in {found.id for found in desk.deposits_of(session, [one.id])}:
        raise NotFound("deposit")


def _check(session: Session, staff: StaffMember, order: Order, *roles: Role) -> None:
    """Let pass who reaches every hall of an order: its money cannot be taken apart."""
    check_halls(session, staff, {one.hall_id for one in order.reservations}, *roles)


def _to(reference: str) -> Response:
    return RedirectResponse(f"/desk/payments/{reference}", HTTPStatus.SEE_OTHER)
