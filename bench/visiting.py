"""page.p95: the pages on which renters look around and book, in a city with a thousand halls."""

import time
from collections.abc import Iterator
from datetime import timedelta

from pydantic import SecretStr

from bench.a_thousand_halls import NOW, on_disk
from bench.options import Options
from bench.row import Row, at_most
from central.main import create_app
from central.settings import Settings
from tests.central.in_process import client_of

NAMES = ("page.p95",)
_ROUNDS = 12
_MOST_MS = 200.0


def rows(options: Options) -> Iterator[Row]:
    """Measure them: the processor's time of all threads, so that what other programs do is not counted."""
    folder = options.scratch
    on_disk(folder).close()
    settings = Settings(
        demo=True,
        worker=False,
        data=folder,
        database_url=SecretStr(f"sqlite:///{folder / 'thousand.db'}"),
    )
    app = create_app(settings, lambda: NOW)
    taken: list[float] = []
    try:
        with client_of(app, "http://localhost") as client:
            for number in range(_ROUNDS + 1):
                day = (NOW + timedelta(days=20 + number)).date()
                asked = f"day={day}&start=19:00&end=22:00&attendees=10"
                for path in (
                    "/",
                    f"/?{asked}",
                    f"/halls/{1 + number}?{asked}",
                    f"/book?hall={1 + number}&{asked}",
                ):
                    began = time.process_time()
                    answer = client.get(path)
                    seconds = time.process_time() - began
                    answer.raise_for_status()
                    if number:  # what is paid once belongs to nobody
                        taken.append(seconds)
    finally:
        app.state.database.close()
    taken.sort()
    yield at_most("page.p95", taken[int(len(taken) * 0.95)] * 1000, "ms", _MOST_MS)
