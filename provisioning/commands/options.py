"""Options that several commands share, and how they answer: words for people, JSON for programs."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from provisioning.ca import INTERMEDIATE_KEY, Ca, open_ca
from provisioning.passphrases import Source
from provisioning.private_keys import read_encrypted

CA_VARIABLE = "HALLPASS_CA_PASSPHRASE"
CA_ROOT_VARIABLE = "HALLPASS_CA_ROOT_PASSPHRASE"

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object, for programs.")]
CaFolder = Annotated[
    Path, typer.Option("--ca", help="Folder that `ca create` made.", file_okay=False)
]
RootFile = Annotated[Path, typer.Option("--root", help="root.json: the root's public keys.")]
Out = Annotated[Path, typer.Option("--out", help="Folder to write to; made if it is not there.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="File whose one line is the passphrase. Without it: the environment, then a question.",
    ),
]
Days = Annotated[int, typer.Option(min=1, max=825, help="How long the certificate counts.")]


def open_with_passphrase(folder: Path, passphrase_file: Path | None) -> Ca:
    """Return the CA in a folder, opened with its passphrase."""
    read_encrypted(folder / INTERMEDIATE_KEY)
    return open_ca(folder, ca_passphrase(passphrase_file).of_existing())


def ca_passphrase(passphrase_file: Path | None) -> Source:
    """Return where the passphrase of the CA's intermediate key comes from."""
    return Source("the CA's intermediate key", (CA_VARIABLE,), passphrase_file)


def days(number: int) -> timedelta:
    """Return a number of days."""
    return timedelta(days=number)


def answer(data: dict[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    """Tell what was done: the data to a program, the lines to a person."""
    if as_json:
        typer.echo(json.dumps(data, indent=2, default=str))
        return
    for line in lines:
        typer.echo(line)


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as wide as the terminal."""
    columns = [Column(one, overflow="fold") for one in headings]
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, markup=False).print(table)
