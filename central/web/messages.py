"""Write messages to renters: each kind by its own function, in the language of who reads it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from central.notifications.channels import Draft
from central.notifications.models import Notification
from central.notifications.notification import MessageKind
from central.settings import Settings
from central.web import messages_booking, messages_entering
from central.web.message_facts import MessageLinks, told_of
from central.web.message_parts import Said, mail_of
from central.web.message_telling import Telling
from central.web.messages_defect import defect_changed
from central.web.pages import Pages

_KINDS: Mapping[MessageKind, Callable[[Telling], Said | None]] = {
    MessageKind.CONFIRMED: messages_booking.confirmed,
    MessageKind.REQUESTED: messages_booking.requested,
    MessageKind.APPROVED: messages_booking.approved,
    MessageKind.DENIED: messages_booking.denied,
    MessageKind.MOVED: messages_booking.moved,
    MessageKind.CANCELLED: messages_booking.cancelled,
    MessageKind.PASS: messages_entering.way_in,
    MessageKind.PASS_CHANGED: messages_entering.pass_changed,
    MessageKind.FORM: messages_entering.form,
}
"""A defect has a function of its own: its reporter need not be a renter."""


class MessageWriter:
    """Writes for mail and mobile phones; asks for nothing but the database."""

    def __init__(self, pages: Pages, links: MessageLinks, settings: Settings) -> None:
        self._pages, self._links, self._settings = pages, links, settings

    def write(self, session: Session, about: Notification, now: datetime) -> Draft | None:
        """Return the words; None when there is nothing to tell any more.

        Raises:
            NotYet: the pass is still being made.

        """
        if about.kind is MessageKind.DEFECT:
            return self._defect(session, about, now)
        told = told_of(session, about)
        telling = Telling(session, about, told, now, self._links, self._settings)
        said = _KINDS[about.kind](telling)
        if said is None:
            return None
        person = told.order.person
        mail = mail_of(self._pages, told.words, person.email, said)
        return Draft(mail, said.short, person.phone, told.first.starts_at)

    def _defect(self, session: Session, about: Notification, now: datetime) -> Draft | None:
        found = defect_changed(session, about, self._links, now)
        if found is None:
            return None
        to, words, said = found
        return Draft(mail_of(self._pages, words, to.email, said), said.short)
