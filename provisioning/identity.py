"""Identity folders: a unit's (keys, certificate, whom it trusts) and central's for the broker."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from contracts.keyset import RootKeys
from provisioning import broker, certificates, crl, files
from provisioning.ca import Ca
from provisioning.private_keys import plain

SIGNING_KEY = "signing.key"
TLS_KEY = "tls.key"
TLS_CERTIFICATE = "tls.crt"
TRUST = "ca.crt"
ROOT = "root.json"
CENTRAL_KEY = "central.key"
CENTRAL_CERTIFICATE = "central.crt"

_Issue = Callable[[EllipticCurvePublicKey], tuple[x509.Certificate, bytes]]


@dataclass(frozen=True, slots=True)
class UnitIdentity:
    """The public parts of a unit's identity."""

    unit: str
    statement_key: bytes
    """32 bytes of the Ed25519 key that its statements verify with."""
    certificate_sha256: str
    not_after: datetime


def make_unit(
    folder: Path, unit: str, ca: Ca, root: RootKeys, now: datetime, life: timedelta
) -> UnitIdentity:
    """Make a unit's keys and certificate.

    Raises:
        AlreadyThere: the folder holds an identity.

    """
    names = (SIGNING_KEY, TLS_KEY, TLS_CERTIFICATE, TRUST, ROOT)
    files.require_absent(folder / name for name in names)
    signing = Ed25519PrivateKey.generate()
    certificate = _make_tls(
        folder / TLS_KEY,
        folder / TLS_CERTIFICATE,
        lambda key: ca.issue_unit(unit, key, now, life),
    )
    files.write_new(folder / SIGNING_KEY, plain(signing))
    files.write_new(folder / TRUST, ca.trust)
    files.write_new(folder / ROOT, root.to_bytes())
    return UnitIdentity(
        unit=unit,
        statement_key=signing.public_key().public_bytes_raw(),
        certificate_sha256=fingerprint(certificate),
        not_after=certificate.not_valid_after_utc,
    )


def make_central(folder: Path, ca: Ca, now: datetime, life: timedelta) -> x509.Certificate:
    """Make central's key and certificate for the broker; raises as `make_unit`."""
    paths = folder / CENTRAL_KEY, folder / CENTRAL_CERTIFICATE
    files.require_absent([*paths, folder / TRUST])
    certificate = _make_tls(*paths, lambda key: ca.issue_central(key, now, life))
    files.write_new(folder / TRUST, ca.trust)
    return certificate


def make_broker(
    folder: Path, hosts: list[str], ca: Ca, now: datetime, life: timedelta
) -> x509.Certificate:
    """Make the broker's key and certificate, and bring it the CA and its list; as `make_unit`."""
    paths = folder / broker.SERVER_KEY, folder / broker.SERVER_CERTIFICATE
    files.require_absent(paths)
    certificate = _make_tls(*paths, lambda key: ca.issue_server(hosts, key, now, life))
    files.replace(folder / broker.TRUST, ca.trust)
    files.replace(folder / broker.CRL, crl.renew(ca, now).public_bytes(Encoding.PEM))
    return certificate


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate's DER, in hexadecimal."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _make_tls(key_path: Path, certificate_path: Path, issue: _Issue) -> x509.Certificate:
    key = certificates.new_key()
    certificate, chain = issue(key.public_key())
    files.write_new(key_path, plain(key))
    files.write_new(certificate_path, chain)
    return certificate
