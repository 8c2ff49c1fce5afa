"""./hallpass bench-city: a thousand halls and two years of reservations, to measure or to look at."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.a_thousand_halls import build
from central.database import Database

USUAL = Path(__file__).parents[1] / "build" / "thousand"

app = typer.Typer(add_completion=False)


@app.command()
def city(
    folder: Annotated[Path, typer.Argument(help="Where its data goes; it must be new.")] = USUAL,
    url: Annotated[str, typer.Option(help="A PostgreSQL database, instead of SQLite there.")] = "",
) -> None:
    """Make a city of a thousand halls, with a line for each step.

    Example: ./hallpass bench-city, then look at it with
    HALLPASS_DATA=build/thousand HALLPASS_DEMO=true .venv/bin/hallpass-central serve
    """
    path = folder / "central.db"
    if not url and path.exists():
        sys.exit(f"there is a city in {folder} already; remove it or name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    database: Database = build(
        url or f"sqlite:///{path.absolute()}", lambda says: print(says, flush=True)
    )
    database.close()
    if not url:
        print(f"\nLook at it:\n  HALLPASS_DATA={folder} HALLPASS_DEMO=true", end=" ")
        print(".venv/bin/hallpass-central serve")


if __name__ == "__main__":
    app()
