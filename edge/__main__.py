"""hallpass-door: run a door unit, read images, explain passes, look at the journal."""

import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edge.errors import EdgeError

if TYPE_CHECKING:
    from edge.config import DoorUnitConfig

DEFAULT_CONFIG = Path("/etc/hallpass/door_unit.toml")
REQUEST = Path("floor-request.json")
NOTHING_READ = "-"

app = typer.Typer(
    help="The program of a door unit: reads passes, decides without a network, opens the door.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
journal_app = typer.Typer(
    help="The unit's own record, asked of the running program.", no_args_is_help=True
)
app.add_typer(journal_app, name="journal")

Config = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="HALLPASS_DOOR_CONFIG", help="The unit's configuration file."
    ),
]


def _say_version(asked: bool) -> None:
    if asked:
        from edge.release import VERSION

        typer.echo(f"hallpass-door {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which release."),
    ] = False,
) -> None:
    """Read what stands before the command."""


AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


@app.command()
def run(
    config: Config = DEFAULT_CONFIG,
    verbose: Annotated[
        bool, typer.Option(help="Log what happens, not only what is wrong.")
    ] = False,
) -> None:
    """Run the door until SIGTERM or Ctrl-C.

    Needs the identity folder that enrolment or `hallpass-provision units create` made. Tells systemd
    when it is ready and that it lives.
    """
    from edge.assembly import door_unit, stop_on_signals

    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    with door_unit(_config(config)) as controller:
        stop_on_signals(controller)
        controller.run()


@app.command()
def read(
    images: Annotated[list[Path], typer.Argument(help="Image files.")],
    any_text: Annotated[
        bool, typer.Option("--any", help="Accept every QR text, not only passes.")
    ] = False,
) -> None:
    """Print what the decoder reads in each image, one line an image, `-` for nothing.

    Example: hallpass-door read pass.png photo.jpg
    """
    from contracts.credential import looks_like_credential
    from edge.drivers.decode import decode
    from edge.drivers.frames import load_gray

    def anything(text: str) -> bool:
        return bool(text)

    failed = False
    for path in images:
        try:
            text = decode(load_gray(path), anything if any_text else looks_like_credential)
        except EdgeError as error:
            typer.echo(f"{path}: {error}", err=True)
            text, failed = None, True
        typer.echo(NOTHING_READ if text is None else _one_line(text))
    if failed:
        raise typer.Exit(2)


