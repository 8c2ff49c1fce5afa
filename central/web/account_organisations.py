"""Pages for who acts for organisations: declare one, see who else may act, let somebody in or out."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts import acting, mailer, mandates, organisations
from central.accounts.capacities import ActingAs, in_language
from central.accounts.mandates import NoMandate
from central.accounts.models import Organisation, OrganisationKind
from central.accounts.organisations import NoSuchKind, OrganisationData
from central.accounts.people import Renter, person_of
from central.accounts.principals import LoggedInRenter
from central.accounts.visitors import Visitor
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import NotFound
from central.web import mails
from central.web.forms import is_email
from central.web.language import Words, language_of
from central.web.pages import Pages, TheContinuing, ThePages
from central.web.typed import Problems, Texts, beside, too_long

router = APIRouter(prefix="/account/organisations", include_in_schema=False)
_LONGEST: Texts = {"name": 160, "register_number": 40, "address": 240, "postcode": 10}
_NUMBER = re.compile(r"V\d{7}|[01]\d{9}")
"""Of the register of associations, or of companies."""


class OrganisationForm(BaseModel):
    """What is told of an organisation, as typed."""

    name: str = ""
    kind: str = ""
    register_number: str = ""
    address: str = ""
    postcode: str = ""
    then: str = ""


def read_number(text: str) -> str | None:
    """Return a register number without dots and spaces; None when it is none."""
    plain = re.sub(r"[\s.\-/]", "", text).upper().removeprefix("BE")
    return plain if _NUMBER.fullmatch(plain) else None


@router.get("/new")
def ask(
    request: Request,
    _visitor: LoggedInRenter,
    pages: ThePages,
    database: TheDatabase,
    then: str = "",
) -> Response:
    """Ask for which organisation one acts."""
    with database.read() as session:
        return _form(request, pages, session, OrganisationForm(then=then))


@router.post("/new")
def declare(
    request: Request,
    visitor: LoggedInRenter,
    pages: ThePages,
    database: TheDatabase,
    continuing: TheContinuing,
    now: Now,
    form: Annotated[OrganisationForm, Form()],
) -> Response:
    """Write down that one acts for an organisation, as declared; staff check it."""
    words = language_of(request)
    problems = problems_of(words, form)
    if not problems:
        try:
            with database.write() as session:
                made = organisations.declare(session, visitor.person, data_of(form), now)
                page = f"/account/organisations/{made.id}"
            return RedirectResponse(continuing.read(form.then, page), HTTPStatus.SEE_OTHER)
        except NoSuchKind as error:
            problems = beside(words, error, "kind")
    with database.read() as session:
        return _form(request, pages, session, form, problems)


@router.get("/{organisation_id}")
def show(
    request: Request,
    organisation_id: int,
    visitor: LoggedInRenter,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Show an organisation for which one acts, and who else does."""
    with database.read() as session:
        return _page(request, pages, session, visitor, organisation_id, now, GiveForm())


class GiveForm(BaseModel):
    """To whom access is given, as typed."""

    email: str = ""
    name: str = ""


@router.post("/{organisation_id}/mandates")
def give(
    request: Request,
    organisation_id: int,
    visitor: LoggedInRenter,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    form: Annotated[GiveForm, Form()],
) -> Response:
    """Let somebody else act for the organisation; that person gets a mail."""
    words = language_of(request)
    problems = too_long(words, form, {"name": 120})
    if not is_email(form.email):
        problems["email"] = words("problem.email")
    if problems:
        with database.read() as session:
            return _page(request, pages, session, visitor, organisation_id, now, form, problems)
    with database.write() as session:
        mine = _mine(session, visitor, organisation_id, now)
        if not mine.source.is_proof:
            raise NoMandate
        renter = Renter(form.email, form.name, words.code)
        person = person_of(session, renter, now)
        source = mandates.source_given_by(mine)
        mandates.give(session, person, organisation_id, source, visitor.actor, now)
        subject = words("mandate_mail.subject", organisation=mine.name)
        says = words("mandate_mail.says", who=visitor.name or visitor.email, organisation=mine.name)
        button = mails.Button(words("mandate_mail.button"), f"{settings.base_url}/account")
        mail = mails.compose(pages, words, form.email.strip(), subject, [says], button)
        mailer.post(session, mail, now, f"mandate-{organisation_id}-{person}-{now:%Y%m%d}")
    return RedirectResponse(f"/account/organisations/{organisation_id}", HTTPStatus.SEE_OTHER)


@router.post("/{organisation_id}/mandates/{mandate_id}/end")
def end(
    organisation_id: int,
    mandate_id: int,
    visitor: LoggedInRenter,
    database: TheDatabase,
    now: Now,
) -> Response:
    """End somebody's access, or one's own."""
    with database.write() as session:
        mine = _mine(session, visitor, organisation_id, now)
        ended = mandates.end(session, mandate_id, visitor.actor, now)
        if ended.organisation_id != organisation_id:
            raise NotFound("mandate")
        is_own = ended.person_id == visitor.person
        if not (is_own or mine.source.is_proof):
            raise NoMandate
    where = "/account" if is_own else f"/account/organisations/{organisation_id}"
    return RedirectResponse(where, HTTPStatus.SEE_OTHER)


def problems_of(words: Words, form: OrganisationForm) -> Problems:
    """Return what is wrong with what is told of an organisation."""
    problems = too_long(words, form, _LONGEST)
    if not form.name.strip():
        problems["name"] = words("organisation.problem_name")
    if not form.kind:
        problems["kind"] = words("organisation.problem_kind")
    if form.register_number.strip() and read_number(form.register_number) is None:
        problems["register_number"] = words("organisation.problem_number")
    return problems


def data_of(form: OrganisationForm) -> OrganisationData:
    """Return what is told of an organisation as the service wants it."""
    return OrganisationData(
        form.name, form.kind, read_number(form.register_number), form.address, form.postcode
    )


def kind_options(kinds: Sequence[OrganisationKind], words: Words) -> list[tuple[str, str]]:
    """Return the kinds of organisation for a list to choose from."""
    return [(one.code, in_language(one.names, words.code)) for one in kinds]


def _mine(session: Session, visitor: Visitor, organisation_id: int, now: Now) -> ActingAs:
    """Return in what capacity the visitor acts for an organisation; others see that it is not there."""
    for one in acting.capacities(session, visitor.person, now.date()):
        if one.organisation == organisation_id:
            return one
    raise NotFound("organisation")


def _form(
    request: Request,
    pages: Pages,
    session: Session,
    form: OrganisationForm,
    problems: Problems | None = None,
) -> Response:
    return pages.show(
        request,
        "account_organisation_new.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        form=form,
        problems=problems or {},
        kinds=kind_options(organisations.kinds(session), language_of(request)),
    )


def _page(
    request: Request,
    pages: Pages,
    session: Session,
    visitor: Visitor,
    organisation_id: int,
    now: Now,
    form: GiveForm,
    problems: Problems | None = None,
) -> Response:
    mine = _mine(session, visitor, organisation_id, now)
    organisation: Organisation = organisations.organisation_of(session, organisation_id)
    held = mandates.holders(session, organisation_id, now.date())
    shown = [one for one in held if mine.source.is_proof or one.person_id == visitor.person]
    return pages.show(
        request,
        "account_organisation.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        organisation=organisation,
        kind=in_language(organisation.kind.names, language_of(request).code),
        mine=mine,
        holders=shown,
        form=form,
        problems=problems or {},
    )
