"""A pass follows its reservation: what central publishes is judged by the door's own decide()."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import cv2
import numpy as np
import pytest
import zxingcpp
from sqlalchemy import select

from central.booking.times import Period
from central.credentials import lists, qr, service
from central.credentials.errors import AlreadyRevoked, NotAPass
from central.credentials.models import Credential, CredentialState, Grant
from central.credentials.texts import claims_of, text_of
from central.credentials.validity import Entitlement
from central.documents.service import body_of
from central.errors import CentralError, NotFound
from central.events import CredentialReissued, load
from central.halls.service import NotOfThisSite
from central.outbox.models import StoredEvent
from contracts.amendments import Amendments
from contracts.credential import Kind, Language
from contracts.decision import Denied, Granted
from contracts.keys import KeyPurpose, SoftwareSigner
from contracts.moments import minute_of, moment_of
from contracts.reasons import DenyReason
from tests.central.a_city import NOW, SITE, use
from tests.central.a_town import Town
from tests.central.keys.key_files import entry_of
from tests.simulators.city import KEY_IDS
from tests.simulators.unit import SimulatedUnit

SATURDAY, SUNDAY = use(14, 2, day=5), use(10, 3, day=6)


def reason(answer: Granted | Denied) -> DenyReason | None:
    return answer.reason if isinstance(answer, Denied) else None


def by_hand(town: Town, **changes: object) -> Credential:
    values = {
        "kind": Kind.CREW,
        "site": SITE,
        "areas": 0b100,
        "valid_from": minute_of(NOW),
        "duration": 240,
        **changes,
    }
    allowed = Entitlement(**values)  # type: ignore[arg-type]
    with town.database.write() as session:
        return service.issue_by_hand(session, allowed, "poets", town.authority, NOW, "staff:1")


def revoke(town: Town, credential: Credential) -> int:
    with town.database.write() as session:
        number = service.revoke(
            session, credential.id, "verloren", town.authority, town.time(), "staff:1"
        )
    town.settle()
    return number


def test_a_confirmed_reservation_opens_every_door_of_its_way_and_no_other(town: Town) -> None:
    ways = [town.add_unit(name) for name in ("Straatdeur", "Gang", "Zaal A")]
    other = town.add_unit("Zaal B")
    text = town.text(town.book(town.halls.a, SATURDAY))
    for unit in ways:
        assert isinstance(unit.shown(text, SATURDAY.start), Granted)
    assert reason(other.shown(text, SATURDAY.start)) is DenyReason.WRONG_ACCESS_POINT


def test_a_pass_opens_exactly_from_opening_to_closing(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    reservation = town.book(town.halls.whole, SATURDAY)
    text = town.text(reservation)
    minute, second = timedelta(minutes=1), timedelta(seconds=1)
    opens, closes = reservation.opens_at, reservation.closes_at
    assert (opens, closes) == (SATURDAY.start - 30 * minute, SATURDAY.end + 15 * minute)
    assert reason(unit.shown(text, opens - second)) is DenyReason.NOT_YET_VALID
    assert isinstance(unit.shown(text, opens), Granted)
    assert isinstance(unit.shown(text, closes - second), Granted)
    assert reason(unit.shown(text, closes)) is DenyReason.EXPIRED


def test_a_pass_speaks_its_holders_language_and_names_its_grant(town: Town) -> None:
    reservation = town.book(town.halls.a, SATURDAY)
    (credential,) = town.passes(reservation)
    claims = claims_of(credential)
    assert (claims.kind, claims.language, claims.site) == (Kind.RENTER, Language.NL, SITE)
    assert (claims.grant_id, claims.issue, claims.uses) == (credential.grant_id, 0, 0)
    assert claims.areas == 0b111


def test_confirming_twice_makes_one_pass(town: Town) -> None:
    reservation = town.book(town.halls.a, SATURDAY)
    with town.database.write() as session:
        service.follow_reservation(session, reservation.id, town.authority, NOW)
    assert len(town.passes(reservation)) == 1


def test_a_held_reservation_has_no_pass_and_an_unknown_one_is_said(town: Town) -> None:
    with town.database.write() as session, pytest.raises(NotFound):
        service.follow_reservation(session, 999, town.authority, NOW)


def test_two_workers_at_once_make_one_pass(town: Town) -> None:
    reservation = town.book(town.halls.a, SATURDAY)
    with town.database.write() as session:  # as if nobody had followed it yet
        for row in session.scalars(select(Credential)).all():
            session.delete(row)
        session.flush()
        for grant in session.scalars(select(Grant)).all():
            session.delete(grant)
    together = threading.Barrier(4)

    def follow(_index: int) -> None:
        together.wait(10)
        with town.database.write() as session:
            service.follow_reservation(session, reservation.id, town.authority, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(follow, range(4)))
    assert len(town.passes(reservation)) == 1


def test_a_moved_pass_opens_in_the_new_window_and_not_in_the_old_with_the_same_code(
    town: Town,
) -> None:
    unit = town.add_unit("Zaal A")
    reservation = town.book(town.halls.a, SATURDAY)
    text = town.text(reservation)
    town.move(reservation, town.halls.a, SUNDAY)
    town.bring(unit)
    assert town.text(reservation) == text
    assert isinstance(unit.shown(text, SUNDAY.start), Granted)
    assert reason(unit.shown(text, SATURDAY.start)) is DenyReason.NOT_YET_VALID
    assert reason(unit.shown(text, SUNDAY.end + timedelta(hours=1))) is DenyReason.EXPIRED


def test_before_the_door_has_heard_the_old_window_still_holds(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    reservation = town.book(town.halls.a, SATURDAY)
    town.move(reservation, town.halls.a, SUNDAY)
    assert isinstance(unit.shown(town.text(reservation), SATURDAY.start), Granted)


def test_a_pass_moved_to_another_hall_of_the_site_opens_its_door(town: Town) -> None:
    a, b = town.add_unit("Zaal A"), town.add_unit("Zaal B")
    reservation = town.book(town.halls.a, SATURDAY)
    text = town.text(reservation)
    town.move(reservation, town.halls.whole, SATURDAY)
    for unit in (a, b):
        town.bring(unit)
        assert isinstance(unit.shown(text, SATURDAY.start), Granted)
    town.move(reservation, town.halls.a, SATURDAY)
    town.bring(b)
    assert reason(b.shown(text, SATURDAY.start)) is DenyReason.WRONG_ACCESS_POINT


def test_moving_back_empties_the_list_again(town: Town) -> None:
    reservation = town.book(town.halls.a, SATURDAY)
    town.move(reservation, town.halls.a, SUNDAY)
    assert body_of(town.list_in_force().raw, Amendments).grants
    town.move(reservation, town.halls.a, SATURDAY)
    assert body_of(town.list_in_force().raw, Amendments).grants == ()


def test_a_cancelled_reservation_opens_nothing(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    reservation = town.book(town.halls.a, SATURDAY)
    text = town.text(reservation)
    town.cancel(reservation)
    town.bring(unit)
    assert reason(unit.shown(text, SATURDAY.start)) is DenyReason.REVOKED


def test_a_revoked_pass_opens_nothing_and_the_number_says_since_when(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    reservation = town.book(town.halls.a, SATURDAY)
    (credential,) = town.passes(reservation)
    number = revoke(town, credential)
    assert town.list_in_force().number == number
    town.bring(unit)
    assert reason(unit.shown(text_of(credential), SATURDAY.start)) is DenyReason.REVOKED
    with town.database.write() as session, pytest.raises(AlreadyRevoked):
        service.revoke(session, credential.id, "nog eens", town.authority, NOW, "staff:1")


def test_who_lost_his_pass_by_revocation_gets_none_by_moving(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    reservation = town.book(town.halls.a, SATURDAY)
    (credential,) = town.passes(reservation)
    revoke(town, credential)
    town.move(reservation, town.halls.a, SUNDAY)
    town.bring(unit)
    assert len(town.passes(reservation)) == 1
    assert reason(unit.shown(text_of(credential), SUNDAY.start)) is DenyReason.REVOKED


def test_a_replaced_pass_opens_and_the_lost_one_does_not(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    reservation = town.book(town.halls.a, SATURDAY)
    (lost,) = town.passes(reservation)
    with town.database.write() as session:
        service.issue_again(session, lost.grant_id, town.authority, NOW, "staff:1")
    town.settle()
    town.bring(unit)
    old, new = town.passes(reservation)
    assert (old.state, new.state) == (CredentialState.SUPERSEDED, CredentialState.ACTIVE)
    assert isinstance(unit.shown(text_of(new), SATURDAY.start), Granted)
    assert reason(unit.shown(text_of(old), SATURDAY.start)) is DenyReason.SUPERSEDED


def test_a_pass_moved_beyond_what_its_key_allows_is_issued_anew_and_announced(
    town: Town,
) -> None:
    signer = SoftwareSigner.generate()
    ends = minute_of(use(20, 1, day=12).start)
    limits = {"id": 90, "sign_until": minute_of(NOW) + 1440, "verify_until": ends}
    town.add_key(entry_of(town.keys, KeyPurpose.CREDENTIAL, signer, **limits), signer)
    unit = town.add_unit("Zaal A")
    reservation = town.book(town.halls.a, SATURDAY)
    (first,) = town.passes(reservation)
    assert claims_of(first).key_id == 90
    later = use(14, 2, day=14)
    town.move(reservation, town.halls.a, later)
    old, new = town.passes(reservation)
    assert claims_of(new).key_id == KEY_IDS[KeyPurpose.CREDENTIAL]
    town.bring(unit)
    assert isinstance(unit.shown(text_of(new), later.start), Granted)
    assert reason(unit.shown(text_of(old), later.start)) is not None
    assert reason(unit.shown(text_of(old), SATURDAY.start)) is DenyReason.SUPERSEDED
    with town.database.read() as session:
        stored = session.scalars(select(StoredEvent)).all()
    events = [load(one.name, one.fields) for one in stored]
    assert CredentialReissued(new.id, new.grant_id) in events


def test_an_entry_stays_until_two_days_after_the_latest_end_ever_signed(town: Town) -> None:
    reservation = town.book(town.halls.a, SUNDAY)
    town.move(reservation, town.halls.a, SATURDAY)  # earlier: Sunday was signed
    ends = moment_of(minute_of(SUNDAY.end)) + timedelta(minutes=15)
    for later, there in ((timedelta(hours=47, minutes=59), 1), (timedelta(hours=48), 0)):
        town.time.now = ends + later
        with town.database.write() as session:
            lists.publish(session, lists.open_lists(session, SITE), town.authority, town.time())
        assert len(body_of(town.list_in_force().raw, Amendments).grants) == there


def test_publishing_what_says_the_same_changes_nothing(town: Town) -> None:
    reservation = town.book(town.halls.a, SATURDAY)
    town.move(reservation, town.halls.a, SUNDAY)
    before = town.list_in_force()
    with town.database.write() as session:
        lists.publish(session, lists.open_lists(session, SITE), town.authority, NOW)
    assert town.list_in_force().number == before.number


def test_eight_revocations_at_once_are_all_in_the_list_with_the_highest_number(
    town: Town,
) -> None:
    made = [by_hand(town) for _ in range(8)]
    together = threading.Barrier(8)

    def one(credential: Credential) -> int:
        together.wait(10)
        with town.database.write() as session:
            return service.revoke(session, credential.id, "weg", town.authority, NOW, "staff:1")

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(one, made))
    in_force = town.list_in_force()
    assert len(set(numbers)) == 8
    assert in_force.number == max(numbers)
    assert set(body_of(in_force.raw, Amendments).revoked) == {one.id for one in made}


def test_a_pass_of_one_use_made_by_hand_opens_its_door_once(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    single = by_hand(town, uses=1)
    assert isinstance(unit.shown(text_of(single), NOW), Granted)
    unit.spent[claims_of(single).credential_id] = 1
    assert reason(unit.shown(text_of(single), NOW)) is DenyReason.USES_EXHAUSTED


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"areas": 0b110, "uses": 1}, NotAPass),
        ({"areas": 1 << 20}, NotOfThisSite),
        ({"site": 4}, NotFound),
        ({"repeats": 4, "pattern": 0b1000000}, NotAPass),  # NOW is no Sunday
        ({"duration": 2**24}, CentralError),
    ],
)
def test_what_no_pass_can_say_is_refused_and_leaves_nothing(
    town: Town, changes: dict[str, object], error: type[CentralError]
) -> None:
    with pytest.raises(error):
        by_hand(town, **changes)
    with town.database.read() as session:
        assert session.scalars(select(Grant)).all() == []


def test_a_weekly_pass_opens_each_week_and_stops(town: Town) -> None:
    unit = town.add_unit("Zaal A")
    text = text_of(by_hand(town, repeats=2, pattern=0b10))  # three Tuesdays
    weeks = [NOW + timedelta(days=7 * week, minutes=1) for week in range(4)]
    answers = [isinstance(unit.shown(text, at), Granted) for at in weeks]
    assert answers == [True, True, True, False]


def test_revoking_a_pass_of_another_site_leaves_the_list_of_this_one(town: Town) -> None:
    town.add_unit("Zaal A")
    before = town.list_in_force().number
    with town.database.write() as session, pytest.raises(NotFound):
        service.revoke(session, "0" * 16, "weg", town.authority, NOW, "staff:1")
    assert town.list_in_force().number == before


def test_the_picture_reads_back_as_the_pass(town: Town) -> None:
    text = town.text(town.book(town.halls.a, SATURDAY))
    picture = cv2.imdecode(np.frombuffer(qr.png(text), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert picture.shape == (588, 588)  # 41 modules and a quiet zone of 4, at 12 pixels
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [text]
    assert set(np.unique(picture)) == {0, 255}
    assert picture[:48].min() == 255


def test_passes_of_two_renters_of_one_hall_never_hold_in_one_minute(town: Town) -> None:
    unit: SimulatedUnit = town.add_unit("Zaal A")
    first = town.book(town.halls.a, use(14, 2))
    quarter = timedelta(minutes=15)  # the turn-around: the first possible moment after
    second = town.book(town.halls.a, Period(use(16).start + quarter, use(18).start + quarter))
    texts = town.text(first), town.text(second)
    for minute in range(-60, 400):
        at = use(14, 2).start + timedelta(minutes=minute)
        assert sum(isinstance(unit.shown(text, at), Granted) for text in texts) <= 1
