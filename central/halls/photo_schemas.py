"""What the REST interface of photos of halls takes and tells."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints

from central.halls.models import HallPhoto
from central.halls.photos import LONGEST_WORDS, MOST_PHOTOS, WIDTHS

Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_WORDS)]


class PhotoWords(BaseModel):
    """What is to be seen on a photo; renters get it once it says so in Dutch."""

    nl: Said = ""
    fr: Said = ""
    en: Said = ""
    de: Said = ""


class PhotoOrder(BaseModel):
    """All photos of a hall, in the order in which they are shown."""

    photos: list[int] = Field(max_length=MOST_PHOTOS)


class HallPhotoOut(BaseModel):
    """A photo of a hall."""

    id: int
    width: int
    height: int
    words: dict[str, str]
    addresses: dict[int, str]
    """By width in pixels; what stands at an address never changes."""

    @classmethod
    def of(cls, photo: HallPhoto) -> Self:
        """Return what is told of a photo."""
        return cls(
            id=photo.id,
            width=photo.width,
            height=photo.height,
            words=photo.words,
            addresses={width: address_of(photo, width) for width in WIDTHS},
        )


def address_of(photo: HallPhoto, width: int) -> str:
    """Return where everybody gets a photo, at most so wide."""
    return f"/hall-photos/{width}/{photo.hash}.jpg"
