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


def broker_identity(folder: Path) -> Path:
    folder.mkdir()
    for name in ("central.key", "central.crt", "ca.crt"):
        (folder / name).touch()
    return folder


def test_without_a_broker_nothing_of_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLPASS_SECRET", GOOD)
    assert (load().broker_host, load().broker_identity) == ("", None)


def test_a_broker_is_a_host_a_port_and_an_identity(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = broker_identity(tmp_path / "identity")
    monkeypatch.setenv("HALLPASS_SECRET", GOOD)
    monkeypatch.setenv("HALLPASS_BROKER_HOST", "broker.stad.be")
    monkeypatch.setenv("HALLPASS_BROKER_IDENTITY", str(folder))
    settings = load()
    assert (settings.broker_host, settings.broker_port) == ("broker.stad.be", 8883)
    assert settings.broker_identity == folder


@pytest.mark.parametrize("name", ["central.key", "central.crt", "ca.crt"])
def test_a_missing_file_of_the_broker_identity_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    folder = broker_identity(tmp_path / "identity")
    (folder / name).unlink()
    monkeypatch.setenv("HALLPASS_SECRET", GOOD)
    monkeypatch.setenv("HALLPASS_BROKER_HOST", "broker.stad.be")
    monkeypatch.setenv("HALLPASS_BROKER_IDENTITY", str(folder))
    with pytest.raises(
        SettingsError, match=f"{name} cannot be read.*hallpass-provision ca central"
    ):
        load()


@pytest.mark.parametrize("given", ["BROKER_HOST", "BROKER_IDENTITY"])
def test_half_a_broker_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("HALLPASS_SECRET", GOOD)
    monkeypatch.setenv(f"HALLPASS_{given}", "something")
    with pytest.raises(SettingsError, match="go together"):
        load()


@pytest.mark.parametrize("port", ["0", "65536", "mqtt"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("HALLPASS_SECRET", GOOD)
    monkeypatch.setenv("HALLPASS_BROKER_PORT", port)
    with pytest.raises(SettingsError, match="HALLPASS_BROKER_PORT"):
        load()
