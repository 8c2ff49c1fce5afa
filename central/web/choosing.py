"""The screens after the time was chosen: what for, who, the terms, and a last look. One question each."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from central.accounts.capacities import ActingAs, Capacity, in_language
from central.accounts.people import person_of
from central.accounts.principals import TheThrottle
from central.accounts.throttle import SAY_WHO, connection_of
from central.booking import choosing, extras, keeping, rules, service, terms
from central.booking.models import Order, Reservation
from central.booking.reservation import State
from central.errors import CentralError, NotFound
from central.web.chooser import Chooser, TheChooser, Wrong
from central.web.forms import DetailsForm, Problem, RenterForm, read_details, read_renter
from central.web.language import Words
from central.web.saying import details_said

router = APIRouter(prefix="/orders/{link}", include_in_schema=False)


@router.get("/details/{reference}")
def ask_details(choice: TheChooser, reference: str, attendees: str = "") -> Response:
    """Ask what the hall is for, for how many, and what goes with it."""
    with choice.database.read() as session:
        order = choice.order(session)
        one = held(order, reference)
        if one is None or choice.is_over(order):
            return choice.to()
        counts = {code: str(count) for code, count in keeping.extras_of(session, one.id)}
        form = DetailsForm(
            attendees=attendees or (str(one.attendees) if one.purpose or counts else ""),
            activity=one.activity,
            purpose=one.purpose,
            accessible="1" if one.accessible else "",
            extra=list(counts),
            count=list(counts.values()),
        )
        return _details(choice, session, order, one, form)


@router.post("/details/{reference}")
def set_details(
    choice: TheChooser, reference: str, form: Annotated[DetailsForm, Form()]
) -> Response:
    """Take the answers; the price is frozen anew."""
    read = read_details(form)
    try:
        with choice.database.write() as session:
            order = choice.order(session)
            one = held(order, reference)
            if one is None or choice.is_over(order):
                return choice.to()
            if isinstance(read, list):
                return _details(choice, session, order, one, form, Wrong(read))
            attendees, chosen = read
            wish = replace(
                choosing.wish_of(session, one),
                attendees=attendees,
                purpose=form.purpose.strip(),
                accessible=bool(form.accessible),
                activity=form.activity,
                extras=chosen,
            )
            choosing.revise(session, one.id, wish, choice.now)
    except CentralError as error:
        with choice.database.read() as session:
            order = choice.order(session)
            one = held(order, reference)
            if one is None:
                return choice.to()
            names = {row.row.code: row for row in extras.offered_with(session, one, choice.now)}
            wrong = Wrong([_beside(error, choice.words, names)], error.status)
            return _details(choice, session, order, one, form, wrong)
    return choice.onwards()


@router.get("/who")
def ask_who(choice: TheChooser) -> Response:
    """Ask who rents; whoever is logged in sees as whom, and what that changes."""
    with choice.database.read() as session:
        order = choice.order(session)
        if choice.is_over(order):
            return choice.to()
        form = RenterForm()
        if choosing.has_renter(session, order) and choice.visitor is None:
            form = RenterForm(name=order.renter_name, email=order.person.email)
        return choice.show("choose_who.html", order, form=form, changes=[], agreed="")


@router.post("/who")
def set_who(
    choice: TheChooser, form: Annotated[RenterForm, Form()], throttle: TheThrottle
) -> Response:
    """Make the order somebody's; what that changes of right and price is shown first."""
    renter = None if choice.visitor else read_renter(form, choice.words.code)
    shown: dict[str, Any] = {"form": form, "changes": [], "agreed": ""}
    try:
        if choice.visitor is None:
            client = choice.request.client
            with choice.database.write() as session:
                throttle.take(session, SAY_WHO, connection_of(client and client.host), choice.now)
        with choice.database.write() as session:
            order = choice.order(session)
            if choice.is_over(order):
                return choice.to()
            if isinstance(renter, list):
                return choice.show("choose_who.html", order, Wrong(renter), **shown)
            acting = choice.visitor.acting if choice.visitor else None
            if acting is None and renter is not None:
                person = person_of(session, renter, choice.now)
                acting = ActingAs(Capacity.CITIZEN, person=person, name=renter.name)
            assert acting is not None  # noqa: S101 - a visitor or a renter, who was read
            is_proven = choice.visitor is not None
            changes = choosing.name_renter(
                session, order.id, acting, form.agreed, choice.now, is_proven=is_proven
            )
            if changes:
                shown |= {"changes": changes, "agreed": choosing.key_of(changes)}
                order = choice.order(session)
                return choice.show("choose_who.html", order, **shown)
    except CentralError as error:
        with choice.database.read() as session:
            order = choice.order(session)
            if choice.is_over(order):
                return choice.to()
            beside = Problem("refused", f"error.{error.code}", _said(error, choice.words))
            wrong = Wrong([beside], error.status)
            return choice.show("choose_who.html", order, wrong, **shown)
    return choice.onwards()


