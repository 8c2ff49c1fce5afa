"""python -m edge.simulator: virtual doors, and the page to look at them."""

import signal
import socket
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from edge.errors import EdgeError
from edge.simulator import places

if TYPE_CHECKING:
    from edge.simulator.bench import VirtualDoor

app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)


@app.command()
def serve(
    door: Annotated[
        list[str],
        typer.Option(
            help="NAME=FOLDER, once per door; the folder is the run folder of its unit, whose"
            f" configuration names {places.WIRE} and {places.CAMERA} in it.",
        ),
    ],
    port: Annotated[int, typer.Option(help="Port to listen on; 0 finds a free one.")] = 0,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; another one is for a container that publishes it."
        ),
    ] = "127.0.0.1",
    passes: Annotated[
        str,
        typer.Option(
            help='Address of passes to hold up with one click: [{"label": "…", "png_url": "…"}]',
            envvar="HALLPASS_SIMULATOR_PASSES",
        ),
    ] = "",
) -> None:
    """Be the hardware of doors that do not exist: strike, leaf, lamp, display, camera; with a page."""
    try:
        from edge.simulator.server import serve_doors
    except ModuleNotFoundError as error:
        typer.echo(f"The page needs {error.name}: pip install 'hallpass[all]'", err=True)
        raise typer.Exit(2) from error
    # The server raises a signal again once it has stopped; what is open here shall be closed then.
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, _leave)
    try:
        with ExitStack() as closing:
            doors = _doors(door, closing)
            listening = closing.enter_context(socket.create_server((host, port)))
            serve_doors(doors, listening, passes)
    except (EdgeError, OSError) as error:
        typer.echo(f"The virtual door cannot start: {error}", err=True)
        raise typer.Exit(2) from error


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise typer.Exit


def _doors(wanted: list[str], closing: ExitStack) -> "dict[str, VirtualDoor]":
    from edge.simulator.app import slug_of
    from edge.simulator.bench import VirtualDoor

    doors: dict[str, VirtualDoor] = {}
    for one in wanted:
        name, _, folder = one.partition("=")
        if not name or not folder:
            raise typer.BadParameter(f"{one!r} is not NAME=FOLDER")
        if slug_of(name) in doors:
            raise typer.BadParameter(f"two doors are called {slug_of(name)}")
        made = VirtualDoor(name, Path(folder))
        doors[slug_of(name)] = closing.enter_context(made)
    return doors


if __name__ == "__main__":
    app()
