"""Who is choosing an order, and what each of its screens needs."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts.principals import MaybeVisitor, OrderHolder
from central.accounts.visitors import Visitor
from central.booking import choosing, queries, service, terms
from central.booking.models import Order
from central.booking.times import to_wall
from central.database import Database
from central.dependencies import Now, TheDatabase
from central.web.forms import Problem
from central.web.language import Words, language_of
from central.web.pages import Pages, ThePages

STEPS = ("when", "details", "who", "terms", "check")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with the answers of a screen."""

    problems: list[Problem]
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class Chooser:
    """Who holds the link of an order that is being chosen, and what each screen needs."""

    request: Request
    link: str
    reference: str
    """Of the order."""
    pages: Pages
    database: Database
    visitor: Visitor | None
    words: Words
    now: datetime

    @property
    def actor(self) -> str:
        """How changes name who made them."""
        return self.visitor.actor if self.visitor else service.RENTER

    def order(self, session: Session) -> Order:
        """Return the order."""
        return queries.order_of(session, self.reference)

    def to(self, where: str = "") -> RedirectResponse:
        """Lead to a page of the order."""
        return RedirectResponse(f"/orders/{self.link}{where}", HTTPStatus.SEE_OTHER)

    def onwards(self) -> RedirectResponse:
        """Lead to the first question that has no answer yet; to the last look when all have."""
        with self.database.read() as session:
            order = self.order(session)
            if self.differs(session, order):
                return self.to("/who")
            return self.to("/terms" if terms.are_open(session, order.id) else "/check")

    def differs(self, session: Session, order: Order) -> bool:
        """Tell whether it is still to be said who rents, or somebody else is logged in now."""
        if self.visitor is None:
            return not choosing.has_renter(session, order)
        mine = (self.visitor.person, self.visitor.acting.organisation)
        return mine != (order.person_id, order.organisation_id)

    def is_over(self, order: Order) -> bool:
        """Tell whether nothing of the order is being chosen (any more)."""
        ends = choosing.ends_at(order)
        return ends is None or ends <= self.now

    def show(
        self, template: str, order: Order, wrong: Wrong | None = None, **values: object
    ) -> Response:
        """Return a screen, with how long the times are kept."""
        problems = wrong.problems if wrong else []
        held = choosing.held_of(order)
        ends = choosing.ends_at(order)
        left = int((ends - self.now).total_seconds()) if ends else 0
        return self.pages.show(
            self.request,
            template,
            wrong.status if wrong else HTTPStatus.OK,
            link=self.link,
            order=order,
            held=held,
            kept_until=ends and to_wall(ends, ZoneInfo(held[0].zone)),
            seconds=left,
            minutes=max(1, left // 60),
            steps=STEPS,
            problems={one.field: self.words(one.key, **dict(one.values)) for one in problems},
            **values,
        )


def chooser(
    request: Request,
    link: str,
    holder: OrderHolder,
    pages: ThePages,
    database: TheDatabase,
    visitor: MaybeVisitor,
    now: Now,
) -> Chooser:
    """Return who holds the link."""
    words = language_of(request)
    return Chooser(request, link, holder.subject, pages, database, visitor, words, now)


TheChooser = Annotated[Chooser, Depends(chooser)]
