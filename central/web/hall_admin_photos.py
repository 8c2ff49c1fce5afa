"""Desk page for hall managers: the photos of a hall, what they show, in which order.

A photo is kept as soon as it arrives; renters see it once it is described. So nothing is lost
because a word was missing, and nobody who cannot see meets a picture without words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts.principals import HallManager
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember
from central.database import Database
from central.dependencies import TheDatabase
from central.errors import NotFound
from central.halls import photos
from central.halls.dependencies import TheHallPhotos
from central.halls.facts import LANGUAGES
from central.halls.models import Hall
from central.halls.photos import LONGEST_WORDS, MOST_PHOTOS, TooManyHallPhotos
from central.halls.scope import check_hall
from central.web.language import language_of
from central.web.pages import Pages, ThePages
from central.web.typed import Problems, Texts, too_long
from central.web.uploads import MOST_FILES, Room, SentFile, keep_each, sent_files

router = APIRouter(prefix="/desk/hall-photos/{hall_id}", include_in_schema=False)
_LONGEST: Texts = dict.fromkeys(LANGUAGES, LONGEST_WORDS)
_PLACES = {"earlier": -1, "later": 1, "first": -MOST_PHOTOS}


class WordsForm(BaseModel):
    """What is to be seen on a photo, as typed, and what should be done with it."""

    nl: str = ""
    fr: str = ""
    en: str = ""
    de: str = ""
    do: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page needs beside the photos."""

    request: Request
    pages: Pages
    database: Database
    staff: StaffMember


def provided_shown(
    request: Request, staff: HallManager, pages: ThePages, database: TheDatabase
) -> Shown:
    """Return what the page needs; asks who it is first."""
    return Shown(request, pages, database, staff)


async def provided_files(request: Request) -> list[SentFile]:
    """Return the files; read after the requirement was met, so strangers send none."""
    async with request.form(max_files=MOST_FILES, max_fields=10) as form:
        return await sent_files(form, "photos")


TheShown = Annotated[Shown, Depends(provided_shown)]
TheFiles = Annotated[list[SentFile], Depends(provided_files)]


@router.get("")
def show(hall_id: int, shown: TheShown) -> Response:
    """Show the photos of a hall, with a form for more."""
    return _page(shown, hall_id)


@router.post("")
def add(hall_id: int, shown: TheShown, files: TheFiles, store: TheHallPhotos) -> Response:
    """Keep the photos that can be read, and say what is wrong with the others."""
    words = language_of(shown.request)
    with shown.database.read() as session:
        _check(session, shown, hall_id)
        there = [one.hash for one in photos.photos_of(session, hall_id)]
    if not files:
        return _page(shown, hall_id, {"photos": words("hall_photos.problem_none")})
    room = Room(there, MOST_PHOTOS, TooManyHallPhotos())
    names, wrong = keep_each(files, store, words, room)
    with shown.database.write() as session:
        _check(session, shown, hall_id)
        for name in names[len(there) :]:
            photos.add(session, hall_id, name, store.size(name))
    if wrong:
        return _page(shown, hall_id, {"photos": " ".join(wrong)})
    return _back(hall_id)


@router.post("/{photo_id}")
def change(
    hall_id: int, photo_id: int, shown: TheShown, form: Annotated[WordsForm, Form()]
) -> Response:
    """Keep what is to be seen on a photo, and move it when that was asked."""
    wrong = too_long(language_of(shown.request), form, _LONGEST)
    problems = {f"{name}-{photo_id}": says for name, says in wrong.items()}
    if not problems and not form.nl.strip():
        problems = {f"nl-{photo_id}": language_of(shown.request)("hall_photos.problem_words")}
    if problems:
        with shown.database.read() as session:
            _check(session, shown, hall_id)
            photos.photo_of(session, hall_id, photo_id)
        return _page(shown, hall_id, problems, (photo_id, form))

    def done(session: Session) -> None:
        photos.describe(session, hall_id, photo_id, form.model_dump(exclude={"do"}))
        if by := _PLACES.get(form.do):
            photos.move(session, hall_id, photo_id, by)

    return _done(shown, hall_id, done, f"photo-{photo_id}")


@router.get("/{photo_id}/remove")
def ask(hall_id: int, photo_id: int, shown: TheShown) -> Response:
    """Ask whether a photo should really go."""
    with shown.database.read() as session:
        hall = _check(session, shown, hall_id)
        photo = photos.photo_of(session, hall_id, photo_id)
    return shown.pages.show(
        shown.request, "hall_admin_photo_remove.html", staff=shown.staff, hall=hall, photo=photo
    )


@router.post("/{photo_id}/remove")
def remove(hall_id: int, photo_id: int, shown: TheShown) -> Response:
    """Take a photo off a hall."""
    return _done(shown, hall_id, lambda session: photos.remove(session, hall_id, photo_id))


def _check(session: Session, shown: Shown, hall_id: int) -> Hall:
    check_hall(session, shown.staff, hall_id, Role.HALL_MANAGER)
    hall = session.get(Hall, hall_id)
    if hall is None:
        raise NotFound("hall")
    return hall


def _done(
    shown: Shown, hall_id: int, what: Callable[[Session], None], where: str = "content"
) -> Response:
    with shown.database.write() as session:
        _check(session, shown, hall_id)
        what(session)
    return _back(hall_id, where)


def _back(hall_id: int, where: str = "content") -> Response:
    return RedirectResponse(f"/desk/hall-photos/{hall_id}#{where}", HTTPStatus.SEE_OTHER)


def _page(
    shown: Shown,
    hall_id: int,
    problems: Problems | None = None,
    typed: tuple[int, WordsForm] | None = None,
) -> Response:
    with shown.database.read() as session:
        hall = _check(session, shown, hall_id)
        there = photos.photos_of(session, hall_id)
    texts = {one.id: one.words for one in there}
    if typed is not None:
        texts[typed[0]] = typed[1].model_dump(exclude={"do"})
    return shown.pages.show(
        shown.request,
        "hall_admin_photos.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=shown.staff,
        hall=hall,
        photos=there,
        texts=texts,
        languages_of_words=LANGUAGES,
        most=MOST_PHOTOS,
        problems=problems or {},
    )
