"""How somebody found a hall and how they left it: two short lists; pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus

from central.errors import CentralError
from central.feedback.uses import UseNotBegun


class Moment(StrEnum):
    """When the state of a hall is noted."""

    BEFORE = "before"
    AFTER = "after"


class Item(StrEnum):
    """What one looks at; in order or not."""

    CLEAN = "clean"
    FURNITURE = "furniture"
    EQUIPMENT = "equipment"
    UNDAMAGED = "undamaged"
    WASTE = "waste"
    LIGHTS = "lights"
    WINDOWS = "windows"


ITEMS: Mapping[Moment, tuple[Item, ...]] = {
    Moment.BEFORE: (Item.CLEAN, Item.FURNITURE, Item.EQUIPMENT, Item.UNDAMAGED),
    Moment.AFTER: (Item.CLEAN, Item.FURNITURE, Item.WASTE, Item.LIGHTS, Item.WINDOWS),
}
"""What each list asks, in the order in which one walks."""


class StateTooLate(CentralError):
    """How one found the hall is noted before the use is over."""

    status = HTTPStatus.CONFLICT
    code = "state_too_late"
    sentence = "How you found the hall is noted before your time is over."


class StateIncomplete(CentralError):
    """An item of the list is missing, or one is not of this list."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "state_incomplete"
    sentence = "Say of each of these whether it is in order: {items}."


def check_time(moment: Moment, starts: datetime, ends: datetime, now: datetime) -> None:
    """Let pass what is noted at its time.

    Raises:
        UseNotBegun: one does not leave before one came.
        StateTooLate: one does not find a hall after having used it.

    """
    if moment is Moment.AFTER and now < starts:
        raise UseNotBegun
    if moment is Moment.BEFORE and now > ends:
        raise StateTooLate


def check_items(moment: Moment, items: Mapping[Item, bool]) -> None:
    """Let pass a list that says of each of its items whether it is in order.

    Raises:
        StateIncomplete: something is missing, or too much.

    """
    if set(items) != set(ITEMS[moment]):
        raise StateIncomplete(field="items", items=", ".join(ITEMS[moment]))
