"""Put central together: settings, database, routes, background work. Nothing else builds things."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from central import reactions
from central.accounts.links import Links
from central.clock import Clock, utc_now
from central.database import Database
from central.operations import health
from central.outbox.worker import Worker
from central.settings import Settings

Task = Callable[[threading.Event], None]
"""Background work: runs in a thread of its own until the event is set."""
_PATIENCE = 10  # seconds to wait for background work at the end


def create_app(settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """Return the web application; with `settings.worker` it also does the background work."""
    database = Database(settings.database)
    outbox = Worker(database, reactions.reactions(), clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        threads = start([outbox.run], stop) if settings.worker else []
        yield
        stop.set()
        outbox.wake()
        for thread in threads:
            thread.join(_PATIENCE)
        database.close()

    app = FastAPI(
        title="Hallpass",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.clock = clock
    app.state.outbox = outbox
    app.state.links = Links(settings.secrets)
    app.include_router(health.router)
    return app


def start(tasks: list[Task], stop: threading.Event) -> list[threading.Thread]:
    """Start each task in its own thread."""
    threads = [threading.Thread(target=task, args=(stop,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    return threads
