"""The unit's firewall: its syntax, and what it does to real connections between two machines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge.config import Broker
from tests.firmware_config.debian import FILES, run, tool

Answers = dict[str, dict[str, dict[str, str]]]
RULES = FILES / "etc/nftables.conf"


def in_namespaces(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command on a network of its own."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    return run("unshare", *user, "--net", *command, PATH=f"{os.environ['PATH']}:/usr/sbin:/sbin")


@pytest.fixture(scope="module")
def answers() -> Answers:
    """What each machine reached at the other, before and after the firewall."""
    done = in_namespaces(sys.executable, Path(__file__).with_name("two_machines.py"), RULES)
    assert done.returncode == 0, done.stderr
    found: Answers = json.loads(done.stdout)
    return found


def test_nft_understands_the_rules() -> None:
    done = in_namespaces(tool("nft"), "--check", "--file", RULES)
    assert done.returncode == 0, done.stderr


def test_nft_would_say_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "nftables.conf"
    broken.write_text(RULES.read_text().replace("policy drop", "policy drip"))
    assert in_namespaces(tool("nft"), "--check", "--file", broken).returncode != 0


def test_without_rules_everything_is_open(answers: Answers) -> None:
    assert set(answers["before"]["out"].values()) == {"open"}
    assert set(answers["before"]["in"].values()) == {"open"}


def test_nobody_reaches_the_unit(answers: Answers) -> None:
    assert set(answers["after"]["in"].values()) == {"silent"}


def test_the_unit_reaches_broker_and_central_only(answers: Answers) -> None:
    out = answers["after"]["out"].items()
    assert {port for port, answer in out if answer == "open"} == {"443", str(Broker().port)}


def test_a_program_that_tries_more_hears_no_at_once(answers: Answers) -> None:
    assert answers["after"]["out"]["80"] == "refused"
