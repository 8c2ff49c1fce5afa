"""The README's commands on a computer that has nothing: as root, with sudo, and without the right."""

import os
from collections.abc import Iterator

import pytest

from tests.simulators.bare_machine import BareMachine, bare_machine

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may make and enter another system"),
]


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareMachine]:
    with bare_machine(tmp_path_factory.mktemp("bare_machine")) as fresh:
        yield fresh


@pytest.mark.parametrize("account", ["root", "ana"])
def test_the_story_plays_on_a_computer_that_has_nothing(machine: BareMachine, account: str) -> None:
    refused = machine.hallpass("ben", "demo-check")
    assert refused.returncode == 1
    assert "Ask an administrator to run, then start again" in refused.stdout
    assert "apt-get install -y --no-install-recommends python3 python3-venv" in refused.stdout
    told = machine.hallpass(account, "demo-check")
    assert told.returncode == 0, told.stdout[-6000:]
    for words in ("Missing on this computer", "mosquitto", "Installing them with apt",
                  "Installing the Python packages"):  # fmt: skip
        assert words in told.stdout
