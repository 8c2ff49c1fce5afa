"""The e-mail link: once, for fifteen minutes, only in the browser that asked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from central.accounts.identities import BY_EMAIL, Identity
from central.accounts.logging_in import (
    LIFE,
    MOST_TRIES,
    Asked,
    LinkSpent,
    LogIns,
    OtherBrowser,
    Proven,
    Wish,
    WrongCode,
    pending,
)
from central.accounts.models import Attempt, LogInRequest
from central.accounts.sealing import Sealer, new_secret
from central.accounts.throttle import ASK_TO_LOG_IN, ASK_TO_LOG_IN_DAILY, CODE, Throttle, TooOften
from central.database import Database
from central.errors import CentralError
from tests.central.a_city import NOW

LOG_INS = LogIns(Sealer(["a secret"]), Throttle("a secret"))
WISH = Wish("Anna@Example.org", "/book?hall=3", stays=True, language="fr")
ANNA = Proven(Identity(BY_EMAIL, "anna@example.org"), "/book?hall=3", stays=True, language="fr")
LATE = NOW + LIFE


def ask(database: Database, wish: Wish = WISH) -> Asked:
    with database.write() as session:
        return LOG_INS.ask(session, wish, NOW)


def by_link(database: Database, asked: Asked, now: object = NOW, **changes: str | None) -> Proven:
    values = {"link": asked.link, "browser": asked.browser, **changes}
    with database.write() as session:
        return LOG_INS.by_link(session, str(values["link"]), values["browser"], now)  # type: ignore[arg-type]


def by_code(database: Database, browser: str | None, code: str, now: object = NOW) -> Proven:
    with database.write() as session:
        LOG_INS.count_try(session, browser, now)  # type: ignore[arg-type]
    with database.write() as session:
        return LOG_INS.by_code(session, code, browser, now)  # type: ignore[arg-type]


def test_the_link_proves_the_mailbox_and_leads_to_where_one_was(database: Database) -> None:
    assert by_link(database, ask(database)) == ANNA


def test_the_digits_do_the_same_where_the_mail_is_read_elsewhere(database: Database) -> None:
    asked = ask(database)
    assert len(asked.code) == 6
    assert by_code(database, asked.browser, f" {asked.code[:3]} {asked.code[3:]}") == ANNA


def test_a_link_counts_once_and_so_do_its_digits(database: Database) -> None:
    asked = ask(database)
    by_link(database, asked)
    with pytest.raises(LinkSpent):
        by_link(database, asked)
    with pytest.raises(LinkSpent):
        by_code(database, asked.browser, asked.code)


def test_of_two_who_press_at_once_one_gets_in(database: Database) -> None:
    asked, barrier = ask(database), Barrier(2)

    def press(_: int) -> bool:
        barrier.wait(30)
        try:
            by_link(database, asked)
        except LinkSpent:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, range(2))) == [False, True]


def test_after_a_quarter_of_an_hour_neither_counts(database: Database) -> None:
    asked = ask(database)
    with pytest.raises(LinkSpent):
        by_link(database, asked, LATE)
    with pytest.raises(LinkSpent):
        by_code(database, asked.browser, asked.code, LATE)
    assert by_link(database, asked, LATE - timedelta(seconds=1)) == ANNA


@pytest.mark.parametrize("browser", [None, "", new_secret()], ids=["none", "empty", "another"])
def test_whoever_reads_the_mail_but_did_not_ask_cannot_use_the_link(
    database: Database, browser: str | None
) -> None:
    asked = ask(database)
    with pytest.raises(OtherBrowser):
        by_link(database, asked, browser=browser)
    assert by_link(database, asked) == ANNA, "and it still works for who asked"


def test_whoever_asked_but_does_not_read_the_mail_cannot_guess_the_digits(
    database: Database,
) -> None:
    asked = ask(database)
    wrong = f"{(int(asked.code) + 1) % 10**6:06}"
    for _ in range(MOST_TRIES):
        with pytest.raises(WrongCode):
            by_code(database, asked.browser, wrong)
    with pytest.raises(LinkSpent):
        by_code(database, asked.browser, asked.code)
    assert by_link(database, asked) == ANNA, "the link is no guess"


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "' OR 1=1", "٠١٢٣٤٥"])
def test_what_is_no_code_is_a_wrong_one(database: Database, code: str) -> None:
    asked = ask(database)
    with pytest.raises(WrongCode):
        by_code(database, asked.browser, code)


def test_the_digits_of_one_mail_are_worth_nothing_in_another_browser(database: Database) -> None:
    one, other = ask(database), ask(database, Wish("bram@example.org", "/"))
    with pytest.raises((WrongCode, LinkSpent)):
        by_code(database, other.browser, one.code)
    with pytest.raises(LinkSpent):
        by_code(database, None, one.code)


def test_guessing_is_slowed_down_over_all_mails_to_an_address(database: Database) -> None:
    for number in range(CODE.most):
        if number % MOST_TRIES == 0:
            asked = ask(database)
        with pytest.raises(WrongCode):
            by_code(database, asked.browser, "x")
    with pytest.raises(TooOften):
        by_code(database, ask(database).browser, "x")


def test_nobody_fills_somebody_s_mailbox(database: Database) -> None:
    with database.write() as session:
        for number in range(ASK_TO_LOG_IN.most):
            LOG_INS.count(session, "anna@example.org", f"192.0.2.{number}", NOW)
    with pytest.raises(TooOften) as refusal, database.write() as session:
        LOG_INS.count(session, "anna@example.org", "192.0.2.99", NOW)
    assert refusal.value.details == {"minutes": 15}
    with database.write() as session:
        LOG_INS.count(session, "bram@example.org", "192.0.2.99", NOW)


def test_over_a_day_an_address_gets_thirty_mails_at_most(database: Database) -> None:
    now = NOW
    for _ in range(ASK_TO_LOG_IN_DAILY.most):
        with database.write() as session:
            LOG_INS.count(session, "anna@example.org", "192.0.2.1", now)
        now += timedelta(minutes=20)
    with pytest.raises(TooOften) as refusal, database.write() as session:
        LOG_INS.count(session, "anna@example.org", "192.0.2.1", now)
    waits = refusal.value.details["minutes"]
    assert isinstance(waits, int)
    assert waits == 24 * 60 - 30 * 20, "and it says how long until the first is forgotten"


def test_neither_link_nor_digits_nor_cookie_stand_in_the_database(database: Database) -> None:
    asked = ask(database)
    with database.read() as session:
        (row,) = session.scalars(select(LogInRequest))
        stored = b" ".join((row.browser, row.link or b"", row.code or b"", row.then.encode()))
        assert session.scalars(select(Attempt.id)).all() == []
    for secret in (asked.browser, asked.link, asked.code):
        assert secret.encode() not in stored


def test_only_the_browser_that_asked_is_told_which_address(database: Database) -> None:
    asked = ask(database)
    with database.read() as session:
        assert pending(session, asked.browser, NOW) == "anna@example.org"
        assert pending(session, asked.browser, LATE) is None
        assert pending(session, new_secret(), NOW) is None
        assert pending(session, None, NOW) is None


def test_attempts_that_ended_are_forgotten_when_somebody_asks(database: Database) -> None:
    ask(database)
    with database.write() as session:
        LOG_INS.ask(session, WISH, LATE + timedelta(seconds=1))
        assert len(session.scalars(select(LogInRequest)).all()) == 1


def test_every_refusal_tells_what_to_do() -> None:
    for refusal in (LinkSpent, OtherBrowser, WrongCode):
        assert issubclass(refusal, CentralError)
        assert refusal.status < 500
