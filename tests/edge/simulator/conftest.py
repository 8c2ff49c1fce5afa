import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.simulator.bench import VirtualDoor


@pytest.fixture
def run() -> Iterator[Path]:
    """A run folder with a path short enough for sockets, wherever pytest's own folders are."""
    with tempfile.TemporaryDirectory(prefix="door-") as folder:
        yield Path(folder)


@pytest.fixture
def door(run: Path) -> Iterator[VirtualDoor]:
    with VirtualDoor("feestzaal", run) as started:
        yield started
