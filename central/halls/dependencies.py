"""What the routes of halls ask for: the photos."""

from typing import Annotated

from fastapi import Depends

from central.dependencies import TheSettings
from central.halls.photos import store_in
from central.photos import PhotoStore


def provided_hall_photos(settings: TheSettings) -> PhotoStore:
    """Return the photos of the city's halls."""
    return store_in(settings.data)


TheHallPhotos = Annotated[PhotoStore, Depends(provided_hall_photos)]
