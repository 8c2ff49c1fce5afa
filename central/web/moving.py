"""Pages to move a reservation to another time: what that changes is shown before it is done."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from central.booking import choosing, moving, service
from central.booking.deciding import Decided
from central.booking.models import Reservation
from central.booking.times import AmbiguousTime, Period, to_wall
from central.booking.wishes import Wish
from central.errors import CentralError
from central.web.booking import beside, free_on
from central.web.chooser import Chooser, TheChooser, Wrong
from central.web.forms import Problem, WhenForm, read_day, read_use
from central.web.orders import own

router = APIRouter(prefix="/orders/{link}", include_in_schema=False)
_TWICE = f"error.{AmbiguousTime.code}"


class MoveForm(WhenForm):
    """Another time, exactly as typed."""

    agreed: str = ""
    """The price that was shown and agreed to, in cents."""


@router.get("/move/{reference}")
def ask(choice: TheChooser, reference: str, form: Annotated[MoveForm, Query()]) -> Response:
    """Ask for another time."""
    with choice.database.read() as session:
        one = own(choice.order(session), reference)
        if not form.day:
            form = form.model_copy(update=_as_it_is(one))
        return _form(choice, session, one, form)


@router.post("/move/{reference}")
def move(choice: TheChooser, reference: str, form: Annotated[MoveForm, Form()]) -> Response:
    """Show what another time costs; with that agreed to, move."""
    try:
        with choice.database.write() as session:
            one = own(choice.order(session), reference)
            use = read_use(form, ZoneInfo(one.zone))
            if form.show_free:
                return _form(choice, session, one, form)
            if not isinstance(use, Period):
                return _form(choice, session, one, form, Wrong(use))
            wish = Wish(one.hall_id, use, one.attendees, one.purpose, one.accessible)
            decided = moving.preview(session, one, wish, choice.now, choice.actor)
            if form.agreed == str(decided.quote.cents + decided.quote.deposit_cents):
                service.move(session, one.id, wish, choice.now, choice.actor)
                return choice.to()
            return _form(choice, session, one, form, decided=decided)
    except CentralError as error:
        with choice.database.read() as session:
            one = own(choice.order(session), reference)
            wrong = Wrong([beside(error, choice.words)], error.status)
            return _form(choice, session, one, form, wrong)


def _as_it_is(one: Reservation) -> dict[str, str]:
    start, end = one.local_start, one.local_end
    return {"day": f"{start:%Y-%m-%d}", "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}


def _form(
    choice: Chooser,
    session: Session,
    one: Reservation,
    form: MoveForm,
    wrong: Wrong | None = None,
    decided: Decided | None = None,
) -> Response:
    day = read_day(form.day)
    problems: list[Problem] = wrong.problems if wrong else []
    return choice.pages.show(
        choice.request,
        "move.html",
        wrong.status if wrong else 200,
        link=choice.link,
        it=one,
        form=form,
        today=_today(one, choice.now),
        day=day,
        free=free_on(session, choice.words, one.hall_id, day, choice.now) if day else None,
        decided=decided,
        back=service.refund_of(session, one, choice.now, choice.actor).percent,
        was=choosing.Said(one.cents, one.deposit_cents, by_approval=False),
        problems={each.field: choice.words(each.key, **dict(each.values)) for each in problems},
        twice={each.field: dict(each.values) for each in problems if each.key == _TWICE},
    )


def _today(one: Reservation, now: datetime) -> str:
    return to_wall(now, ZoneInfo(one.zone)).date().isoformat()
