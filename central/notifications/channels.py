"""The ways that reach somebody: mail always, text messages where the city has a gateway. Never commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from central.accounts import mailer
from central.accounts.mailer import Mail
from central.errors import CentralError
from central.events import TextPosted
from central.notifications.models import Notification
from central.notifications.notification import Channel
from central.outbox.service import announce


@dataclass(frozen=True, slots=True)
class Draft:
    """A message in words, for every channel."""

    mail: Mail
    short: str
    """The same in at most 160 letters and a link, for a mobile phone."""
    phone: str = ""
    """As it is dialled; empty: not known."""
    starts_at: datetime | None = None
    """Of the use that it is about."""


class NotYet(CentralError):
    """What the message tells about is being made; it is tried again by itself."""

    code = "not_yet"
    sentence = "This message cannot be written yet: {why}"


class NumberRefused(CentralError):
    """The gateway says that this number takes no text messages: trying again is useless."""

    code = "number_refused"
    sentence = "The gateway refuses this number: {why}"


class Writer(Protocol):
    """Puts a message into words, from how things are now."""

    def write(self, session: Session, about: Notification, now: datetime) -> Draft | None:
        """Return the words; None when there is nothing to tell any more.

        Raises:
            NotYet: try again later.

        """


class Letters(Protocol):
    """Writes to the staff of a hall; posts by itself, once for each cause."""

    def request_overdue(
        self, session: Session, reservation_id: int, now: datetime, *, is_escalated: bool
    ) -> None:
        """Remind of a request that waits for an answer; `is_escalated` when the time is over."""

    def urgent_defect(self, session: Session, defect_id: int, now: datetime) -> None:
        """Tell of a defect for which somebody must come at once."""


class Notifier(Protocol):
    """One way to reach somebody."""

    channel: Channel

    def reaches(self, draft: Draft) -> bool:
        """Tell whether this way leads to the person."""

    def tell(self, session: Session, about: Notification, draft: Draft, now: datetime) -> None:
        """Hand the message over, with the change that marks it as sent."""


class MailNotifier:
    """Posts the mail; the outbox sends it and tries again while the mail server is down."""

    channel = Channel.MAIL

    def reaches(self, draft: Draft) -> bool:
        """Tell whether there is an address."""
        return bool(draft.mail.to)

    def tell(self, session: Session, about: Notification, draft: Draft, now: datetime) -> None:
        """Post it."""
        key = f"notification-{about.id}-{about.attempts}"
        about.mail_id = mailer.post(session, draft.mail, now, key) or about.mail_id


class TextGateway(Protocol):
    """Sends text messages to mobile phones."""

    def send(self, number: str, text: str, key: UUID) -> None:
        """Send it; `key` is the same at every attempt.

        Raises:
            NumberRefused: for good.
            Exception: anything else; it is tried again.

        """


class TextNotifier:
    """Announces the text message; a reaction hands it to the gateway when this has been committed."""

    channel = Channel.TEXT

    def reaches(self, draft: Draft) -> bool:
        """Tell whether there is a number."""
        return bool(draft.phone)

    def tell(self, session: Session, about: Notification, draft: Draft, now: datetime) -> None:
        """Announce it."""
        del draft
        announce(session, TextPosted(about.id), now)


def notifiers_of(gateway: TextGateway | None) -> Mapping[Channel, Notifier]:
    """Return the ways of a city."""
    ways: Sequence[Notifier] = (MailNotifier(), *([TextNotifier()] if gateway else []))
    return {one.channel: one for one in ways}
