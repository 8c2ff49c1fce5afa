"""The CA as a folder: makes it, issues from it, revokes, and renews its revocation list.

<folder>/root.crt            what units and broker trust
<folder>/intermediate.crt    what issues; intermediate.key is its encrypted key
<folder>/crl.pem             the newest revocation list
<folder>/revoked.json        what stands in it
<folder>/issued/<serial>.crt every certificate ever issued
<offline>/ca-root.key        the root's encrypted key, needed again only for a new intermediate
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from contracts.bodies import UNIT_ID
from contracts.documents import CENTRAL
from provisioning import certificates, files
from provisioning.certificates import Issuer
from provisioning.errors import ProvisioningError, Unusable
from provisioning.private_keys import encrypted, read_p256

ROOT_KEY = "ca-root.key"
ROOT_CERTIFICATE = "root.crt"
INTERMEDIATE_KEY = "intermediate.key"
INTERMEDIATE_CERTIFICATE = "intermediate.crt"
_ISSUED = "issued"
_MOST_DAYS = 825
_CITY = re.compile(r"(?=.*[^\W\d_])['\w][\w .,'()/-]{0,38}")


@dataclass(frozen=True, slots=True)
class Ca:
    """An opened CA."""

    folder: Path
    root: x509.Certificate
    issuer: Issuer

    @property
    def trust(self) -> bytes:
        """What clients and broker trust, as PEM."""
        return certificates.pem(self.root)

    def issue_unit(
        self, unit: str, key: EllipticCurvePublicKey, now: datetime, life: timedelta
    ) -> tuple[x509.Certificate, bytes]:
        """Return a unit's certificate, and its chain as PEM."""
        if not re.fullmatch(UNIT_ID, unit):
            raise ProvisioningError(f"{unit[:40]!r} is not the id of a unit: u-…, a-z and 2-7.")
        return self._keep(certificates.client(unit, key, self.issuer, now, _limited(life)))

    def issue_central(
        self, key: EllipticCurvePublicKey, now: datetime, life: timedelta
    ) -> tuple[x509.Certificate, bytes]:
        """Return central's certificate for the broker, and its chain as PEM."""
        return self._keep(certificates.client(CENTRAL, key, self.issuer, now, _limited(life)))

    def issue_server(
        self, hosts: list[str], key: EllipticCurvePublicKey, now: datetime, life: timedelta
    ) -> tuple[x509.Certificate, bytes]:
        """Return a server's certificate for names and addresses, and its chain as PEM."""
        names = [host.lower() for host in hosts]
        return self._keep(certificates.server(names, key, self.issuer, now, _limited(life)))

    def _keep(self, certificate: x509.Certificate) -> tuple[x509.Certificate, bytes]:
        """Note a certificate before anybody has it: what is not in the list cannot be revoked."""
        content = certificates.pem(certificate)
        files.write_new(issued_path(self.folder, certificate.serial_number), content)
        return certificate, content + certificates.pem(self.issuer.certificate)


def require_possible(folder: Path, offline: Path, city: str) -> None:
    """Return when a CA can be made there, before anybody is asked for passphrases.

    Raises:
        AlreadyThere: one of the files exists.
        ProvisioningError: the name cannot stand in a certificate.

    """
    if not _CITY.fullmatch(city):
        raise ProvisioningError(f"{city[:60]!r}: a city's name has 1 to 39 letters and spaces.")
    names = (ROOT_CERTIFICATE, INTERMEDIATE_KEY, INTERMEDIATE_CERTIFICATE)
    files.require_absent([offline / ROOT_KEY, *(folder / name for name in names)])


def create(
    folder: Path, offline: Path, city: str, root_passphrase: str, passphrase: str, now: datetime
) -> None:
    """Make a root and an intermediate; raises as `require_possible`.

    Args:
        folder: where the CA lives.
        offline: where the root's key goes, such as a stick that is then locked away.
        city: the name in the certificates.
        root_passphrase: of the root's key.
        passphrase: of the intermediate's key.
        now: the moment.

    """
    require_possible(folder, offline, city)
    root_key, key = certificates.new_key(), certificates.new_key()
    root = certificates.root(city, root_key, now)
    issuing = certificates.intermediate(city, key.public_key(), Issuer(root, root_key), now)
    # The certificates last: they are what says that the keys are complete.
    files.write_new(offline / ROOT_KEY, encrypted(root_key, root_passphrase))
    files.write_new(folder / INTERMEDIATE_KEY, encrypted(key, passphrase))
    files.write_new(folder / INTERMEDIATE_CERTIFICATE, certificates.pem(issuing))
    files.write_new(folder / ROOT_CERTIFICATE, certificates.pem(root))


def open_ca(folder: Path, passphrase: str) -> Ca:
    """Return the CA in a folder.

    Raises:
        BadPassphrase: the passphrase does not open it.
        Unusable: files are missing, damaged, or do not belong together.

    """
    root = read_certificate(folder / ROOT_CERTIFICATE)
    issuing = read_certificate(folder / INTERMEDIATE_CERTIFICATE)
    key = read_p256(folder / INTERMEDIATE_KEY, passphrase)
    if key.public_key() != issuing.public_key() or not _is_issued_by(issuing, root):
        raise Unusable(f"{folder}: root, intermediate and key do not belong together.")
    return Ca(folder, root, Issuer(issuing, key))


def read_certificate(path: Path) -> x509.Certificate:
    """Return the first certificate in a PEM file.

    Raises:
        Unusable: it is missing or holds none.

    """
    try:
        return x509.load_pem_x509_certificate(files.read(path, "a certificate"))
    except ValueError as error:
        raise Unusable(f"{path} holds no certificate.") from error


def issued(folder: Path) -> list[x509.Certificate]:
    """Return every certificate that was issued, the oldest first."""
    found = [read_certificate(path) for path in sorted((folder / _ISSUED).glob("*.crt"))]
    return sorted(found, key=lambda one: one.not_valid_before_utc)


def issued_path(folder: Path, serial: int) -> Path:
    """Return where a certificate is noted."""
    return folder / _ISSUED / f"{serial:x}.crt"


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _limited(life: timedelta) -> timedelta:
    if not timedelta(0) < life <= timedelta(days=_MOST_DAYS):
        raise ProvisioningError(f"A certificate counts for 1 to {_MOST_DAYS} days.")
    return life
