"""`hallpass-provision keys`: what central signs with."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.keys import KeyPurpose
from provisioning import keysets, signing_keys, words
from provisioning.clock import utc_now
from provisioning.commands.options import AsJson, Out, PassphraseFile, answer
from provisioning.passphrases import Source

app = typer.Typer(help="Central's signing keys.", no_args_is_help=True)


@app.command(
    epilog="Example: hallpass-provision keys create --out /var/lib/hallpass/keys"
    " --passphrase-file /etc/hallpass/keys-passphrase"
)
def create(
    *,
    out: Out,
    purpose: Annotated[
        list[KeyPurpose] | None,
        typer.Option(help="What for, as often as needed. Default: all that central needs."),
    ] = None,
    site: Annotated[
        list[int] | None,
        typer.Option(min=0, max=65535, help="Only for this site, as often as needed."),
    ] = None,
    keyset: Annotated[
        Path | None,
        typer.Option(help="The key set in force, so that no key number is used twice."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Make signing keys in central's key folder, and the request that the root signs.

    Run it where central runs: the private keys never leave it. Carry only key-requests-<n>.json to
    the root's holders. The passphrase is the one central gets (HALLPASS_KEYS_PASSPHRASE, or _FILE).
    """
    now = utc_now()
    taken = [entry.id for entry in keysets.read(keyset).body.keys] if keyset else []
    source = Source("central's signing keys", (signing_keys.VARIABLE,), passphrase_file)
    request, path = signing_keys.create(
        out,
        tuple(purpose or signing_keys.NEEDED),
        taken,
        tuple(site) if site else None,
        source.of_new(),
        now,
    )
    answer(
        {
            "request": str(path),
            "fingerprint": request.fingerprint,
            "keys": words.keys_as_data(request.keys),
        },
        [
            f"Made {len(request.keys)} keys in {out}, and {path} for the root to sign.",
            f"Its fingerprint is {request.fingerprint}: the root's holders must see the same.",
            *(words.key(entry, now) for entry in request.keys),
        ],
        as_json=as_json,
    )
