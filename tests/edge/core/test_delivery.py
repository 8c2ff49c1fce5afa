"""Whatever the line does: in order, at most a window on the way, again with growing pauses, to the end."""

from dataclasses import dataclass, field
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.delivery import (
    LASTING,
    PATIENCE,
    RECONNECT,
    REFUSED,
    RESEND,
    ROUND_TRIP,
    SPREAD,
    SPREAD_FEW,
    WINDOW,
    Backoff,
    Delivery,
    Reconnect,
)

ALMOST = 1 - 2**-53


def sent(delivery: Delivery, *lasts: int, now: float = 0.0, draw: float = 0.5) -> Delivery:
    for last in lasts:
        delivery = delivery.after_sending(last, now, draw)
    return delivery


# --- waiting


@pytest.mark.parametrize("backoff", [RESEND, RECONNECT, REFUSED])
def test_a_wait_is_anything_up_to_a_ceiling_that_doubles_to_the_longest(backoff: Backoff) -> None:
    ceilings = [backoff.wait(attempt, ALMOST) for attempt in range(40)]
    assert ceilings[0] == pytest.approx(backoff.first)
    assert ceilings[1] == pytest.approx(2 * backoff.first)
    assert ceilings == sorted(ceilings)
    assert ceilings[-1] == pytest.approx(backoff.longest)
    assert [backoff.wait(attempt, 0.0) for attempt in range(40)] == [0.0] * 40


def test_a_million_attempts_are_no_overflow() -> None:
    assert RESEND.wait(10**6, ALMOST) <= RESEND.longest


# --- reconnecting


def test_the_first_attempt_is_at_once() -> None:
    assert Reconnect().try_at == -inf


def test_each_failure_in_a_row_may_wait_longer() -> None:
    state, waits = Reconnect(), []
    for number in range(10):
        state = state.went_down(100.0 * number, ALMOST, refused=False)
        waits.append(round(state.try_at - 100.0 * number))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 120, 120, 120]


def test_a_connection_that_lasted_begins_the_waits_anew_and_a_short_one_does_not() -> None:
    failing = Reconnect()
    for _ in range(6):
        failing = failing.went_down(0.0, ALMOST, refused=False)
    short = failing.came_up(50.0).went_down(50.0 + LASTING - 0.1, ALMOST, refused=False)
    long = failing.came_up(50.0).went_down(50.0 + LASTING, ALMOST, refused=False)
    assert short.try_at - 50.0 - LASTING > 60
    assert long.try_at - 50.0 - LASTING == pytest.approx(1.0)


def test_after_three_refusals_in_a_row_it_knocks_more_rarely() -> None:
    state, waits = Reconnect(), []
    for _ in range(8):
        state = state.went_down(0.0, ALMOST, refused=True)
        waits.append(round(state.try_at))
    assert waits == [1, 2, 60, 120, 240, 480, 600, 600]
    assert PATIENCE == 3


def test_a_lasting_connection_forgives_refusals() -> None:
    state = Reconnect()
    for _ in range(5):
        state = state.went_down(0.0, ALMOST, refused=True)
    state = state.came_up(10.0).went_down(100.0, ALMOST, refused=True)
    assert (state.refusals, round(state.try_at)) == (1, 101)


# --- sending


def test_no_more_than_a_window_is_on_its_way() -> None:
    full = sent(Delivery.begin(0), *range(50, 50 * WINDOW + 1, 50))
    assert not full.may_send(0.0)
    assert full.after_ack(50, 1.0, 0.5).may_send(1.0)


def test_the_first_acknowledgement_is_awaited_longer_than_a_round_trip() -> None:
    assert sent(Delivery.begin(0), 50, draw=0.0).resend_at == ROUND_TRIP
    assert sent(Delivery.begin(0), 50, draw=ALMOST).resend_at == pytest.approx(ROUND_TRIP + 10)


def test_the_oldest_batch_sets_the_timer() -> None:
    delivery = Delivery.begin(0).after_sending(50, 0.0, 0.0).after_sending(100, 1.0, 0.9)
    assert delivery.resend_at == ROUND_TRIP


