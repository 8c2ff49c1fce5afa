"""`hallpass-provision keyset`: which keys count, signed by the root."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from contracts.keyset import KeyEntry, KeySet, RootKeys, root_key_id
from provisioning import files, keysets, root, signing_keys, words
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
from provisioning.keysets import Draft

app = typer.Typer(help="Key sets: which keys count, where and until when.", no_args_is_help=True)

NewRoot = Annotated[
    Path | None,
    typer.Option(help="root.json of a new root. Keys of the old and of the new one must sign."),
]


@app.command(
    epilog="Example: hallpass-provision keyset sign --keys key-requests-1.json --root root.json"
    " --root-key /media/anna/root-1.pem --out keyset.json"
)
def sign(  # noqa: PLR0913 - an option each
    *,
    root_file: RootFile,
    root_key: RootKeyFiles,
    out: Annotated[Path, typer.Option(help="The file to write; it must not exist.")],
    keys: Annotated[
        list[Path] | None,
        typer.Option(help="What `keys create` asks the root to sign, as often as needed."),
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(help="The key set in force. Only the very first has none.")
    ] = None,
    drop: Annotated[
        list[int] | None,
        typer.Option(help="Number of a key that shall count no longer, as often as needed."),
    ] = None,
    new_root: NewRoot = None,
    passphrase_file: PassphraseFiles = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Draw up the next key set and sign it with one or more root keys.

    Keys of the previous key set stay in it until they count no longer. Too few signatures? The file
    is written all the same: another holder adds one with `keyset cosign`, on another computer.
    Passphrases: --passphrase-file, HALLPASS_ROOT_PASSPHRASE_<n> for root-<n>.pem,
    HALLPASS_ROOT_PASSPHRASE for all, or a question.
    """
    files.require_absent([out])
    old, now = root.read(root_file), utc_now()
    new = root.read(new_root) if new_root else old
    before = keysets.read_complete(previous, old) if previous else None
    requests = [signing_keys.read_request(path) for path in keys or ()]
    if not (requests or drop or new != old):
        raise ProvisioningError("Nothing would change: give --keys, --drop or --new-root.")
    entries = [entry for one in requests for entry in one.keys]
    body = keysets.draw_up(before, entries, drop or (), new, now)
    _show_before_signing(
        [
            *(f"Request with fingerprint {one.fingerprint}" for one in requests),
            *_changes(before, body.keys),
            *(words.key(entry, now) for entry in body.keys),
            *words.root(new),
        ],
        ask=not (yes or as_json),
    )
    opened = root.open_keys(root_key, root_sources(root_key, passphrase_file), [old, new])
    draft = keysets.sign(before, body, opened, now)
    files.write_new(out, draft.raw)
    _tell(draft, out, old, as_json=as_json)


@app.command(
    epilog="Example: hallpass-provision keyset cosign keyset.json --root root.json"
    " --root-key /media/bert/root-2.pem"
)
def cosign(
    keyset: Annotated[Path, typer.Argument(help="What `keyset sign` wrote; signed in place.")],
    *,
    root_file: RootFile,
    root_key: RootKeyFiles,
    new_root: NewRoot = None,
    passphrase_file: PassphraseFiles = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Add signatures to a key set that somebody else drew up, after reading what it says."""
    old, now = root.read(root_file), utc_now()
    new = root.read(new_root) if new_root else old
    with files.locked(keyset.parent):
        draft = keysets.read(keyset, [old])
        if draft.body.root not in (old, new):
            raise ProvisioningError(
                "This key set brings another root. If that is meant, give its root.json as --new-root."
            )
        _show_before_signing(words.keyset(draft, now), ask=not (yes or as_json))
        opened = root.open_keys(root_key, root_sources(root_key, passphrase_file), [old, new])
        signed = keysets.cosign(draft, opened)
        files.replace(keyset, signed.raw)
    _tell(signed, keyset, old, as_json=as_json)


@app.command(epilog="Example: hallpass-provision keyset show keyset.json --root root.json")
def show(
    keyset: Annotated[Path, typer.Argument(help="A key set, complete or not.")],
    *,
    root_file: Annotated[
        Path | None, typer.Option("--root", help="root.json, to prove who signed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell who may sign what until when."""
    trusted = root.read(root_file) if root_file else None
    draft = keysets.read(keyset, [trusted] if trusted else [])
    if trusted is None:
        proof = "Signed as it says itself; --root root.json would prove it."
    else:
        proof = _state(draft, trusted)
    answer(
        {**_data(draft, trusted), "keys": words.keys_as_data(draft.body.keys)},
        [*words.keyset(draft, utc_now()), proof],
        as_json=as_json,
    )


def _changes(before: KeySet | None, keys: Sequence[KeyEntry]) -> list[str]:
    kept = {entry.id for entry in keys}
    gone = sorted((before.keys.keys() if before else set()) - kept)
    return [f"Key {number} counts no longer." for number in gone]


def _show_before_signing(lines: list[str], *, ask: bool) -> None:
    """Let a holder read what the key is for; programs and pipes cannot answer and are not asked."""
    if ask and is_terminal():
        confirm(lines)


def _tell(draft: Draft, path: Path, old: RootKeys, *, as_json: bool) -> None:
    next_step = (
        f"Bring {path} to central: hallpass-central keys import {path}"
        if draft.is_complete(old)
        else f"Bring {path} to another holder: hallpass-provision keyset cosign {path} ..."
    )
    lines = [_state(draft, old), next_step]
    answer({"file": str(path), **_data(draft, old)}, lines, as_json=as_json)


def _state(draft: Draft, trusted: RootKeys) -> str:
    if draft.is_complete(trusted):
        return f"Key set {draft.number} is complete: enough root keys signed it."
    missing = [
        f"{lacking} more of the {whose} keys"
        for whose, lacking in (
            ("root's", draft.lacking(trusted)),
            ("new root's", 0 if draft.body.root == trusted else draft.lacking(draft.body.root)),
        )
        if lacking
    ]
    return f"Key set {draft.number} is NOT complete: it needs {' and '.join(missing)}."


def _data(draft: Draft, trusted: RootKeys | None) -> dict[str, object]:
    return {
        "number": draft.number,
        "issued": draft.issued_at.isoformat(),
        "signers": sorted(draft.signers),
        "root": [root_key_id(one) for one in draft.body.root.keys],
        "threshold": draft.body.root.threshold,
        "complete": None if trusted is None else draft.is_complete(trusted),
    }
