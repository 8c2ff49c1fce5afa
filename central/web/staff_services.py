"""Page for administrators: the city's services, which own halls and have staff of their own."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts import services
from central.accounts.principals import Admin
from central.accounts.services import ServiceNameInUse
from central.accounts.sessions import StaffMember
from central.dependencies import Now, TheDatabase
from central.web.forms import is_email
from central.web.language import language_of
from central.web.pages import Pages, ThePages
from central.web.typed import Problems, Texts, beside, too_long

router = APIRouter(prefix="/desk/services", include_in_schema=False)
_LONGEST: Texts = {"name": 120, "email": 254, "phone": 40}


class ServiceForm(BaseModel):
    """A city service, as typed."""

    name: str = ""
    email: str = ""
    phone: str = ""
    is_active: str = ""


@router.get("")
def show(request: Request, staff: Admin, pages: ThePages, database: TheDatabase) -> Response:
    """List the services, with a form for a new one."""
    with database.read() as session:
        return _page(request, pages, session, staff, ServiceForm(is_active="1"))


@router.post("")
def add(
    request: Request,
    staff: Admin,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    form: Annotated[ServiceForm, Form()],
) -> Response:
    """Add a service."""
    return _put(request, pages, database, staff, form, now, None)


@router.get("/{service_id}")
def ask(
    request: Request, service_id: int, staff: Admin, pages: ThePages, database: TheDatabase
) -> Response:
    """Show a service to be changed."""
    with database.read() as session:
        there = services.service_of(session, service_id)
        form = ServiceForm(
            name=there.name,
            email=there.email,
            phone=there.phone,
            is_active="1" if there.is_active else "",
        )
        return _page(request, pages, session, staff, form, service_id=service_id)


@router.post("/{service_id}")
def change(
    request: Request,
    service_id: int,
    staff: Admin,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    form: Annotated[ServiceForm, Form()],
) -> Response:
    """Change a service."""
    return _put(request, pages, database, staff, form, now, service_id)


def _put(
    request: Request,
    pages: Pages,
    database: TheDatabase,
    staff: StaffMember,
    form: ServiceForm,
    now: Now,
    service_id: int | None,
) -> Response:
    words = language_of(request)
    problems = too_long(words, form, _LONGEST)
    if not form.name.strip():
        problems["name"] = words("services.problem_name")
    if form.email.strip() and not is_email(form.email):
        problems["email"] = words("problem.email")
    if not problems:
        try:
            with database.write() as session:
                services.put_service(
                    session,
                    services.ServiceData(form.name, form.email, form.phone, bool(form.is_active)),
                    staff.actor,
                    now,
                    service_id=service_id,
                )
            return RedirectResponse("/desk/services", HTTPStatus.SEE_OTHER)
        except ServiceNameInUse as error:
            problems = beside(words, error, "name")
    with database.read() as session:
        return _page(request, pages, session, staff, form, problems, service_id=service_id)


def _page(
    request: Request,
    pages: Pages,
    session: Session,
    staff: StaffMember,
    form: ServiceForm,
    problems: Problems | None = None,
    *,
    service_id: int | None = None,
) -> Response:
    return pages.show(
        request,
        "staff_services.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        services=services.all_services(session),
        form=form,
        problems=problems or {},
        service_id=service_id,
    )
