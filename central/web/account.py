"""Pages for who is logged in as renter: who one is, as what one rents, where one is logged in."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from central.accounts import acting, identities, people, renter_sessions
from central.accounts.cookies import RENTER, cookie_of, drop_cookie
from central.accounts.people import PersonData
from central.accounts.principals import LoggedInRenter, Public, RenterInPerson
from central.accounts.sessions import act_for
from central.booking.times import to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.web.kept import kept_form
from central.web.language import COOKIE, language_of, languages
from central.web.pages import Pages, TheContinuing, ThePages
from central.web.typed import Texts, too_long, zone_of

router = APIRouter(prefix="/account", include_in_schema=False)


class DetailsForm(BaseModel):
    """What people tell of themselves, as typed."""

    name: str = ""
    phone: str = ""
    address: str = ""
    postcode: str = ""
    language: str = ""


_LONGEST: Texts = {"name": 120, "phone": 40, "address": 240, "postcode": 10}


@router.get("")
def show(
    request: Request, visitor: LoggedInRenter, pages: ThePages, database: TheDatabase, now: Now
) -> Response:
    """Show who one is and as what one can rent."""
    with database.read() as session:
        person = people.by_number(session, visitor.person)
        found = acting.capacities(session, visitor.person, now.date())
        linked = identities.linked_to(session, visitor.person)
    providers = request.app.state.identity_providers.values()
    return pages.show(
        request,
        "account.html",
        person=person,
        capacities=found,
        providers=[(one, one.issuer in linked) for one in providers],
    )


@router.get("/details")
def ask_details(
    request: Request, visitor: LoggedInRenter, pages: ThePages, database: TheDatabase
) -> Response:
    """Show what is known of the person."""
    with database.read() as session:
        person = people.by_number(session, visitor.person)
    names = (*_LONGEST, "language")
    form = DetailsForm(**{name: getattr(person, name) for name in names})
    return _details(request, pages, form)


@router.post("/details")
def change_details(
    request: Request,
    visitor: LoggedInRenter,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    form: Annotated[DetailsForm, Form()],
) -> Response:
    """Write what one tells, or show beside each field what is wrong with it."""
    words = language_of(request)
    problems = too_long(words, form, _LONGEST)
    if not form.name.strip():
        problems["name"] = words("problem.name")
    if form.language not in languages():
        problems["language"] = words("account.which_language")
    if problems:
        return _details(request, pages, form, problems)
    with database.write() as session:
        people.change(session, visitor.person, PersonData(**form.model_dump()), visitor.actor, now)
    answer = RedirectResponse("/account", HTTPStatus.SEE_OTHER)
    if visitor.helper is None:
        secure = settings.is_https
        answer.set_cookie(COOKIE, form.language, secure=secure, httponly=True, samesite="lax")
    return answer


@router.get("/acting")
def ask_capacity(
    request: Request,
    visitor: LoggedInRenter,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    then: str = "",
) -> Response:
    """Ask as what one wants to rent."""
    with database.read() as session:
        found = acting.capacities(session, visitor.person, now.date())
    return pages.show(request, "account_acting.html", capacities=found, then=then)


@router.post("/acting/keep")
async def keep_and_ask_capacity(
    request: Request, _visitor: LoggedInRenter, continuing: TheContinuing
) -> Response:
    """Choose a capacity from the middle of a form: everything typed comes back afterwards."""
    then = await kept_form(request, continuing)
    return RedirectResponse(f"/account/acting?then={then}", HTTPStatus.SEE_OTHER)


@router.post("/acting")
def choose_capacity(
    visitor: LoggedInRenter,
    database: TheDatabase,
    continuing: TheContinuing,
    now: Now,
    capacity: Annotated[str, Form(max_length=20)] = "self",
    then: Annotated[str, Form(max_length=12_000)] = "",
) -> Response:
    """Rent as this from now on, and go back to where one was."""
    organisation = int(capacity) if capacity.isascii() and capacity.isdigit() else None
    with database.write() as session:
        if visitor.helper is not None and visitor.helper.session is not None:
            renter_sessions.check_capacity(session, visitor.person, organisation, now)
            act_for(session, visitor.helper.session, visitor.person, organisation)
        elif visitor.session is not None:
            renter_sessions.choose(session, visitor.session, organisation, now)
    return RedirectResponse(continuing.read(then, "/account"), HTTPStatus.SEE_OTHER)


@router.get("/devices")
def show_devices(
    request: Request,
    visitor: RenterInPerson,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Response:
    """Show in which browsers one is logged in."""
    zone = zone_of(settings)
    with database.read() as session:
        found = renter_sessions.sessions_of(session, visitor.person, now)
    rows = [(one, to_wall(one.created_at, zone), to_wall(one.seen_at, zone)) for one in found]
    return pages.show(request, "account_devices.html", rows=rows)


@router.post("/devices/{session_id}/end")
def end_device(session_id: int, visitor: RenterInPerson, database: TheDatabase) -> Response:
    """Log out of one browser."""
    with database.write() as session:
        renter_sessions.revoke(session, visitor.person, session_id)
    return RedirectResponse("/account/devices", HTTPStatus.SEE_OTHER)


@router.post("/devices/end-others")
def end_other_devices(visitor: RenterInPerson, database: TheDatabase) -> Response:
    """Log out everywhere but here."""
    with database.write() as session:
        renter_sessions.revoke_all(session, visitor.person, but=visitor.session)
    return RedirectResponse("/account/devices", HTTPStatus.SEE_OTHER)


@router.post("/log-out", dependencies=[Public("logging out must work when the session has ended")])
def log_out(request: Request, database: TheDatabase, settings: TheSettings) -> Response:
    """Log out of this browser."""
    if cookie := cookie_of(request, RENTER):
        with database.write() as session:
            renter_sessions.close_session(session, cookie)
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    drop_cookie(answer, settings, RENTER)
    return answer


def _details(
    request: Request, pages: Pages, form: DetailsForm, problems: dict[str, str] | None = None
) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    options = [(code, one("language")) for code, one in languages().items()]
    return pages.show(
        request,
        "account_details.html",
        status,
        form=form,
        problems=problems or {},
        options=options,
    )
