"""`hallpass-provision floor-reset`: bring back a door unit whose time or numbers were set wrongly."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from contracts.keyset import RootKeys
from provisioning import files, floor_resets, root
from provisioning.clock import utc_now
from provisioning.commands.options import AsJson, RootFile, answer
from provisioning.commands.signing import (
    PassphraseFiles,
    RootKeyFiles,
    Yes,
    confirm,
    is_terminal,
    root_sources,
)
from provisioning.errors import ProvisioningError
from provisioning.floor_resets import Draft

app = typer.Typer(
    help="Resets of a unit's time and numbers, signed by the root. When and how:"
    " docs/operations/wrong-clock.md",
    no_args_is_help=True,
)


@app.command(
    epilog="Example: hallpass-provision floor-reset sign floor-request.json --root root.json"
    " --root-key /media/anna/root-1.pem --out floor-reset.json"
)
def sign(
    request: Annotated[
        Path, typer.Argument(help="What `hallpass-door floor-reset --begin` wrote.")
    ],
    *,
    root_file: RootFile,
    root_key: RootKeyFiles,
    out: Annotated[Path, typer.Option(help="The file to write; it must not exist.")],
    time: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M"],
            help="The time now, UTC, where this computer's clock is ahead: 2026-11-24T12:00.",
        ),
    ] = None,
    passphrase_file: PassphraseFiles = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Draw up a floor reset for one unit and one request, and sign it with one or more root keys.

    Too few signatures? The file is written all the same: another holder adds one with `cosign`.
    Passphrases: as for `keyset sign`.
    """
    files.require_absent([out])
    trusted, now = root.read(root_file), utc_now()
    at = time.replace(tzinfo=UTC) if time else now
    floor_resets.require_possible(at, now)
    asked = floor_resets.read_request(request)
    _ask(floor_resets.asked(asked, at), yes=yes)
    opened = root.open_keys(root_key, root_sources(root_key, passphrase_file), [trusted])
    draft = floor_resets.sign(asked, at, opened, trusted, now)
    files.write_new(out, draft.raw)
    _tell(draft, out, trusted, as_json=as_json)


@app.command(
    epilog="Example: hallpass-provision floor-reset cosign floor-reset.json --root root.json"
    " --root-key /media/bert/root-2.pem"
)
def cosign(
    document: Annotated[
        Path, typer.Argument(help="What `floor-reset sign` wrote; signed in place.")
    ],
    *,
    root_file: RootFile,
    root_key: RootKeyFiles,
    passphrase_file: PassphraseFiles = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Add signatures to a floor reset that somebody else drew up, after reading what it says."""
    trusted = root.read(root_file)
    with files.locked(document.parent):
        draft = floor_resets.read(document, trusted)
        _ask(floor_resets.words(draft), yes=yes)
        opened = root.open_keys(root_key, root_sources(root_key, passphrase_file), [trusted])
        signed = floor_resets.cosign(draft, opened, trusted)
        files.replace(document, signed.raw)
    _tell(signed, document, trusted, as_json=as_json)


@app.command(
    epilog="Example: hallpass-provision floor-reset show floor-reset.json --root root.json"
)
def show(
    document: Annotated[Path, typer.Argument(help="A floor reset, complete or not.")],
    *,
    root_file: RootFile,
    as_json: AsJson = False,
) -> None:
    """Tell what a floor reset says and who signed it."""
    trusted = root.read(root_file)
    draft = floor_resets.read(document, trusted)
    lines = [*floor_resets.words(draft), _state(draft, trusted)]
    answer(_data(draft, trusted), lines, as_json=as_json)


def _ask(lines: list[str], *, yes: bool) -> None:
    """Let a holder read what is signed. This lowers what nothing else may lower: never unasked."""
    if yes:
        return
    if not is_terminal():
        raise ProvisioningError(
            "There is nobody to ask whether this is right. Read it at a terminal, or give --yes."
        )
    confirm(lines)


def _tell(draft: Draft, path: Path, trusted: RootKeys, *, as_json: bool) -> None:
    next_step = (
        f"Bring {path} to another holder: hallpass-provision floor-reset cosign {path} ..."
        if draft.lacking(trusted)
        else f"Bring {path} to the unit: hallpass-door floor-reset {path}"
    )
    lines = [*floor_resets.words(draft), _state(draft, trusted), next_step]
    answer({"file": str(path), **_data(draft, trusted)}, lines, as_json=as_json)


def _state(draft: Draft, trusted: RootKeys) -> str:
    lacking = draft.lacking(trusted)
    if not lacking:
        return "It is complete: enough root keys signed it."
    return f"It is NOT complete: it needs {lacking} more of the root's keys."


def _data(draft: Draft, trusted: RootKeys) -> dict[str, object]:
    return {
        "unit": draft.unit,
        "nonce": draft.body.nonce,
        "certain": floor_resets.moment(draft.body.unix_ms),
        "signers": sorted(draft.signers),
        "complete": not draft.lacking(trusted),
    }
