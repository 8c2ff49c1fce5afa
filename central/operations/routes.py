"""REST: the interface's own description, and events that could not be delivered."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from central.accounts.principals import Admin, Auditor, Public
from central.dependencies import Now, TheDatabase
from central.outbox import service

router = APIRouter(prefix="/api", tags=["operations"])


class DeadLetterOut(BaseModel):
    """A consequence of an event that was given up after many attempts."""

    event_id: int
    name: str
    reaction: str
    attempts: int
    error: str
    announced_at: datetime
    given_up_at: datetime | None


@router.get(
    "/openapi.json",
    include_in_schema=False,
    dependencies=[Public("whoever writes a program against us reads it; it holds no data")],
)
def openapi(request: Request) -> dict[str, Any]:
    """Describe the interface."""
    description: dict[str, Any] = request.app.openapi()
    return description


@router.get("/v1/dead-letters")
def list_dead_letters(_staff: Auditor, database: TheDatabase) -> list[DeadLetterOut]:
    """List what could not be delivered, the newest first."""
    with database.read() as session:
        return [DeadLetterOut(**asdict(one)) for one in service.dead_letters(session)]


@router.post("/v1/dead-letters/{event_id}/{reaction}/retry", status_code=204)
def retry(event_id: int, reaction: str, _staff: Admin, database: TheDatabase, now: Now) -> None:
    """Let one be tried again from the start."""
    with database.write() as session:
        service.retry(session, event_id, reaction, now)
