"""Put a mail together: the same words as text and as HTML, with at most one thing to press."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.accounts.mailer import Mail
from central.web.language import Words
from central.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Button:
    """What the reader can press."""

    says: str
    url: str


def compose(
    pages: Pages,
    words: Words,
    to: str,
    subject: str,
    paragraphs: Sequence[str],
    button: Button | None = None,
    *,
    after: Sequence[str] = (),
    is_secret: bool = False,
) -> Mail:
    """Return a mail.

    Args:
        pages: what renders its HTML.
        words: the reader's language.
        to: the address.
        subject: one line.
        paragraphs: what it says first.
        button: what to press.
        after: what it says below the button.
        is_secret: whether it lets its reader in.

    """
    pressed = [f"{button.says}:\n{button.url}"] if button else []
    text = "\n\n".join([*paragraphs, *pressed, *after]) + "\n"
    html = pages.render(
        words,
        "mail.html",
        subject=subject,
        paragraphs=paragraphs,
        button=button,
        after=after,
    )
    return Mail(to, subject, text, html, is_secret=is_secret)
