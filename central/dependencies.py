"""What any route may ask for: the database, the settings, the time. `create_app` provides them."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from central.clock import Clock
from central.database import Database
from central.settings import Settings


def provided_database(request: Request) -> Database:
    """Return the application's database."""
    return cast("Database", request.app.state.database)


def provided_settings(request: Request) -> Settings:
    """Return the application's settings."""
    return cast("Settings", request.app.state.settings)


def provided_now(request: Request) -> datetime:
    """Return the moment of this request."""
    clock = cast("Clock", request.app.state.clock)
    return clock()


async def provided_body(request: Request) -> bytes:
    """Return the body as it was sent; the guard limits it."""
    return await request.body()


TheDatabase = Annotated[Database, Depends(provided_database)]
TheSettings = Annotated[Settings, Depends(provided_settings)]
Now = Annotated[datetime, Depends(provided_now)]
RawBody = Annotated[bytes, Depends(provided_body)]
