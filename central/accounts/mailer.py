"""Post mail: stored with the change that causes it, sent afterwards, once. Never commits.

    post(session, Mail("anna@example.org", "Uw reservatie", "Dag Anna, ..."), now, "order-7-confirmed")

Whoever sends is a `Mailer`: SMTP (central/integrations/smtp.py), or in the demo nobody: its mailbox page
shows what was posted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session, selectinload

from central.accounts.mail_models import MailAttachment, MailState, StoredMail
from central.database import Database, insert_into
from central.errors import CentralError
from central.events import MailPosted, MailRefused
from central.outbox.service import announce

KEPT_FOR = timedelta(days=90)
"""How long a mail that was sent is kept, so that staff can say what somebody got."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    """`text/calendar; method=PUBLISH`, `application/pdf`."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one address."""

    to: str
    subject: str
    text: str
    html: str = ""
    """The same in HTML; empty: text only."""
    attachments: Sequence[Attachment] = ()
    is_secret: bool = False
    """What it says lets its reader in: the words are dropped once it is sent."""


class AddressRefused(CentralError):
    """The mail server says that this address takes no mail: trying again is useless."""

    code = "address_refused"
    sentence = "The mail server refuses this address: {why}"


class MailNotSent(CentralError):
    """The mail could not be handed over now; it is tried again."""

    code = "mail_not_sent"
    sentence = "The mail server did not take the mail: {why}"


class Mailer(Protocol):
    """Hands a mail to the world."""

    def send(self, mail: Mail, key: UUID, at: datetime) -> None:
        """Send it; `key` is the same at every attempt, `at` is when it was posted.

        Raises:
            AddressRefused: for good.
            MailNotSent: not now.

        """


class Mailbox:
    """Sends nothing: the demo's mailbox page shows what was posted."""

    def send(self, mail: Mail, key: UUID, at: datetime) -> None:
        """Leave it where it is."""


def post(session: Session, mail: Mail, now: datetime, dedupe_key: str | None = None) -> int | None:
    """Store a mail; it is sent if this commits.

    Args:
        session: the one with the change that causes the mail.
        mail: what to send.
        now: when.
        dedupe_key: whatever is posted again with the same key is not sent again.

    Returns:
        Its number; None when it was posted before.

    """
    number: int | None = session.scalar(
        insert_into(session, StoredMail)
        .values(
            key=uuid4(),
            dedupe_key=dedupe_key,
            to=mail.to,
            subject=" ".join(mail.subject.split())[:250],
            text=mail.text,
            html=mail.html,
            is_secret=mail.is_secret,
            state=MailState.WAITING,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[StoredMail.dedupe_key])
        .returning(StoredMail.id)
    )
    if number is None:
        return None
    _attach(session, number, mail.attachments)
    announce(session, MailPosted(number), now)
    return number


def _attach(session: Session, mail_id: int, attachments: Sequence[Attachment]) -> None:
    for place, one in enumerate(attachments):
        row = {
            "mail_id": mail_id,
            "position": place,
            "name": one.name,
            "media_type": one.media_type,
            "content": one.content,
        }
        session.execute(insert(MailAttachment), row)


class PostOffice:
    """Sends what was posted; no transaction is open while the mail server is talked to."""

    def __init__(self, database: Database, mailer: Mailer) -> None:
        self._database = database
        self._mailer = mailer

    @property
    def shows_secrets(self) -> bool:
        """Whether the words of secret mails stay, because the mailbox page is all there is."""
        return isinstance(self._mailer, Mailbox)

    def deliver(self, mail_id: int, now: datetime) -> None:
        """Send one mail that waits; what is sent or refused already stays as it is.

        Raises:
            MailNotSent: not now; call again later.

        """
        with self._database.read() as session:
            row = session.get(StoredMail, mail_id, options=[selectinload(StoredMail.attachments)])
        if row is None or row.state is not MailState.WAITING:
            return
        try:
            self._mailer.send(_mail_of(row), row.key, row.created_at)
        except AddressRefused as error:
            self._finish(row, MailState.REFUSED, now, str(error))
        else:
            self._finish(row, MailState.SENT, now)

    def _finish(self, row: StoredMail, state: MailState, now: datetime, why: str = "") -> None:
        words = {} if not row.is_secret or self.shows_secrets else {"text": "", "html": ""}
        with self._database.write() as session:
            session.execute(
                update(StoredMail)
                .where(StoredMail.id == row.id)
                .values(state=state, finished_at=now, error=why[:500], **words)
            )
            if words:  # what came with it lets its reader in too
                session.execute(delete(MailAttachment).where(MailAttachment.mail_id == row.id))
            if state is MailState.REFUSED:
                announce(session, MailRefused(row.id), now)


def newest(session: Session, limit: int = 50) -> list[StoredMail]:
    """Return what was posted last, the newest first, with attachments."""
    return list(
        session.scalars(
            select(StoredMail)
            .options(selectinload(StoredMail.attachments))
            .order_by(StoredMail.id.desc())
            .limit(limit)
        )
    )


def attachments_of(session: Session, mail_id: int) -> Sequence[MailAttachment]:
    """Return the files of a mail."""
    wanted = select(MailAttachment).where(MailAttachment.mail_id == mail_id)
    return session.scalars(wanted.order_by(MailAttachment.position)).all()


def forget(session: Session, now: datetime) -> None:
    """Drop what was posted long ago, also what could never be sent."""
    session.execute(delete(StoredMail).where(StoredMail.created_at < now - KEPT_FOR))


def _mail_of(row: StoredMail) -> Mail:
    attachments = [Attachment(one.name, one.media_type, one.content) for one in row.attachments]
    return Mail(row.to, row.subject, row.text, row.html, attachments, is_secret=row.is_secret)
