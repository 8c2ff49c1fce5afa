"""The authenticator app of staff: enrolled, asked for, never accepted twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from central.accounts import invitations, second_factor, service, sessions, totp
from central.accounts.invitations import AccountLinkRefused
from central.accounts.roles import Role
from central.accounts.sealing import Sealer
from central.accounts.second_factor import FactorInUse, SecondFactor, WrongFactor
from central.accounts.service import Change, LastAdmin
from central.accounts.sessions import LogInRefused
from central.accounts.staff_models import AccountLinkPurpose, Staff
from central.accounts.throttle import SECOND_FACTOR, Throttle, TooOften
from central.audit.service import Sought, entries
from central.database import Database
from tests.central.a_city import NOW
from tests.central.some_people import PASSWORD, the_hash

FACTOR = SecondFactor(Sealer(["a secret"]), Throttle("a secret"), "Stad Test")
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def mia(database: Database) -> int:
    with database.write() as session:
        roles = [Role.ADMIN]
        return service.add_staff(session, "mia@stad.be", "Mia", the_hash(), roles, NOW).id


def enrolled(database: Database, mia: int) -> tuple[bytes, list[str]]:
    with database.write() as session:
        secret = FACTOR.offer(session, mia).secret
    code = totp.code_at(secret, totp.step_of(NOW))
    with database.write() as session:
        return secret, FACTOR.prove_first(session, mia, code, NOW)


def check(database: Database, mia: int, typed: str, now: object = LATER) -> None:
    with database.write() as session:
        FACTOR.check(session, mia, typed, now)  # type: ignore[arg-type]


def test_an_app_counts_after_its_first_right_code(database: Database, mia: int) -> None:
    with database.write() as session:
        offer = FACTOR.offer(session, mia)
        assert FACTOR.offer(session, mia) == offer, "the page can be loaded again"
        assert offer.address.startswith("otpauth://totp/Stad%20Test%3Amia%40stad.be?")
        assert not session.get_one(Staff, mia).has_second_factor
        for wrong in ("000000", "", "x"):
            with pytest.raises(WrongFactor):
                FACTOR.prove_first(session, mia, wrong, NOW)
        code = totp.code_at(offer.secret, totp.step_of(NOW))
        assert len(FACTOR.prove_first(session, mia, code, NOW)) == 10
        assert session.get_one(Staff, mia).has_second_factor
        with pytest.raises(FactorInUse):
            FACTOR.offer(session, mia)


def test_the_secret_stands_sealed_in_the_database(database: Database, mia: int) -> None:
    secret, _ = enrolled(database, mia)
    with database.read() as session:
        sealed = session.get_one(Staff, mia).totp_secret
    assert sealed
    assert secret not in sealed


def test_a_code_counts_once_and_none_before_it(database: Database, mia: int) -> None:
    secret, _ = enrolled(database, mia)
    step = totp.step_of(LATER)
    with pytest.raises(WrongFactor):
        check(database, mia, totp.code_at(secret, totp.step_of(NOW)), NOW)  # used to enrol
    check(database, mia, totp.code_at(secret, step))
    for again in (step, step - 1):
        with pytest.raises(WrongFactor):
            check(database, mia, totp.code_at(secret, again))
    check(database, mia, totp.code_at(secret, step + 1))


def test_of_two_who_use_one_code_at_once_one_gets_in(database: Database, mia: int) -> None:
    secret, _ = enrolled(database, mia)
    code, barrier = totp.code_at(secret, totp.step_of(LATER)), Barrier(2)

    def use(_: int) -> bool:
        barrier.wait(30)
        try:
            check(database, mia, code)
        except WrongFactor:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(use, range(2))) == [False, True]


def test_a_recovery_code_counts_once_however_it_is_typed(database: Database, mia: int) -> None:
    _, codes = enrolled(database, mia)
    check(database, mia, codes[0].lower().replace("-", " "))
    with pytest.raises(WrongFactor):
        check(database, mia, codes[0])
    check(database, mia, codes[1].replace("0", "O").replace("1", "I"))
    with database.read() as session:
        assert second_factor.recovery_codes_left(session, mia) == 8
        actions = [one.action for one in entries(session, Sought(actor=f"staff:{mia}"))]
    assert actions.count("staff.recovery_code_used") == 2


def test_new_recovery_codes_end_the_old_ones(database: Database, mia: int) -> None:
    _, old = enrolled(database, mia)
    with database.write() as session:
        new = FACTOR.new_recovery_codes(session, mia, NOW)
    with pytest.raises(WrongFactor):
        check(database, mia, old[0])
    check(database, mia, new[0])


def test_recovery_codes_of_another_are_worth_nothing(database: Database, mia: int) -> None:
    _, codes = enrolled(database, mia)
    with database.write() as session:
        jan = service.add_staff(session, "jan@stad.be", "Jan", "x", [Role.ADMIN], NOW).id
    enrolled(database, jan)
    with pytest.raises(WrongFactor):
        check(database, jan, codes[0])


def test_guessing_is_slowed_down(database: Database, mia: int) -> None:
    enrolled(database, mia)
    with database.write() as session:
        for _ in range(SECOND_FACTOR.most):
            FACTOR.count_try(session, mia, NOW)
        with pytest.raises(TooOften):
            FACTOR.count_try(session, mia, NOW)


def test_after_a_reset_neither_app_nor_recovery_code_counts(database: Database, mia: int) -> None:
    secret, codes = enrolled(database, mia)
    with database.write() as session:
        second_factor.forget_app(session, mia, "staff:9", NOW, "telefoon kwijt")
    for typed in (totp.code_at(secret, totp.step_of(LATER)), codes[0]):
        with pytest.raises(WrongFactor):
            check(database, mia, typed)
    with database.write() as session:
        assert FACTOR.offer(session, mia).secret != secret
        (entry,) = entries(session, Sought(actor="staff:9"))
    assert (entry.action, entry.reason) == ("staff.factor_reset", "telefoon kwijt")


def test_a_lost_city_secret_asks_for_a_new_enrolment_and_lets_nobody_in(
    database: Database, mia: int
) -> None:
    secret, _ = enrolled(database, mia)
    other = SecondFactor(Sealer(["another secret"]), Throttle("x"), "Stad Test")
    code = totp.code_at(secret, totp.step_of(LATER))
    with pytest.raises(WrongFactor), database.write() as session:
        other.check(session, mia, code, LATER)


def test_only_admins_must_have_one_and_not_in_the_demo() -> None:
    assert second_factor.must_have(frozenset({Role.ADMIN}), demo=False)
    assert not second_factor.must_have(frozenset({Role.ADMIN}), demo=True)
    assert not second_factor.must_have(frozenset({Role.AUDITOR}), demo=False)


def link(database: Database, staff: int, purpose: AccountLinkPurpose) -> str:
    with database.write() as session:
        return invitations.make(session, staff, purpose, NOW)


INVITATION, RESET = AccountLinkPurpose.INVITATION, AccountLinkPurpose.PASSWORD_RESET


def test_who_is_invited_has_no_password_until_one_is_chosen(database: Database) -> None:
    with database.write() as session:
        jan, text = service.invite(session, "jan@stad.be", "Jan", [Role.AUDITOR], "staff:1", NOW)
    for password in ("", PASSWORD):
        with pytest.raises(LogInRefused), database.read() as session:
            sessions.check_password(session, "jan@stad.be", password)
    with database.write() as session:
        used = invitations.use(session, text, the_hash(), NOW)
    assert (used.staff, used.purpose) == (jan.id, INVITATION)
    with database.read() as session:
        assert sessions.check_password(session, "jan@stad.be", PASSWORD).id == jan.id


@pytest.mark.parametrize("purpose", AccountLinkPurpose)
def test_a_link_counts_once_and_until_its_end(
    database: Database, mia: int, purpose: AccountLinkPurpose
) -> None:
    text = link(database, mia, purpose)
    ends = NOW + invitations.LIVES[purpose]
    with database.read() as session:
        assert invitations.account_of(session, text, ends - timedelta(seconds=1)).staff == mia
        with pytest.raises(AccountLinkRefused):
            invitations.account_of(session, text, ends)
    with database.write() as session:
        invitations.use(session, text, "x", NOW)
    with pytest.raises(AccountLinkRefused), database.write() as session:
        invitations.use(session, text, "y", NOW)


def test_a_newer_link_ends_the_older_one(database: Database, mia: int) -> None:
    old, new = link(database, mia, RESET), link(database, mia, RESET)
    with database.read() as session:
        with pytest.raises(AccountLinkRefused):
            invitations.account_of(session, old, NOW)
        assert invitations.account_of(session, new, NOW).email == "mia@stad.be"


def test_a_link_of_an_account_out_of_use_is_refused(database: Database, mia: int) -> None:
    text = link(database, mia, RESET)
    with database.write() as session:
        service.add_staff(session, "jan@stad.be", "Jan", "x", [Role.ADMIN], NOW)
        service.change_staff(session, mia, Change(is_active=False), NOW)
        assert invitations.make_reset(session, "mia@stad.be", NOW) is None
    with pytest.raises(AccountLinkRefused), database.read() as session:
        invitations.account_of(session, text, NOW)


def test_a_new_password_logs_out_every_browser(database: Database, mia: int) -> None:
    with database.write() as session:
        cookie = sessions.open_session(session, mia, NOW)
        made = invitations.make_reset(session, " MIA@stad.be ", NOW)
        assert made
    with database.write() as session:
        invitations.use(session, made[0], "x", NOW)
    assert sessions.member_of_session(database, cookie, NOW) is None


def test_a_reset_for_nobody_makes_nothing(database: Database, mia: int) -> None:
    assert mia
    with database.write() as session:
        assert invitations.make_reset(session, "nobody@stad.be", NOW) is None


def test_the_last_admin_of_the_city_stays(database: Database, mia: int) -> None:
    for change in (Change(is_active=False), Change(roles=[Role.AUDITOR]), Change(roles=[])):
        with pytest.raises(LastAdmin), database.write() as session:
            service.change_staff(session, mia, change, NOW)
    with database.write() as session:
        service.invite(session, "jan@stad.be", "Jan", [Role.ADMIN], "staff:1", NOW)
    with pytest.raises(LastAdmin), database.write() as session:
        service.change_staff(session, mia, Change(roles=[]), NOW)  # an invitation is no admin yet
    with database.write() as session:
        service.add_staff(session, "els@stad.be", "Els", "x", [Role.ADMIN], NOW)
        service.change_staff(session, mia, Change(roles=[]), NOW)
