"""Revoking certificates, and the list that tells the broker.

Mosquitto refuses *everybody* once its list is past `nextUpdate`: the list is renewed daily and
counts for a week, so that a long weekend without anybody changes nothing.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import Field, StringConstraints

from contracts.bodies import Body, UnixSeconds
from contracts.errors import Malformed
from provisioning import files
from provisioning.ca import Ca, issued
from provisioning.certificates import common_name, revocation_list
from provisioning.errors import ProvisioningError, Unusable

CRL = "crl.pem"
LIFE = timedelta(days=7)
_REVOKED = "revoked.json"


class Why(StrEnum):
    """Why a certificate counts no longer."""

    LOST = "lost"
    """Stolen, cloned or lost: somebody else may have the key."""
    REPLACED = "replaced"
    RETIRED = "retired"


_FLAGS = {
    Why.LOST: x509.ReasonFlags.key_compromise,
    Why.REPLACED: x509.ReasonFlags.superseded,
    Why.RETIRED: x509.ReasonFlags.cessation_of_operation,
}


class Revocation(Body):
    """One certificate that counts no longer."""

    serial: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,40}$")]
    name: Annotated[str, StringConstraints(max_length=64)]
    at: UnixSeconds
    why: Why

    def entry(self) -> x509.RevokedCertificate:
        """Return its line in the list."""
        return (
            x509.RevokedCertificateBuilder()
            .serial_number(int(self.serial, 16))
            .revocation_date(datetime.fromtimestamp(self.at, UTC))
            .add_extension(x509.CRLReason(_FLAGS[self.why]), critical=False)
            .build()
        )


class Revocations(Body):
    """`revoked.json`."""

    revoked: Annotated[tuple[Revocation, ...], Field(max_length=100_000)]


def revoke(ca: Ca, who: str, why: Why, now: datetime) -> list[Revocation]:
    """Revoke every certificate of a name, or the one with a serial number; renew the list.

    Returns:
        What was revoked now; what already was is not in it.

    Raises:
        ProvisioningError: nothing of that name or number was ever issued.

    """
    with files.locked(ca.folder):
        meant = [one for one in issued(ca.folder) if who in {common_name(one), _hex(one)}]
        if not meant:
            raise ProvisioningError(f"This CA never issued a certificate for {who[:64]!r}.")
        known = revocations(ca.folder)
        new = [
            Revocation(serial=_hex(one), name=common_name(one), at=int(now.timestamp()), why=why)
            for one in meant
            if _hex(one) not in {had.serial for had in known}
        ]
        files.replace(ca.folder / _REVOKED, Revocations(revoked=(*known, *new)).to_bytes())
        _write(ca, now)
    return new


def renew(ca: Ca, now: datetime) -> x509.CertificateRevocationList:
    """Write the list anew; safe to run as often as wanted."""
    with files.locked(ca.folder):
        return _write(ca, now)


def revocations(folder: Path) -> tuple[Revocation, ...]:
    """Return what was revoked.

    Raises:
        Unusable: the file is damaged. Nothing may be signed then: a list without its entries would
            let revoked units in again.

    """
    path = folder / _REVOKED
    if not path.exists():
        return ()
    try:
        return Revocations.parse(files.read(path, "revoked certificates")).revoked
    except Malformed as error:
        raise Unusable(f"{path} is damaged: {error}. Restore it from a backup.") from error


def read_list(folder: Path) -> x509.CertificateRevocationList:
    """Return the newest list of a CA.

    Raises:
        Unusable: there is none, or it is damaged.

    """
    path = folder / CRL
    try:
        return x509.load_pem_x509_crl(files.read(path, "a revocation list"))
    except ValueError as error:
        raise Unusable(f"{path} holds no revocation list.") from error


def _write(ca: Ca, now: datetime) -> x509.CertificateRevocationList:
    entries = [one.entry() for one in revocations(ca.folder)]
    made = revocation_list(entries, ca.issuer, _next_number(ca.folder, now), now, LIFE)
    files.replace(ca.folder / CRL, made.public_bytes(Encoding.PEM))
    return made


def _next_number(folder: Path, now: datetime) -> int:
    """Return a number above the last one, also when a backup was restored meanwhile."""
    try:
        last = read_list(folder).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except (Unusable, x509.ExtensionNotFound):
        last = 0
    return max(last + 1, int(now.timestamp()))


def _hex(certificate: x509.Certificate) -> str:
    return f"{certificate.serial_number:x}"
