"""X.509 as this city uses it: one root, one intermediate, leaves that are either client or server.

All keys are P-256. A leaf carries exactly one extended key usage, so a unit's certificate can never
stand for the broker, nor the broker's for a unit.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contracts.documents import CENTRAL
from provisioning.errors import ProvisioningError

ROOT_LIFE = timedelta(days=20 * 365)
INTERMEDIATE_LIFE = timedelta(days=5 * 365)
BACKDATED = timedelta(hours=1)
"""A clock that is a little behind must not refuse a new certificate."""
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LONGEST_NAME = 253  # characters, of a host


@dataclass(frozen=True, slots=True)
class Issuer:
    """A CA certificate with its key."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey


def new_key() -> EllipticCurvePrivateKey:
    """Return a new P-256 key."""
    return generate_private_key(SECP256R1())


def pem(*chain: x509.Certificate) -> bytes:
    """Return certificates as PEM, one after the other."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in chain)


def root(city: str, key: EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """Return a self-signed root that may have one level of CA below it."""
    name = _name(f"{city} door units root CA", city)
    builder = _certificate(name, name, key.public_key(), now, ROOT_LIFE)
    return _as_ca(builder, key.public_key(), key.public_key(), 1).sign(key, SHA256())


def intermediate(
    city: str, key: EllipticCurvePublicKey, issuer: Issuer, now: datetime
) -> x509.Certificate:
    """Return a CA that issues leaves only."""
    name = _name(f"{city} door units CA {now:%Y-%m-%d}", city)
    life = min(INTERMEDIATE_LIFE, issuer.certificate.not_valid_after_utc - now)
    builder = _certificate(name, issuer.certificate.subject, key, now, life)
    return _as_ca(builder, key, issuer.key.public_key(), 0).sign(issuer.key, SHA256())


def client(
    common_name: str, key: EllipticCurvePublicKey, issuer: Issuer, now: datetime, life: timedelta
) -> x509.Certificate:
    """Return a client's certificate. The broker takes the common name as user name and client id."""
    names = [x509.UniformResourceIdentifier(urn(common_name))]
    usage = ExtendedKeyUsageOID.CLIENT_AUTH
    return _leaf(common_name, key, issuer, now, life, usage, names)


def server(
    hosts: Sequence[str],
    key: EllipticCurvePublicKey,
    issuer: Issuer,
    now: datetime,
    life: timedelta,
) -> x509.Certificate:
    """Return a server's certificate.

    Args:
        hosts: names and addresses under which clients connect; the first is the common name.
        key: the server's.
        issuer: who signs.
        now: the moment.
        life: how long it counts.

    Raises:
        ProvisioningError: a host is neither a name nor an address.

    """
    names = [_host(host) for host in hosts]
    usage = ExtendedKeyUsageOID.SERVER_AUTH
    return _leaf(hosts[0][:64], key, issuer, now, life, usage, names)


def urn(common_name: str) -> str:
    """Return the URI of a client."""
    return (
        f"urn:hallpass:{CENTRAL}" if common_name == CENTRAL else f"urn:hallpass:unit:{common_name}"
    )


def common_name(certificate: x509.Certificate) -> str:
    """Return the subject's common name, empty when there is none."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def revocation_list(
    revoked: Sequence[x509.RevokedCertificate],
    issuer: Issuer,
    number: int,
    now: datetime,
    life: timedelta,
) -> x509.CertificateRevocationList:
    """Return the issuer's signed list of certificates that count no longer."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - BACKDATED)
        .next_update(now + life)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_issued_with(issuer.key.public_key()), critical=False)
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(one)
    return builder.sign(issuer.key, SHA256())


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        if len(host) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, host.split("."))):
            raise ProvisioningError(
                f"{host[:80]!r} is neither a host name nor an address: letters a-z, digits, '-'"
                " and '.', as in broker.stad.be or 192.168.1.10, without port or https://."
            ) from None
        return x509.DNSName(host)


def _leaf(
    name: str,
    key: EllipticCurvePublicKey,
    issuer: Issuer,
    now: datetime,
    life: timedelta,
    usage: x509.ObjectIdentifier,
    names: Sequence[x509.GeneralName],
) -> x509.Certificate:
    if now + life > issuer.certificate.not_valid_after_utc:
        ends = issuer.certificate.not_valid_after_utc
        raise ProvisioningError(
            f"The CA itself ends on {ends:%Y-%m-%d}: ask for fewer days, or make a new CA."
        )
    return (
        _certificate(_name(name), issuer.certificate.subject, key, now, life)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(is_ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(_issued_with(issuer.key.public_key()), critical=False)
        .sign(issuer.key, SHA256())
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePublicKey,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + life)
    )


def _as_ca(
    builder: x509.CertificateBuilder,
    key: EllipticCurvePublicKey,
    issuer: EllipticCurvePublicKey,
    below: int,
) -> x509.CertificateBuilder:
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=below), critical=True)
        .add_extension(_key_usage(is_ca=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(_issued_with(issuer), critical=False)
    )


def _key_usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _issued_with(key: EllipticCurvePublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _name(common: str, organisation: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(parts)