def test_silence_sends_everything_behind_the_last_acknowledgement_again() -> None:
    delivery = sent(Delivery.begin(0), 50, 100, 150).after_ack(50, 1.0, 0.5)
    again = delivery.after_silence()
    assert (again.held, again.sent, again.flying) == (50, 50, ())
    assert again.may_send(1.0)


def test_silence_again_and_again_is_met_with_longer_waits_up_to_five_minutes() -> None:
    delivery, waits = Delivery.begin(0), []
    for _ in range(8):
        delivery = delivery.after_sending(50, 0.0, ALMOST)
        waits.append(round(delivery.resend_at - ROUND_TRIP))
        assert delivery.is_overdue(delivery.resend_at)
        assert not delivery.is_overdue(delivery.resend_at - 0.01)
        delivery = delivery.after_silence()
    assert waits == [10, 20, 40, 80, 160, 300, 300, 300]


def test_progress_begins_the_waits_anew() -> None:
    delivery = Delivery.begin(0)
    for _ in range(5):
        delivery = delivery.after_sending(50, 0.0, 0.5).after_silence()
    delivery = sent(delivery, 50, 100).after_ack(50, 7.0, ALMOST)
    assert delivery.resend_at == pytest.approx(7.0 + ROUND_TRIP + 10)


def test_nothing_is_awaited_when_nothing_is_on_its_way() -> None:
    assert sent(Delivery.begin(0), 50).after_ack(50, 1.0, 0.5).resend_at == inf


def test_an_acknowledgement_inside_a_batch_leaves_the_batch_on_its_way() -> None:
    delivery = sent(Delivery.begin(0), 50, 100).after_ack(60, 1.0, 0.5)
    assert (delivery.held, delivery.sent, delivery.flying) == (60, 100, (100,))


def test_central_may_hold_more_than_we_have_sent() -> None:
    delivery = sent(Delivery.begin(0), 50).after_ack(400, 1.0, 0.5)
    assert (delivery.held, delivery.sent, delivery.flying) == (400, 400, ())


def test_an_old_acknowledgement_changes_nothing() -> None:
    delivery = sent(Delivery.begin(0), 50, 100, 150).after_ack(100, 1.0, 0.5)
    assert delivery.after_ack(50, 2.0, 0.1) == delivery
    assert delivery.after_ack(100, 2.0, 0.1) == delivery


# --- what central asks for


def test_a_request_sends_again_from_there_at_once_also_what_was_acknowledged_before() -> None:
    delivery = sent(Delivery.begin(500), 550, 600).after_request(101)
    assert (delivery.held, delivery.sent, delivery.flying) == (100, 100, ())
    assert delivery.may_send(0.0)


def test_the_same_request_for_each_batch_behind_a_gap_counts_once() -> None:
    delivery = sent(Delivery.begin(0).after_request(1), 50, 100)
    assert delivery.after_request(1) == delivery
    progressed = delivery.after_ack(100, 1.0, 0.5)
    assert progressed.after_request(1).sent == 0  # a new one after progress


def test_a_request_that_is_not_met_is_repeated_by_the_timer_and_not_by_central() -> None:
    delivery = sent(Delivery.begin(0).after_request(1), 50, draw=0.0)
    assert not delivery.after_request(1).is_overdue(ROUND_TRIP - 0.1)
    again = delivery.after_request(1).after_silence()
    assert (again.sent, again.attempt) == (0, 1)


def test_another_central_is_told_again_after_a_spread_and_what_waits_meanwhile_too() -> None:
    delivery = sent(Delivery.begin(50), 100, 150)
    came = delivery.after_central_came(500, 50, 10.0, 0.5)
    assert (came.sent, came.flying) == (50, ())
    assert not came.may_send(10.0 + SPREAD / 2 - 0.01)
    assert came.may_send(10.0 + SPREAD / 2)


