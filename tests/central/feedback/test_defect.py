"""The life of a defect: every transition from every state, for every role."""

from itertools import product

import pytest

from central.accounts.roles import Role
from central.feedback.defect import (
    MAY,
    OPEN,
    TRANSITIONS,
    DefectNotPossible,
    State,
    Transition,
    after,
    possible,
)

# What each transition leads to, from reported, seen, in_repair, solved, not_solved; "-": refused.
TABLE = {
    Transition.REPORT: "- - - - -",
    Transition.SEE: "seen - - - -",
    Transition.REPAIR: "in_repair in_repair - - -",
    Transition.SOLVE: "solved solved solved - -",
    Transition.DECLINE: "not_solved not_solved not_solved - -",
    Transition.REOPEN: "- - - seen seen",
    Transition.NOTE: "reported seen in_repair solved not_solved",
    Transition.CLOSE_HALL: "reported seen in_repair - -",
    Transition.OPEN_HALL: "reported seen in_repair solved not_solved",
}
# Who may, beside the admin: m hall manager, f facility staff.
WHO = {
    Transition.SEE: "mf",
    Transition.REPAIR: "mf",
    Transition.SOLVE: "mf",
    Transition.DECLINE: "m",
    Transition.REOPEN: "mf",
    Transition.NOTE: "mf",
    Transition.CLOSE_HALL: "m",
    Transition.OPEN_HALL: "m",
}
LETTERS = {Role.HALL_MANAGER: "m", Role.FACILITY_STAFF: "f"}


@pytest.mark.parametrize(("state", "transition"), list(product(State, Transition)))
def test_every_transition_from_every_state(state: State, transition: Transition) -> None:
    expected = TABLE[transition].split()[list(State).index(state)]
    if expected == "-":
        with pytest.raises(DefectNotPossible):
            after(state, transition)
    else:
        assert after(state, transition) == expected


@pytest.mark.parametrize(("state", "role"), list(product(State, Role)))
def test_every_role_is_offered_exactly_what_it_may_do(state: State, role: Role) -> None:
    expected = {
        transition
        for transition, letters in WHO.items()
        if (role is Role.ADMIN or LETTERS.get(role, "-") in letters)
        and TABLE[transition].split()[list(State).index(state)] != "-"
    }
    assert set(possible(state, {role})) == expected


def test_a_defect_can_always_be_brought_to_an_end() -> None:
    for state in OPEN:
        assert {(state, Transition.SOLVE), (state, Transition.DECLINE)} <= set(TRANSITIONS)
    assert set(MAY) == set(Transition) - {Transition.REPORT}
