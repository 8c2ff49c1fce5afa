"""Pages for staff: the city's list of organisations, what renters declared, who may act for whom."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts import mandates, organisations
from central.accounts.capacities import Source, in_language
from central.accounts.models import Organisation
from central.accounts.organisations import NoSuchKind, NumberInUse, OrganisationData
from central.accounts.people import Renter, person_of
from central.accounts.principals import OrganisationKeeper
from central.accounts.sessions import StaffMember
from central.audit.service import Sought, entries
from central.dependencies import Now, TheDatabase
from central.web.account_organisations import (
    OrganisationForm,
    kind_options,
    problems_of,
    read_number,
)
from central.web.forms import is_email
from central.web.language import Words, language_of
from central.web.pages import Pages, ThePages
from central.web.typed import Problems, beside, read_optional_day, too_long

router = APIRouter(prefix="/desk/organisations", include_in_schema=False)


class CheckedForm(OrganisationForm):
    """What staff found about an organisation, as typed."""

    recognised_until: str = ""
    reason: str = ""


@router.get("")
def search(
    request: Request,
    staff: OrganisationKeeper,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    q: str = "",
    unchecked: str = "",
) -> Response:
    """List organisations, and the mandates that nobody vouches for yet."""
    words = language_of(request)
    with database.read() as session:
        found = organisations.search(session, q[:200], only_unchecked=bool(unchecked))
        waiting = mandates.unconfirmed(session, now.date())
    return pages.show(
        request,
        "staff_organisations.html",
        staff=staff,
        q=q[:200],
        unchecked=unchecked,
        rows=[(one, in_language(one.kind.names, words.code)) for one in found],
        waiting=waiting,
    )


@router.get("/new")
def ask(
    request: Request, staff: OrganisationKeeper, pages: ThePages, database: TheDatabase, now: Now
) -> Response:
    """Ask for an organisation to put on the list."""
    with database.read() as session:
        return _page(request, pages, session, staff, now, None, CheckedForm())


@router.post("/new")
def add(
    request: Request,
    staff: OrganisationKeeper,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    form: Annotated[CheckedForm, Form()],
) -> Response:
    """Put an organisation on the list."""
    return _put(request, pages, database, staff, now, None, form)


@router.get("/{organisation_id}")
def show(
    request: Request,
    organisation_id: int,
    staff: OrganisationKeeper,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Show an organisation, who acts for it, and what was changed when."""
    with database.read() as session:
        form = _typed(organisations.organisation_of(session, organisation_id))
        return _page(request, pages, session, staff, now, organisation_id, form)


@router.post("/{organisation_id}")
def check(
    request: Request,
    organisation_id: int,
    staff: OrganisationKeeper,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    form: Annotated[CheckedForm, Form()],
) -> Response:
    """Write what was found; from then on the organisation counts as checked."""
    return _put(request, pages, database, staff, now, organisation_id, form)


@router.post("/{organisation_id}/mandates")
def give_mandate(
    request: Request,
    organisation_id: int,
    staff: OrganisationKeeper,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    email: Annotated[str, Form(max_length=254)] = "",
    name: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Let somebody act for the organisation; the city vouches for it."""
    words = language_of(request)
    with database.write() as session:
        organisation = organisations.organisation_of(session, organisation_id)
        if not is_email(email):
            says = {"email": words("problem.email")}
            form = _typed(organisation)
            return _page(request, pages, session, staff, now, organisation_id, form, says)
        person = person_of(session, Renter(email, name, words.code), now)
        mandates.give(session, person, organisation_id, Source.CITY_LIST, staff.actor, now)
    return _back(organisation_id)


@router.post("/{organisation_id}/mandates/{mandate_id}/confirm")
def confirm_mandate(
    organisation_id: int,
    mandate_id: int,
    staff: OrganisationKeeper,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Vouch for what somebody declared."""
    with database.write() as session:
        mandates.confirm(session, mandate_id, staff.actor, now)
    return _back(organisation_id)


@router.post("/{organisation_id}/mandates/{mandate_id}/end")
def end_mandate(
    organisation_id: int,
    mandate_id: int,
    staff: OrganisationKeeper,
    database: TheDatabase,
    now: Now,
) -> Response:
    """End somebody's access."""
    with database.write() as session:
        mandates.end(session, mandate_id, staff.actor, now)
    return _back(organisation_id)


def _put(
    request: Request,
    pages: Pages,
    database: TheDatabase,
    staff: StaffMember,
    now: Now,
    organisation_id: int | None,
    form: CheckedForm,
) -> Response:
    words = language_of(request)
    until = read_optional_day(form.recognised_until)
    problems = _problems(words, form, until)
    if not problems and not isinstance(until, str):
        data = _data(form, until)
        try:
            with database.write() as session:
                made = _written(session, organisation_id, data, staff.actor, now, form.reason)
            return _back(made.id)
        except (NumberInUse, NoSuchKind) as error:
            problems = beside(words, error, "name")
    with database.read() as session:
        return _page(request, pages, session, staff, now, organisation_id, form, problems)


def _written(
    session: Session,
    organisation_id: int | None,
    data: OrganisationData,
    actor: str,
    now: Now,
    reason: str,
) -> Organisation:
    if organisation_id is None:
        return organisations.add(session, data, Source.CITY_LIST, actor, now)
    return organisations.check(session, organisation_id, data, actor, now, reason=reason)


def _problems(words: Words, form: CheckedForm, until: date | str | None) -> Problems:
    problems = problems_of(words, form) | too_long(words, form, {"reason": 500})
    if isinstance(until, str):
        problems["recognised_until"] = words("problem.day")
    return problems


def _data(form: CheckedForm, until: date | None) -> OrganisationData:
    return OrganisationData(
        form.name,
        form.kind,
        read_number(form.register_number),
        form.address,
        form.postcode,
        until,
    )


def _typed(organisation: Organisation) -> CheckedForm:
    until = organisation.recognised_until
    return CheckedForm(
        name=organisation.name,
        kind=organisation.kind_code,
        register_number=organisation.register_number or "",
        address=organisation.address,
        postcode=organisation.postcode,
        recognised_until=until.isoformat() if until else "",
    )


def _back(organisation_id: int) -> Response:
    return RedirectResponse(f"/desk/organisations/{organisation_id}", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    pages: Pages,
    session: Session,
    staff: StaffMember,
    now: Now,
    organisation_id: int | None,
    form: CheckedForm,
    problems: Problems | None = None,
) -> Response:
    words = language_of(request)
    there = organisations.organisation_of(session, organisation_id) if organisation_id else None
    held = mandates.holders(session, organisation_id, now.date()) if organisation_id else []
    subject = f"organisation:{organisation_id}"
    changes: Sequence[object] = entries(session, Sought(subject=subject), 20) if there else []
    return pages.show(
        request,
        "staff_organisation.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        it=there,
        form=form,
        holders=held,
        changes=changes,
        kinds=kind_options(organisations.kinds(session, only_offered=False), words),
        problems=problems or {},
    )
