"""The other files of a door unit's system, each with the tool that will read it.

chronyd and sshd read theirs in tests/system/test_clean_os.py: installing them on the machine of whoever
runs the tests would change how it keeps its time and who may log in.
"""

import re
import shutil
import stat
from pathlib import Path

import pytest

from tests.firmware_config.debian import FILES, FIRMWARE, as_root, run

ETC = FILES / "etc"
CHRONY = ETC / "chrony/chrony.conf"
SYSCTL = ETC / "sysctl.d/90-hallpass.conf"


def test_every_time_server_by_name_is_authenticated() -> None:
    servers = [line for line in CHRONY.read_text().splitlines() if re.match("server|pool", line)]
    assert len(servers) >= 3
    assert all(line.endswith("nts iburst require trust") for line in servers)


def test_time_that_is_not_authenticated_never_reaches_the_battery_backed_clock() -> None:
    lines = CHRONY.read_text().splitlines()
    assert "authselectmode require" in lines
    assert [one for one in lines if one.startswith("sourcedir")] == [
        "sourcedir /etc/chrony/sources.d"
    ]
    assert "rtcsync" in lines  # without it the kernel says that nothing keeps the clock


def test_nobody_can_ask_or_command_the_clock() -> None:
    assert {"port 0", "cmdport 0"} <= set(CHRONY.read_text().splitlines())


@pytest.fixture
def other_root(tmp_path: Path) -> Path:
    """An empty system with our users and folders described, and the account that chrony's package makes."""
    (tmp_path / "etc").mkdir()
    for name in ("sysusers.d", "tmpfiles.d"):
        (tmp_path / "usr/lib" / name).mkdir(parents=True)
        shutil.copy(ETC / name / "hallpass.conf", tmp_path / "usr/lib" / name)
    (tmp_path / "usr/lib/sysusers.d/chrony.conf").write_text("u _chrony -\n")
    done = run("systemd-sysusers", f"--root={tmp_path}")
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_the_program_s_user_has_neither_password_nor_shell(other_root: Path) -> None:
    (line,) = re.findall(r"^hallpass:.*", (other_root / "etc/passwd").read_text(), re.MULTILINE)
    assert line.endswith(":/usr/sbin/nologin")
    (secret,) = re.findall(
        r"^hallpass:([^:]*)", (other_root / "etc/shadow").read_text(), re.MULTILINE
    )
    assert secret.startswith("!")


@as_root
def test_the_folder_of_the_unit_is_nobody_else_s(other_root: Path) -> None:
    copied = other_root / "data/hallpass/identity/signing.key"
    copied.parent.mkdir(parents=True)
    copied.touch(mode=0o600)
    done = run("systemd-tmpfiles", "--create", f"--root={other_root}", "hallpass.conf")
    assert done.returncode == 0, done.stderr
    folder = (other_root / "data/hallpass").stat()
    assert stat.S_IMODE(folder.st_mode) == 0o700
    assert folder.st_uid == copied.stat().st_uid != 0
    assert stat.S_IMODE(copied.stat().st_mode) == 0o600


def test_every_kernel_setting_exists_unless_it_is_marked_optional() -> None:
    lines = [line for line in SYSCTL.read_text().splitlines() if line and line[0] not in "#-"]
    names = [line.partition(" = ")[0] for line in lines]
    assert len(names) > 20
    missing = [name for name in names if not Path("/proc/sys", *name.split(".")).exists()]
    assert missing == []


def test_fstab_parses_and_only_data_is_written() -> None:
    done = run("findmnt", "--verify", "--tab-file", FIRMWARE / "fstab")
    assert "\n0 parse errors" in done.stderr, done.stderr
    mounts = [line.split() for line in (FIRMWARE / "fstab").read_text().splitlines()
              if line and line[0] != "#"]  # fmt: skip
    options = {mount[1]: mount[3].split(",") for mount in mounts}
    written = {where for where, has in options.items() if "ro" not in has}
    assert written == {"/data", "/var/lib/chrony", "/tmp"}  # noqa: S108 - a mount point's name
    assert {"noatime", "errors=remount-ro", "nosuid", "nodev"} <= set(options["/data"])


def test_modules_are_refused_by_name() -> None:
    lines = (ETC / "modprobe.d/hallpass.conf").read_text().splitlines()
    refused = [line for line in lines if line and line[0] != "#"]
    assert all(re.fullmatch(r"install [a-z0-9_]+ /bin/false", line) for line in refused)
    assert "install usb_storage /bin/false" in refused


# What udev puts into ID_USB_INTERFACES: a class, subclass and protocol per interface.
CAMERA = ":0e0100:0e0200:"
INTERFACES = {
    CAMERA: True,
    ":0e0100:0e0200:010100:010200:": True,  # with a microphone, for which there is no driver
    ":030101:": False,  # keyboard
    ":080650:": False,  # disk
    ":0e0100:0e0200:030101:": False,  # a camera that is also a keyboard
    ":020600:0a0000:0e0100:0e0200:": False,  # and one that is also a network
    ":010100:010200:": False,  # microphone alone
    ":ff0000:": False,
    "": False,
}


def is_let_in(interfaces: str) -> bool:
    """What the rules answer for a device, by running the program they name as udev does."""
    rules = (ETC / "udev/rules.d/90-hallpass-usb.rules").read_text()
    (must,) = re.findall(r'ENV\{ID_USB_INTERFACES\}!="\*(:0e\?{4}:)\*"', rules)
    if not re.search(must.replace("?", "."), interfaces):
        return False
    (program,) = re.findall(r'PROGRAM=="([^"]+)"', rules)
    path, _, words = program.partition(" ")
    name, _, pattern = words.partition(" : ")
    assert (path, name) == ("/usr/bin/expr", "$env{ID_USB_INTERFACES}")
    return run(path, interfaces, ":", pattern.strip("'").replace("$$", "$")).returncode == 0


@pytest.mark.parametrize("interfaces", INTERFACES)
def test_usb_lets_in_cameras_and_nothing_that_is_also_something_else(interfaces: str) -> None:
    assert is_let_in(interfaces) is INTERFACES[interfaces]
