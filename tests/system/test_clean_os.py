"""install.sh turns a fresh Debian into a door unit whose program runs under its hardened service."""

import ctypes
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno

from demo.processes import wait_until
from tests.simulators.broker import make_pki
from tests.simulators.clean_os import Debian, clean_os

UNIT = "u-abcdefgh"
INSTALL = "/source/firmware_config/install.sh"
CHRONY = "/etc/chrony/chrony.conf"
DOOR = "/opt/hallpass/current/bin/hallpass-door"
PATIENCE = 60.0  # seconds
CONFIG = f"""
unit = "{UNIT}"

[broker]
host = "127.0.0.1"

[reader]
source = "image:/data/hallpass/picture.png"

[hardware]
pins = "mock"
rtc = "system"
"""

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may make and start another system"),
]


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Debian]:
    with clean_os(tmp_path_factory.mktemp("clean_os")) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def first(debian: Debian) -> str:
    """What install.sh said the first time."""
    return debian.run(INSTALL, "--yes")


@pytest.fixture(scope="module")
def door(debian: Debian, first: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Debian]:
    """The installed system, with a unit's identity, started."""
    del first
    data = debian.folder / "data/hallpass"
    shutil.copytree(make_pki(tmp_path_factory.mktemp("pki") / "pki").unit(UNIT), data / "identity")
    (data / "door_unit.toml").write_text(CONFIG)
    segno.make("NO PASS").save(str(data / "picture.png"), scale=8)
    # All of it is root's, as if copied from a stick; tmpfiles gives it to the program at the start.
    with debian.started():
        yield debian


def main_process(debian: Debian) -> int:
    return int(debian.inside("systemctl", "show", "--property=MainPID", "--value", "hallpass-door"))


def restarted(debian: Debian, before: int) -> bool:
    return (
        main_process(debian) not in {0, before}
        and debian.answers("systemctl", "is-active", "hallpass-door") == 0
    )


def test_it_installs_on_a_system_that_has_nothing(debian: Debian, first: str) -> None:
    assert "Done. Restart the computer once" in first
    assert (debian.folder / "opt/hallpass/current").is_symlink()
    assert "hallpass-door" in debian.run(DOOR, "--help")


def test_a_second_time_it_changes_nothing(debian: Debian, first: str) -> None:
    assert "Everything was in place already." not in first
    again = debian.run(INSTALL, "--yes")
    assert "Everything was in place already." in again
    assert re.search(r"The program is [0-9a-f]{12} already", again)


def test_ways_in_are_off_and_what_is_needed_is_on(debian: Debian, first: str) -> None:
    del first
    for unit in ("hallpass-door.service", "hallpass-door.path", "nftables", "chrony"):
        assert "enabled" in debian.run("systemctl", "is-enabled", unit)
    assert "disabled" in debian.run("sh", "-c", "systemctl is-enabled ssh || true")


def test_chronyd_understands_its_configuration(debian: Debian, first: str) -> None:
    del first
    assert "makestep 1 3" in debian.run("chronyd", "-p", "-f", CHRONY)
    broken = f"sed s/makestep/makesteps/ {CHRONY} >/tmp/chrony.conf; chronyd -p -f /tmp/chrony.conf"
    with pytest.raises(AssertionError, match="makesteps"):
        debian.run("sh", "-c", broken)


def test_sshd_switched_on_would_let_nobody_in_with_a_password(debian: Debian, first: str) -> None:
    del first
    says = debian.run("sh", "-c", "mkdir -p /run/sshd && /usr/sbin/sshd -T").splitlines()
    for line in ("passwordauthentication no", "kbdinteractiveauthentication no",
                 "permitrootlogin no", "allowgroups hallpass-service"):  # fmt: skip
        assert line in says


def test_the_program_says_that_it_is_ready_and_no_service_failed(door: Debian) -> None:
    assert door.inside("systemctl", "is-active", "hallpass-door") == "active\n"
    assert "0 loaded units listed" in door.inside("systemctl", "--failed")


def test_it_runs_without_rights_and_behind_a_filter(door: Debian) -> None:
    status = door.inside("cat", f"/proc/{main_process(door)}/status")
    user = door.account("hallpass")[0]
    assert re.search(rf"^Uid:\t{user}\t{user}\t", status, re.MULTILINE)
    assert re.search(r"^CapBnd:\t0+$", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE)
    assert re.search(r"^Seccomp:\t2$", status, re.MULTILINE)


def test_camera_journal_and_case_are_well_under_that_service(door: Debian) -> None:
    wait_until(lambda: "sees" in self_test(door), "the camera sees", PATIENCE)
    assert {"ok   journal", "ok   camera", "ok   case"} <= {line[:12].rstrip() for line in
                                                         self_test(door).splitlines()}  # fmt: skip


def self_test(debian: Debian) -> str:
    # It ends with 1: this unit has no network and knows no time.
    return debian.inside("sh", "-c", f"{DOOR} self-test || true")


def test_the_filter_leaves_the_camera_process_its_own_sandbox(door: Debian) -> None:
    if ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) < 1:
        pytest.skip("this kernel has no Landlock")
    said = door.inside("journalctl", "--unit=hallpass-door", "--no-pager")
    assert "Started" in said
    assert "sandbox" not in said


def test_a_program_that_dies_is_started_again(door: Debian) -> None:
    before = main_process(door)
    door.inside("sh", "-c", f"kill -KILL {before}")
    wait_until(lambda: restarted(door, before), "the program is there again", PATIENCE)


def test_a_program_that_hangs_is_killed_and_started_again(door: Debian) -> None:
    before = main_process(door)
    door.inside("sh", "-c", f"kill -STOP {before}")
    wait_until(lambda: restarted(door, before), "the program is there again", PATIENCE)
    assert "Watchdog timeout" in door.inside("journalctl", "--unit=hallpass-door", "--no-pager")


def test_the_firewall_is_up(door: Debian) -> None:
    assert "policy drop" in door.inside("nft", "list", "chain", "inet", "hallpass", "input")


def test_the_system_s_log_is_in_memory(door: Debian) -> None:
    files = re.findall(r"^File path: (.*)$", door.inside("journalctl", "--header"), re.MULTILINE)
    assert files
    assert all(path.startswith("/run/log/journal/") for path in files)


def test_udev_understands_the_rules(door: Debian) -> None:
    said = door.inside("udevadm", "test", "/sys/class/net/lo")
    about = [line for line in said.splitlines() if "hallpass" in line]
    assert about
    assert all(line.startswith("Reading rules file") for line in about)


def test_the_program_cannot_write_outside_its_folder(door: Debian) -> None:
    namespace = ["nsenter", f"--target={main_process(door)}", "--mount", "--"]
    assert door.answers(*namespace, "touch", "/data/hallpass/here") == 0
    for place in ("/etc/here", "/opt/hallpass/here", "/data/here", "/var/log/here"):
        assert door.answers(*namespace, "touch", place) != 0, place
    assert Path(door.folder / "data/hallpass/here").exists()
