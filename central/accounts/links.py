"""Signed links: whoever holds one may do one kind of thing with one thing, until a moment. Pure.

A link needs no row, so it can be printed; it ends by its own date. What it opens is looked up each
time, so a cancelled reservation's link shows just that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from http import HTTPStatus

from itsdangerous import BadData, URLSafeSerializer

from central.errors import CentralError


class LinkPurpose(StrEnum):
    """What the holder of a link may do. A link of one purpose is worth nothing for another."""

    ORDER = "order"
    """See, confirm, move and cancel the reservations of one order; the subject is its reference."""
    PASS = "pass"  # noqa: S105 - a pass, not a password
    """See the pass of one reservation; the subject is the reservation's reference."""
    USE = "use"
    """Tell about one use of a hall: its state, defects, how it was; the reservation's reference."""
    HALL_SHEET = "hall-sheet"
    """Report a defect of one hall, from the sheet that hangs in it; the subject is its number."""
    DEFECT = "defect"
    """See what happens with a defect that one reported; the subject is its reference."""
    SENT_PHOTOS = "sent-photos"
    """Photos that a form sent and that wait for the rest of it; the subject is their hashes."""


class LinkRefused(CentralError):
    """The link is damaged, of another purpose, or ended."""

    status = HTTPStatus.FORBIDDEN
    code = "link_refused"
    sentence = "This link does not work (any more). Open the newest message you got from us."


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Somebody who holds a good link."""

    purpose: LinkPurpose
    subject: str


class Links:
    """Makes and reads signed links."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Take the secrets that count, the one to sign with last."""
        self._secrets = list(secrets)

    def make(self, purpose: LinkPurpose, subject: str, until: datetime) -> str:
        """Return the text of a link, safe in a URL."""
        return str(self._serializer(purpose).dumps([subject, int(until.timestamp())]))

    def read(self, purpose: LinkPurpose, text: str, now: datetime) -> LinkHolder:
        """Return who holds this text.

        Raises:
            LinkRefused: not ours, not for this purpose, or too late.

        """
        try:
            subject, until = self._serializer(purpose).loads(text)
        except BadData as error:
            raise LinkRefused from error
        if now > datetime.fromtimestamp(until, UTC):
            raise LinkRefused
        return LinkHolder(purpose, subject)

    def _serializer(self, purpose: LinkPurpose) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._secrets,
            salt=f"hallpass/link/{purpose}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
        )
