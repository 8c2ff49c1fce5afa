"""Passes for others: made, limited, withdrawn alone, following their reservation."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from central.audit.models import AuditEntry
from central.booking.models import Reservation
from central.credentials import named, views
from central.credentials import service as credentials
from central.credentials.models import Credential, Grant, NamedPass
from central.credentials.named import (
    NAMES_KEPT_FOR,
    TIMES_OVER,
    NamedTwice,
    NoMoreNamedPasses,
    NoNameForPass,
    NoPassesToGive,
    TooManyNamedPasses,
)
from central.credentials.texts import claims_of, text_of
from central.credentials.views import PassState
from central.documents.service import body_of
from central.errors import NotFound
from central.halls.models import Hall
from central.outbox.models import StoredEvent
from contracts.amendments import Amendments
from contracts.decision import Denied, Granted
from contracts.reasons import DenyReason
from tests.central.a_city import use
from tests.central.a_town import Town

SATURDAY, SUNDAY = use(14, 2, day=5), use(10, 3, day=6)
RENTER = "person:1"


def give(town: Town, one: Reservation, name: str) -> str:
    with town.database.write() as session:
        reference = named.give(session, one.id, name, town.time(), RENTER).reference
    town.settle()
    return reference


def withdraw(town: Town, one: Reservation, reference: str) -> None:
    with town.database.write() as session:
        named.withdraw(session, one.id, reference, town.authority, town.time(), RENTER)
    town.settle()


def credentials_of(town: Town, reference: str) -> list[Credential]:
    with town.database.read() as session:
        return list(
            session.scalars(
                select(Credential)
                .join(NamedPass, NamedPass.grant_id == Credential.grant_id)
                .where(NamedPass.reference == reference)
                .order_by(Credential.issue)
            )
        )


def text(town: Town, reference: str) -> str:
    return text_of(credentials_of(town, reference)[-1])


def reason(answer: Granted | Denied) -> DenyReason | None:
    return answer.reason if isinstance(answer, Denied) else None


def test_each_opens_the_doors_of_the_reservation_in_its_window_as_its_own_pass(town: Town) -> None:
    unit, other = town.add_unit("Zaal A"), town.add_unit("Zaal B")
    booked = town.book(town.halls.a, SATURDAY)
    partner, caterer = give(town, booked, "Partner"), give(town, booked, "Traiteur")
    mine, *theirs = (
        claims_of(one)
        for one in (
            *town.passes(booked),
            *credentials_of(town, partner),
            *credentials_of(town, caterer),
        )
    )
    assert len({mine.grant_id, *(one.grant_id for one in theirs)}) == 3
    for one in theirs:
        assert (one.areas, one.valid_from, one.duration) == (
            mine.areas, mine.valid_from, mine.duration,
        )  # fmt: skip
    for reference in (partner, caterer):
        assert isinstance(unit.shown(text(town, reference), SATURDAY.start), Granted)
        late = unit.shown(text(town, reference), booked.closes_at)
        assert reason(late) is DenyReason.EXPIRED
        elsewhere = other.shown(text(town, reference), SATURDAY.start)
        assert reason(elsewhere) is DenyReason.WRONG_ACCESS_POINT


def test_one_that_is_withdrawn_opens_nothing_and_the_others_go_on(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    booked = town.book(town.halls.a, SATURDAY)
    partner, caterer = give(town, booked, "Partner"), give(town, booked, "Traiteur")
    withdraw(town, booked, partner)
    withdraw(town, booked, partner)  # pressed twice
    town.bring(unit)
    assert reason(unit.shown(text(town, partner), SATURDAY.start)) is DenyReason.REVOKED
    for goes_on in (text(town, caterer), town.text(booked)):
        assert isinstance(unit.shown(goes_on, SATURDAY.start), Granted)
    with town.database.read() as session:
        assert views.pass_of(session, partner, town.time()).state is PassState.REVOKED
        assert views.pass_of(session, caterer, town.time()).state is PassState.VALID


def test_they_follow_a_move_with_the_same_code_and_one_new_list(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    booked = town.book(town.halls.a, SATURDAY)
    partner, gone = give(town, booked, "Partner"), give(town, booked, "Vorige")
    withdraw(town, booked, gone)
    before, number = text(town, partner), town.list_in_force().number
    town.move(booked, town.halls.a, SUNDAY)
    town.bring(unit)
    assert (text(town, partner), town.list_in_force().number) == (before, number + 1)
    assert isinstance(unit.shown(before, SUNDAY.start), Granted)
    assert reason(unit.shown(before, SATURDAY.start)) is DenyReason.NOT_YET_VALID
    assert reason(unit.shown(text(town, gone), SUNDAY.start)) is DenyReason.REVOKED


def test_they_open_nothing_after_the_reservation_is_cancelled(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    booked = town.book(town.halls.a, SATURDAY)
    partner = give(town, booked, "Partner")
    town.cancel(booked)
    town.bring(unit)
    assert reason(unit.shown(text(town, partner), SATURDAY.start)) is DenyReason.REVOKED
    with town.database.read() as session:
        assert views.pass_of(session, partner, town.time()).state is PassState.CANCELLED
    with town.database.write() as session, pytest.raises(NoPassesToGive):
        named.give(session, booked.id, "Nog een", town.time(), RENTER)


def test_hall_has_a_maximum_that_a_withdrawn_pass_makes_room_in(town: Town) -> None:
    booked = town.book(town.halls.a, SATURDAY)
    given = [give(town, booked, name) for name in ("Een", "Twee", "Drie")]
    with town.database.write() as session, pytest.raises(TooManyNamedPasses, match="3 extra"):
        named.give(session, booked.id, "Vier", town.time(), RENTER)
    withdraw(town, booked, given[0])
    give(town, booked, "Vier")


def test_giving_and_withdrawing_without_end_does_not_fill_the_list_of_the_site(town: Town) -> None:
    booked = town.book(town.halls.a, SATURDAY)
    with town.database.write() as session:
        session.get_one(Hall, town.halls.a).named_passes = 1
    for count in range(TIMES_OVER):
        withdraw(town, booked, give(town, booked, f"Gast {count}"))
    with town.database.write() as session, pytest.raises(NoMoreNamedPasses):
        named.give(session, booked.id, "Nog een", town.time(), RENTER)
    assert len(body_of(town.list_in_force().raw, Amendments).revoked) == TIMES_OVER


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "Jan\x07", "a\u202eb"])
def test_name_that_nobody_can_read_is_refused(town: Town, name: str) -> None:
    booked = town.book(town.halls.a, SATURDAY)
    with town.database.write() as session, pytest.raises(NoNameForPass):
        named.give(session, booked.id, name, town.time(), RENTER)


def test_pressing_the_button_twice_makes_one_pass(town: Town) -> None:
    booked = town.book(town.halls.a, SATURDAY)
    give(town, booked, "Partner ")
    with town.database.write() as session, pytest.raises(NamedTwice):
        named.give(session, booked.id, " partner", town.time(), RENTER)


def test_nothing_can_be_given_where_no_door_takes_passes_or_it_is_over(town: Town) -> None:
    by_staff = town.book(town.halls.b, use(10, 2, day=7))
    booked = town.book(town.halls.a, SATURDAY)
    town.time.now = booked.closes_at
    for one in (by_staff.id, booked.id):
        with town.database.write() as session, pytest.raises(NoPassesToGive):
            named.give(session, one, "Partner", town.time(), RENTER)
    with town.database.write() as session, pytest.raises(NotFound):
        named.give(session, 999, "Partner", town.time(), RENTER)


def test_pass_that_was_withdrawn_before_it_was_made_is_never_made(town: Town) -> None:
    booked = town.book(town.halls.a, SATURDAY)
    with town.database.write() as session:
        reference = named.give(session, booked.id, "Partner", town.time(), RENTER).reference
        assert views.pass_of(session, reference, town.time()).state is PassState.COMING
    withdraw(town, booked, reference)
    assert credentials_of(town, reference) == []
    with town.database.read() as session:
        assert views.pass_of(session, reference, town.time()).state is PassState.REVOKED


def test_following_twice_and_at_once_makes_one_pass(town: Town) -> None:
    booked = town.book(town.halls.a, SATURDAY)
    with town.database.write() as session:
        reference = named.give(session, booked.id, "Partner", town.time(), RENTER).reference

    def follow(_index: int) -> None:
        with town.database.write() as session:
            credentials.follow_reservation(session, booked.id, town.authority, town.time())

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(follow, range(3)))
    assert len(credentials_of(town, reference)) == 1


def test_only_the_maximum_is_given_when_several_ask_at_once(town: Town) -> None:
    booked = town.book(town.halls.a, SATURDAY)
    with town.database.write() as session:
        session.get_one(Hall, town.halls.a).named_passes = 1

    def ask(index: int) -> bool:
        try:
            with town.database.write() as session:
                named.give(session, booked.id, f"Gast {index}", town.time(), RENTER)
        except TooManyNamedPasses:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(ask, range(4))) == 1


def test_staff_withdraw_one_like_any_pass_and_its_giver_sees_since_when(town: Town) -> None:
    booked = town.book(town.halls.a, SATURDAY)
    reference = give(town, booked, "Partner")
    (credential,) = credentials_of(town, reference)
    with town.database.write() as session:
        found = views.passes(session, grant=None, reservation=booked.reference)
        assert credential.id in {one.id for one in found}
        credentials.revoke(
            session, credential.id, "misbruik", town.authority, town.time(), "staff:1"
        )
    with town.database.read() as session:
        (giving,) = named.givings(session, booked.order_id, town.time())
    assert [one.withdrawn_at for one in giving.passes] == [town.time()]
    assert giving.left == 3


def test_name_stands_in_one_row_only_and_is_forgotten_after_the_use(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    booked = town.book(town.halls.a, SATURDAY)
    reference = give(town, booked, "Jozefien")
    withdraw(town, booked, reference)
    sent = b"".join(payload for _, payload in town.broker.sent)
    with town.database.read() as session:
        stored = [one.fields for one in session.scalars(select(StoredEvent))]
        audit = [(one.after, one.reason) for one in session.scalars(select(AuditEntry))]
        labels = [one.label for one in session.scalars(select(Grant))]
        reasons = [one.reason for one in session.scalars(select(Credential))]
    assert unit.id
    assert b"Jozefien" not in sent
    assert "Jozefien" not in f"{stored}{audit}{labels}{reasons}"
    for moment, kept in (
        (booked.closes_at + NAMES_KEPT_FOR, "Jozefien"),
        (booked.closes_at + NAMES_KEPT_FOR + timedelta(seconds=1), ""),
    ):
        with town.database.write() as session:
            named.forget_names(session, moment)
            assert session.scalars(select(NamedPass.name)).all() == [kept]


def test_moving_to_a_hall_where_doors_may_stand_open_keeps_the_code_and_away_from_it_does_not(
    town: Town,
) -> None:
    booked = town.book(town.halls.a, SATURDAY)
    before = town.text(booked)
    with town.database.write() as session:
        session.get_one(Hall, town.halls.whole).may_hold_open = True
    town.move(booked, town.halls.whole, SATURDAY)
    assert town.text(booked) == before
    other = town.book(town.halls.whole, SUNDAY)
    assert claims_of(town.passes(other)[-1]).may_hold_open
    town.move(other, town.halls.a, SUNDAY)
    assert not claims_of(town.passes(other)[-1]).may_hold_open
    assert len(town.passes(other)) == 2
