"""A mail server: speaks SMTP (RFC 5321) on a loopback port, keeps what it gets, refuses as told."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

_PATIENCE = 20.0  # seconds for a client that says nothing


@dataclass
class Taken:
    """A mail that was handed over."""

    sender: str
    to: list[str]
    message: EmailMessage
    was_encrypted: bool
    user: str


@dataclass
class MailServer:
    """What it is like, and what it was given."""

    port: int = 0
    refuses: dict[str, str] = field(default_factory=dict)
    """Address to the reply that refuses it: `550 5.1.1 <x@y> no such user`."""
    at_the_end: str = "250 2.0.0 taken"
    """Reply to a whole mail."""
    logs_in: str = ""
    """Who may, as AUTH PLAIN sends it; empty: nobody need."""
    taken: list[Taken] = field(default_factory=list)
    talks: int = 0


@contextmanager
def mail_server(
    tls: ssl.SSLContext | None = None, *, encrypted_from_the_start: bool = False
) -> Iterator[MailServer]:
    """Run one for the length of the block; with `tls` it offers STARTTLS, or speaks TLS at once."""
    told = MailServer()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            told.talks += 1
            self.request.settimeout(_PATIENCE)
            talk = Conversation(self, told, tls, at_once=encrypted_from_the_start)
            try:
                talk.hold()
            finally:
                talk.lines.close()
                talk.socket.close()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = False  # closing waits for every conversation

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up, or does not trust us, is no error of ours."""

    with Server(("127.0.0.1", 0), Talk) as server:
        told.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join(10)


class Conversation:
    """One client, line by line."""

    def __init__(
        self,
        handler: socketserver.StreamRequestHandler,
        server: MailServer,
        tls: ssl.SSLContext | None,
        *,
        at_once: bool,
    ) -> None:
        self.socket = handler.request
        self.server, self.tls = server, tls
        self.is_encrypted = False
        self.sender, self.to, self.user = "", list[str](), ""
        self.lines = self.socket.makefile("rb")
        if at_once:
            self._encrypt()
        self.lines = self.socket.makefile("rb")

    def hold(self) -> None:
        self.say("220 mail.test ESMTP")
        for line in self.lines:
            verb, _, rest = line.decode().strip().partition(" ")
            reply = getattr(self, f"on_{verb.lower()}", lambda _rest: "500 5.5.2 what?")(rest)
            self.say(reply)
            if verb.upper() == "STARTTLS" and self.tls:
                self._encrypt()
                self.lines = self.socket.makefile("rb")
                return self.hold_on()
            if verb.upper() == "QUIT":
                return None
        return None

    def hold_on(self) -> None:
        """Go on after STARTTLS, without another greeting."""
        for line in self.lines:
            verb, _, rest = line.decode().strip().partition(" ")
            self.say(getattr(self, f"on_{verb.lower()}", lambda _rest: "500 5.5.2 what?")(rest))
            if verb.upper() == "QUIT":
                return

    def say(self, reply: str) -> None:
        self.socket.sendall(reply.encode() + b"\r\n")

    def _encrypt(self) -> None:
        assert self.tls
        self.lines.close()
        self.socket = self.tls.wrap_socket(self.socket, server_side=True)
        self.is_encrypted = True

    def on_ehlo(self, _rest: str) -> str:
        offers = ["mail.test", "SMTPUTF8", "8BITMIME"]
        offers += ["STARTTLS"] if self.tls and not self.is_encrypted else []
        offers += ["AUTH PLAIN"] if self.server.logs_in else []
        return "\r\n".join([*(f"250-{one}" for one in offers[:-1]), f"250 {offers[-1]}"])

    def on_starttls(self, _rest: str) -> str:
        return "220 go ahead" if self.tls else "502 5.5.1 no"

    def on_auth(self, rest: str) -> str:
        self.user = rest.removeprefix("PLAIN ")
        return "235 ok" if self.user == self.server.logs_in else "535 5.7.8 bad credentials"

    def on_mail(self, rest: str) -> str:
        if self.server.logs_in and self.user != self.server.logs_in:
            return "530 5.7.0 log in first"
        self.sender, self.to = rest.partition("<")[2].partition(">")[0], []
        return "250 ok"

    def on_rcpt(self, rest: str) -> str:
        address = rest.partition("<")[2].partition(">")[0]
        if address in self.server.refuses:
            return self.server.refuses[address]
        self.to.append(address)
        return "250 ok"

    def on_data(self, _rest: str) -> str:
        self.say("354 go on")
        text = bytearray()
        for line in self.lines:
            if line == b".\r\n":
                break
            text += line.removeprefix(b".") if line.startswith(b"..") else line
        if self.server.at_the_end.startswith("2"):
            message = message_from_bytes(bytes(text), policy=policy.default)
            self.server.taken.append(
                Taken(self.sender, self.to, message, self.is_encrypted, self.user)
            )
        return self.server.at_the_end

    def on_rset(self, _rest: str) -> str:
        return "250 ok"

    def on_quit(self, _rest: str) -> str:
        return "221 bye"
