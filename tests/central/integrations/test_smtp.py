"""Mail over real SMTP to a mail server that speaks it: with TLS, refused, down."""

import logging
import ssl
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from central.accounts.mailer import AddressRefused, Attachment, Mail, MailNotSent
from central.integrations.smtp import USUAL_PORT, Security, SmtpMailer, SmtpServer
from central.main import mailer_of
from central.settings import Settings, SettingsError, load
from tests.simulators.mail_server import MailServer, mail_server

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
KEY = UUID("12345678-1234-5678-1234-567812345678")
FILE = Attachment("reservatie.ics", "text/calendar; method=PUBLISH", b"BEGIN:VCALENDAR\r\n")
MAIL = Mail(
    "anna@example.org",
    "Uw reservatie: café, € 25",
    "Dag Anna,\n.\nTot dan.\n",
    "<p>Dag Anna</p>",
    (FILE,),
)


def server_at(port: int, security: Security = Security.NONE, **changes: str) -> SmtpServer:
    values = {"sender": "noreply@stad.test", "sender_name": "Stad Test", **changes}
    return SmtpServer("localhost", port, security, **values)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2060, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.fixture(scope="module")
def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(scope="module")
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


@pytest.fixture
def plain() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def test_a_mail_arrives_with_its_words_and_files(plain: MailServer) -> None:
    SmtpMailer(server_at(plain.port)).send(MAIL, KEY, NOW)
    (taken,) = plain.taken
    message = taken.message
    assert (taken.sender, taken.to) == ("noreply@stad.test", ["anna@example.org"])
    assert message["Subject"] == MAIL.subject
    assert message["From"] == "Stad Test <noreply@stad.test>"
    assert message["To"] == "anna@example.org"
    assert message["Message-ID"] == f"<{KEY}@stad.test>"
    assert message["Date"] == "Tue, 24 Nov 2026 10:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert text
    assert html
    assert text.get_content().splitlines() == MAIL.text.splitlines(), "also the line with one dot"
    assert html.get_content().strip() == MAIL.html
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("reservatie.ics", "text/calendar")
    assert file["Content-Type"].params["method"] == "PUBLISH"


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_words_and_password_travel_encrypted(
    security: Security, serving: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    at_once = security is Security.TLS
    with mail_server(serving, encrypted_from_the_start=at_once) as running:
        running.logs_in = b64encode(b"\0hallpass\0a password").decode()
        server = server_at(running.port, security, user="hallpass", password="a password")
        SmtpMailer(server, trusting).send(MAIL, KEY, NOW)
    (taken,) = running.taken
    assert taken.was_encrypted
    assert taken.user == running.logs_in


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_server_that_nobody_vouches_for_gets_nothing(
    security: Security, serving: ssl.SSLContext
) -> None:
    with mail_server(serving, encrypted_from_the_start=security is Security.TLS) as running:
        with pytest.raises(MailNotSent):
            SmtpMailer(server_at(running.port, security)).send(MAIL, KEY, NOW)
        assert running.taken == []


def test_a_server_without_tls_gets_nothing_when_tls_is_asked_for(plain: MailServer) -> None:
    with pytest.raises(MailNotSent):
        SmtpMailer(server_at(plain.port, Security.STARTTLS)).send(MAIL, KEY, NOW)
    assert plain.taken == []


@pytest.mark.parametrize(
    ("reply", "refusal"),
    [
        ("550 5.1.1 <anna@example.org> no such user", AddressRefused),
        ("552 5.2.2 mailbox full", AddressRefused),
        ("450 4.2.1 try later", MailNotSent),
        ("451 4.3.0 greylisted", MailNotSent),
        ("503 5.5.1 bad sequence", MailNotSent),
    ],
)
def test_only_what_is_for_good_is_a_refusal_of_the_address(
    plain: MailServer, reply: str, refusal: type[Exception]
) -> None:
    plain.refuses["anna@example.org"] = reply
    with pytest.raises(refusal) as told:
        SmtpMailer(server_at(plain.port)).send(MAIL, KEY, NOW)
    assert type(told.value) is refusal
    assert "anna" not in str(told.value), "servers repeat the address, and this is logged"
    assert told.value.__cause__ is None


def test_a_mail_that_is_refused_at_its_end_is_tried_again(plain: MailServer) -> None:
    plain.at_the_end = "451 4.7.1 busy"
    with pytest.raises(MailNotSent, match="451"):
        SmtpMailer(server_at(plain.port)).send(MAIL, KEY, NOW)


def test_wrong_credentials_are_ours_to_mend(plain: MailServer) -> None:
    plain.logs_in = "nobody"
    server = server_at(plain.port, user="hallpass", password="wrong")
    with pytest.raises(MailNotSent) as told:
        SmtpMailer(server).send(MAIL, KEY, NOW)
    assert "wrong" not in str(told.value)


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with mail_server() as running:
        port = running.port
    with pytest.raises(MailNotSent, match="ConnectionRefusedError"):
        SmtpMailer(server_at(port)).send(MAIL, KEY, NOW)


@pytest.mark.parametrize(
    "to", ["anna@example.org\r\nBcc: all@example.org", "anna", "", "a b@example.org"]
)
def test_an_address_that_is_none_is_not_sent_to(plain: MailServer, to: str) -> None:
    with pytest.raises(MailNotSent):
        SmtpMailer(server_at(plain.port)).send(Mail(to, "x", "x"), KEY, NOW)
    assert plain.taken == []


def test_nothing_of_a_mail_is_logged(plain: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    SmtpMailer(server_at(plain.port)).send(MAIL, KEY, NOW)
    assert caplog.text == ""


def settings(**values: object) -> Settings:
    return load(secret="a secret that is only for tests, 32+", **values)


def test_without_a_setting_a_city_hands_mail_to_its_own_machine() -> None:
    made = mailer_of(settings(base_url="https://zalen.stad.be", city="Stad"))
    assert isinstance(made, SmtpMailer)
    assert made._server == SmtpServer(
        "localhost", USUAL_PORT[Security.NONE], Security.NONE, "noreply@zalen.stad.be", "Stad"
    )


def test_a_mail_server_is_reached_with_starttls_on_its_usual_port() -> None:
    made = mailer_of(settings(smtp_host="mail.stad.be", smtp_user="x", smtp_password="y"))
    assert isinstance(made, SmtpMailer)
    assert (made._server.port, made._server.security) == (587, Security.STARTTLS)


def test_mail_never_travels_openly_to_another_machine() -> None:
    with pytest.raises(SettingsError, match="HALLPASS_SMTP_SECURITY needs starttls or tls"):
        settings(smtp_host="mail.stad.be", smtp_security="none")
    assert settings(smtp_host="localhost", smtp_security="none").smtp_host == "localhost"
