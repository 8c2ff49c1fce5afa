"""Send mail over SMTP (RFC 5321), with TLS unless the mail server is this machine's own."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from uuid import UUID

from central.accounts.mailer import AddressRefused, Mail, MailNotSent

_PATIENCE = 20.0  # seconds for each step; the outbox believes a worker dead after 120
# About this mail or its address; other permanent codes are about us, and a person can repair them.
_ADDRESS_REFUSED = frozenset({550, 551, 552, 553, 554, 556})


class Security(StrEnum):
    """How the connection is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """Only to this machine itself."""


USUAL_PORT = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    security: Security
    sender: str
    """Address that the mail comes from."""
    sender_name: str
    user: str = ""
    password: str = ""


class SmtpMailer:
    """Hands each mail over on a connection of its own."""

    def __init__(self, server: SmtpServer, tls: ssl.SSLContext | None = None) -> None:
        """Take the server; `tls` says whom to trust, the system's list when empty."""
        self._server = server
        self._tls = tls or ssl.create_default_context()

    def send(self, mail: Mail, key: UUID, at: datetime) -> None:
        """Send it.

        Raises:
            AddressRefused: the server refuses the address for good.
            MailNotSent: anything else.

        """
        # Nothing of a refusal is passed on but its number: servers repeat the address in their words,
        # and what is raised here is logged. (For an empty address `email` raises IndexError.)
        try:
            message = message_of(mail, self._server, key, at)
            with self._connection() as connection:
                self._hand_over(connection, message, mail.to)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _refusal(codes[0] if codes else 0) from None
        except smtplib.SMTPResponseException as error:
            raise MailNotSent(why=f"{type(error).__name__} {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError, ValueError, IndexError) as error:
            raise MailNotSent(why=type(error).__name__) from None

    def _connection(self) -> smtplib.SMTP:
        server = self._server
        if server.security is Security.TLS:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=_PATIENCE, context=self._tls)
        return smtplib.SMTP(server.host, server.port, timeout=_PATIENCE)

    def _hand_over(self, connection: smtplib.SMTP, message: EmailMessage, to: str) -> None:
        if self._server.security is Security.STARTTLS:
            connection.starttls(context=self._tls)
        if self._server.user:
            connection.login(self._server.user, self._server.password)
        connection.send_message(message, self._server.sender, [to])


def message_of(mail: Mail, server: SmtpServer, key: UUID, at: datetime) -> EmailMessage:
    """Return a mail as it goes over the wire (RFC 5322, MIME).

    Raises:
        ValueError: an address or header cannot be written; a line break in one, for instance.

    """
    message = EmailMessage(policy=SMTP)
    message["From"] = MailAddress(server.sender_name, addr_spec=server.sender)
    message["To"] = MailAddress(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{key}@{server.sender.rpartition('@')[2]}>"
    # Nobody's holiday answer is wanted (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for one in mail.attachments:
        kind, _, parameters = one.media_type.partition(";")
        main, _, sub = kind.strip().partition("/")
        given = dict(part.strip().split("=", 1) for part in parameters.split(";") if "=" in part)
        message.add_attachment(
            one.content, maintype=main, subtype=sub, filename=one.name, params=given
        )
    return message


def _refusal(code: int) -> AddressRefused | MailNotSent:
    if code in _ADDRESS_REFUSED:
        return AddressRefused(why=str(code))
    return MailNotSent(why=f"recipient, {code}")
