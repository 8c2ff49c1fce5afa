"""Invariant 11: two renters' passes for the same exclusive area are never valid in the same minute."""

import random
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.sql.functions import coalesce

from central.booking.models import Reservation
from central.booking.reservation import State
from central.credentials import named
from central.credentials.models import Credential, CredentialState, Grant, NamedPass
from central.credentials.texts import claims_of
from central.documents.service import body_of
from central.errors import CentralError
from contracts.amendments import AmendmentIndex, Amendments
from contracts.effective import effective_areas, effective_windows
from contracts.windows import Window
from tests.central.a_city import use
from tests.central.a_town import Town
from tests.simulators.city import BRUSSELS_WINTER

EXCLUSIVE = {"Zaal A": 0b100, "Zaal B": 0b1000}
STEPS = 40


def windows_of(town: Town, area: int) -> list[Window]:
    """When passes that open an area do so, by the door's own rules and the list in force.

    Passes of one reservation that open it at the same time count once: they are one renter's.
    """
    index = AmendmentIndex.of(body_of(town.list_in_force().raw, Amendments))
    with town.database.read() as session:
        signed = [
            (reservation, claims_of(one))
            for one, reservation in session.execute(
                select(Credential, coalesce(Grant.reservation_id, NamedPass.reservation_id))
                .join(Grant, Grant.id == Credential.grant_id)
                .outerjoin(NamedPass, NamedPass.grant_id == Grant.id)
                .where(Credential.state != CredentialState.REVOKED)
            )
        ]
    found: set[tuple[Window, int]] = set()
    for reservation, claims in signed:
        amended = index.grant(claims.grant_id)
        is_newest = amended is None or claims.issue >= amended.minimum_issue
        if is_newest and effective_areas(claims, amended) & area:
            windows = effective_windows(claims, amended, BRUSSELS_WINTER.table())
            found |= {(window, reservation) for window in windows}
    return sorted(window for window, _ in found)


def give_some(town: Town, reservation: Reservation, chance: random.Random) -> None:
    """Give somebody else a pass, and sometimes withdraw it again."""
    with town.database.write() as session:
        one = named.give(session, reservation.id, f"{chance.random()}", town.time(), "person:1")
        reference = one.reference
    town.settle()
    if chance.random() < 1 / 3:
        with town.database.write() as session:
            named.withdraw(
                session, reservation.id, reference, town.authority, town.time(), "person:1"
            )


@pytest.mark.parametrize("seed", [1, 2])
def test_no_two_renters_hold_a_pass_for_one_hall_in_the_same_minute(town: Town, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    halls = (town.halls.whole, town.halls.a, town.halls.b)
    town.add_unit("Zaal A")
    for _ in range(STEPS):
        with town.database.read() as session:
            confirmed = list(
                session.scalars(select(Reservation).where(Reservation.state == State.CONFIRMED))
            )
        # A quarter of an hour apart, so that buffers and leeways are what keeps them apart.
        period = use(8 + chance.randrange(48) / 4, chance.choice([0.5, 1, 2]), day=7)
        with suppress(CentralError):
            match chance.randrange(7 if confirmed else 1):
                case 1:
                    town.cancel(chance.choice(confirmed))
                case 2 | 3:
                    town.move(chance.choice(confirmed), chance.choice(halls), period)
                case 4:
                    give_some(town, chance.choice(confirmed), chance)
                case _:
                    town.book(chance.choice(halls), period)
    assert sum(len(windows_of(town, area)) for area in EXCLUSIVE.values()) > 1
    for name, area in EXCLUSIVE.items():
        found = windows_of(town, area)
        for earlier, later in pairwise(found):
            assert earlier.end <= later.start, (name, earlier, later)


def test_leeway_ends_before_the_next_renter_s_begins(town: Town) -> None:
    """Back to back: the first may stay until its turn-around ends, the next comes when it does."""
    town.add_unit("Zaal A")
    first = use(10, 2, day=7)
    town.book(town.halls.a, first)
    second = type(first)(first.end + timedelta(minutes=15), first.end + timedelta(hours=2))
    town.book(town.halls.a, second)
    earlier, later = windows_of(town, EXCLUSIVE["Zaal A"])
    assert earlier.end == later.start


def test_pass_of_a_reservation_that_went_to_a_hall_without_doors_and_back_works_again(
    town: Town,
) -> None:
    town.add_unit("Zaal A")
    booked = town.book(town.halls.a, use(10, 2, day=7))
    text = town.text(booked)
    town.move(booked, town.halls.b, use(10, 2, day=7))
    assert windows_of(town, EXCLUSIVE["Zaal A"]) == []
    town.move(booked, town.halls.a, use(14, 2, day=7))
    assert len(windows_of(town, EXCLUSIVE["Zaal A"])) == 1
    assert town.text(booked) == text


def test_hall_without_doors_gives_no_pass_and_nothing_fails(town: Town) -> None:
    booked = town.book(town.halls.b, use(10, 2, day=7))
    assert town.passes(booked) == []
