"""What a run of the benchmarks is given."""

from dataclasses import dataclass
from pathlib import Path


class Unmeasurable(Exception):
    """Something needed is not here; the message says what. No failure: others are measured."""


class DoesNotWork(Exception):
    """What is measured failed; the message says how. Its rows are not ok, others are measured."""


@dataclass(frozen=True, slots=True)
class Options:
    """The same for every subject."""

    photos: Path | None
    """Folder of photos of QR codes."""
    scratch: Path
    """Empty folder on a real disk, removed afterwards."""
