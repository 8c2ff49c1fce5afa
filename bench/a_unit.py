"""A door unit to measure: in service, with keys of its own city and nobody at the broker."""

import dataclasses
from pathlib import Path

from contracts.door_config import Timings
from contracts.keys import SoftwareSigner
from edge.config import DoorUnitConfig, Reader, Simulator
from edge.simulator import places
from tests.edge.a_unit import a_unit_config, write_identity
from tests.simulators.city import City

SHORT = Timings(release=60, extended_release=120, longest_release=500)
"""Pulses that end before the next pass is shown."""


def enrolled(folder: Path, city: City, run: Path) -> DoorUnitConfig:
    """Return the configuration of a unit with an identity, whose sockets are in `run`."""
    write_identity(folder / "identity", city, SoftwareSigner.generate())
    return dataclasses.replace(
        a_unit_config(folder), run=run, reader=Reader(source=f"push:{run / places.CAMERA}")
    )


def as_toml(config: DoorUnitConfig) -> str:
    """Return the configuration as the program reads it, wired to a virtual door in its run folder."""
    wired = Simulator(wire=str(config.run / places.WIRE))
    return "\n".join(
        [
            f'unit = "{config.unit}"',
            f'data = "{config.data}"',
            f'identity = "{config.identity}"',
            f'run = "{config.run}"',
            f'[broker]\nhost = "{config.broker.host}"\nport = {config.broker.port}',
            f'[reader]\nsource = "{config.reader.source}"',
            '[hardware]\npins = "mock"\nrtc = ""',
            f'[simulator]\nwire = "{wired.wire}"\n',
        ]
    )
