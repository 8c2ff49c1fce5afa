"""Pins through gpiozero, with the factory named: no silent fallback to another one."""

from gpiozero import Factory
from gpiozero.pins.mock import MockFactory

from edge.errors import EdgeError

MOCK = "mock"


class NoPins(EdgeError):
    """The machine's pins cannot be driven; the message says what to install or change."""


def pin_factory(name: str) -> Factory:
    """Return gpiozero's factory of that name.

    Raises:
        NoPins: it is unknown, or its library or chip is not there.

    """
    if name == MOCK:
        return MockFactory()
    if name != "lgpio":
        msg = f"hardware.pins must be 'lgpio' or 'mock', not {name!r}"
        raise NoPins(msg)
    try:
        from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - only on a Raspberry Pi

        return LGPIOFactory()
    except Exception as error:  # lgpio raises its own, and the import may fail
        msg = f"no GPIO here: {error}; install python3-lgpio, or set hardware.pins = 'mock'"
        raise NoPins(msg) from error
