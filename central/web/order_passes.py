"""Pages for who holds the link of an order: give others a pass with their name, and withdraw it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from central.accounts.links import LinkPurpose, Links
from central.accounts.principals import MaybeVisitor, OrderHolder, TheLinks
from central.accounts.visitors import Visitor
from central.booking import queries
from central.booking.models import Order, Reservation
from central.booking.service import LINK_LIVES_AFTER
from central.booking.times import to_wall
from central.credentials import named
from central.credentials.named import Giving, NamedView
from central.dependencies import Now, TheDatabase, TheSettings
from central.documents.dependencies import TheAuthority
from central.errors import CentralError, NotFound
from central.web.language import Words, language_of
from central.web.pages import ThePages
from central.web.typed import beside

router = APIRouter(prefix="/orders/{link}/passes", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class PassLinks:
    """Makes the addresses that are sent to who gets a pass."""

    links: Links
    base_url: str

    def of(self, one: Reservation, reference: str) -> str:
        """Return the address of the page of a pass of a reservation."""
        made = self.links.make(LinkPurpose.PASS, reference, one.ends_at + LINK_LIVES_AFTER)
        return f"{self.base_url}/pass/{made}"


def provided_pass_links(links: TheLinks, settings: TheSettings) -> PassLinks:
    """Return what makes the addresses of passes."""
    return PassLinks(links, settings.base_url)


ThePassLinks = Annotated[PassLinks, Depends(provided_pass_links)]


class GiveForm(BaseModel):
    """For which reservation and for whom, exactly as typed."""

    reservation: str = ""
    name: str = ""


@router.get("")
def show(
    request: Request,
    link: str,
    holder: OrderHolder,
    pages: ThePages,
    pass_links: ThePassLinks,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Show to whom passes were given, with the link to send."""
    with database.read() as session:
        found = named.givings(session, queries.order_of(session, holder.subject).id, now)
    rows = _rows(language_of(request), found, pass_links)
    return pages.show(
        request, "order_passes.html", link=link, rows=rows, form=GiveForm(), problems={}
    )


@router.post("")
def give(
    request: Request,
    holder: OrderHolder,
    visitor: MaybeVisitor,
    pages: ThePages,
    pass_links: ThePassLinks,
    database: TheDatabase,
    now: Now,
    form: Annotated[GiveForm, Form()],
) -> Response:
    """Give somebody a pass."""
    words = language_of(request)
    try:
        with database.write() as session:
            order = queries.order_of(session, holder.subject)
            one = _own(order, form.reservation)
            named.give(session, one.id, form.name, now, _actor(order, visitor))
        return RedirectResponse(request.url.path, HTTPStatus.SEE_OTHER)
    except NotFound:
        raise
    except CentralError as error:
        if error.field is None:
            raise
        problems, status = beside(words, error, "name"), error.status
    with database.read() as session:
        found = named.givings(session, queries.order_of(session, holder.subject).id, now)
    rows = _rows(words, found, pass_links)
    link = request.path_params["link"]
    return pages.show(
        request, "order_passes.html", status, link=link, rows=rows, form=form, problems=problems
    )


@router.get("/{reference}/withdraw")
def ask_to_withdraw(
    request: Request,
    link: str,
    reference: str,
    holder: OrderHolder,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Ask whether it is meant."""
    with database.read() as session:
        found = named.givings(session, queries.order_of(session, holder.subject).id, now)
    giving, one = _given(found, reference)
    return pages.show(
        request, "order_pass_withdraw.html", link=link, it=giving.reservation, one=one
    )


@router.post("/{reference}/withdraw")
def withdraw(
    link: str,
    reference: str,
    holder: OrderHolder,
    visitor: MaybeVisitor,
    database: TheDatabase,
    authority: TheAuthority,
    now: Now,
) -> Response:
    """Let the pass open nothing any more, as soon as each door has heard."""
    with database.write() as session:
        order = queries.order_of(session, holder.subject)
        giving, _ = _given(named.givings(session, order.id, now), reference)
        actor = _actor(order, visitor)
        named.withdraw(session, giving.reservation.id, reference, authority, now, actor)
    return RedirectResponse(f"/orders/{link}/passes", HTTPStatus.SEE_OTHER)


def _own(order: Order, reference: str) -> Reservation:
    for one in order.reservations:
        if one.reference == reference:
            return one
    raise NotFound("reservation")


def _given(found: list[Giving], reference: str) -> tuple[Giving, NamedView]:
    for giving in found:
        for one in giving.passes:
            if one.reference == reference:
                return giving, one
    raise NotFound("pass")


def _actor(order: Order, visitor: Visitor | None) -> str:
    """Return who did it: staff where it helps this renter, else the renter, whose link it is."""
    if visitor is not None and visitor.person == order.person_id:
        return visitor.actor
    return f"person:{order.person_id}"


def _rows(words: Words, found: list[Giving], pass_links: PassLinks) -> list[dict[str, object]]:
    return [
        {
            "it": giving.reservation,
            "giving": giving,
            "passes": [_pass(words, giving.reservation, one, pass_links) for one in giving.passes],
        }
        for giving in found
        if giving.is_possible or giving.passes
    ]


def _pass(
    words: Words, it: Reservation, one: NamedView, pass_links: PassLinks
) -> dict[str, object]:
    """Return a pass as the page shows it, with the link to send."""
    zone, address = ZoneInfo(it.zone), pass_links.of(it, one.reference)
    subject = words("named.mail_subject", hall=it.hall.name)
    body = words("named.mail", hall=it.hall.name, day=words.day(it.local_start), address=address)
    return {
        "it": one,
        "given_at": to_wall(one.given_at, zone),
        "withdrawn_at": one.withdrawn_at and to_wall(one.withdrawn_at, zone),
        "address": address,
        "mail": f"mailto:?subject={quote(subject)}&body={quote(body)}",
    }
