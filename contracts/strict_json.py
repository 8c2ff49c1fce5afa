"""JSON with one reading: UTF-8, no duplicate names, no floats, no half characters; canonical when written."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from contracts.errors import Malformed

LARGEST = 262_144
"""Bytes, the broker's own limit for a packet."""
DEEPEST = 64
"""Objects and lists inside each other; a fixed number, so that every reader stops at the same one."""


def dumps(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return canonical bytes: sorted names, no spaces, UTF-8.

    Raises:
        Malformed: a value that `loads` would refuse, such as a float or one too deep. (A door that
            wrote one into its journal could never have it acknowledged.)

    """
    try:
        _require_readable(value)
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"cannot be written as JSON: {error}"
        raise Malformed(msg) from error


def loads(raw: bytes, limit: int = LARGEST) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value in UTF-8 bytes of at most `limit` bytes.

    Raises:
        Malformed: too long, not JSON, a name twice in one object, a float, half a surrogate pair, or
            too deep.

    """
    if len(raw) > limit:
        msg = f"longer than {limit} bytes"
        raise Malformed(msg)
    try:
        text = raw.decode()  # json itself would also take UTF-16 and UTF-32
        value = json.loads(
            text, object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_float
        )
        if text.count("[") + text.count("{") > DEEPEST:
            _require_readable(value)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()  # refuses half a surrogate pair
    except (ValueError, RecursionError) as error:
        msg = f"not JSON: {error}"
        raise Malformed(msg) from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        msg = "a name stands twice in one object"
        raise ValueError(msg)
    return value


def _no_float(text: str) -> NoReturn:
    msg = f"{text[:32]} is not a whole number"
    raise ValueError(msg)


def _require_readable(value: Any, deeper: int = DEEPEST) -> None:  # noqa: ANN401 - any JSON value
    match value:
        case None | bool() | int() | str():
            return
        case list() | tuple():
            items: Iterable[Any] = value
        case dict():
            _require_text(value)
            items = value.values()
        case _:
            msg = f"{type(value).__name__} has no form here"
            raise TypeError(msg)
    if not deeper:
        msg = f"more than {DEEPEST} objects and lists inside each other"
        raise ValueError(msg)
    for item in items:
        _require_readable(item, deeper - 1)


def _require_text(names: Iterable[Any]) -> None:
    for name in names:
        if not isinstance(name, str):
            msg = f"a name must be text, not {name!r}"
            raise TypeError(msg)
