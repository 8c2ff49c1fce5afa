"""What the routes of feedback ask for: the photos, and a count of who reports."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from central.accounts.throttle import Throttle, connection_of
from central.database import Database
from central.dependencies import TheSettings
from central.feedback.who import REPORT_ABOUT, REPORT_FROM
from central.photos import PhotoStore


def provided_photos(settings: TheSettings) -> PhotoStore:
    """Return the city's photos."""
    return PhotoStore(settings.data)


def take_turn(
    request: Request, database: Database, throttle: Throttle, about: str, now: datetime
) -> None:
    """Count one more report from this connection, about one link's subject.

    Raises:
        TooOften: more than people would.

    """
    with database.write() as session:
        who = connection_of(request.client and request.client.host)
        throttle.take(session, REPORT_FROM, who, now)
        throttle.take(session, REPORT_ABOUT, about, now)


def picture(content: bytes) -> Response:
    """Return a kept photo as an answer, which no browser takes for anything else."""
    headers = {"Content-Disposition": 'inline; filename="photo.jpg"'}
    return Response(content, media_type="image/jpeg", headers=headers)


ThePhotos = Annotated[PhotoStore, Depends(provided_photos)]
