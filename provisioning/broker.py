"""Mosquitto's configuration: mutual TLS, the certificate's name as identity, rights per topic.

Works with Debian's Mosquitto 2.0.11 and later 2.x. The folder holds everything the broker needs:
mosquitto.conf, acl, server.key, server.crt, ca.crt, crl.pem and data/.
"""

import ipaddress
import re
import string
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from contracts import strict_json
from contracts.documents import CENTRAL
from contracts.topics import CENTRAL_STATE, ROOT, Down, Up
from provisioning import files
from provisioning.errors import ProvisioningError

CONFIG = "mosquitto.conf"
ACL = "acl"
SERVER_KEY = "server.key"
SERVER_CERTIFICATE = "server.crt"
TRUST = "ca.crt"
CRL = "crl.pem"
DATA = "data"
_FILES = (CONFIG, ACL, SERVER_KEY, SERVER_CERTIFICATE, TRUST, CRL, DATA)
_PLAIN_PATH = re.compile(r"/[\w./@+-]+")
_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_TEMPLATE = Path(__file__).with_name("mosquitto.conf.template")


@dataclass(frozen=True, slots=True)
class Listener:
    """Where the broker listens, and as whom it runs."""

    port: int = 8883
    host: str = ""
    """An address of this machine; empty: all of them."""
    user: str = "mosquitto"
    """The account that Mosquitto changes to when root starts it."""
    installed_at: PurePosixPath | None = None
    """Where the broker will find the folder, if elsewhere (a container); None: where it is."""


def write_config(folder: Path, listener: Listener) -> list[Path]:
    """Write mosquitto.conf and acl, anew if they are there; return both.

    Raises:
        ProvisioningError: a value cannot stand in the file.

    """
    config = _config(listener, str(listener.installed_at or folder.absolute()))
    files.make_folder(folder)
    files.make_folder(folder / DATA)
    files.replace(folder / ACL, acl().encode())
    files.replace(folder / CONFIG, config.encode())
    files.hand_over([folder, *(folder / name for name in _FILES)], listener.user)
    return [folder / CONFIG, folder / ACL]


def acl() -> str:
    """Return who may read and write which topic.

    Each kind of topic is named: a unit cannot fill the broker with retained topics of its own making.
    """
    unit = f"{ROOT}/%u"
    lines = [
        "# Who may read and write which topic. %u is the common name of the client's certificate.",
        "# Written by `hallpass-provision broker config`; do not edit.",
        "",
        "# Central writes to units and reads what they say.",
        f"user {CENTRAL}",
        f"topic readwrite {ROOT}/#",
        "",
        "# A unit writes its own topics ...",
        *(f"pattern write {unit}/up/{kind}" for kind in Up),
        "",
        "# ... reads what is for it ...",
        *(f"pattern read {unit}/down/{kind}" for kind in Down),
        "",
        "# ... and whether central is there. (Mosquitto warns that this line has no %u: it is meant so.)",
        f"pattern read {CENTRAL_STATE}",
    ]
    return "\n".join(lines) + "\n"


def _config(listener: Listener, folder: str) -> str:
    if not _PLAIN_PATH.fullmatch(folder):
        raise ProvisioningError(
            f"Mosquitto cannot read from {folder!r}: choose a path without spaces."
        )
    if not _ACCOUNT.fullmatch(listener.user):
        raise ProvisioningError(f"{listener.user[:40]!r} is not the name of an account.")
    template = string.Template(_TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(
        listener=f"{listener.port} {_address(listener.host)}".rstrip(),
        folder=folder,
        user=listener.user,
        largest=strict_json.LARGEST,
    )


def _address(host: str) -> str:
    if not host:
        return ""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        raise ProvisioningError(
            f"{host[:80]!r} is not an address of this machine, such as 127.0.0.1 or 0.0.0.0."
        ) from None
