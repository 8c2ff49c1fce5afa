"""`hallpass-provision root`: the keys that stand above all others."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.keyset import RootKeys, root_key_id
from provisioning import keysets, root, words
from provisioning.commands.options import AsJson, Out, answer
from provisioning.errors import ProvisioningError, Unusable
from provisioning.passphrases import sources

app = typer.Typer(
    help="Root keys: sign the key set, stay offline. How a city makes them: docs/operations/ceremony.md",
    no_args_is_help=True,
)


@app.command(
    epilog="Example: hallpass-provision root create --out root --key-to /media/anna"
    " --key-to /media/bert --key-to /media/chris"
)
def create(
    *,
    out: Out,
    keys: Annotated[int, typer.Option(min=1, max=root.MOST_KEYS, help="How many keys.")] = 3,
    threshold: Annotated[int, typer.Option(min=1, help="How many of them must sign.")] = 2,
    key_to: Annotated[
        list[Path] | None,
        typer.Option(help="Folder for one key (a holder's stick), once per key. Default: --out."),
    ] = None,
    passphrase_file: Annotated[
        list[Path] | None,
        typer.Option(help="File with a passphrase: once for all keys, or once per key, in order."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the city's root keys: root.json (public), and one encrypted file per key.

    Passphrases come from --passphrase-file, from HALLPASS_ROOT_PASSPHRASE_1 .. _9 (one per key) or
    HALLPASS_ROOT_PASSPHRASE (all), each also as <NAME>_FILE, or are asked for.
    """
    folders = key_to or [out] * keys
    if len(folders) != keys:
        raise ProvisioningError(f"--key-to was given {len(folders)} times for {keys} keys.")
    names = [Path(root.key_name(number)) for number in range(1, keys + 1)]
    asked = sources(
        [f"root key {number} of {keys}" for number in range(1, keys + 1)],
        lambda index: root.variables(names[index]),
        passphrase_file or [],
    )
    root.require_possible(folders, out, threshold)
    made = root.create(folders, out, threshold, [one.of_new() for one in asked])
    files = [str(folder / name) for folder, name in zip(folders, names, strict=True)]
    answer(
        {"root": str(out / root.ROOT), "keys": files, **_data(made)},
        [
            f"Made {out / root.ROOT} (public: goes to central and into every door unit) and",
            *(f"  {file}  for one holder, with its passphrase kept elsewhere" for file in files),
            *words.root(made),
        ],
        as_json=as_json,
    )


@app.command(epilog="Example: hallpass-provision root show root/root.json")
def show(
    file: Annotated[Path, typer.Argument(help="root.json, or a key set.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Tell which keys the root has and how many must sign; compare it with what is on paper."""
    try:
        found = root.read(file)
    except Unusable as error:
        try:
            found = keysets.read(file).body.root
        except Unusable:
            raise error from None
    answer(_data(found), words.root(found), as_json=as_json)


def _data(found: RootKeys) -> dict[str, object]:
    return {"threshold": found.threshold, "kids": [root_key_id(one) for one in found.keys]}
