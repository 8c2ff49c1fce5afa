"""Photos of halls: what staff keep, in which order, with words for who cannot see them. Never commits."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.errors import CentralError, NotFound
from central.halls.facts import LANGUAGES
from central.halls.models import Hall, HallPhoto
from central.photos import PhotoStore

WIDTHS = (320, 640, 1280)
"""Pixels: of a result on a phone, of a result on a sharp one, of the hall's page."""
MOST_PHOTOS = 12
LONGEST_WORDS = 250
"""Characters; a screen reader reads all of it."""


class TooManyHallPhotos(CentralError):
    """More photos than a hall may have."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "too_many_hall_photos"
    sentence = "A hall has at most {most} photos. Remove one first."

    def __init__(self) -> None:
        super().__init__(field="photos", most=MOST_PHOTOS)


class OtherPhotos(CentralError):
    """A new order names other photos than the hall has; somebody else changed them meanwhile."""

    status = HTTPStatus.CONFLICT
    code = "other_photos"
    sentence = "The hall has other photos than these. Look again and put them in order then."


def store_in(data: Path) -> PhotoStore:
    """Return the photos of halls in the data folder of the city."""
    return PhotoStore(data, "hall-photos", WIDTHS)


def photos_of(session: Session, hall_id: int) -> list[HallPhoto]:
    """Return the photos of a hall in their order."""
    wanted = select(HallPhoto).where(HallPhoto.hall_id == hall_id)
    return list(session.scalars(wanted.order_by(HallPhoto.position, HallPhoto.id)))


def halls_with(session: Session, name: str, *, only_shown: bool) -> set[int]:
    """Return the halls that have the photo of this hash now; perhaps only where renters see it."""
    wanted = select(HallPhoto).join(Hall, Hall.id == HallPhoto.hall_id)
    if only_shown:
        wanted = wanted.where(Hall.is_offered)
    found = session.scalars(wanted.where(HallPhoto.hash == name))
    return {one.hall_id for one in found if one.is_shown or not only_shown}


def add(
    session: Session,
    hall_id: int,
    name: str,
    size: tuple[int, int],
    words: Mapping[str, str] | None = None,
) -> HallPhoto:
    """Put a kept photo last; one that the hall has already stays where it is.

    Raises:
        NotFound: there is no such hall.
        TooManyHallPhotos: it has as many as it may.

    """
    there = _locked(session, hall_id)
    if again := next((one for one in there if one.hash == name), None):
        return again
    if len(there) >= MOST_PHOTOS:
        raise TooManyHallPhotos
    last = max((one.position for one in there), default=0)
    photo = HallPhoto(hall_id=hall_id, position=last + 1, hash=name, words=_said(words or {}))
    photo.width, photo.height = size
    session.add(photo)
    session.flush()
    return photo


def describe(session: Session, hall_id: int, photo_id: int, words: Mapping[str, str]) -> HallPhoto:
    """Say what is to be seen on a photo, by language.

    Raises:
        NotFound: the hall has no such photo.

    """
    photo = _one(_locked(session, hall_id), photo_id)
    photo.words = _said(words)
    return photo


def put_in_order(session: Session, hall_id: int, photo_ids: Sequence[int]) -> list[HallPhoto]:
    """Give all photos of a hall the order in which they are named.

    Raises:
        NotFound: there is no such hall.
        OtherPhotos: these are not exactly its photos.

    """
    there = {one.id: one for one in _locked(session, hall_id)}
    if sorted(there) != sorted(photo_ids):
        raise OtherPhotos
    for position, one in enumerate(photo_ids, start=1):
        there[one].position = position
    session.flush()
    return photos_of(session, hall_id)


def move(session: Session, hall_id: int, photo_id: int, by: int) -> None:
    """Move a photo so many places on (back, where negative), at most to the end.

    Raises:
        NotFound: the hall has no such photo.

    """
    there = _locked(session, hall_id)
    photo = _one(there, photo_id)
    place = there.index(photo)
    there.remove(photo)
    there.insert(max(0, place + by), photo)
    put_in_order(session, hall_id, [one.id for one in there])


def remove(session: Session, hall_id: int, photo_id: int) -> None:
    """Take a photo off a hall; from then on nobody gets it.

    Raises:
        NotFound: the hall has no such photo.

    """
    session.delete(_one(_locked(session, hall_id), photo_id))
    session.flush()


def photo_of(session: Session, hall_id: int, photo_id: int) -> HallPhoto:
    """Return one photo of a hall.

    Raises:
        NotFound: the hall has no such photo.

    """
    return _one(photos_of(session, hall_id), photo_id)


def _locked(session: Session, hall_id: int) -> list[HallPhoto]:
    """Return the photos of a hall, which nobody else changes until this is over."""
    if session.get(Hall, hall_id, with_for_update=True) is None:
        raise NotFound("hall")
    return photos_of(session, hall_id)


def _one(there: Sequence[HallPhoto], photo_id: int) -> HallPhoto:
    found = next((one for one in there if one.id == photo_id), None)
    if found is None:
        raise NotFound("photo")
    return found


def _said(words: Mapping[str, str]) -> dict[str, str]:
    return {one: said for one in LANGUAGES if (said := " ".join(words.get(one, "").split()))}
