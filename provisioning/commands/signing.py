"""Options and questions of every command by which holders of root keys sign."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from provisioning import root
from provisioning.errors import ProvisioningError
from provisioning.passphrases import Source, sources

RootKeyFiles = Annotated[
    list[Path],
    typer.Option("--root-key", help="A root key's file (root-<n>.pem), as often as there are."),
]
PassphraseFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--passphrase-file",
        help="Passphrase of the root keys: once for all, or once per --root-key, in order.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Sign without asking whether it is right.")]


def root_sources(paths: list[Path], given: list[Path] | None) -> list[Source]:
    """Return where the passphrase of each root key comes from."""
    names = [str(path) for path in paths]
    return sources(names, lambda index: root.variables(paths[index]), given or [])


def is_terminal() -> bool:
    """Tell whether there is somebody to ask."""
    return sys.stdin.isatty()


def confirm(lines: Sequence[str]) -> None:
    """Show what is to be signed, and go on only when somebody says that it is right.

    Raises:
        ProvisioningError: nobody said so.

    """
    for line in lines:
        typer.echo(line, err=True)
    if not typer.confirm("Is this right? Sign it", err=True):
        raise ProvisioningError("Nothing was signed.")
