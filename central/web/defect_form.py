"""The form to report a defect: what was typed and sent, and what is wrong with it.

Photos are kept as soon as they arrive: a browser does not send a file again, and nothing may be lost
because a word was missing. The form carries what is kept as a signed list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from central.accounts.links import LinkPurpose, LinkRefused, Links
from central.feedback.defect import Kind
from central.feedback.defects import MOST_LETTERS
from central.feedback.photos import MOST_PHOTOS, TooManyPhotos
from central.photos import PhotoStore
from central.web.forms import is_email
from central.web.language import Words
from central.web.typed import Problems
from central.web.uploads import MOST_FILES, Room, SentFile, keep_each, sent_files

_WAITS_FOR_THE_REST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DefectForm:
    """The fields exactly as typed, and the files."""

    kind: str = ""
    description: str = ""
    is_urgent: str = ""
    email: str = ""
    kept: str = ""
    """Photos that came with an earlier try, signed."""
    dropped: frozenset[str] = frozenset()
    """Hashes of kept photos that should not go along after all."""
    files: Sequence[SentFile] = ()

    @property
    def chosen_kind(self) -> Kind | None:
        """What it is about, if it was chosen from the list."""
        return Kind(self.kind) if self.kind in set(Kind) else None


async def provided_form(request: Request) -> DefectForm:
    """Return what was sent; read after the requirement was met, so strangers send no files."""
    async with request.form(max_files=MOST_FILES, max_fields=50) as form:
        return DefectForm(
            kind=_text(form, "kind"),
            description=_text(form, "description"),
            is_urgent=_text(form, "is_urgent"),
            email=_text(form, "email"),
            kept=_text(form, "kept"),
            dropped=frozenset(one for one in form.getlist("drop") if isinstance(one, str)),
            files=await sent_files(form, "photos"),
        )


TheDefectForm = Annotated[DefectForm, Depends(provided_form)]


def wrong_with(form: DefectForm, words: Words, *, asks_email: bool) -> Problems:
    """Return what is wrong with the fields, in the order of the page."""
    problems: Problems = {}
    if form.chosen_kind is None:
        problems["kind"] = words("defect.problem_kind")
    if says := wrong_with_text(form.description, words, needed=words("defect.problem_description")):
        problems["description"] = says
    if asks_email and form.email.strip() and not is_email(form.email):
        problems["email"] = words("problem.email")
    return problems


def wrong_with_text(text: str, words: Words, *, needed: str = "") -> str:
    """Return what is wrong with lines of text; nothing when they are fine."""
    if not text.strip():
        return needed
    if len(text.strip()) > MOST_LETTERS:
        return words("problem.too_long_text", most=MOST_LETTERS)
    if not all(line.replace("\t", " ").isprintable() for line in text.splitlines()):
        return words("problem.unprintable")
    return ""


def keep_photos(
    form: DefectForm, store: PhotoStore, kept: Sequence[str], words: Words
) -> tuple[list[str], Problems]:
    """Keep what was sent beside what was kept before; return all hashes, and what is wrong."""
    there = [one for one in kept if one not in form.dropped]
    room = Room(there, MOST_PHOTOS, TooManyPhotos())
    names, wrong = keep_each(form.files, store, words, room)
    return names, {"photos": " ".join(wrong)} if wrong else {}


def read_kept(links: Links, text: str, now: datetime) -> list[str]:
    """Return the hashes that the form carries; none when they are not ours, or old."""
    try:
        subject = links.read(LinkPurpose.SENT_PHOTOS, text, now).subject
    except LinkRefused:
        return []
    return subject.split(",") if subject else []


def carry(links: Links, names: Sequence[str], now: datetime) -> str:
    """Return what the form carries, so that photos stay with it."""
    if not names:
        return ""
    return links.make(LinkPurpose.SENT_PHOTOS, ",".join(names), now + _WAITS_FOR_THE_REST)


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""
