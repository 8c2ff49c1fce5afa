"""Is it alive, can it work: for supervisors and load balancers."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from central import migrations
from central.accounts.principals import Public
from central.dependencies import TheDatabase

router = APIRouter(prefix="/health", tags=["operations"])
_FOR_SUPERVISORS = Public("supervisors and load balancers have no account; nothing is told")


class Health(BaseModel):
    """How central is."""

    ok: bool
    says: str


@router.get("/live", dependencies=[_FOR_SUPERVISORS])
def live() -> Health:
    """Answer as long as the program runs. When this fails, restart it."""
    return Health(ok=True, says="running")


@router.get("/ready", dependencies=[_FOR_SUPERVISORS])
def ready(database: TheDatabase, response: Response) -> Health:
    """Tell whether requests can be served. When this fails, send them elsewhere and wait."""
    try:
        with database.read() as session:
            session.execute(text("SELECT 1"))
        says = "" if migrations.is_current(database) else "run hallpass-central migrate"
    except SQLAlchemyError:
        says = "the database does not answer"
    if says:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return Health(ok=not says, says=says or "ready")
