"""The unit's configuration file: where things are, and words for whoever mistyped something."""

import dataclasses
from pathlib import Path

import pytest

from edge.config import BadConfig, Broker, DoorUnitConfig, Hardware, Reader, Storage, read_config

UNIT = 'unit = "u-abcdefgh"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "door_unit.toml"


def read(path: Path, more: str = "", unit: str = UNIT) -> DoorUnitConfig:
    path.write_text(unit + more)
    return read_config(path)


def refusal(path: Path, more: str, unit: str = UNIT) -> str:
    with pytest.raises(BadConfig) as refused:
        read(path, more, unit)
    return str(refused.value)


def test_a_file_with_only_the_unit_is_a_unit_on_a_raspberry_pi(path: Path) -> None:
    config = read(path)
    assert config == DoorUnitConfig("u-abcdefgh")
    assert config.data == Path("/data/hallpass")
    assert config.hardware == Hardware("lgpio", "none", "/sys/class/rtc/rtc0")
    assert config.storage == Storage(16, 256)


def test_everything_can_be_set(path: Path) -> None:
    config = read(
        path,
        """
        data = "/srv/door/data"
        identity = "/srv/door/identity"
        run = "/srv/door/run"
        [broker]
        host = "broker.city.example"
        port = 8884
        keepalive = 20
        [reader]
        source = "camera:0"
        width = 640
        height = 480
        rate = 5
        [hardware]
        pins = "mock"
        announcer = "terminal"
        rtc = ""
        lock_contact = true
        [storage]
        ballast_megabytes = 4
        journal_megabytes = 64
        [simulator]
        wire = "/srv/door/wire.sock"
        """,
    )
    assert (config.data, config.identity) == (Path("/srv/door/data"), Path("/srv/door/identity"))
    assert config.broker == Broker("broker.city.example", 8884, 20)
    assert config.reader == Reader("camera:0", 640, 480, 5)
    assert config.hardware == Hardware("mock", "terminal", "", lock_contact=True)
    assert config.storage == Storage(4, 64)
    assert config.simulator.wire == "/srv/door/wire.sock"
    assert config.control_socket == Path("/srv/door/run/control.sock")


def test_relative_paths_count_from_the_file_and_not_from_where_the_program_started(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    more = 'data = "d"\nidentity = "../i"\nrun = "r"\n[hardware]\npins = "mock"\n[simulator]\nwire = "w"\n'
    config = read(path, more)
    assert config.data == path.parent / "d"
    assert config.identity == path.parent / "../i"
    assert config.run == path.parent / "r"
    assert config.simulator.wire == str(path.parent / "w")


def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        BadConfig, match=r"there is no .*gone\.toml; give another one with --config"
    ):
        read_config(tmp_path / "gone.toml")


@pytest.mark.parametrize("content", [b"unit = ", b"[broker", b"\xff\xfe"])
def test_what_is_no_toml_is_told_with_the_place(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(BadConfig, match=r"door_unit\.toml cannot be read"):
        read_config(path)


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="cannot be read"):
        read_config(tmp_path)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('[brokr]\nhost = "x"\n', "'brokr' is not a setting; did you mean 'broker'?"),
        ("[broker]\nprot = 1\n", "broker: 'prot' is not a setting; did you mean 'port'?"),
        ("[storage]\nzzz = 1\n", "known are ballast_megabytes, journal_megabytes"),
        ('[broker]\nport = "8883"\n', "broker: port must be a whole number, not '8883'"),
        ("[broker]\nport = true\n", "broker: port must be a whole number, not True"),
        ("[broker]\nport = 1.5\n", "broker: port must be a whole number, not 1.5"),
        ("[broker]\nhost = 7\n", 'broker: host must be a text in "quotes", not 7'),
        ("data = 7\n", 'data must be a path in "quotes", not 7'),
        ("broker = 7\n", "broker must be a table of settings, not 7"),
        ("[storage]\nballast_megabytes = -1\n", "ballast_megabytes cannot be below zero"),
    ],
)
def test_a_mistake_is_told_with_its_name_and_what_belongs_there(
    path: Path, more: str, words: str
) -> None:
    said = refusal(path, more)
    assert words in said
    assert str(path) in said


def test_a_file_without_the_unit_says_that_it_is_missing(path: Path) -> None:
    assert refusal(path, "", unit="") == f"{path}: 'unit' is missing"


@pytest.mark.parametrize(
    "unit", ["", "u-", "u-ABCDEFGH", "u-abcdefgh/x", "u-abcd+fgh", "door 1", "u-abcdefg#"]
)
def test_a_unit_that_central_could_not_have_named_is_refused(path: Path, unit: str) -> None:
    assert "unit must look like u-abcdefgh" in refusal(path, "", unit=f'unit = "{unit}"\n')


@pytest.mark.parametrize("pins", ["lgpio", "rpigpio"])
def test_a_virtual_door_never_moves_a_real_lock(path: Path, pins: str) -> None:
    said = refusal(path, f'[hardware]\npins = "{pins}"\n[simulator]\nwire = "w"\n')
    assert "never moves a real lock" in said


def test_nothing_secret_has_a_place_in_it() -> None:
    def names(model: type) -> set[str]:
        found = set()
        for one in dataclasses.fields(model):
            found |= {one.name}
            if dataclasses.is_dataclass(one.type):
                found |= names(one.type)  # type: ignore[arg-type]
        return found

    for name in names(DoorUnitConfig):
        assert not any(word in name for word in ("password", "secret", "token", "key_"))
