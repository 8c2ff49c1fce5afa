"""MQTT topic names: build and take apart. One level is the unit's id, so that ACL patterns work."""

import re
from enum import StrEnum

from contracts.bodies import UNIT_ID
from contracts.errors import Malformed

ROOT = "hallpass/v1"
CENTRAL_STATE = f"{ROOT}/central/state"
"""Retained: central's birth and will, with its session number."""


class Up(StrEnum):
    """What a unit publishes."""

    STATE = "state"
    """Retained: birth and will."""
    EVENTS = "events"
    HELD = "held"
    """Retained: the signed list of documents it holds."""
    HEALTH = "health"
    RESULT = "result"
    NONCE = "nonce"
    FRESHNESS = "freshness"


class Down(StrEnum):
    """What central publishes for a unit."""

    KEYS = "keys"
    AMENDMENTS = "amendments"
    CONFIG = "config"
    MODES = "modes"
    DENY = "deny"
    ACK = "ack"
    COMMAND = "cmd"
    FRESHNESS = "freshness"


RETAINED_DOWN = frozenset({Down.KEYS, Down.AMENDMENTS, Down.CONFIG, Down.MODES, Down.DENY})


_UP = re.compile(rf"{re.escape(ROOT)}/(?P<unit>{UNIT_ID})/up/(?P<kind>{'|'.join(Up)})")


def up(unit: str, kind: Up) -> str:
    """Return the topic on which a unit publishes."""
    return f"{ROOT}/{unit}/up/{kind}"


def down(unit: str, kind: Down) -> str:
    """Return the topic on which central publishes for a unit."""
    return f"{ROOT}/{unit}/down/{kind}"


def read_up(topic: str) -> tuple[str, Up]:
    """Return unit and kind of a topic that a unit publishes on.

    Raises:
        Malformed: it is no such topic.

    """
    found = _UP.fullmatch(topic)
    if found is None:
        msg = f"not a unit's topic: {topic[:128]!r}"
        raise Malformed(msg)
    return found["unit"], Up(found["kind"])