def test_who_has_little_to_say_waits_less_and_who_has_nothing_not_at_all() -> None:
    few = sent(Delivery.begin(0), 3).after_central_came(3, 50, 10.0, ALMOST)
    assert few.wait_until == pytest.approx(10.0 + SPREAD_FEW)
    idle = Delivery.begin(50)
    assert idle.after_central_came(0, 50, 10.0, ALMOST).may_send(10.0)


def test_an_acknowledgement_ends_the_wait_for_another_central() -> None:
    came = sent(Delivery.begin(0), 50, 100).after_central_came(100, 50, 10.0, ALMOST)
    assert came.after_ack(50, 10.1, 0.5).may_send(10.1)


def test_a_new_connection_forgets_what_was_on_its_way_and_every_wait() -> None:
    waiting = sent(Delivery.begin(10), 60, 110).after_central_came(100, 50, 5.0, ALMOST)
    assert waiting.after_connecting() == Delivery.begin(10)


# --- all together


@dataclass
class World:
    """A journal of some entries, a line that loses what it likes, a central that takes in order."""

    entries: int
    delivery: Delivery = field(default_factory=lambda: Delivery.begin(0))
    now: float = 0.0
    central: list[int] = field(default_factory=list)
    acks: list[tuple[int, int | None]] = field(default_factory=list)

    def send(self, *, lost: bool, size: int) -> None:
        while self.delivery.may_send(self.now) and self.delivery.sent < self.entries:
            first = self.delivery.sent + 1
            last = min(first + size - 1, self.entries)
            self.delivery = self.delivery.after_sending(last, self.now, 0.5)
            assert len(self.delivery.flying) <= WINDOW
            if not lost:
                self.arrive(first, last)

    def arrive(self, first: int, last: int) -> None:
        """Do as `central.fleet.ingest.take_in` does."""
        have = len(self.central)
        if first > have + 1:
            self.acks.append((have, have + 1))
            return
        self.central += range(have + 1, last + 1)
        self.acks.append((len(self.central), None))

    def hear(self, *, lost: bool) -> None:
        acks, self.acks = self.acks, []
        for upto, again in acks if not lost else ():
            if again is None:
                self.delivery = self.delivery.after_ack(upto, self.now, 0.5)
            else:
                self.delivery = self.delivery.after_request(again)

    def wait(self) -> None:
        self.now = min(max(self.now, self.delivery.resend_at), self.now + 400)
        self.now = max(self.now, self.delivery.wait_until)
        if self.delivery.is_overdue(self.now):
            self.delivery = self.delivery.after_silence()

    def forget(self, upto: int) -> None:
        """Restore central from an old backup."""
        del self.central[upto:]


STEPS = st.sampled_from(
    ["send", "send", "send lost", "hear", "hear", "hear lost", "wait", "connect", "came", "restore"]
)


@given(st.integers(1, 300), st.integers(1, 50), st.lists(STEPS, max_size=60))
def test_whatever_the_line_does_all_entries_arrive_once_and_in_order(
    entries: int, size: int, steps: list[str]
) -> None:
    world = World(entries)
    for step in steps:
        match step.split():
            case ["send", *lost]:
                world.send(lost=bool(lost), size=size)
            case ["hear", *lost]:
                world.hear(lost=bool(lost))
            case ["wait"]:
                world.wait()
            case ["connect"]:
                world.delivery = world.delivery.after_connecting()
            case ["came"]:
                waiting = world.entries - world.delivery.held
                world.delivery = world.delivery.after_central_came(waiting, size, world.now, 0.5)
            case ["restore"]:
                world.forget(len(world.central) // 2)
    # From here on the line is good; one new entry lets a restored central notice what it misses.
    world.entries += 1
    for _ in range(2 * entries + 20):
        world.send(lost=False, size=size)
        world.hear(lost=False)
        world.wait()
        if len(world.central) == world.entries == world.delivery.held:
            break
    assert world.central == list(range(1, world.entries + 1))
    assert world.delivery.held == world.entries
    assert world.delivery.flying == ()
