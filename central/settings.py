"""What a city sets: environment variables HALLPASS_*, or files for what is secret.

Any setting can come from a file, the way containers hand over secrets: HALLPASS_SECRET_FILE gives
HALLPASS_SECRET. `hallpass-central init` writes the secret of a new city to `<data>/secret`.
"""

import os
import re
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as SourceError

PREFIX = "HALLPASS_"
DEMO_SECRET = "this-secret-is-public-and-only-for-the-demo"  # noqa: S105 - refused outside the demo
_LEAST_SECRET = 32  # characters
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


KEPT = {"secret": "secret", "keys_passphrase": "keys-passphrase"}
"""Files in the data folder from which settings come when nothing else gives them."""


BROKER_IDENTITY = ("central.key", "central.crt", "ca.crt")
"""Files in the folder that makes central itself at the broker."""


SPECIMEN_IBAN = "BE71096123456769"
"""The number that banks print on examples; the demo asks for transfers to it."""


def is_iban(text: str) -> bool:
    """Tell whether a number, without spaces, can be that of a bank account (ISO 13616)."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", text):
        return False
    return int("".join(str(int(one, 36)) for one in text[4:] + text[:4])) % 97 == 1


class SettingsError(Exception):
    """The settings do not allow a start; the message says which and what to do, line by line."""


def data_folder() -> Path:
    """Return the folder of this city, before the settings can be read."""
    return Path(os.environ.get(f"{PREFIX}DATA", "data"))


class FromFiles(EnvSettingsSource):
    """HALLPASS_<NAME>_FILE, and the files of `KEPT`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the content of the file of one setting, if there is one."""
        del field
        named = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if named is None and field_name in KEPT:
            kept = data_folder() / KEPT[field_name]
            named = str(kept) if kept.is_file() else None
        if not named:
            return None, field_name, False
        try:
            return Path(named).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as error:
            message = f"{PREFIX}{field_name.upper()}_FILE: {error}"
            raise SettingsError(message) from error


class Settings(BaseSettings):
    """Everything that differs between two cities, or between a city and the demo."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    demo: bool = False
    """The simulated mailbox, bank and doors are on; the secret may be the public one."""
    city: str = "Hallpass"
    """The city's name, on every page."""
    base_url: str = "http://127.0.0.1:8000"
    """Where people find central; links in messages begin with it."""
    zone: str = "Europe/Brussels"
    """IANA zone of the city; a site may have its own."""
    data: Path = Path("data")
    """Folder of the default database and of central's own files."""
    database_url: SecretStr = SecretStr("")
    """`postgresql+psycopg://...`; empty: SQLite in `data`."""
    secret: SecretStr = SecretStr("")
    """Signs links; whoever knows it can act as any renter."""
    previous_secret: SecretStr = SecretStr("")
    """Still accepted in links, so that changing the secret breaks none on paper."""
    keys: Path | None = None
    """Folder of the signing keys; `keys` in `data` when empty."""
    keys_passphrase: SecretStr = SecretStr("")
    """Opens the key files."""
    root: Path | None = None
    """File with the root's public keys; `root.json` in `data` when empty."""
    hold_minutes: int = Field(default=15, ge=1, le=120)
    """How long a chosen time is kept for somebody who has not confirmed."""
    pass_days: int = Field(default=4, ge=1, le=14)
    """How many days before the use its renter is sent the pass; at once for later bookings."""
    duty_phone: str = Field(default="", max_length=40)
    """Who is called when a door stays shut; stands on the pass and on the door's display. Empty: only what
    hangs at the door."""
    staff_without_clock: bool = False
    """Whether passes of staff and for emergencies open doors that do not know the time."""
    grace_minutes: int = Field(default=0, ge=0, le=1440)
    """How long any pass opens a door that lost the time; 0: not at all."""
    largest_request: int = Field(default=1_000_000, ge=10_000)
    """Bytes of a request's body."""
    largest_upload: int = Field(default=40_000_000, ge=1_000_000)
    """Bytes of a request's body where photos are sent: five of a good phone."""
    worker: bool = True
    """Whether `serve` also does the background work (else `hallpass-central worker` does)."""
    smtp_host: str = ""
    """The mail server; empty: the demo's mailbox, else the one on this machine."""
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    """The usual one of `smtp_security` when empty."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection to the mail server is protected; `none` only on this machine."""
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    """Opens the mail server; empty: it knows us by our address."""
    smtp_sender: str = ""
    """Address that mail comes from; empty: `noreply@` and the host of `base_url`."""
    iban: str = ""
    """The city's account, for transfers; empty: nobody can pay by transfer (the demo has a specimen)."""
    account_name: str = ""
    """Whose account that is; empty: the city's name."""
    broker_host: str = ""
    """The MQTT broker, by a name in its certificate; empty: units are not reached."""
    broker_port: int = Field(default=8883, ge=1, le=65535)
    broker_identity: Path | None = None
    """Folder that makes central itself at the broker, from `hallpass-provision`."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments, then the environment, then files."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, FromFiles(settings_cls)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError) as error:
            message = f"there is no time zone {name!r}; an example: Europe/Brussels"
            raise ValueError(message) from error

    @field_validator("base_url")
    @classmethod
    def _url_is_one(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            message = f"{url!r} is not the address of a website; an example: https://zalen.stad.be"
            raise ValueError(message)
        return url.rstrip("/")

    @field_validator("iban")
    @classmethod
    def _iban_is_one(cls, text: str) -> str:
        plain = "".join(text.split()).upper()
        if plain and not is_iban(plain):
            message = f"{text!r} is not the number of an account; an example: {SPECIMEN_IBAN}"
            raise ValueError(message)
        return plain

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.demo:
            return self
        secret = self.secret.get_secret_value()
        if not secret:
            message = "no secret: run `hallpass-central init`, or set HALLPASS_SECRET_FILE"
            raise ValueError(message)
        if secret == DEMO_SECRET or len(secret) < _LEAST_SECRET:
            message = f"the secret is public or shorter than {_LEAST_SECRET} characters"
            raise ValueError(message)
        if not self.is_https and urlsplit(self.base_url).hostname not in _LOOPBACK:
            message = (
                f"people would send passwords over {self.base_url}: HALLPASS_BASE_URL needs https"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _mail_is_protected(self) -> Self:
        if self.smtp_security == "none" and self.smtp_host not in {"", *_LOOPBACK}:
            message = (
                f"mail would travel openly to {self.smtp_host}:"
                " HALLPASS_SMTP_SECURITY needs starttls or tls"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _broker_is_complete(self) -> Self:
        if bool(self.broker_host) != bool(self.broker_identity):
            message = (
                "HALLPASS_BROKER_HOST and HALLPASS_BROKER_IDENTITY go together: one is not set"
            )
            raise ValueError(message)
        for name in BROKER_IDENTITY if self.broker_identity else ():
            path = Path(self.broker_identity or "", name)
            if not os.access(path, os.R_OK):
                message = (
                    f"HALLPASS_BROKER_IDENTITY: {path} cannot be read;"
                    " `hallpass-provision ca central` makes such a folder"
                )
                raise ValueError(message)
        return self

    @property
    def is_https(self) -> bool:
        """Whether people reach central over TLS."""
        return self.base_url.startswith("https:")

    @property
    def account(self) -> str:
        """The account that transfers go to; empty: there is none."""
        return self.iban or (SPECIMEN_IBAN if self.demo else "")

    @property
    def mail_sender(self) -> str:
        """The address that mail comes from."""
        return self.smtp_sender or f"noreply@{urlsplit(self.base_url).hostname}"

    @property
    def key_folder(self) -> Path:
        """Where the signing keys are."""
        return self.keys or self.data / "keys"

    @property
    def root_file(self) -> Path:
        """Where the root's public keys are."""
        return self.root or self.data / "root.json"

    @property
    def secrets(self) -> list[str]:
        """The secrets that count, the one to sign with last."""
        current = self.secret.get_secret_value() or DEMO_SECRET
        previous = self.previous_secret.get_secret_value()
        return [previous, current] if previous else [current]

    @property
    def database(self) -> str:
        """The URL of the database."""
        return (
            self.database_url.get_secret_value()
            or f"sqlite:///{self.data.absolute() / 'central.db'}"
        )


def load(**overrides: object) -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: something is missing or wrong.

    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type] # pydantic checks them
    except ValidationError as error:
        lines = (_line(one["loc"], one["msg"]) for one in error.errors())
        raise SettingsError("\n".join(lines)) from error
    except SourceError as error:
        raise SettingsError(str(error.__cause__ or error)) from error


def _line(where: tuple[int | str, ...], message: str) -> str:
    says = message.removeprefix("Value error, ")
    return f"{PREFIX}{str(where[0]).upper()}: {says}" if where else f"Settings: {says}"
