from pathlib import Path

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from central.main import create_app
from central.settings import Settings
from tests.central.in_process import client_of


def test_it_lives_and_is_ready(client: httpx.Client) -> None:
    assert client.get("/health/live").json() == {"ok": True, "says": "running"}
    assert client.get("/health/ready").json() == {"ok": True, "says": "ready"}


def asked(settings: Settings) -> httpx.Response:
    app: FastAPI = create_app(settings)
    with client_of(app, "http://testserver") as client:
        assert client.get("/health/live").status_code == 200
        answer = client.get("/health/ready")
    app.state.database.close()
    return answer


def test_it_is_not_ready_before_the_database_is_migrated(tmp_path: Path) -> None:
    answer = asked(Settings(demo=True, data=tmp_path))
    assert (answer.status_code, answer.json()["says"]) == (503, "run hallpass-central migrate")


def test_it_is_not_ready_without_a_database(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@/x?host={tmp_path}"
    answer = asked(Settings(demo=True, data=tmp_path, database_url=SecretStr(url)))
    assert (answer.status_code, answer.json()["says"]) == (503, "the database does not answer")
    assert "nobody" not in answer.text
