"""What a message is made of, and the same parts as plain text and as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from central.accounts.mailer import Attachment, Mail
from central.web.language import Words
from central.web.mails import Button
from central.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, or lines under a small title."""

    lines: Sequence[str]
    title: str = ""
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A message in one language."""

    subject: str
    parts: Sequence[Part]
    short: str
    """For a mobile phone."""
    button: Button | None = None
    after: Sequence[Part] = ()
    """What it says below the button."""
    attachments: Sequence[Attachment] = field(default=())
    is_secret: bool = False
    """Whether it lets its reader in."""


def paragraph(text: str) -> Part:
    """Return a paragraph."""
    return Part((text,))


def mail_of(pages: Pages, words: Words, to: str, said: Said) -> Mail:
    """Return the message as a mail."""
    pressed = [f"{said.button.says}:\n{said.button.url}"] if said.button else []
    text = [*map(_plain, said.parts), *pressed, *map(_plain, said.after)]
    html = pages.render(words, "message.html", said=said)
    return Mail(
        to,
        said.subject,
        "\n\n".join(text) + "\n",
        html,
        said.attachments,
        is_secret=said.is_secret,
    )


def _plain(part: Part) -> str:
    title = [part.title] if part.title else []
    marks = (f"{number}. " if part.is_numbered else "" for number, _ in enumerate(part.lines, 1))
    return "\n".join(
        [*title, *(f"{mark}{line}" for mark, line in zip(marks, part.lines, strict=True))]
    )
