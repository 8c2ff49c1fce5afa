"""What the reader process and the door unit say to each other over two pipes, a line each.

The process reads what strangers hold up, so what it says is checked like anything from outside.
Moments are microseconds of CLOCK_MONOTONIC, which both processes share.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from contracts import strict_json
from contracts.errors import Malformed
from edge.events import CameraState, CodeSeen, CodeUnclear, ReaderHealth

LONGEST_LINE = 2048  # bytes
_OLDEST_FRAME = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Form:
    """What a wanted text looks like: its beginning and its length in characters."""

    prefix: str
    length: int

    def fits(self, text: str) -> bool:
        """Tell whether a text looks like it."""
        return len(text) == self.length and text.startswith(self.prefix)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the process is told when it starts; nothing in it is secret."""

    source: str
    width: int
    height: int
    rate: int
    run: str
    parent: int
    """The door unit's process id: the reader ends with it."""
    forms: tuple[Form, ...]

    def accepts(self, text: str) -> bool:
        """Tell whether a text is wanted."""
        return any(form.fits(text) for form in self.forms)

    def to_argument(self) -> str:
        """Return them as one argument of a command."""
        return json.dumps(asdict(self))

    @classmethod
    def from_argument(cls, text: str) -> "Settings":
        """Return what `to_argument` wrote."""
        values = json.loads(text)
        forms = tuple(Form(**form) for form in values.pop("forms"))
        return cls(**values, forms=forms)


@dataclass(frozen=True, slots=True)
class Ready:
    """The source is open and the sandbox closed; what of it this kernel could close."""

    files: bool
    calls: bool
    limits: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """There are no frames; the process ends."""

    why: str


Said = CodeSeen | CodeUnclear | ReaderHealth | Ready | Failed


def to_line(said: Said) -> bytes:
    """Return what the process says, as a line."""
    return strict_json.dumps(_values(said)) + b"\n"


def _values(said: Said) -> dict[str, Any]:
    match said:
        case CodeSeen(text, frame_at, _):
            return {"say": "code", "text": text, "at": _micro(frame_at)}
        case CodeUnclear(at, foreign):
            return {"say": "unclear", "foreign": foreign, "at": _micro(at)}
        case ReaderHealth(state, rate, at):
            return {"say": "health", "state": state, "milli": int(rate * 1000), "at": _micro(at)}
        case Ready(files, calls, limits):
            return {"say": "ready", "files": files, "calls": calls, "limits": limits}
        case Failed(why):
            return {"say": "failed", "why": why[:1000]}


def from_line(raw: bytes, settings: Settings, now: float) -> Said:
    """Return what the process said.

    Raises:
        Malformed: it is none of that, or a text nobody wants: the process is broken, or not ours.

    """
    values = strict_json.loads(raw, LONGEST_LINE)
    try:
        return _said(values, settings, now)
    except (KeyError, TypeError, ValueError) as error:
        msg = f"the reader process said something unknown: {error!r}"
        raise Malformed(msg) from error


def _said(values: Mapping[str, Any], settings: Settings, now: float) -> Said:
    match values["say"]:
        case "code":
            text = str(values["text"])
            if not settings.accepts(text):
                msg = "a text that was not asked for"
                raise ValueError(msg)
            return CodeSeen(text, _moment(values["at"], now), now)
        case "unclear":
            return CodeUnclear(_moment(values["at"], now), foreign=bool(values["foreign"]))
        case "health":
            state, rate = CameraState(values["state"]), int(values["milli"]) / 1000
            return ReaderHealth(state, rate, now)
        case "ready":
            return Ready(*(bool(values[name]) for name in ("files", "calls", "limits")))
        case "failed":
            return Failed(str(values["why"]))
    msg = str(values["say"])[:32]
    raise ValueError(msg)


def pause_line(seconds: float) -> bytes:
    """Return the order to read nothing for a time."""
    return b"pause %d\n" % int(seconds * 1000)


def pause_of(line: bytes) -> float:
    """Return the seconds that `pause_line` said."""
    _, _, milli = line.partition(b" ")
    return int(milli) / 1000


def _micro(seconds: float) -> int:
    return int(seconds * 1_000_000)


def _moment(micro: object, now: float) -> float:
    """Return a moment that is at most a minute ago, and not to come."""
    if not isinstance(micro, int):
        msg = "a moment must be a whole number"
        raise TypeError(msg)
    return min(now, max(now - _OLDEST_FRAME, micro / 1_000_000))
