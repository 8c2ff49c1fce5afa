"""For every test: nothing skipped in CI, repeatable examples, no network but this machine."""

import ipaddress
import os
import sys
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

IN_CI = os.environ.get("CI") == "true"

# One core may be busy with another test: a slow example is not a finding, so no deadline.
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, print_blob=True)
settings.register_profile("torture", settings.get_profile("dev"), max_examples=5000)


def _profile() -> str:
    if os.environ.get("HALLPASS_TORTURE"):
        return "torture"
    return "ci" if IN_CI else "dev"


settings.load_profile(_profile())


def _is_this_machine(address: object) -> bool:
    """True for unix sockets, loopback and names that resolve to it without asking anybody."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_the_world(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and not _is_this_machine(arguments[1]):
        message = f"a test may only talk to this machine, not to {arguments[1]}"
        raise PermissionError(message)


sys.addaudithook(_refuse_the_world)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Turn a run that skipped anything into a failed one, in CI."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if IN_CI and skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why a run without a failed test failed; the reasons stand above (-ra)."""
    skipped = terminalreporter.stats.get("skipped", [])
    if IN_CI and skipped:
        terminalreporter.section("nothing may be skipped in CI", red=True)
        terminalreporter.write_line(f"{len(skipped)} skipped, the reasons stand above")
