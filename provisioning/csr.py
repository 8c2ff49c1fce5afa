"""A unit's request for a certificate (PKCS#10): which unit, which key, and that it holds the key."""

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.x509.oid import NameOID

from provisioning import files
from provisioning.errors import Unusable


def read(path: Path) -> tuple[str, EllipticCurvePublicKey]:
    """Return the common name and the key of a request. Everything else it asks for is ignored.

    Raises:
        Unusable: no request, not signed with its own key, no P-256 key, or not exactly one name.

    """
    raw = files.read(path, "a request for a certificate")
    try:
        request = x509.load_pem_x509_csr(raw)
        key, is_signed = request.public_key(), request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Unusable(f"{path} is no request for a certificate.") from error
    if not is_signed:
        raise Unusable(f"{path} was not signed with the key it names.")
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise Unusable(f"{path} asks for another key than P-256.")
    names = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1:
        raise Unusable(f"{path} does not name one unit.")
    return str(names[0].value), key
