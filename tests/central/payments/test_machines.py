"""The three machines: each transition from each state, as a table to read."""

from enum import StrEnum
from itertools import product
from types import ModuleType

import pytest

from central.errors import CentralError
from central.payments import deposit, payment, refund

# A row per transition: from which states, and where it leads.
PAYMENT = {
    "offer": {"begun": "open"},
    "receive_part": dict.fromkeys(
        ("begun", "open", "partly", "refused", "abandoned", "expired"), "partly"
    ),
    "book": dict.fromkeys(("begun", "open", "partly", "refused", "abandoned", "expired"), "booked"),
    "come_late": dict.fromkeys(
        ("begun", "open", "partly", "refused", "abandoned", "expired"), "late"
    ),
    "rebook": {"late": "booked"},
    "give_back": {"late": "returned"},
    "receive_more": {"booked": "booked", "returned": "returned"},
    "refuse": {"begun": "refused", "open": "refused"},
    "abandon": {"begun": "abandoned", "open": "abandoned"},
    "expire": {"begun": "expired", "open": "expired"},
    "begin": {},
}
REFUND = {
    "owe": {},
    "send": {"due": "sent"},
    "finish": {"due": "done", "sent": "done"},
    "refuse": {"due": "by_hand", "sent": "by_hand"},
    "pay_back": {"by_hand": "done"},
}
DEPOSIT = {
    "collect": {},
    "return": {"held": "returned"},
    "retain": {"held": "retained"},
}
MACHINES = [
    pytest.param(payment, PAYMENT, payment.PaymentNotPossible, id="payment"),
    pytest.param(refund, REFUND, refund.RefundNotPossible, id="refund"),
    pytest.param(deposit, DEPOSIT, deposit.DepositNotPossible, id="deposit"),
]
Table = dict[str, dict[str, str]]


@pytest.mark.parametrize(("machine", "table", "refusal"), MACHINES)
def test_every_transition_from_every_state_leads_where_the_table_says_or_is_refused(
    machine: ModuleType, table: Table, refusal: type[CentralError]
) -> None:
    assert set(table) == {one.value for one in machine.Transition}
    for state, transition in product(machine.State, machine.Transition):
        expected = table[transition].get(state)
        if expected is not None:
            assert machine.after(state, transition) == expected
            continue
        with pytest.raises(refusal) as refused:
            machine.after(state, transition)
        assert refused.value.details == {"state": state, "transition": transition}


@pytest.mark.parametrize(("machine", "table", "refusal"), MACHINES)
def test_every_state_can_be_reached(
    machine: ModuleType, table: Table, refusal: type[CentralError]
) -> None:
    del refusal
    reached = {following for row in table.values() for following in row.values()}
    states: type[StrEnum] = machine.State
    first = {"begun", "due", "held", "by_hand"}
    assert {one.value for one in states} <= reached | first


def test_money_is_never_overlooked_whatever_was_thought_of_its_payment() -> None:
    for state in payment.State:
        takes = {payment.Transition.BOOK, payment.Transition.RECEIVE_MORE}
        is_decided_at_once = state is payment.State.LATE
        assert is_decided_at_once or any(payment.may(state, one) for one in takes), state


@pytest.mark.parametrize(("cents", "fits"), [(0, False), (1, True), (500, True), (501, False)])
def test_no_more_of_a_deposit_is_kept_than_there_is(cents: int, fits: object) -> None:
    if fits:
        deposit.check_retained(cents, 500)
    else:
        with pytest.raises(deposit.TooMuchRetained):
            deposit.check_retained(cents, 500)
