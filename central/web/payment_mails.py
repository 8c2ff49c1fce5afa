"""Mails about money: how to transfer, what came too late or too little, what goes back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts.links import LinkPurpose, Links
from central.accounts.mailer import post
from central.booking import queries
from central.booking.models import Order
from central.booking.service import link_ends
from central.booking.times import to_wall
from central.payments.models import Deposit, Payment, Refund
from central.payments.numbers import written
from central.payments.payment import State
from central.payments.transfer import account_of, asked_still
from central.settings import Settings
from central.web.language import DEFAULT, Words, languages
from central.web.mails import Button, compose
from central.web.pages import Pages
from central.web.typed import zone_of


class PaymentMails:
    """Writes what happened with somebody's money; stored with what caused it, sent afterwards."""

    def __init__(self, settings: Settings, links: Links, pages: Pages) -> None:
        self._settings, self._links, self._pages = settings, links, pages

    def late(self, session: Session, payment_id: int, now: datetime, *, is_kept: bool) -> None:
        """Tell that money came late, and whether the place was still free."""
        one = session.get_one(Payment, payment_id)
        lost = "late_returned" if one.state is State.RETURNED else "late_partly"
        key = "late_kept" if is_kept else lost
        self._post(session, one, key, f"payment-late-{one.id}", now, money=one.received_cents)

    def short(self, session: Session, payment_id: int, now: datetime) -> None:
        """Tell that too little came, and until when the rest is waited for."""
        one = session.get_one(Payment, payment_id)
        if one.state is not State.PARTLY:
            return  # the rest came meanwhile
        key = f"payment-short-{one.id}-{one.received_cents}"
        self._post(session, one, "short", key, now, money=one.received_cents)

    def refund_due(self, session: Session, refund_id: int, now: datetime) -> None:
        """Tell that money goes back, and why."""
        back = session.get_one(Refund, refund_id)
        one = session.get_one(Payment, back.payment_id)
        key = f"refund-{back.id}"
        self._post(session, one, f"refund_{back.cause}", key, now, money=back.cents)

    def asked_more(
        self, session: Session, order_id: int, cents: int, key: str, now: datetime
    ) -> None:
        """Tell that a changed reservation costs more, and how to pay that; told once per key."""
        order = order_with(session, order_id)
        words = words_for(order)
        facts = {"money": words.money(cents), "reference": order.reference}
        mail = compose(
            self._pages,
            words,
            order.person.email,
            words("payment_mail.more_subject", **facts),
            [words("payment_mail.more", **facts)],
            Button(words("payment.title"), f"{self._order_page(order)}/pay"),
        )
        post(session, mail, now, f"more-{order.id}-{key}")

    def _order_page(self, order: Order) -> str:
        link = self._links.make(LinkPurpose.ORDER, order.reference, link_ends(order.reservations))
        return f"{self._settings.base_url}/orders/{link}"

    def retained(self, session: Session, deposit_id: int, now: datetime) -> None:
        """Tell that a part of a deposit is kept, and why."""
        kept = session.get_one(Deposit, deposit_id)
        one = session.get_one(Payment, kept.payment_id)
        key = f"deposit-{kept.id}"
        self._post(
            session, one, "retained", key, now, money=kept.retained_cents, reason=kept.reason
        )

    def _post(
        self,
        session: Session,
        one: Payment,
        kind: str,
        dedupe_key: str,
        now: datetime,
        *,
        money: int,
        reason: str = "",
    ) -> None:
        order = order_with(session, one.order_id)
        words = words_for(order)
        until = to_wall(one.expires_at, zone_of(self._settings))
        facts = {
            "money": words.money(money),
            "still": words.money(asked_still(one)),
            "reference": order.reference,
            "reason": reason,
            "day": words.day(until),
            "time": words.time(until),
        }
        mail = compose(
            self._pages,
            words,
            order.person.email,
            words(f"payment_mail.{kind}_subject", **facts),
            [words(f"payment_mail.{kind}", **facts)],
            Button(words("payment_mail.see"), self._order_page(order)),
        )
        post(session, mail, now, dedupe_key)


def tell_how_to_transfer(
    session: Session,
    pages: Pages,
    settings: Settings,
    order: Order,
    one: Payment,
    link: str,
    now: datetime,
) -> None:
    """Send account, amount and structured communication of a transfer, once."""
    account = account_of(settings)
    if account is None:
        return
    words = words_for(order)
    until = to_wall(one.expires_at, zone_of(settings))
    lines = [
        words("payment_mail.transfer", money=words.money(asked_still(one)), day=words.day(until)),
        f"{words('payment.to')}: {account.name}",
        f"{words('payment.iban')}: {account.grouped}",
        f"{words('payment.communication')}: {words_of(one)}",
    ]
    mail = compose(
        pages,
        words,
        order.person.email,
        words("payment_mail.transfer_subject", reference=order.reference),
        lines,
        Button(
            words("payment_mail.code"),
            f"{settings.base_url}/orders/{link}/payments/{one.reference}",
        ),
    )
    post(session, mail, now, f"transfer-{one.id}")


def words_of(one: Payment) -> str:
    """Return a payment's structured communication as people write it."""
    return written(one.communication or "")


def words_for(order: Order) -> Words:
    """Return the words in the language of who rents."""
    return languages().get(order.person.language) or languages()[DEFAULT]


def order_with(session: Session, order_id: int) -> Order:
    """Return an order with its renter and reservations."""
    reference = session.scalars(select(Order.reference).where(Order.id == order_id)).one()
    return queries.order_of(session, reference)
