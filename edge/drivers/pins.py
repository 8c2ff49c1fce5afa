"""Pins through gpiozero, with the factory named: no silent fallback to another one."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gpiozero import Factory
from gpiozero.pins.mock import MockFactory

from edge.errors import EdgeError
from edge.pins import read_pins
from edge.simulator.wire import Wire, WireFactory

MOCK = "mock"


class NoPins(EdgeError):
    """The machine's pins cannot be driven; the message says what to install or change."""


def pin_factory(name: str, wire: str = "") -> Factory:
    """Return gpiozero's factory of that name; close it at the end.

    Args:
        name: `hardware.pins`.
        wire: `simulator.wire`, the socket of a virtual door that mock pins are wired to.

    Raises:
        NoPins: the name is unknown, or its library or chip is not there.
        NoVirtualDoor: there is no virtual door at the wire's other end.

    """
    if name == MOCK:
        return Wire.connect(Path(wire)).factory(read_pins()) if wire else MockFactory()
    if name != "lgpio":
        msg = f"hardware.pins must be 'lgpio' or 'mock', not {name!r}"
        raise NoPins(msg)
    try:
        from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - only on a Raspberry Pi

        return LGPIOFactory()
    except Exception as error:  # lgpio raises its own, and the import may fail
        msg = f"no GPIO here: {error}; install python3-lgpio, or set hardware.pins = 'mock'"
        raise NoPins(msg) from error


def speech_of(factory: Factory) -> Callable[[Mapping[str, Any]], None] | None:
    """Return what sends words to the display of the virtual door, None where there is none."""
    return factory.wire.send if isinstance(factory, WireFactory) else None
