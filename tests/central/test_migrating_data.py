"""A city in use is brought up to this release: nothing that people entered is lost."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text

from central import migrations
from central.accounts.models import CityService, Person
from central.accounts.roles import Right, Role
from central.accounts.staff_models import Staff
from central.database import Database
from central.halls.models import Hall, HallSpace, Opening
from tests.central import postgresql

BEFORE_SCOPES = "0002"
CITY_IN_USE = """
INSERT INTO site (id, name, address, zone) VALUES (3, 'De Kring', '', 'Europe/Brussels');
INSERT INTO space (id, site_id, name) VALUES (1, 3, 'A');
INSERT INTO hall (id, site_id, name, description, capacity, setup_minutes, turnaround_minutes,
    early_minutes, late_minutes, is_offered) VALUES (1, 3, 'Zaal A', '', 80, 0, 15, 0, 15, true);
INSERT INTO hall_space (hall_id, space_id) VALUES (1, 1);
INSERT INTO opening (id, hall_id, weekday, opens, closes) VALUES (1, 1, 0, 480, 1320);
INSERT INTO person (id, email, name, language, created_at)
    VALUES (1, 'anna@example.org', 'Anna', 'nl', '2026-11-24 10:00:00');
INSERT INTO booking_order (id, reference, person_id, created_at)
    VALUES (1, 'ABC', 1, '2026-11-24 10:00:00');
INSERT INTO staff (id, email, name, password_hash, is_active, created_at)
    VALUES (1, 'mia@stad.be', 'Mia', 'x', true, '2026-11-24 10:00:00');
INSERT INTO staff_role (staff_id, role) VALUES (1, 'auditor');
INSERT INTO staff_role (staff_id, role) VALUES (1, 'hall_manager');
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def city_in_use(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    else:
        server: postgresql.Cluster = request.getfixturevalue("server")
        database = Database(server.url(server.create()))
    with database.engine.begin() as connection:
        command.upgrade(migrations.configuration(connection), BEFORE_SCOPES)
        for statement in CITY_IN_USE.split(";\n"):
            if statement.strip():
                connection.execute(text(statement))
    request.addfinalizer(database.close)  # noqa: PT021 - the database is returned at once
    return database


def test_a_city_in_use_keeps_everything_and_its_halls_belong_to_a_service(
    city_in_use: Database,
) -> None:
    migrations.upgrade(city_in_use)
    with city_in_use.read() as session:
        (hall,) = session.scalars(select(Hall))
        assert session.scalars(select(CityService.id)).all() == [hall.service_id]
        assert len(session.scalars(select(Opening)).all()) == 1
        assert len(session.scalars(select(HallSpace)).all()) == 1
        (anna,) = session.scalars(select(Person))
        assert (anna.name, anna.phone, anna.email_proven_at) == ("Anna", "", None)
        (mia,) = session.scalars(select(Staff))
        assert mia.rights == {Right(Role.AUDITOR), Right(Role.HALL_MANAGER)}
        assert session.scalar(text("SELECT count(*) FROM booking_order")) == 1
