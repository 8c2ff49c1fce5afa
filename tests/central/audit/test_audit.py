from datetime import date, timedelta

from central.accounts.roles import Role
from central.audit.service import HIDDEN, SYSTEM, Sought, entries, forget, on_behalf, record
from central.database import Database
from tests.central.a_city import NOW


def write(
    database: Database, actor: str = "staff:7", subject: str = "hall:3", **more: object
) -> None:
    with database.write() as session:
        record(session, actor, "hall.changed", subject, NOW, **more)  # type: ignore[arg-type]


def found(database: Database, **sought: object) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = entries(session, Sought(**sought))  # type: ignore[arg-type]
        return [(one.actor, one.subject) for one in rows]


def test_only_what_differs_is_kept(database: Database) -> None:
    before = {"name": "Zaal A", "capacity": 80, "gone": 1}
    after = {"name": "Zaal A", "capacity": 90, "new": date(2026, 12, 5)}
    write(database, before=before, after=after, reason=" gemeten ")
    with database.read() as session:
        (entry,) = entries(session, Sought())
    assert entry.before == {"capacity": 80, "gone": 1}
    assert entry.after == {"capacity": 90, "new": "2026-12-05"}
    assert (entry.reason, entry.at) == ("gemeten", NOW)


def test_no_secret_is_kept_whatever_it_is_called_and_however_deep(database: Database) -> None:
    secret = "tiger"
    facts = {
        "password_hash": secret,
        "Secret": secret,
        "api_token": secret,
        "totp_secret": secret,
        "nested": {"token": secret, "postcode": "9000"},
        "raw": b"tiger",
        "roles": frozenset({Role.AUDITOR}),
    }
    write(database, after=facts)
    with database.read() as session:
        (entry,) = entries(session, Sought())
    assert secret not in str(entry.after)
    assert entry.after
    assert entry.after["nested"] == {"token": HIDDEN, "postcode": "9000"}
    assert entry.after["roles"] == ["auditor"]


def test_who_acted_for_whom_is_kept_apart_and_found_by_both(database: Database) -> None:
    write(database, on_behalf("staff:7", 12))
    write(database, "person:12", "hall:4")
    write(database, SYSTEM, "hall:5")
    with database.read() as session:
        (*_, helped) = entries(session, Sought())
    assert (helped.actor, helped.acting_for) == ("staff:7", "person:12")
    assert found(database, actor="person:12") == [("person:12", "hall:4"), ("staff:7", "hall:3")]
    assert found(database, actor="staff:7") == [("staff:7", "hall:3")]
    assert found(database, subject="hall:5") == [("system", "hall:5")]
    assert found(database, action="hall.removed") == []


def test_pages_of_entries_follow_one_another(database: Database) -> None:
    for number in range(5):
        write(database, subject=f"hall:{number}")
    with database.read() as session:
        first = entries(session, Sought(), 2)
        second = entries(session, Sought(before=first[-1].id), 2)
    assert [one.subject for one in (*first, *second)] == ["hall:4", "hall:3", "hall:2", "hall:1"]


def test_what_is_too_old_is_forgotten(database: Database) -> None:
    write(database)
    with database.write() as session:
        forget(session, NOW)
        assert len(entries(session, Sought())) == 1
        forget(session, NOW + timedelta(seconds=1))
        assert entries(session, Sought()) == []