@router.get("/terms")
def ask_terms(choice: TheChooser) -> Response:
    """Show the terms that count now."""
    return _terms(choice, [])


@router.post("/terms")
def accept_terms(
    choice: TheChooser,
    version: Annotated[str, Form(max_length=10)] = "",
    agree: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Write down which version was accepted."""
    with choice.database.write() as session:
        order, text = choice.order(session), terms.newest(session)
        if choice.is_over(order) or text is None:
            return choice.to("/check")
        is_this_one = version == str(text.version)
        if agree and is_this_one:
            code, actor = choice.words.code, choice.actor
            terms.accept(session, order.id, text.version, code, actor, choice.now)
    if not (agree and is_this_one):
        return _terms(choice, [Problem("agree", "problem.terms")])
    return choice.onwards()


@router.get("/check")
def look(choice: TheChooser) -> Response:
    """Show all answers with the frozen prices, to change or to confirm."""
    with choice.database.read() as session:
        order = choice.order(session)
        if choice.is_over(order):
            return choice.to()
        if choice.differs(session, order):
            return choice.to("/who")
        if terms.are_open(session, order.id):
            return choice.to("/terms")
        chosen = choosing.held_of(order)
        ids = [one.id for one in chosen]
        names = {
            one.code: in_language(one.names, choice.words.code) for one in rules.activities(session)
        }
        counts = {one: keeping.extras_of(session, one) for one in ids}
        named = {
            row.row.code: in_language(row.row.names, choice.words.code)
            for one in chosen
            for row in extras.offered_with(session, one, choice.now)
        }
        return choice.show(
            "choose_check.html",
            order,
            lines=keeping.lines_of(session, ids),
            by_approval=choosing.by_approval(session, ids),
            activities=names,
            extras=counts,
            extra_names=named,
            cents=sum(one.cents for one in chosen),
            deposit_cents=sum(one.deposit_cents for one in chosen),
            accepted=terms.accepted(session, order.id),
        )


@router.post("/remove/{reference}")
def remove(choice: TheChooser, reference: str) -> Response:
    """Take one out of what is being chosen."""
    with choice.database.write() as session:
        one = held(choice.order(session), reference)
        if one is not None:
            service.cancel(session, one.id, choice.now, choice.actor)
    return choice.to("/check")


def held(order: Order, reference: str) -> Reservation | None:
    """Return one of an order if it is still being chosen.

    Raises:
        NotFound: it is not of this order.

    """
    for one in order.reservations:
        if one.reference == reference:
            return one if one.state is State.HELD else None
    raise NotFound("reservation")


def _details(
    choice: Chooser,
    session: Session,
    order: Order,
    one: Reservation,
    form: DetailsForm,
    wrong: Wrong | None = None,
) -> Response:
    code = choice.words.code
    return choice.show(
        "choose_details.html",
        order,
        wrong,
        it=one,
        form=form,
        counts=form.counts(),
        activities=[(row.code, in_language(row.names, code)) for row in rules.activities(session)],
        extras=extras.offered_with(session, one, choice.now),
    )


def _terms(choice: Chooser, problems: list[Problem]) -> Response:
    with choice.database.read() as session:
        order, text = choice.order(session), terms.newest(session)
        if choice.is_over(order) or text is None:
            return choice.to("/check")
        says = in_language(text.texts, choice.words.code)
        version = text.version
        wrong = Wrong(problems) if problems else None
        return choice.show("choose_terms.html", order, wrong, text=says, version=version)


def _beside(error: CentralError, words: Words, offered: dict[str, extras.OfferedExtra]) -> Problem:
    """Return a refusal as a problem of a field of the screen."""
    said = dict(_said(error, words))
    field = {"starts_at": "activity", "attendees": "attendees"}.get(error.field or "", "attendees")
    if error.field == "extras":
        code = str(said.get("extra", ""))
        field = f"extra-{code}"
        if code in offered:
            said["extra"] = in_language(offered[code].row.names, words.code)
    return Problem(field, f"error.{error.code}", tuple(said.items()))


def _said(error: CentralError, words: Words) -> tuple[tuple[str, object], ...]:
    return tuple(details_said(error, words).items())
