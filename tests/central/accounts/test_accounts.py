from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from central.accounts import service, sessions
from central.accounts.models import Attempt
from central.accounts.roles import Right, Role
from central.accounts.service import Change, EmailInUse, PasswordTooShort
from central.accounts.sessions import LogInRefused, StaffMember
from central.accounts.staff_models import ApiToken, Staff, StaffSession
from central.accounts.throttle import HOLD, LOG_IN, Throttle, TooOften, connection_of
from central.database import Database
from central.errors import NotFound
from tests.central.a_city import NOW

PASSWORD = "correct horse battery"


@pytest.fixture
def mia(database: Database) -> Staff:
    password_hash = service.checked_hash(PASSWORD)
    with database.write() as session:
        return service.add_staff(
            session, " Mia@Stad.be ", "Mia", password_hash, [Role.AUDITOR, Role.AUDITOR], NOW
        )


def test_the_password_is_stored_as_argon2id(mia: Staff) -> None:
    assert mia.password_hash.startswith("$argon2id$")
    assert PASSWORD not in mia.password_hash


def test_the_right_password_is_hers_whatever_the_case_of_the_address(
    database: Database, mia: Staff
) -> None:
    with database.read() as session:
        assert sessions.check_password(session, "MIA@stad.BE", PASSWORD).id == mia.id


@pytest.mark.parametrize(
    ("email", "password"),
    [("mia@stad.be", "wrong"), ("mia@stad.be", ""), ("nobody@stad.be", PASSWORD)],
)
def test_a_wrong_address_and_a_wrong_password_sound_the_same(
    database: Database, mia: Staff, email: str, password: str
) -> None:
    assert mia.is_active
    with pytest.raises(LogInRefused) as refusal, database.read() as session:
        sessions.check_password(session, email, password)
    assert str(refusal.value) == LogInRefused.sentence


def test_a_short_password_is_refused() -> None:
    with pytest.raises(PasswordTooShort):
        service.checked_hash("elevenchars")


def test_an_address_has_one_account(database: Database, mia: Staff) -> None:
    with pytest.raises(EmailInUse), database.write() as session:
        service.add_staff(session, mia.email.upper(), "Other", "x", [], NOW)


def log_in(database: Database, staff: Staff) -> str:
    with database.write() as session:
        return sessions.open_session(session, staff.id, NOW)


def test_a_session_is_recognised_and_its_secret_stands_nowhere(
    database: Database, mia: Staff
) -> None:
    secret = log_in(database, mia)
    member = sessions.member_of_session(database, secret, NOW)
    assert member == StaffMember(mia.id, "Mia", frozenset({Right(Role.AUDITOR)}))
    assert member.actor == f"staff:{mia.id}"
    assert sessions.member_of_session(database, secret + "x", NOW) is None
    with database.read() as session:
        assert session.scalars(select(StaffSession.hash)).all() == [
            sha256(secret.encode()).digest()
        ]


def test_a_session_ends_when_idle_but_not_while_used(database: Database, mia: Staff) -> None:
    secret = log_in(database, mia)
    almost = sessions.SESSION_IDLE - timedelta(minutes=1)
    assert sessions.member_of_session(database, secret, NOW + almost)
    assert sessions.member_of_session(database, secret, NOW + 2 * almost)
    late = NOW + 2 * almost + sessions.SESSION_IDLE
    assert sessions.member_of_session(database, secret, late) is None


def test_a_session_ends_after_half_a_day_even_while_used(database: Database, mia: Staff) -> None:
    secret = log_in(database, mia)
    now = NOW
    while now < NOW + sessions.SESSION_LIFE:
        assert sessions.member_of_session(database, secret, now)
        now += timedelta(hours=1)
    assert sessions.member_of_session(database, secret, now) is None


def test_logging_out_ends_it(database: Database, mia: Staff) -> None:
    secret = log_in(database, mia)
    with database.write() as session:
        sessions.close_session(session, secret)
    assert sessions.member_of_session(database, secret, NOW) is None


@pytest.mark.parametrize(
    "change", [Change(is_active=False), Change(roles=[Role.ADMIN]), Change(password_hash="new")]
)
def test_whoever_is_changed_must_log_in_again(
    database: Database, mia: Staff, change: Change
) -> None:
    secret = log_in(database, mia)
    with database.write() as session:
        service.change_staff(session, mia.id, change, NOW)
    assert sessions.member_of_session(database, secret, NOW) is None


def new_token(database: Database, staff: Staff) -> str:
    with database.write() as session:
        return sessions.new_token(session, staff.id, "tool", timedelta(days=1), NOW)


def test_a_token_acts_for_who_made_it_until_it_ends(database: Database, mia: Staff) -> None:
    secret = new_token(database, mia)
    with database.read() as session:
        member = sessions.member_of_token(session, secret, NOW)
        assert member
        assert member.id == mia.id
        assert sessions.member_of_token(session, secret, NOW + timedelta(days=1)) is None
        assert sessions.member_of_token(session, "", NOW) is None


def test_a_revoked_token_is_worth_nothing(database: Database, mia: Staff) -> None:
    secret = new_token(database, mia)
    with database.write() as session:
        (token,) = service.tokens_of(session, mia.id)
        service.revoke_token(session, mia.id, token.id, NOW)
        assert sessions.member_of_token(session, secret, NOW) is None


def test_nobody_revokes_somebody_else_s_token(database: Database, mia: Staff) -> None:
    new_token(database, mia)
    with pytest.raises(NotFound), database.write() as session:
        service.revoke_token(session, mia.id + 1, 1, NOW)


def test_a_token_of_an_account_out_of_use_is_worth_nothing(database: Database, mia: Staff) -> None:
    secret = new_token(database, mia)
    with database.write() as session:
        service.change_staff(session, mia.id, Change(is_active=False), NOW)
    with database.read() as session:
        assert sessions.member_of_token(session, secret, NOW) is None
        assert secret.encode() not in session.scalars(select(ApiToken.hash)).all()


def test_attempts_are_counted_per_subject_and_forgotten_in_time(database: Database) -> None:
    throttle = Throttle("secret")
    with database.write() as session:
        for _ in range(LOG_IN.most):
            throttle.take(session, LOG_IN, "mia", NOW)
        with pytest.raises(TooOften) as refusal:
            throttle.take(session, LOG_IN, "mia", NOW)
        assert refusal.value.headers == {"Retry-After": "900"}
        throttle.take(session, LOG_IN, "jan", NOW)
        throttle.take(session, HOLD, "mia", NOW)
        throttle.take(session, LOG_IN, "mia", NOW + LOG_IN.within)
        assert len(session.scalars(select(Attempt)).all()) == 3


def test_the_right_password_clears_the_count(database: Database) -> None:
    throttle = Throttle("secret")
    with database.write() as session:
        for _ in range(3 * LOG_IN.most):
            throttle.take(session, LOG_IN, "mia", NOW)
            throttle.forget(session, LOG_IN, "mia")


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_what_is_counted_for_a_connection(host: str | None, counted: str) -> None:
    assert connection_of(host) == counted
