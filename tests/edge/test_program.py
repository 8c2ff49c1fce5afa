"""hallpass-door as somebody at a terminal meets it, without a unit that runs."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest
import segno
from typer.testing import CliRunner, Result

from edge.__main__ import app, main
from edge.drivers.claim import claimed
from tests.simulators.city import City, some_claims

CONFIG = 'unit = "u-abcdefgh"\nrun = "run"\n'


def door(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "door_unit.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def picture(path: Path, text: str) -> Path:
    segno.make(text, error="m", boost_error=False).save(str(path), scale=6)
    return path


def test_read_prints_a_line_per_image_and_a_dash_for_nothing(tmp_path: Path) -> None:
    text = City().sign_pass(some_claims())
    good = picture(tmp_path / "pass.png", text)
    other = picture(tmp_path / "other.png", "https://example.org/menu")
    found = door("read", good, other)
    assert found.output.splitlines() == [text, "-"]
    assert found.exit_code == 0
    assert door("read", "--any", other).output == "https://example.org/menu\n"


def test_text_of_several_lines_stays_on_one(tmp_path: Path) -> None:
    found = door("read", "--any", picture(tmp_path / "two.png", "one\ntwo"))
    assert found.output == '"one\\ntwo"\n'


def test_what_is_no_picture_is_said_and_the_others_are_read(tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not a picture")
    text = City().sign_pass(some_claims())
    found = CliRunner().invoke(
        app, ["read", str(broken), str(picture(tmp_path / "pass.png", text))]
    )
    assert found.exit_code == 2
    assert found.stdout.splitlines() == ["-", text]
    assert "broken.png" in found.stderr


def test_verify_explains_a_pass_and_admits_that_no_unit_runs(config: Path) -> None:
    text = City().sign_pass(some_claims(uses=3))
    found = door("verify", text, "--config", config)
    assert found.exit_code == 2
    assert "renter" in found.output
    assert "unknown" in found.output
    as_json = json.loads(door("verify", text, "--config", config, "--json").output)
    assert as_json["fields"]["uses"] == "3"
    assert as_json["answer"] == "unknown"


def test_verify_reads_a_pass_from_standard_input(config: Path) -> None:
    text = City().sign_pass(some_claims())
    found = CliRunner().invoke(app, ["verify", "-", "--config", str(config)], input=text + "\n")
    assert "renter" in found.output


@pytest.mark.parametrize(
    "command", [["status"], ["self-test"], ["journal", "list"], ["journal", "check"]]
)
def test_questions_to_a_unit_that_does_not_run_end_in_words(
    config: Path,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["hallpass-door", *command, "--config", str(config)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "is `hallpass-door run` running?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("unit = 3", "must be a text"),
        ('unit = "u-abcdefgh"\nbrokr = 1', "did you mean 'broker'"),
        ("unit = [", "cannot be read"),
    ],
)
def test_wrong_configuration_names_the_line(
    config: Path,
    content: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config.write_text(content, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["hallpass-door", "run", "--config", str(config)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_second_run_on_the_same_data_is_one_sentence_with_what_to_do(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wire = config.parent / "wire.sock"
    more = f'data = "data"\n[hardware]\npins = "mock"\n[simulator]\nwire = "{wire}"\n'
    config.write_text(CONFIG + more, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["hallpass-door", "run", "--config", str(config)])
    with claimed(config.parent / "data"), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert "already runs" in said
    assert "hallpass-door status" in said
    assert "systemctl stop" in said


def test_the_version_is_the_package_s() -> None:
    found = door("--version")
    assert (found.output, found.exit_code) == (f"hallpass-door {version('hallpass')}\n", 0)


def test_every_command_has_a_help_that_teaches() -> None:
    assert "Run the door until" in door("run", "--help").output
    for command in ("read", "verify", "status", "self-test", "journal"):
        assert door(command, "--help").exit_code == 0
