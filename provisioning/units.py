"""Offline enrolment: everything a new door unit needs, in one folder, and what central must know.

    <folder>/identity/          copied to the unit: keys, certificate, whom it trusts
    <folder>/door_unit.toml     copied to the unit, beside identity/
    <folder>/registration.json  for central; holds nothing secret

The unit's private keys leave this folder only to the unit: copy it over, then delete it here.
"""

import base64
import json
import re
import secrets
import shutil
import tempfile
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from contracts.bodies import UNIT_ID, Body, Digest, PublicKey, UnitId
from contracts.errors import Malformed
from contracts.keyset import RootKeys
from provisioning import files, identity
from provisioning.ca import Ca
from provisioning.errors import AlreadyThere, ProvisioningError, Unusable
from provisioning.identity import UnitIdentity

IDENTITY = "identity"
CONFIG = "door_unit.toml"
REGISTRATION = "registration.json"
_ID_BYTES = 10  # 16 characters: nobody guesses an id, and two are never the same
_SETTING = re.compile(r"(?:[a-z]+\.)?[a-z_]+")


class Registration(Body):
    """What central's `POST /api/v1/units` takes."""

    unit: UnitId
    door: Annotated[int, Field(ge=1)]
    statement_key: PublicKey
    certificate_sha256: Digest
    commissioned: bool = False


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a unit is to become."""

    door: int
    broker_host: str
    broker_port: int
    settings: tuple[str, ...] = ()
    """Further lines of its configuration, as `table.name=value`."""
    commissioned: bool = False
    """Whether it may open the door before anybody tested it there."""
    life: timedelta = timedelta(days=397)
    """Of its certificate. Somebody must come with a new one before it ends."""


def new_unit_id() -> str:
    """Return the random id of a new unit."""
    return f"u-{base64.b32encode(secrets.token_bytes(_ID_BYTES)).decode().lower().rstrip('=')}"


def is_unit_id(text: str) -> bool:
    """Tell whether a text has the form of a unit's id."""
    return re.fullmatch(UNIT_ID, text) is not None


def create(
    folder: Path, unit: str, wanted: Enrolment, ca: Ca, root: RootKeys, now: datetime
) -> Registration:
    """Make the folder of a new unit, complete or not at all.

    Raises:
        AlreadyThere: the folder exists and is not empty.
        ProvisioningError: a setting cannot stand in the configuration.

    """
    config = config_text(unit, wanted)
    files.make_folder(folder.parent)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AlreadyThere(f"{folder} is there already and stays as it is. Choose another folder.")
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        found = identity.make_unit(made / IDENTITY, unit, ca, root, now, wanted.life)
        registration = _registration(found, wanted)
        files.write_new(made / CONFIG, config.encode())
        files.write_new(made / REGISTRATION, registration.to_bytes())
        made.replace(folder)
    except OSError as error:
        raise ProvisioningError(f"{folder} cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return registration


def read_registration(path: Path) -> Registration:
    """Return what central must know of a unit.

    Args:
        path: the file, or the folder that `units create` made.

    Raises:
        Unusable: it is missing or something else.

    """
    file = path / REGISTRATION if path.is_dir() else path
    try:
        return Registration.parse(files.read(file, "the registration of a unit"))
    except Malformed as error:
        raise Unusable(f"{file} is no registration of a unit: {error}.") from error


def config_text(unit: str, wanted: Enrolment) -> str:
    """Return door_unit.toml.

    Raises:
        ProvisioningError: a setting is not `name=value` or `table.name=value`.

    """
    tables: dict[str, dict[str, str]] = {
        "": {"unit": _quoted(unit), "identity": _quoted(IDENTITY)},
        "broker": {"host": _quoted(wanted.broker_host), "port": str(wanted.broker_port)},
    }
    for setting in wanted.settings:
        name, equals, value = setting.partition("=")
        if not equals or not _SETTING.fullmatch(name):
            raise ProvisioningError(f"{setting[:60]!r} is not a setting: table.name=value.")
        table, _, key = name.rpartition(".")
        tables.setdefault(table, {})[key] = _toml_value(value)
    return "\n".join(_table(name, lines) for name, lines in tables.items())


def _registration(made: UnitIdentity, wanted: Enrolment) -> Registration:
    return Registration(
        unit=made.unit,
        door=wanted.door,
        statement_key=made.statement_key.hex(),
        certificate_sha256=made.certificate_sha256,
        commissioned=wanted.commissioned,
    )


def _table(name: str, lines: dict[str, str]) -> str:
    head = (
        f"[{name}]\n"
        if name
        else "# Where things are on this machine; all names: edge/config.py.\n"
    )
    return head + "".join(f"{key} = {value}\n" for key, value in lines.items())


def _toml_value(value: str) -> str:
    """Return a number, boolean or quoted text as it is, and anything else as text."""
    try:
        found = tomllib.loads(f"value = {value}")
    except tomllib.TOMLDecodeError:
        return _quoted(value)
    return value if found.keys() == {"value"} and "\n" not in value else _quoted(value)


def _quoted(text: str) -> str:
    if not text.isprintable():
        raise ProvisioningError(f"{text[:60]!r} has characters that no setting has.")
    return json.dumps(text, ensure_ascii=False)
