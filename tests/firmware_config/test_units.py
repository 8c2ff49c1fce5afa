"""The door's unit file: correct for systemd, tight, and made for the program that there is."""

import dataclasses
import re
import shlex
import shutil
import sys
import tomllib
from pathlib import Path

from typer.testing import CliRunner

from edge.__main__ import DEFAULT_CONFIG, app
from edge.config import Broker, DoorUnitConfig, Hardware, Reader, Storage, read_config
from edge.controller import ALIVE_EVERY
from tests.firmware_config.debian import FILES, FIRMWARE, UNITS, run, settings

SERVICE = UNITS / "hallpass-door.service"
EXPOSURE = 21  # tenths; what is left: pins, camera, network, asking how the clock is
SAYS = settings(SERVICE)


def verified(folder: Path, text: str) -> str:
    """What systemd says of a unit, with its program replaced by one that is here."""
    program = SAYS["ExecStart"][0].split()[0]
    unit = folder / SERVICE.name
    unit.write_text(text.replace(program, sys.executable), encoding="utf-8")
    shutil.copy(UNITS / "hallpass-door.path", folder)
    done = run("systemd-analyze", "verify", "--man=no", unit, folder / "hallpass-door.path")
    return done.stderr + done.stdout


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    assert verified(tmp_path, SERVICE.read_text(encoding="utf-8")) == ""


def test_systemd_would_say_what_is_wrong(tmp_path: Path) -> None:
    broken = SERVICE.read_text(encoding="utf-8").replace("WatchdogSec=", "WatchdogSeconds=")
    assert "WatchdogSeconds" in verified(tmp_path, broken)


def test_the_service_is_tight() -> None:
    done = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", SERVICE)
    assert done.returncode == 0, done.stdout


def test_a_looser_service_would_be_noticed(tmp_path: Path) -> None:
    loose = tmp_path / SERVICE.name
    text = SERVICE.read_text(encoding="utf-8")
    loose.write_text(re.sub(r"SystemCallFilter=.*\n|NoNewPrivileges=.*\n", "", text))
    done = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", loose)
    assert done.returncode != 0


def test_it_may_ask_whether_the_clock_follows_the_network_and_may_not_set_it() -> None:
    filters = " ".join(SAYS["SystemCallFilter"]).split()
    assert {"adjtimex", "clock_adjtime"} <= set(filters)
    assert "ProtectClock" not in SAYS  # forbids both
    assert SAYS["CapabilityBoundingSet"] == SAYS["AmbientCapabilities"] == [""]
    assert SAYS["DevicePolicy"] == ["closed"]
    assert not any("rtc" in one for one in SAYS["DeviceAllow"])


def test_it_starts_a_command_that_the_program_has() -> None:
    program, *arguments = shlex.split(SAYS["ExecStart"][0])
    assert Path(program).name == "hallpass-door"
    done = CliRunner().invoke(app, [arguments[0], "--help"])
    assert done.exit_code == 0
    options = [word for word in arguments if word.startswith("--")]
    assert options
    assert all(option in done.output for option in options)


def test_its_folders_are_the_program_s_defaults() -> None:
    config = DoorUnitConfig(unit="u-aaaaaaaa")
    assert Path("/run", SAYS["RuntimeDirectory"][0]) == config.run
    assert Path(SAYS["WorkingDirectory"][0]) == config.run
    assert Path(SAYS["ReadWritePaths"][0]) == config.data
    assert config.identity.is_relative_to(config.data)


def test_it_waits_for_the_file_it_is_started_with() -> None:
    path = shlex.split(SAYS["ExecStart"][0])[-1]
    assert SAYS["ConditionPathExists"] == [path]
    assert settings(UNITS / "hallpass-door.path")["PathExists"] == [path]
    linked = (FILES / "etc/tmpfiles.d/hallpass.conf").read_text(encoding="utf-8").split()
    assert linked[linked.index(str(DEFAULT_CONFIG)) :][-1] == path


def test_the_watchdog_waits_for_several_signs_of_life() -> None:
    assert SAYS["Type"] == ["notify"]
    assert float(SAYS["WatchdogSec"][0].removesuffix("s")) >= 5 * ALIVE_EVERY


def test_it_never_stays_down_and_waits_for_no_network() -> None:
    assert SAYS["Restart"] == ["always"]
    assert SAYS["StartLimitAction"] == ["reboot"]
    assert "network" not in " ".join(SAYS["After"])


def test_the_chip_s_watchdog_is_within_what_it_can_count() -> None:
    manager = settings(FILES / "etc/systemd/system.conf.d/hallpass.conf")
    assert float(manager["RuntimeWatchdogSec"][0].removesuffix("s")) < 15


def test_the_example_configuration_shows_every_setting_at_its_default() -> None:
    example = FIRMWARE / "door_unit.toml"
    found = read_config(example)
    broker = Broker(host=found.broker.host)
    assert found == DoorUnitConfig(unit=found.unit, broker=broker)
    table = tomllib.loads(example.read_text(encoding="utf-8"))
    shown = {name: set(value) for name, value in table.items() if isinstance(value, dict)}
    wanted = {Broker: "broker", Reader: "reader", Hardware: "hardware", Storage: "storage"}
    assert shown == {
        name: {field.name for field in dataclasses.fields(kind)} for kind, name in wanted.items()
    }
