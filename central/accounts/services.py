"""City services: departments that own halls and set their rules. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts.models import CityService
from central.audit.service import record
from central.errors import CentralError, NotFound


class ServiceNameInUse(CentralError):
    """Another city service has this name."""

    status = HTTPStatus.CONFLICT
    code = "service_name_in_use"
    sentence = "There is a city service with this name already."


@dataclass(frozen=True, slots=True)
class ServiceData:
    """What is told of a city service; the fields mean what they mean in `models.CityService`."""

    name: str
    email: str = ""
    phone: str = ""
    is_active: bool = True


def all_services(session: Session, *, only_active: bool = False) -> Sequence[CityService]:
    """Return the city services, by name."""
    found = select(CityService).order_by(CityService.name)
    return session.scalars(found.where(CityService.is_active) if only_active else found).all()


def service_of(session: Session, service_id: int) -> CityService:
    """Return a city service.

    Raises:
        NotFound: there is none.

    """
    service = session.get(CityService, service_id)
    if service is None:
        raise NotFound("city service")
    return service


def service_named(session: Session, name: str) -> CityService:
    """Return the city service with a name.

    Raises:
        NotFound: there is none.

    """
    service = session.scalar(select(CityService).where(CityService.name == name.strip()))
    if service is None:
        raise NotFound("city service")
    return service


def put_service(
    session: Session,
    data: ServiceData,
    actor: str,
    now: datetime,
    *,
    service_id: int | None = None,
) -> CityService:
    """Add a city service, or give one new contents.

    Raises:
        NotFound: there is none with this number.
        ServiceNameInUse: another one has the name.

    """
    name = data.name.strip()
    same = select(CityService.id).where(CityService.name == name, CityService.id != service_id)
    if service_id is None:
        same = select(CityService.id).where(CityService.name == name)
    if session.scalar(same) is not None:
        raise ServiceNameInUse(field="name")
    service = CityService() if service_id is None else service_of(session, service_id)
    before = _facts(service)
    service.name, service.email, service.phone = name, data.email.strip(), data.phone.strip()
    service.is_active = data.is_active
    session.add(service)
    session.flush()
    action = "service.added" if service_id is None else "service.changed"
    subject = f"service:{service.id}"
    record(session, actor, action, subject, now, before=before, after=_facts(service))
    return service


def _facts(service: CityService) -> dict[str, object]:
    return {name: getattr(service, name) for name in ("name", "email", "phone", "is_active")}
