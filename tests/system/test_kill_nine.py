"""kill -9 at a hundred random points: nothing opened without a cause, nothing written is lost."""

import os
from collections.abc import Callable

import pytest

from demo.running import Demo
from demo.scene import Scene
from tests.journey import kill_nine

TIMES = 100


@pytest.mark.timeout(900)
def test_a_hundred_kills_release_nothing_without_a_cause_and_lose_nothing(
    city: Demo,
    at_door: Callable[..., Scene],
    a_pass: Callable[..., bytes],
    record_property: Callable[[str, object], None],
) -> None:
    seed = int.from_bytes(os.urandom(4)) if os.environ.get("HALLPASS_TORTURE") else 2026
    record_property("seed", seed)
    scene = at_door()
    kill_nine.stop(scene)
    kill_nine.kill_often(city, scene, a_pass, TIMES, seed)
    pulses = kill_nine.require_every_pulse_has_a_cause(scene)
    kill_nine.require_chain_is_whole(scene)
    kill_nine.require_all_at_central(scene)
    assert pulses > TIMES / 10, f"seed {seed}: the unit hardly ever got to opening"
