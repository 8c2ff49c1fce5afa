"""Files that came with a form."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile

from central.errors import CentralError
from central.photos import LARGEST_FILE, PhotoStore
from central.web.language import Words
from central.web.typed import beside

MOST_FILES = 20
"""More than this, and it is not a person who chose them."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a form."""

    name: str
    content: bytes


async def sent_files(form: FormData, field: str) -> list[SentFile]:
    """Return the files of a field, each read until it is larger than any that is taken."""
    return [
        SentFile(one.filename or "?", await one.read(LARGEST_FILE + 1))
        for one in form.getlist(field)
        if isinstance(one, UploadFile) and one.size
    ]


@dataclass(frozen=True, slots=True)
class Room:
    """What is there already, and how much there may be in all."""

    there: Sequence[str]
    most: int
    full: CentralError
    """What is said of one too many."""


def keep_each(
    files: Iterable[SentFile], store: PhotoStore, words: Words, room: Room
) -> tuple[list[str], list[str]]:
    """Keep photos while there is room; return all hashes, and what is wrong with the others."""
    names, wrong = list(room.there), []
    for file in files:
        if len(names) >= room.most:
            wrong.append(beside(words, room.full, "photos")["photos"])
            break
        try:
            name = store.keep(file.content)
        except CentralError as error:
            wrong.append(f"{file.name[:60]}: {beside(words, error, 'photos')['photos']}")
            continue
        if name not in names:
            names.append(name)
    return names, wrong
