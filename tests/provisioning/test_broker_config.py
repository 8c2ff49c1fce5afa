import re
from pathlib import Path, PurePosixPath

import pytest

from contracts.topics import Down, Up
from provisioning.broker import Listener, acl, write_config
from provisioning.errors import ExitCode, ProvisioningError
from tests.provisioning.program import Program


def settings(text: str) -> dict[str, str]:
    """What stands in a configuration, without its comments; a name may stand several times."""
    lines = [line.partition(" ") for line in text.splitlines() if line and line[0] != "#"]
    found: dict[str, str] = {}
    for name, _, value in lines:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def test_the_program_writes_configuration_and_rights(program: Program) -> None:
    made = program.data(
        "broker", "config", "--out", "broker", "--host", "127.0.0.1", "--port", "18883"
    )
    assert made["files"] == ["broker/mosquitto.conf", "broker/acl"]
    folder = program.folder / "broker"
    found = settings((folder / "mosquitto.conf").read_text())
    assert found["listener"] == "18883 127.0.0.1"
    assert found["certfile"] == f"{folder}/server.crt"
    assert found["persistence_location"] == f"{folder}/data/"
    assert (folder / "data").is_dir()


def test_it_is_written_anew_after_a_change(program: Program) -> None:
    for port in ("18883", "18884"):
        program.data("broker", "config", "--out", "broker", "--port", port)
    text = (program.folder / "broker/mosquitto.conf").read_text()
    assert settings(text)["listener"] == "18884"


@pytest.fixture
def written(tmp_path: Path) -> str:
    config, _ = write_config(tmp_path / "broker", Listener())
    return config.read_text()


def test_nobody_gets_in_without_a_certificate_that_names_him(written: str) -> None:
    found = settings(written)
    assert found["require_certificate"] == "true"
    assert found["use_identity_as_username"] == "true"
    assert found["use_username_as_clientid"] == "true"
    assert found["allow_anonymous"] == "false"
    assert {"cafile", "crlfile", "acl_file"} <= found.keys()
    assert len(re.findall("^listener ", written, re.MULTILINE)) == 1


def test_nothing_grows_without_end(written: str) -> None:
    found = settings(written)
    assert int(found["max_packet_size"]) == 262_144
    assert int(found["max_queued_messages"]) == 200
    assert int(found["max_keepalive"]) == 120
    assert found["persistent_client_expiration"] == "1d"


def test_an_operator_finds_a_reason_above_every_block(written: str) -> None:
    blocks = [block.splitlines() for block in written.split("\n\n")]
    bare = [block[0] for block in blocks if not block[0].startswith("#")]
    assert bare == ["acl_file " + settings(written)["acl_file"]]  # its heading says it all


def test_a_unit_may_say_and_hear_exactly_its_own_topics() -> None:
    lines = [line for line in acl().splitlines() if line and line[0] != "#"]
    assert lines == [
        "user central",
        "topic readwrite hallpass/v1/#",
        *(f"pattern write hallpass/v1/%u/up/{kind}" for kind in Up),
        *(f"pattern read hallpass/v1/%u/down/{kind}" for kind in Down),
        "pattern read hallpass/v1/central/state",
    ]


def test_the_folder_may_lie_elsewhere_for_the_broker(tmp_path: Path) -> None:
    there = PurePosixPath("/mosquitto/config")
    config, _ = write_config(tmp_path / "broker", Listener(installed_at=there))
    text = config.read_text()
    assert settings(text)["keyfile"] == "/mosquitto/config/server.key"
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    "listener",
    [
        Listener(host="broker.stad.be"),
        Listener(host="127.0.0.1\nlistener 1883"),
        Listener(user="root\nallow_anonymous true"),
        Listener(user=""),
        Listener(installed_at=PurePosixPath("/with space")),
        Listener(installed_at=PurePosixPath("/a\nallow_anonymous true")),
        Listener(installed_at=PurePosixPath("relative")),
    ],
)
def test_nothing_can_be_smuggled_into_the_configuration(tmp_path: Path, listener: Listener) -> None:
    with pytest.raises(ProvisioningError):
        write_config(tmp_path / "broker", listener)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "192.168.1.10", "::1"])  # noqa: S104 - only written
def test_it_listens_where_it_is_told(tmp_path: Path, host: str) -> None:
    config, _ = write_config(tmp_path / "broker", Listener(8883, host))
    assert settings(config.read_text())["listener"] == f"8883 {host}".rstrip()


def test_a_port_that_is_none_is_a_wrong_command_line(program: Program) -> None:
    words = ("broker", "config", "--out", "broker", "--port")
    for port in ("0", "65536", "many"):
        assert program(*words, port).returncode == ExitCode.USAGE
    assert program.contents() == {}
