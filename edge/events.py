"""What drivers tell the controller: plain facts, each with the monotonic second `at` of it.

Drivers are given `emit` and put these on the controller's one queue. They know nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Input(StrEnum):
    """The inputs of a door unit. All are only watched; none of them moves the lock by software."""

    DOOR_CONTACT = "door_contact"
    """Active while the leaf is open."""
    REX = "rex"
    """Request to exit: somebody leaves."""
    KEY_CYLINDER = "key_cylinder"
    PANIC_BAR = "panic_bar"
    FIRE_PANEL = "fire_panel"
    LOCK_CONTACT = "lock_contact"
    """Active while the lock itself says that it lets go; few locks have this contact."""
    TAMPER = "tamper"
    """Active while the case is open."""
    MAINS = "mains"
    """Active while mains power is lost."""


class CameraState(StrEnum):
    """How the reader's camera is."""

    WORKING = "working"
    FROZEN = "frozen"
    COVERED = "covered"
    DARK = "dark"
    BLURRED = "blurred"


@dataclass(frozen=True, slots=True)
class CodeSeen:
    """A frame showed a code that looks like a credential."""

    text: str
    frame_at: float
    """When the frame was taken."""
    at: float


@dataclass(frozen=True, slots=True)
class CodeUnclear:
    """A code is held up that gives no pass: "come closer", or "this is another code"."""

    at: float
    foreign: bool = False
    """It was read, and is no pass. What it says stays in the reader."""


@dataclass(frozen=True, slots=True)
class ReaderHealth:
    """Once a second, and when the reader process ends (then `state` is frozen)."""

    state: CameraState
    frames_per_second: float
    at: float


@dataclass(frozen=True, slots=True)
class InputChanged:
    """An input has another level than before, debounced."""

    input: Input
    active: bool
    at: float


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The broker accepted us; `session` is the number in our birth."""

    session: int
    at: float


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The connection is gone or was refused; `reason` is in words."""

    reason: str
    refused: bool
    at: float


@dataclass(frozen=True, slots=True)
class PublishRefused:
    """The broker did not take what we said on `up/<kind>`; `reason` is in words."""

    kind: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class Received:
    """A message for this unit; `kind` is the last level of its topic."""

    kind: str
    payload: bytes
    at: float


@dataclass(frozen=True, slots=True)
class CentralSeen:
    """Central's own state changed: a new session means that it may have forgotten what we sent."""

    online: bool
    session: int
    at: float


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """A tool on this machine asks; call `reply` once or more, then with None at the end."""

    request: str
    arguments: Mapping[str, Any]
    reply: Callable[[Mapping[str, Any] | None], None]
    at: float


@dataclass(frozen=True, slots=True)
class StopRequested:
    """The program shall end."""

    reason: str = "asked to stop"
    at: float = field(default=0.0)


Event = (
    CodeSeen
    | CodeUnclear
    | ReaderHealth
    | InputChanged
    | LinkUp
    | LinkDown
    | PublishRefused
    | Received
    | CentralSeen
    | ControlRequest
    | StopRequested
)
Emit = Callable[[Event], None]
