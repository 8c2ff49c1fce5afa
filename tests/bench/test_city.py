from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from bench import a_thousand_halls
from bench.city import app
from central.booking.models import Reservation
from central.database import Database


def test_one_command_makes_the_city_tells_how_far_it_is_and_overwrites_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(a_thousand_halls, "HALLS", 3)
    folder = str(tmp_path / "city")
    made = CliRunner().invoke(app, [folder])
    assert made.exit_code == 0, made.output
    assert "Making reservations: 732 of 732" in made.output
    database = Database(f"sqlite:///{folder}/central.db")
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Reservation)) == 732
    database.close()
    again = CliRunner().invoke(app, [folder])
    assert again.exit_code == 1
    assert "already" in again.output
