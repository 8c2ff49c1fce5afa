"""Page for hall managers of the city: names of kinds of organisation and of target groups."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts import grouping, kinds, organisations
from central.accounts.capacities import Capacity, in_language
from central.accounts.kinds import KindData, KindInUse
from central.accounts.models import OrganisationKind, TargetGroupRow
from central.accounts.principals import CityHallManager
from central.accounts.sessions import StaffMember
from central.dependencies import Now, TheDatabase
from central.errors import NotFound
from central.web.language import Words, language_of
from central.web.pages import Pages, ThePages
from central.web.typed import Problems, beside, too_long

router = APIRouter(prefix="/desk/kinds", include_in_schema=False)
_LANGUAGES = ("nl", "fr", "en", "de")
_LONGEST = dict.fromkeys(_LANGUAGES, 80)
_GROUP = "group"
"""What a form says it is about; else the capacity of a kind."""


class NamesForm(BaseModel):
    """Names in the city's languages, as typed."""

    what: str = ""
    nl: str = ""
    fr: str = ""
    en: str = ""
    de: str = ""
    is_offered: str = ""

    def names(self) -> dict[str, str]:
        """Return the names that were filled in, by language."""
        typed = {code: getattr(self, code).strip() for code in _LANGUAGES}
        return {code: name for code, name in typed.items() if name}


@router.get("")
def show(
    request: Request, staff: CityHallManager, pages: ThePages, database: TheDatabase
) -> Response:
    """List kinds and groups, with a form for a new one."""
    with database.read() as session:
        return _page(request, pages, session, staff, NamesForm(is_offered="1"))


@router.post("")
def add(
    request: Request,
    staff: CityHallManager,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    form: Annotated[NamesForm, Form()],
) -> Response:
    """Add a kind or a group."""
    words = language_of(request)
    problems = _problems(words, form)
    if form.what not in {_GROUP, *_KINDS}:
        problems["what"] = words("kinds.which")
    if not problems:
        try:
            with database.write() as session:
                _added(session, form, staff, now)
            return RedirectResponse("/desk/kinds", HTTPStatus.SEE_OTHER)
        except KindInUse as error:
            problems = beside(words, error, "nl")
    with database.read() as session:
        return _page(request, pages, session, staff, form, problems)


def _added(session: Session, form: NamesForm, staff: StaffMember, now: Now) -> None:
    if form.what == _GROUP:
        kinds.add_group(session, form.names(), staff.actor, now)
        return
    data = KindData(Capacity(form.what), form.names(), bool(form.is_offered))
    kinds.put_kind(session, data, staff.actor, now)


@router.get("/{what}/{code}")
def ask(
    request: Request,
    what: str,
    code: str,
    staff: CityHallManager,
    pages: ThePages,
    database: TheDatabase,
) -> Response:
    """Show one to be renamed."""
    with database.read() as session:
        there = _found(session, what, code)
        offered = "1" if getattr(there, "is_offered", True) else ""
        names = {one: there.names.get(one, "") for one in _LANGUAGES}
        form = NamesForm(what=what, is_offered=offered, **names)
        return _page(request, pages, session, staff, form, there=there)


@router.post("/{what}/{code}")
def change(
    request: Request,
    what: str,
    code: str,
    staff: CityHallManager,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    form: Annotated[NamesForm, Form()],
) -> Response:
    """Rename one, or offer a kind no longer."""
    problems = _problems(language_of(request), form)
    with database.write() as session:
        there = _found(session, what, code)
        if problems:
            return _page(request, pages, session, staff, form, problems, there=there)
        if isinstance(there, TargetGroupRow):
            kinds.rename_group(session, there.id, form.names(), staff.actor, now)
        else:
            data = KindData(there.capacity, form.names(), bool(form.is_offered))
            kinds.put_kind(session, data, staff.actor, now, there.code)
    return RedirectResponse("/desk/kinds", HTTPStatus.SEE_OTHER)


_KINDS = tuple(one for one in Capacity if one is not Capacity.CITIZEN)


def _problems(words: Words, form: NamesForm) -> Problems:
    problems = too_long(words, form, _LONGEST)
    if not form.nl.strip():
        problems["nl"] = words("kinds.problem_name")
    return problems


def _found(session: Session, what: str, code: str) -> OrganisationKind | TargetGroupRow:
    there: OrganisationKind | TargetGroupRow | None = None
    if what == _GROUP and code.isascii() and code.isdigit():
        there = session.get(TargetGroupRow, int(code))
    elif what == "kind":
        there = session.get(OrganisationKind, code)
    if there is None:
        raise NotFound("kind")
    return there


def _page(
    request: Request,
    pages: Pages,
    session: Session,
    staff: StaffMember,
    form: NamesForm,
    problems: Problems | None = None,
    *,
    there: OrganisationKind | TargetGroupRow | None = None,
) -> Response:
    words = language_of(request)
    found = organisations.kinds(session, only_offered=False)
    where = "/desk/kinds"
    if isinstance(there, TargetGroupRow):
        where += f"/{_GROUP}/{there.id}"
    elif there is not None:
        where += f"/kind/{there.code}"
    return pages.show(
        request,
        "staff_kinds.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        kinds=[(one, in_language(one.names, words.code)) for one in found],
        groups=[(one.id, in_language(one.names, words.code)) for one in grouping.groups(session)],
        options=[(_GROUP, words("target.group"))]
        + [(one.value, words(f"capacity_one.{one}")) for one in _KINDS],
        form=form,
        problems=problems or {},
        where=where,
        there=there,
        is_kind=not isinstance(there, TargetGroupRow),
    )
