"""hallpass-provision: the commands, and how the program ends.

0 done - 1 it could not be done - 2 the command line is wrong - 3 passphrase missing, weak or wrong -
4 something is there already - 5 a file is missing or not what it should be - 6 central refused.
"""

import os
import sys
from typing import Annotated

import typer

from provisioning.commands import broker, ca, floor_reset, keys, keyset, root, units
from provisioning.errors import ProvisioningError

app = typer.Typer(
    help="Make a city's root, certificates and signing keys, its broker and its door units.",
    epilog=(
        "A new city, in this order: root create, keys create, keyset sign and cosign, ca create,"
        " ca broker, broker config, ca central, units create, units register.\n\n"
        "Exit codes: 0 done; 1 could not be done; 2 wrong command line; 3 passphrase missing, weak or"
        " wrong; 4 something is there already and stays; 5 a file is missing or not what it should be;"
        " 6 central refused or cannot be reached.\n\n"
        "Example: hallpass-provision root create --out root"
    ),
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # passphrases are among them
)
for name, group in (
    ("root", root.app),
    ("keys", keys.app),
    ("keyset", keyset.app),
    ("floor-reset", floor_reset.app),
    ("ca", ca.app),
    ("broker", broker.app),
    ("units", units.app),
):
    app.add_typer(group, name=name)


def _say_version(asked: bool) -> None:
    if asked:
        from provisioning.release import VERSION

        typer.echo(f"hallpass-provision {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which release."),
    ] = False,
) -> None:
    """Read what stands before the command."""


def main() -> None:
    """Run the program; a refusal is one sentence and an exit code of `errors.ExitCode`."""
    os.umask(0o077)
    try:
        app()
    except ProvisioningError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
