"""REST: photos of halls, for hall managers to keep."""

from fastapi import APIRouter

from central.accounts.principals import HallManager
from central.accounts.roles import Role
from central.dependencies import RawBody, TheDatabase
from central.halls import photos
from central.halls.dependencies import TheHallPhotos
from central.halls.photo_schemas import HallPhotoOut, PhotoOrder, PhotoWords
from central.halls.scope import check_hall

router = APIRouter(tags=["halls"])


@router.get("/api/v1/hall-photos/{hall_id}")
def list_photos(hall_id: int, staff: HallManager, database: TheDatabase) -> list[HallPhotoOut]:
    """List all photos of a hall, also those that nobody sees before they are described."""
    with database.read() as session:
        check_hall(session, staff, hall_id, Role.HALL_MANAGER)
        return [HallPhotoOut.of(one) for one in photos.photos_of(session, hall_id)]


@router.post("/api/v1/hall-photos/{hall_id}", status_code=201)
def add_photo(
    hall_id: int,
    staff: HallManager,
    content: RawBody,
    store: TheHallPhotos,
    database: TheDatabase,
) -> HallPhotoOut:
    """Add a photo: the body is the JPEG, PNG or WebP. Renters see it once it is described."""
    with database.read() as session:
        check_hall(session, staff, hall_id, Role.HALL_MANAGER)
    name = store.keep(content)
    with database.write() as session:
        check_hall(session, staff, hall_id, Role.HALL_MANAGER)
        return HallPhotoOut.of(photos.add(session, hall_id, name, store.size(name)))


@router.put("/api/v1/hall-photos/{hall_id}")
def order_photos(
    hall_id: int, order: PhotoOrder, staff: HallManager, database: TheDatabase
) -> list[HallPhotoOut]:
    """Put all photos of a hall in order; the first one stands on the results of a search."""
    with database.write() as session:
        check_hall(session, staff, hall_id, Role.HALL_MANAGER)
        return [HallPhotoOut.of(one) for one in photos.put_in_order(session, hall_id, order.photos)]


@router.put("/api/v1/hall-photos/{hall_id}/{photo_id}")
def describe_photo(
    hall_id: int, photo_id: int, words: PhotoWords, staff: HallManager, database: TheDatabase
) -> HallPhotoOut:
    """Say what is to be seen, for who cannot see it."""
    with database.write() as session:
        check_hall(session, staff, hall_id, Role.HALL_MANAGER)
        return HallPhotoOut.of(photos.describe(session, hall_id, photo_id, words.model_dump()))


@router.delete("/api/v1/hall-photos/{hall_id}/{photo_id}", status_code=204)
def remove_photo(hall_id: int, photo_id: int, staff: HallManager, database: TheDatabase) -> None:
    """Take a photo off a hall; from then on nobody gets it."""
    with database.write() as session:
        check_hall(session, staff, hall_id, Role.HALL_MANAGER)
        photos.remove(session, hall_id, photo_id)
