"""How many photos go with a report; how they are kept is in `central/photos.py`."""

from http import HTTPStatus

from central.errors import CentralError

MOST_PHOTOS = 5


class TooManyPhotos(CentralError):
    """More photos than go with one report."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "too_many_photos"
    sentence = "At most {most} photos go with one report."

    def __init__(self) -> None:
        super().__init__(field="photos", most=MOST_PHOTOS)
