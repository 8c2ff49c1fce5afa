"""The life of a defect: named transitions in one table, and which roles may make them; pure."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from http import HTTPStatus

from central.accounts.roles import Role
from central.errors import CentralError


class State(StrEnum):
    """Where a defect stands."""

    REPORTED = "reported"
    SEEN = "seen"
    """Somebody of staff read it."""
    IN_REPAIR = "in_repair"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    """It will not be solved; the public note says why."""


class Transition(StrEnum):
    """What can happen to a defect."""

    REPORT = "report"
    """How each one begins."""
    SEE = "see"
    REPAIR = "repair"
    SOLVE = "solve"
    DECLINE = "decline"
    REOPEN = "reopen"
    NOTE = "note"
    """Only the public note changes."""
    CLOSE_HALL = "close_hall"
    """The hall is closed because of it; the defect stays where it stands."""
    OPEN_HALL = "open_hall"


class Kind(StrEnum):
    """What a defect is about; words that staff filter on."""

    DOOR = "door"
    LIGHT = "light"
    HEATING = "heating"
    WATER = "water"
    FURNITURE = "furniture"
    EQUIPMENT = "equipment"
    CLEANING = "cleaning"
    SAFETY = "safety"
    OTHER = "other"


OPEN = frozenset({State.REPORTED, State.SEEN, State.IN_REPAIR})
"""States in which somebody still has to do something."""

TRANSITIONS: Mapping[tuple[State, Transition], State] = {
    (State.REPORTED, Transition.SEE): State.SEEN,
    (State.REPORTED, Transition.REPAIR): State.IN_REPAIR,
    (State.REPORTED, Transition.SOLVE): State.SOLVED,
    (State.REPORTED, Transition.DECLINE): State.NOT_SOLVED,
    (State.SEEN, Transition.REPAIR): State.IN_REPAIR,
    (State.SEEN, Transition.SOLVE): State.SOLVED,
    (State.SEEN, Transition.DECLINE): State.NOT_SOLVED,
    (State.IN_REPAIR, Transition.SOLVE): State.SOLVED,
    (State.IN_REPAIR, Transition.DECLINE): State.NOT_SOLVED,
    (State.SOLVED, Transition.REOPEN): State.SEEN,
    (State.NOT_SOLVED, Transition.REOPEN): State.SEEN,
    **{(state, Transition.NOTE): state for state in State},
    **{(state, Transition.CLOSE_HALL): state for state in OPEN},
    **{(state, Transition.OPEN_HALL): state for state in State},
}
"""All that can happen; any other pair is refused."""

_KEEPERS = frozenset({Role.HALL_MANAGER, Role.FACILITY_STAFF})
_MANAGERS = frozenset({Role.HALL_MANAGER})
MAY: Mapping[Transition, frozenset[Role]] = {
    Transition.SEE: _KEEPERS,
    Transition.REPAIR: _KEEPERS,
    Transition.SOLVE: _KEEPERS,
    Transition.REOPEN: _KEEPERS,
    Transition.NOTE: _KEEPERS,
    Transition.DECLINE: _MANAGERS,
    Transition.CLOSE_HALL: _MANAGERS,
    Transition.OPEN_HALL: _MANAGERS,
}
"""Who may make a transition, beside admins; reporting is for renters and whoever stands in the hall."""

CLOSING = frozenset({Transition.CLOSE_HALL, Transition.OPEN_HALL})
"""Transitions that close or open the hall as well."""
EXPLAINED = frozenset({Transition.DECLINE, Transition.NOTE})
"""Transitions that say nothing to the renter without a public note."""


class DefectNotPossible(CentralError):
    """The defect is not in a state in which this can happen."""

    status = HTTPStatus.CONFLICT
    code = "defect_not_possible"
    sentence = "This defect is {state}; it is not possible to {transition} it."


class NoteNeeded(CentralError):
    """The renter would be told nothing."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "note_needed"
    sentence = "Say to the renter what happens with it."


def after(state: State, transition: Transition) -> State:
    """Return the state that a transition leads to.

    Raises:
        DefectNotPossible: not from this state.

    """
    following = TRANSITIONS.get((state, transition))
    if following is None:
        raise DefectNotPossible(state=state.value, transition=transition.value)
    return following


def possible(state: State, roles: Collection[Role]) -> list[Transition]:
    """Return what somebody with these roles can do with a defect now, in the order of the table."""
    return [
        transition
        for transition, may in MAY.items()
        if (state, transition) in TRANSITIONS and (may | {Role.ADMIN}) & set(roles)
    ]
