"""One message to a renter while it is being written: what it is about, and what many of them say."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts.mailer import Attachment
from central.booking.reservation import State
from central.credentials import qr, views
from central.notifications.calendar import Method, Organiser, calendar
from central.notifications.channels import NotYet
from central.notifications.models import Notification
from central.notifications.notification import MessageKind
from central.notifications.notification import State as Stands
from central.settings import Settings
from central.web.language import Words
from central.web.message_facts import MessageLinks, Told, appointment
from central.web.message_parts import Part, paragraph


@dataclass(frozen=True, slots=True)
class Telling:
    """What a message is written from."""

    session: Session
    about: Notification
    told: Told
    now: datetime
    links: MessageLinks
    settings: Settings

    @property
    def words(self) -> Words:
        """The reader's language."""
        return self.told.words

    def still(self, states: Collection[State]) -> "Telling":
        """Return it about those of its reservations that still are in one of some states."""
        left = tuple(one for one in self.told.reservations if one.state in states)
        return replace(self, told=replace(self.told, reservations=left))

    def subject(self, kind: str) -> str:
        """Return the subject of a kind of message."""
        return self.words(f"message.{kind}.subject", **self.place())

    def place(self) -> dict[str, str]:
        """Return what subjects and short texts mention."""
        halls = dict.fromkeys(one.hall.name for one in self.told.reservations)
        first = self.told.first
        return {
            "hall": ", ".join(halls),
            "day": self.words.day(first.local_start),
            "time": self.words.time(first.local_start),
            "city": self.settings.city,
        }

    def hello(self) -> Sequence[Part]:
        """Return how it begins."""
        return (paragraph(greeting(self.words, self.told.order.person.name)),)

    def why(self) -> Sequence[Part]:
        """Return how it ends: why one gets it."""
        return (paragraph(self.words("message.why", city=self.settings.city)),)

    def order_url(self) -> str:
        """Return the address of the order."""
        return self.links.order(self.told.order, max(one.ends_at for one in self.told.reservations))

    def calendar(self, url: str, method: Method) -> Attachment:
        """Return its reservations as a file for a calendar."""
        appointments = [
            appointment(self.session, self.words, one, self.settings, url)
            for one in self.told.reservations
        ]
        organiser = Organiser(self.settings.city, self.settings.mail_sender)
        content = calendar(appointments, organiser, self.now, method)
        name = self.words("message.calendar_file")
        return Attachment(name, f"text/calendar; method={method}", content)

    def pass_was_sent(self) -> bool:
        """Tell whether the renter was told how to get in, or is being told."""
        sent = select(Notification.id).where(
            Notification.kind == MessageKind.PASS,
            Notification.reservation_id == self.told.first.id,
            Notification.sent_at.is_not(None) | (Notification.state == Stands.QUEUED),
        )
        return self.session.scalar(sent.limit(1)) is not None

    def picture(self) -> Sequence[Attachment]:
        """Return the pass as a picture; nothing when there is none to show.

        Raises:
            NotYet: it is still being made.

        """
        one = self.told.first
        view = views.pass_of(self.session, one.reference, self.now)
        if view.state is views.PassState.COMING:
            raise NotYet(why="the pass is being made")
        if view.text is None:
            return ()
        name = self.words("message.pass_file", reference=one.reference)
        return (Attachment(name, "image/png", qr.png(view.text)),)


def greeting(words: Words, name: str) -> str:
    """Return how a message begins."""
    return words("message.hello_name", name=name) if name else words("message.hello")
