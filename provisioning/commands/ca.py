"""`hallpass-provision ca`: certificates of broker, central and door units."""

from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from provisioning import ca, crl, csr, files, identity, words
from provisioning.certificates import common_name
from provisioning.clock import utc_now
from provisioning.commands.options import (
    CA_ROOT_VARIABLE,
    AsJson,
    CaFolder,
    Days,
    Out,
    PassphraseFile,
    answer,
    ca_passphrase,
    days,
    open_with_passphrase,
    show_table,
)
from provisioning.crl import Why
from provisioning.passphrases import Source

app = typer.Typer(help="The CA: who may connect to the broker.", no_args_is_help=True)


@app.command(
    epilog="Example: hallpass-provision ca create --out ca --root-key-to /media/safe --city Teststad"
)
def create(
    *,
    out: Out,
    city: Annotated[str, typer.Option(help="The city's name, as it stands in certificates.")],
    root_key_to: Annotated[
        Path | None,
        typer.Option(help="Folder for the root's key, such as a stick. Default: <out>/offline."),
    ] = None,
    root_passphrase_file: Annotated[
        Path | None, typer.Option(help="File with the passphrase of the root's key.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a root CA, whose key is locked away, and an intermediate CA that works every day.

    Passphrases: HALLPASS_CA_ROOT_PASSPHRASE and HALLPASS_CA_PASSPHRASE (or <NAME>_FILE), the files
    given, or questions.
    """
    offline = root_key_to or out / "offline"
    ca.require_possible(out, offline, city)
    of_root = Source("the root CA's key", (CA_ROOT_VARIABLE,), root_passphrase_file).of_new()
    ca.create(out, offline, city, of_root, ca_passphrase(passphrase_file).of_new(), utc_now())
    answer(
        {"ca": str(out), "certificate": str(out / ca.ROOT_CERTIFICATE), "root_key": str(offline)},
        [
            f"Made the CA of {city} in {out}.",
            f"Take {offline / ca.ROOT_KEY} away from this computer and lock it up.",
            "It is needed again only for a new intermediate CA.",
        ],
        as_json=as_json,
    )


@app.command(
    epilog="Example: hallpass-provision ca broker --ca ca --host broker.stad.be --host 10.0.0.5"
    " --out /etc/hallpass/broker"
)
def broker(
    *,
    ca_folder: CaFolder,
    host: Annotated[
        list[str],
        typer.Option(
            help="Name or address under which units reach the broker, as often as needed."
        ),
    ],
    out: Out,
    valid_days: Days = 397,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Make the broker's key and certificate, and bring it the CA and its revocation list."""
    opened = open_with_passphrase(ca_folder, passphrase_file)
    made = identity.make_broker(out, host, opened, utc_now(), days(valid_days))
    _tell_made(made, out, as_json=as_json)


@app.command(
    epilog="Example: hallpass-provision ca central --ca ca --out /var/lib/hallpass/broker-identity"
)
def central(
    *,
    ca_folder: CaFolder,
    out: Out,
    valid_days: Days = 397,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Make central's key and certificate for the broker (its HALLPASS_BROKER_IDENTITY)."""
    opened = open_with_passphrase(ca_folder, passphrase_file)
    made = identity.make_central(out, opened, utc_now(), days(valid_days))
    _tell_made(made, out, as_json=as_json)


@app.command(
    epilog="Example: hallpass-provision ca unit --ca ca --request u-abcdefgh.csr --out u-abcdefgh.crt"
)
def unit(
    *,
    ca_folder: CaFolder,
    request: Annotated[Path, typer.Option(help="PKCS#10 request, signed with the unit's own key.")],
    out: Annotated[Path, typer.Option(help="The file to write; it must not exist.")],
    valid_days: Days = 397,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Issue the certificate that a unit asks for, with the key that it keeps."""
    files.require_absent([out])
    name, key = csr.read(request)
    opened = open_with_passphrase(ca_folder, passphrase_file)
    made, chain = opened.issue_unit(name, key, utc_now(), days(valid_days))
    files.write_new(out, chain)
    _tell_made(made, out, as_json=as_json)


@app.command(
    "crl", epilog="Example: hallpass-provision ca crl --ca ca --out /etc/hallpass/broker/crl.pem"
)
def renew_list(
    *,
    ca_folder: CaFolder,
    out: Annotated[
        Path | None, typer.Option(help="Also write the list to this file, for the broker.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Renew the revocation list. Run it every day; it counts for seven.

    When the list runs out the broker refuses EVERYBODY. Have the broker read it anew afterwards:
    systemctl reload mosquitto.
    """
    opened = open_with_passphrase(ca_folder, passphrase_file)
    _tell_list(crl.renew(opened, utc_now()), out, [], as_json=as_json)


@app.command(
    epilog="Example: hallpass-provision ca revoke u-abcdefgh --ca ca --why lost"
    " --out /etc/hallpass/broker/crl.pem"
)
def revoke(
    who: Annotated[str, typer.Argument(help="A unit's id, `central`, a host, or a serial number.")],
    *,
    ca_folder: CaFolder,
    why: Annotated[Why, typer.Option(help="What happened.")],
    out: Annotated[
        Path | None, typer.Option(help="Also write the list to this file, for the broker.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Take certificates back for good, and renew the revocation list.

    A unit that is connected stays so until it reconnects: `units retire` makes central refuse it at
    once, whatever the broker does.
    """
    opened = open_with_passphrase(ca_folder, passphrase_file)
    revoked = crl.revoke(opened, who, why, utc_now())
    lines = [f"Revoked {one.serial} of {one.name}." for one in revoked]
    _tell_list(crl.read_list(ca_folder), out, lines or ["It was revoked already."], as_json=as_json)


@app.command(epilog="Example: hallpass-provision ca show --ca ca")
def show(*, ca_folder: CaFolder, as_json: AsJson = False) -> None:
    """List the certificates that were issued, and when they and the revocation list end."""
    root = ca.read_certificate(ca_folder / ca.ROOT_CERTIFICATE)
    issuing = ca.read_certificate(ca_folder / ca.INTERMEDIATE_CERTIFICATE)
    revoked = {one.serial: one for one in crl.revocations(ca_folder)}
    rows = [
        {
            "name": common_name(one),
            "serial": f"{one.serial_number:x}",
            "until": words.moment(one.not_valid_after_utc),
            "revoked": revoked[serial].why.value
            if (serial := f"{one.serial_number:x}") in revoked
            else "",
        }
        for one in ca.issued(ca_folder)
    ]
    ends = {
        "root": words.moment(root.not_valid_after_utc),
        "intermediate": words.moment(issuing.not_valid_after_utc),
        "list": _end_of_list(ca_folder),
    }
    answer(
        {"ends": ends, "issued": rows},
        [f"The {name} counts until {end}." for name, end in ends.items()],
        as_json=as_json,
    )
    if not as_json:
        show_table(
            ["name", "until", "revoked", "serial"],
            [[one["name"], one["until"], one["revoked"], one["serial"]] for one in rows],
        )


def _end_of_list(folder: Path) -> str:
    if not (folder / crl.CRL).exists():
        return "(there is none yet)"
    end = crl.read_list(folder).next_update_utc
    return words.moment(end) if end else "(no end)"


def _tell_made(made: x509.Certificate, out: Path, *, as_json: bool) -> None:
    until = made.not_valid_after_utc
    answer(
        {
            "out": str(out),
            "name": common_name(made),
            "serial": f"{made.serial_number:x}",
            "sha256": identity.fingerprint(made),
            "until": until.isoformat(),
        },
        [
            f"Made the certificate of {common_name(made)} in {out}; it counts until {words.moment(until)}."
        ],
        as_json=as_json,
    )


def _tell_list(
    made: x509.CertificateRevocationList, out: Path | None, lines: list[str], *, as_json: bool
) -> None:
    if out:
        files.replace(out, made.public_bytes(Encoding.PEM))
    until = made.next_update_utc
    answer(
        {"until": until.isoformat() if until else None, "revoked": len(made)},
        [*lines, f"Revoked in all: {len(made)}. The list counts until {until:%Y-%m-%d %H:%M} UTC."],
        as_json=as_json,
    )
