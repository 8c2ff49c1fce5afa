"""Which files of golden vectors there are, and what stands in each."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.contracts.vectors.credentials import credentials
from tests.contracts.vectors.decisions import decisions
from tests.contracts.vectors.documents import documents
from tests.contracts.vectors.floor_resets import floor_resets
from tests.contracts.vectors.journals import journals
from tests.contracts.vectors.keysets import keysets
from tests.contracts.vectors.windows import windows

FILES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "credentials": credentials,
    "windows": windows,
    "documents": documents,
    "keysets": keysets,
    "floor_resets": floor_resets,
    "journals": journals,
    "decisions": decisions,
}


def path_of(name: str) -> Path:
    """Return where a file of vectors is."""
    return Path(__file__).with_name(f"{name}.json")


def content(name: str) -> str:
    """Return what should stand in a file of vectors."""
    parts = (f"{_json(key)}: {_value(value)}" for key, value in FILES[name]().items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _value(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a list with an item on each line, so that a change shows as one."""
    if not isinstance(value, list):
        return _json(value)
    return "[\n " + ",\n ".join(map(_json, value)) + "\n]"


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=False)
