"""The demo's bank: a provider whose every answer a person chooses on a page. No real city has it.

It keeps its own files, as a bank elsewhere would keep its own books, and signs what it tells.
"""

import fcntl
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from central.errors import NotFound
from central.payments.provider import (
    CallbackRefused,
    Charge,
    GivenBack,
    Report,
    Standing,
    Started,
    Told,
)
from central.settings import Settings

NAME = "simulated-bank"
OLDEST = timedelta(minutes=5)
"""A callback that was signed longer ago is refused, and so cannot be replayed later."""
SIGNATURE, SIGNED_AT = "bank-signature", "bank-signed-at"
_REFERENCE = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


class OnlyInDemo(Exception):
    """Somebody tried to have a simulated bank in a real city."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the bank knows of one charge."""

    reference: str
    cents: int
    says: str
    return_url: str
    standing: Standing = Standing.PENDING
    paid_cents: int = 0
    given_back: tuple[tuple[str, int], ...] = ()
    """Keys and amounts."""


@dataclass(frozen=True, slots=True)
class Callback:
    """What the bank sends to central."""

    headers: Mapping[str, str]
    body: bytes


class SimulatedBank:
    """Plays a provider of online payments."""

    name = NAME

    def __init__(self, settings: Settings) -> None:
        """Open the bank's books in the data folder.

        Raises:
            OnlyInDemo: this is a real city.

        """
        if not settings.demo:
            raise OnlyInDemo
        self._folder = settings.data / NAME
        self._base_url = settings.base_url

    def start(self, charge: Charge) -> Started:
        """Let somebody pay; asked again with the same reference, it is the same charge."""
        with self._alone():
            if not self._path(charge.reference).exists():
                made = Account(charge.reference, charge.cents, charge.says, charge.return_url)
                self._write(made)
        page = f"{self._base_url}/demo/bank/{charge.reference}"
        return Started(f"sim-{charge.reference}", page)

    def read(self, reference: str) -> Report:
        """Return how a payment stands; one that was never started is pending."""
        try:
            one = self.account(reference)
        except NotFound:
            return Report(Standing.PENDING)
        return Report(one.standing, one.paid_cents)

    def told(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told:
        """Return what a callback is about.

        Raises:
            CallbackRefused: not signed by this bank, or too long ago.

        """
        signed_at = headers.get(SIGNED_AT, "")
        given = headers.get(SIGNATURE, "")
        if not hmac.compare_digest(self._sign(signed_at, body).encode(), given.encode()):
            raise CallbackRefused
        # Signed by us: the rest has our form.
        at = datetime.fromtimestamp(int(signed_at), UTC)
        if abs(now - at) > OLDEST:
            raise CallbackRefused
        return Told(json.loads(body)["reference"])

    def give_back(self, reference: str, cents: int, key: str) -> GivenBack:
        """Give money back; with the same key once. More than was paid is refused."""
        with self._alone():
            one = self.account(reference)
            known = dict(one.given_back)
            if key in known:
                return GivenBack.DONE
            if sum(known.values()) + cents > one.paid_cents:
                return GivenBack.REFUSED
            self._write(replace(one, given_back=(*one.given_back, (key, cents))))
        return GivenBack.DONE

    def account(self, reference: str) -> Account:
        """Return what the bank knows of a charge.

        Raises:
            NotFound: nothing.

        """
        path = self._path(reference)
        if not path.exists():
            raise NotFound("payment")
        given = json.loads(path.read_text(encoding="utf-8"))
        backs = tuple((key, cents) for key, cents in given.pop("given_back"))
        return Account(**given | {"standing": Standing(given["standing"]), "given_back": backs})

    def decide(self, reference: str, standing: Standing, cents: int | None = None) -> Account:
        """Play what the payer and the bank do; what is paid stays paid."""
        with self._alone():
            one = self.account(reference)
            if one.standing is Standing.PAID:
                return one
            paid = (one.cents if cents is None else cents) if standing is Standing.PAID else 0
            one = replace(one, standing=standing, paid_cents=paid)
            self._write(one)
            return one

    def callback(self, reference: str, standing: Standing, now: datetime) -> Callback:
        """Return what the bank tells central; `standing` may be an old one, told out of order."""
        body = json.dumps({"reference": reference, "standing": standing}).encode()
        at = str(int(now.timestamp()))
        return Callback({SIGNED_AT: at, SIGNATURE: self._sign(at, body)}, body)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let nobody else write in the books, in this process or another."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _sign(self, at: str, body: bytes) -> str:
        return hmac.new(self._secret(), at.encode() + b"." + body, sha256).hexdigest()

    def _secret(self) -> bytes:
        path = self._folder / "secret"
        with self._alone():
            if not path.exists():
                path.touch(mode=0o600)
                path.write_bytes(secrets.token_bytes(32))
            return path.read_bytes()

    def _path(self, reference: str) -> Path:
        if not reference or not _REFERENCE.issuperset(reference):
            raise NotFound("payment")
        return self._folder / f"{reference}.json"

    def _write(self, one: Account) -> None:
        new = self._folder / f"{one.reference}.new"
        new.write_text(json.dumps(asdict(one)), encoding="utf-8")
        new.rename(self._path(one.reference))
