"""`hallpass-provision units`: door units into service and out of it."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.bodies import UNIT_ID
from provisioning import root, tokens, units
from provisioning.central_client import CentralClient
from provisioning.clock import utc_now
from provisioning.commands.options import (
    AsJson,
    CaFolder,
    Days,
    PassphraseFile,
    RootFile,
    answer,
    days,
    open_with_passphrase,
    show_table,
)
from provisioning.errors import ProvisioningError
from provisioning.units import Enrolment

app = typer.Typer(help="Door units.", no_args_is_help=True)

Central = Annotated[
    str,
    typer.Option("--central", envvar="HALLPASS_CENTRAL", help="Central's address, https://..."),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(help="File with a token of `hallpass-central staff token`; or HALLPASS_TOKEN."),
]


@app.command(
    epilog="Example: hallpass-provision units create --door 12 --ca ca --root root.json"
    " --broker-host broker.stad.be --out unit-12"
)
def create(  # noqa: PLR0913 - an option each
    *,
    door: Annotated[int, typer.Option(min=1, help="The door's number in central.")],
    out: Annotated[Path, typer.Option(help="Folder of the new unit; it must not exist.")],
    ca_folder: CaFolder,
    root_file: RootFile,
    broker_host: Annotated[str, typer.Option(help="Where the unit finds the broker.")],
    broker_port: Annotated[int, typer.Option(min=1, max=65535, help="The broker's port.")] = 8883,
    unit: Annotated[str, typer.Option(help="Its id. Default: a new, random one.")] = "",
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="Further settings of door_unit.toml: table.name=value."),
    ] = None,
    commissioned: Annotated[
        bool, typer.Option("--commissioned", help="It may open the door untested; for trying only.")
    ] = False,
    valid_days: Days = 397,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Enrol a unit without a network: its keys, certificate and configuration in one folder.

    Copy identity/ and door_unit.toml to the unit, delete them here, and `units register` the rest.
    """
    wanted = Enrolment(
        door, broker_host, broker_port, tuple(setting or ()), commissioned, days(valid_days)
    )
    opened = open_with_passphrase(ca_folder, passphrase_file)
    made = units.create(
        out, unit or units.new_unit_id(), wanted, opened, root.read(root_file), utc_now()
    )
    answer(
        {**made.to_json(), "folder": str(out), "registration": str(out / units.REGISTRATION)},
        [
            f"Made unit {made.unit} for door {door} in {out}.",
            f"Next: hallpass-provision units register {out} --central https://...",
        ],
        as_json=as_json,
    )


@app.command(
    epilog="Example: hallpass-provision units register unit-12 --central https://zalen.stad.be"
    " --token-file token"
)
def register(
    registration: Annotated[Path, typer.Argument(help="registration.json, or its folder.")],
    *,
    central: Central,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Tell central about a unit; its configuration and lists follow by themselves."""
    known = units.read_registration(registration)
    with CentralClient(central, tokens.read(token_file)) as client:
        said = client.register(known.to_json())
    tested = "" if known.commissioned else " It opens for nobody until it is commissioned."
    answer(
        said, [f"Unit {known.unit} is in service at door {known.door}.{tested}"], as_json=as_json
    )


@app.command(
    "list",
    epilog="Example: hallpass-provision units list --central https://zalen.stad.be --token-file token",
)
def list_units(*, central: Central, token_file: TokenFile = None, as_json: AsJson = False) -> None:
    """List doors and their units, as central knows them now."""
    with CentralClient(central, tokens.read(token_file)) as client:
        doors = client.doors()
    answer({"doors": doors}, [], as_json=as_json)
    if not as_json:
        names = ("id", "name", "site", "unit", "presence", "since", "software")
        rows = [
            ["" if one.get(name) is None else str(one[name]) for name in names] for one in doors
        ]
        show_table(["door", *names[1:]], rows)


@app.command(
    epilog="Example: hallpass-provision units retire u-abcdefgh --central https://zalen.stad.be"
    " --token-file token"
)
def retire(
    unit: Annotated[str, typer.Argument(help="The unit's id.")],
    *,
    central: Central,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Take a unit out of service: nothing it says counts from now on.

    Also take back its certificate: hallpass-provision ca revoke <unit>.
    """
    if not units.is_unit_id(unit):
        raise ProvisioningError(f"{unit[:40]!r} is not the id of a unit ({UNIT_ID}).")
    with CentralClient(central, tokens.read(token_file)) as client:
        said = client.retire(unit)
    answer(
        said,
        [
            f"Unit {unit} is out of service: central takes nothing from it any more.",
            f"Next: hallpass-provision ca revoke {unit} --why retired (or lost)",
        ],
        as_json=as_json,
    )