@app.command()
def verify(
    text: Annotated[str, typer.Argument(help="What is in the QR code: HP1:... ('-' reads stdin)")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Explain a pass field by field, and say what this door would answer to it now.

    The fields are what the pass says of itself; only the answer of the running unit is proven. Ends
    with 0 when it would open, 1 when not, 2 when the unit does not run.
    """
    from edge.explanation import explain, verdict_words

    pass_text = sys.stdin.read().removesuffix("\n") if text == "-" else text
    fields = explain(pass_text)
    answer: dict[str, Any]
    try:
        answer = next(_ask(config, "verify", text=pass_text), {})
    except EdgeError as error:
        answer = {"answer": "unknown", "detail": str(error)}
    if as_json:
        typer.echo(json.dumps({"fields": dict(fields), **answer}, ensure_ascii=False))
    else:
        for name, words in fields:
            typer.echo(f"{name:<16} {words}")
        typer.echo(verdict_words(answer))
    raise typer.Exit({"granted": 0, "denied": 1}.get(answer.get("answer", ""), 2))


@app.command()
def status(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Say how the running unit is: door, faults in words, documents, journal."""
    from edge.explanation import status_lines

    found = next(_ask(config, "status"))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in status_lines(found):
        typer.echo(line)


@app.command("self-test")
def self_test(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Let the running unit test itself without moving the lock. Ends with 1 if a part is not right."""
    findings = list(_ask(config, "self_test"))
    for one in findings:
        if as_json:
            typer.echo(json.dumps(one, ensure_ascii=False))
        else:
            typer.echo(f"{'ok ' if one['ok'] else 'NOT'}  {one['name']:<10} {one['words']}")
    if not all(one["ok"] for one in findings):
        raise typer.Exit(1)


@app.command("floor-reset")
def floor_reset(
    document: Annotated[
        Path | None, typer.Argument(help="What `hallpass-provision floor-reset` signed.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    begin: Annotated[
        bool, typer.Option("--begin", help="Write what the root has to sign.")
    ] = False,
    out: Annotated[
        Path, typer.Option(help="With --begin: the file to write; a new one.")
    ] = REQUEST,
) -> None:
    """Bring back a time, or document numbers, that were set wrongly and block this unit.

    Begin here, carry the file to the holders of the root keys, and bring back what they signed within
    fourteen days. The unit must run. Everything but the key set is then fetched anew from central.

    Example: hallpass-door floor-reset --begin, and days later: hallpass-door floor-reset signed.json
    """
    if begin is (document is not None):
        raise typer.BadParameter("Give --begin, or the file that was signed.")
    from edge.asking_for_reset import begin_reset, bring_reset

    def ask(name: str, **arguments: str) -> dict[str, Any]:
        return next(_ask(config, name, **arguments))

    for line in begin_reset(ask, out) if document is None else bring_reset(ask, document):
        typer.echo(line)


@journal_app.command("list")
def list_entries(
    config: Config = DEFAULT_CONFIG,
    most: Annotated[int, typer.Option(min=1, max=50, help="How many of the newest entries.")] = 40,
    as_json: AsJson = False,
) -> None:
    """List the newest entries."""
    from edge.explanation import entry_line

    rows = _ask(config, "journal", newest=True, most=most)
    next(rows)
    for row in rows:
        typer.echo(row["event"] if as_json else entry_line(json.loads(row["event"])))


@journal_app.command()
def check(config: Config = DEFAULT_CONFIG) -> None:
    """Check the hash chain of every entry that is still on the unit. Ends with 1 if it is broken."""
    from edge.explanation import first_broken_in

    _say_chain(*first_broken_in(_export(config), "the running unit"))


@journal_app.command()
def export(
    config: Config = DEFAULT_CONFIG,
    output: Annotated[Path | None, typer.Option(help="A file; standard output without.")] = None,
) -> None:
    """Write every entry with its hash as JSON lines; the first line says where the chain begins."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in _export(config))
    if output is None:
        sys.stdout.writelines(lines)
        return
    with output.open("w", encoding="utf-8") as file:
        file.writelines(lines)
    typer.echo(f"Written to {output}. Check it with: hallpass-door journal verify-export {output}")


@journal_app.command("verify-export")
def verify_export(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What export wrote.")],
) -> None:
    """Check the chain in an exported file, also on another computer. Ends with 1 if it is broken."""
    from edge.explanation import first_broken_in

    with file.open(encoding="utf-8") as lines:
        _say_chain(*first_broken_in(map(json.loads, lines), str(file)))


def _export(config: Path) -> Iterator[dict[str, Any]]:
    """Yield the beginning of the chain and every entry, page by page: the door goes on meanwhile."""
    page = _ask(config, "journal")
    begin = next(page)
    yield begin
    after, last = begin["after"], begin["last"]
    while after < last:
        rows = list(page)
        if not rows:
            return
        yield from rows
        after = rows[-1]["seq"]
        page = _ask(config, "journal", after=after)
        next(page)


def _say_chain(broken: int | None, count: int) -> None:
    if broken is not None:
        typer.echo(f"The chain is broken at entry {broken}.")
        raise typer.Exit(1)
    typer.echo(f"{count} entries follow from each other.")


def _config(path: Path) -> "DoorUnitConfig":
    from edge.config import read_config

    return read_config(path)


def _ask(config: Path, name: str, **arguments: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON value
    from edge.drivers.control import ask

    return ask(_config(config).control_socket, name, **arguments)


def _one_line(text: str) -> str:
    """Return a text that stays on one line; a pass is printed as it is."""
    return text if text.isprintable() else json.dumps(text, ensure_ascii=False)


def main() -> None:
    """Run the program; what cannot work is one sentence and exit code 2."""
    os.umask(0o077)
    try:
        app()
    except EdgeError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
