"""./hallpass demo and ./hallpass demo-check."""

import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from demo.processes import DemoFailed

HOME = Path(__file__).parents[1] / "build" / "demo"

app = typer.Typer(add_completion=False, help="A small city on this computer, with doors to open.")


def _say_version(asked: bool) -> None:
    if asked:
        from edge.release import VERSION

        typer.echo(f"hallpass demo {VERSION}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    fresh: Annotated[bool, typer.Option(help="Forget the city of an earlier start.")] = False,
    small: Annotated[bool, typer.Option(help="Only the two buildings with doors.")] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which release."),
    ] = False,
) -> None:
    """Start the city and keep it up until Ctrl-C. Its data is kept for the next time."""
    if context.invoked_subcommand is None:
        from demo.showing import show

        show(HOME, fresh=fresh, small=small)


@app.command()
def check() -> None:
    """Play the story without a person; ends with 0 only if every step happened."""
    from demo.checking import check_story

    with tempfile.TemporaryDirectory(prefix="hallpass-demo-") as folder:
        check_story(Path(folder))


def main() -> None:
    """Run; what cannot go on is said in words."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # programs end with their `with`
    try:
        app()
    except DemoFailed as error:
        print(f"\nThe demo cannot go on: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
