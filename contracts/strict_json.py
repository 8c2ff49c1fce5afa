"""JSON with one reading: no duplicate names, no NaN, no floats; canonical when written."""

import json
from typing import Any, NoReturn

from contracts.errors import Malformed


def dumps(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return canonical bytes: sorted names, no spaces, UTF-8."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def loads(raw: bytes | str, limit: int = 262_144) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value in UTF-8 bytes of at most `limit` bytes.

    Raises:
        Malformed: too long, not JSON, a name twice in one object, a float, or too deep.

    """
    if len(raw) > limit:
        msg = f"longer than {limit} bytes"
        raise Malformed(msg)
    try:
        return json.loads(
            raw, object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_float
        )
    except (ValueError, RecursionError) as error:
        msg = f"not JSON: {error}"
        raise Malformed(msg) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        msg = "a name stands twice in one object"
        raise ValueError(msg)
    return value


def _no_float(text: str) -> NoReturn:
    msg = f"{text} is not a whole number"
    raise ValueError(msg)
