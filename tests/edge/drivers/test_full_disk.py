"""A full disk is survived, on a real small one: nothing promised goes, and grants are written last."""

from pathlib import Path
from typing import Any

import pytest

from edge.drivers.disk import MEGABYTE, Ballast, free_space
from tests.edge.drivers import full_disk_stories
from tests.simulators.small_disk import NotHere, run_on_small_disk

BALLAST = full_disk_stories.BALLAST * MEGABYTE


def happened(tmp_path: Path, story: str, megabytes: int = 24) -> dict[str, Any]:
    try:
        said: dict[str, Any] = run_on_small_disk(
            tmp_path / "disk", megabytes, full_disk_stories.__name__, story
        )
    except NotHere as reason:
        pytest.skip(str(reason))
    return said


@pytest.mark.timeout(120)
def test_on_a_full_disk_even_deleting_fails_and_giving_up_the_ballast_helps(
    tmp_path: Path,
) -> None:
    said = happened(tmp_path, "without_a_ladder")
    assert said["free"] < 16_384
    assert said["deleting fails"]
    assert "full" in said["checkpoint"]
    assert said["a document fails"]
    assert said["head stays"]
    assert said["retired"] == 0
    assert said["released"] == BALLAST
    assert said["writing works again"]
    assert said["deleting works again"] > 0
    assert said["whole"]
    assert not said["lost"]


@pytest.mark.timeout(120)
def test_the_ladder_tells_first_and_writes_grants_to_the_last(tmp_path: Path) -> None:
    said = happened(tmp_path, "with_the_ladder", megabytes=40)
    assert said["rooms"] == ["enough", "prune", "low", "last_resort", "full"]
    assert said["fault at"] > 0
    assert said["failed"] == 0
    written = said["written"]
    assert 0 < written["input_changed"] < written["decided"] < written["opened"]
    # What only grants may use is the ballast and half of the reserve: hundreds of entries a megabyte.
    assert written["opened"] - written["decided"] > 2000
    assert said["ballast"] == 0
    assert said["starts again"]
    assert not said["lost"]


@pytest.mark.timeout(120)
def test_a_full_unit_has_room_again_once_central_took_its_entries(tmp_path: Path) -> None:
    said = happened(tmp_path, "with_the_ladder", megabytes=40)
    assert said["acked"]
    assert 0 < said["turns to room again"] < full_disk_stories.PATIENCE
    assert said["room"] in {"prune", "enough"}
    assert said["writes again"]
    assert said["whole"]


def test_a_unit_starts_on_a_disk_without_a_free_byte(tmp_path: Path) -> None:
    said = happened(tmp_path, "a_start", megabytes=12)
    assert said["free"] == 0
    assert said["starts"]
    assert not said["lost"]


def test_a_start_that_needs_room_gives_up_the_ballast(tmp_path: Path) -> None:
    said = happened(tmp_path, "a_start", megabytes=12)
    assert said["ballast"] == 0
    assert said["notices"]
    assert said["floor"] == 9000


def test_a_file_for_which_there_is_no_room_stays_as_it_was(tmp_path: Path) -> None:
    said = happened(tmp_path, "a_second_file", megabytes=8)
    assert said == {"outcome": "No space left on device", "old": True, "rubbish": []}


def test_a_ballast_grows_when_there_is_room_again(tmp_path: Path) -> None:
    said = happened(tmp_path, "a_ballast", megabytes=12)
    assert said["grew"] == [False, False, False]
    assert said["small"] < MEGABYTE
    assert said["whole"] == BALLAST
    assert 4 <= said["steps"] <= 5


# --- the ballast, on any disk


def test_a_ballast_grows_by_a_megabyte_at_a_time_and_is_kept(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast", 3)
    assert ballast.size == 0
    assert [ballast.ensure() for _ in range(4)] == [False, False, True, True]
    assert Ballast(tmp_path / "ballast", 3).ensure()
    assert ballast.size == ballast.wanted == 3 * MEGABYTE
    assert (tmp_path / "ballast").stat().st_mode & 0o777 == 0o600


def test_a_ballast_takes_room_and_gives_it_back(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast", 2)
    while not ballast.ensure():
        pass
    found = (tmp_path / "ballast").stat()
    assert found.st_blocks * 512 >= 2 * MEGABYTE
    assert ballast.release() == 2 * MEGABYTE
    assert ballast.release() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_ballast_with_holes_is_none(tmp_path: Path) -> None:
    path = tmp_path / "ballast"
    with path.open("wb") as file:
        file.truncate(3 * MEGABYTE)
    ballast = Ballast(path, 3)
    assert ballast.size == 0
    while not ballast.ensure():
        pass
    assert path.stat().st_blocks * 512 >= 3 * MEGABYTE


def test_a_smaller_ballast_in_the_configuration_gives_the_rest_back(tmp_path: Path) -> None:
    large, small = Ballast(tmp_path / "ballast", 3), Ballast(tmp_path / "ballast", 1)
    while not large.ensure():
        pass
    assert small.ensure()
    assert small.size == MEGABYTE
    assert Ballast(tmp_path / "ballast", 0).ensure()


def test_free_space_is_what_the_file_system_says(tmp_path: Path) -> None:
    found = free_space(tmp_path)
    assert 0 < found.free <= found.total
    with pytest.raises(OSError, match="missing"):
        free_space(tmp_path / "missing")
