import os
from pathlib import Path

import pytest

from central.settings import DEMO_SECRET, SettingsError, load

GOOD = "a secret of more than thirty-two characters"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("HALLPASS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_a_secret_central_says_what_to_do() -> None:
    with pytest.raises(SettingsError, match="hallpass-central init"):
        load()


@pytest.mark.parametrize("secret", [DEMO_SECRET, "qwerty"])
def test_a_public_or_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("HALLPASS_SECRET", secret)
    with pytest.raises(SettingsError, match="public or shorter") as refusal:
        load()
    assert secret not in str(refusal.value)


def test_the_demo_may_use_the_public_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLPASS_DEMO", "true")
    assert load().secrets == [DEMO_SECRET]


def test_any_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "s").write_text(GOOD + "\n")
    (tmp_path / "u").write_text("postgresql+psycopg://me:pw@db/hallpass\n")
    monkeypatch.setenv("HALLPASS_SECRET_FILE", str(tmp_path / "s"))
    monkeypatch.setenv("HALLPASS_DATABASE_URL_FILE", str(tmp_path / "u"))
    settings = load()
    assert settings.secrets == [GOOD]
    assert settings.database == "postgresql+psycopg://me:pw@db/hallpass"
    assert "pw" not in repr(settings)
    assert GOOD not in repr(settings)


def test_the_secret_that_init_made_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city/secret").write_text(GOOD)
    monkeypatch.setenv("HALLPASS_DATA", "city")
    settings = load()
    assert settings.secrets == [GOOD]
    assert settings.database == f"sqlite:///{tmp_path}/city/central.db"


def test_the_previous_secret_counts_but_does_not_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLPASS_SECRET", GOOD)
    monkeypatch.setenv("HALLPASS_PREVIOUS_SECRET", "old" * 20)
    assert load().secrets == ["old" * 20, GOOD]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("BASE_URL", "zalen.stad.be", "HALLPASS_BASE_URL.*address of a website"),
        ("BASE_URL", "http://zalen.stad.be", "needs https"),
        ("ZONE", "Europe/Brussel", "HALLPASS_ZONE.*Europe/Brussels"),
        ("HOLD_MINUTES", "soon", "HALLPASS_HOLD_MINUTES"),
        ("SECRET_FILE", "/nowhere/at/all", "HALLPASS_SECRET_FILE"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_right(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    if name != "SECRET_FILE":
        monkeypatch.setenv("HALLPASS_SECRET", GOOD)
    monkeypatch.setenv(f"HALLPASS_{name}", value)
    with pytest.raises(SettingsError, match=says):
        load()
