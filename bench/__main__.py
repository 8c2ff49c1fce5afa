"""./hallpass bench: measure, print the table, write build/bench.json."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
PHOTOS = ROOT.parent / "shared" / "data" / "qr-photos"

app = typer.Typer(add_completion=False)


def _say_version(asked: bool) -> None:
    if asked:
        from edge.release import VERSION

        typer.echo(f"hallpass bench {VERSION}")
        raise typer.Exit


@app.command()
def bench(
    names: Annotated[
        list[str] | None, typer.Argument(help="Only rows whose name contains one of these.")
    ] = None,
    photos: Annotated[
        Path | None,
        typer.Option(help="Folder of photos of QR codes, each with its text in a .txt beside it."),
    ] = None,
    output: Annotated[Path, typer.Option(help="Where the rows are written.")] = BUILD
    / "bench.json",
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which release."),
    ] = False,
) -> None:
    """Measure Hallpass against its budgets, each beside a reference measured in the same run.

    Ends with 1 when a row misses its target. Example: ./hallpass bench decode --photos ~/photos
    """
    from bench.options import Options
    from bench.running import run
    from bench.table import table, write

    if photos is not None and not photos.is_dir():
        sys.exit(f"there is no folder {photos}")
    BUILD.mkdir(exist_ok=True)
    # Beside the repository, not in /tmp: memory would write faster than a disk.
    with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
        rows = run(names or [], Options(photos or _usual_photos(), Path(scratch)), print)
    if not rows:
        sys.exit(f"nothing is called {' or '.join(names or [])}, or it could not be measured")
    print(table(rows))
    write(output, rows)
    if missed := [row.name for row in rows if row.ok is False]:
        sys.exit(f"not ok: {', '.join(missed)}")


def _usual_photos() -> Path | None:
    return PHOTOS if PHOTOS.is_dir() else None


if __name__ == "__main__":
    app()
