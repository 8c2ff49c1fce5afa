"""kill -9 at ten random points; `tests/system` does it a hundred times."""

from collections.abc import Callable

import pytest

from demo.running import Demo
from demo.scene import Scene
from tests.journey import kill_nine


@pytest.mark.timeout(240)
def test_kills_release_nothing_without_a_cause_and_lose_nothing(
    city: Demo, at_door: Callable[..., Scene], a_pass: Callable[..., bytes]
) -> None:
    scene = at_door()
    kill_nine.stop(scene)
    kill_nine.kill_often(city, scene, a_pass, times=10, seed=11)
    assert kill_nine.require_every_pulse_has_a_cause(scene) > 0
    kill_nine.require_chain_is_whole(scene)
    kill_nine.require_all_at_central(scene)
