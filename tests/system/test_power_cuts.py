"""Hundreds of power cuts under the unit's real memory: nothing promised is gone, nothing goes down."""

import os
import random
from collections.abc import Iterator

import pytest

from tests.simulators.forgetful_disk import ForgetfulDisk, NotHere, forgetful_disk
from tests.simulators.memory_user import Users, users
from tests.simulators.power_cuts import cut_again_and_again

CUTS = 4000 if os.environ.get("HALLPASS_TORTURE") else 400
SEED = random.SystemRandom().randrange(2**32) if os.environ.get("HALLPASS_TORTURE") else 2026


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgetfulDisk]:
    try:
        with forgetful_disk(tmp_path_factory.mktemp("power") / "disk") as it:
            yield it
    except NotHere as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def user() -> Iterator[Users]:
    with users() as them:
        yield them


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("torn", [False, True], ids=["forgotten", "torn"])
def test_hundreds_of_power_cuts_take_nothing_that_was_promised(
    disk: ForgetfulDisk,
    user: Users,
    torn: bool,  # noqa: FBT001 - a case
) -> None:
    print(f"seed {SEED}")  # noqa: T201 - shown when it fails
    chance = random.Random(SEED)  # noqa: S311 - repeatable
    outcome = cut_again_and_again(disk, user, CUTS, chance, torn=torn)
    assert outcome.broken == []
    assert outcome.cuts == CUTS
    assert outcome.entries > 5 * CUTS


@pytest.mark.timeout(600)
@pytest.mark.parametrize("torn", [False, True], ids=["forgotten", "torn"])
def test_without_waiting_for_the_medium_many_entries_are_lost(
    disk: ForgetfulDisk,
    user: Users,
    torn: bool,  # noqa: FBT001 - a case
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - repeatable
    outcome = cut_again_and_again(disk, user, 100, chance, torn=torn, synchronous="NORMAL")
    lost = [what for what in outcome.broken if what.startswith("entry ")]
    assert len(lost) > 10
