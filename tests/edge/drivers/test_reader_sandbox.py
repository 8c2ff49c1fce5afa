"""Whoever takes the reader process over by a picture finds nothing to use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

# What each attempt of an intruder must end with. Written as a program: a sandbox has no way back.
PROGRAM = """
import ctypes, os, resource, signal, socket, subprocess, sys, threading
from edge.drivers.reader_sandbox import close_sandbox

secret = os.open(sys.argv[1], os.O_RDONLY)
victim = int(sys.argv[2])
closed = close_sandbox(needs_threads=sys.argv[3] == "threads")
print("closed", closed.files, closed.calls, closed.limits)

def attempt(name, doing):
    try:
        doing()
    except (OSError, RuntimeError) as error:
        print(name, type(error).__name__)
    else:
        print(name, "worked")

libc = ctypes.CDLL(None, use_errno=True)
def peek():
    if libc.ptrace(16, victim, 0, 0) == -1:
        raise OSError(ctypes.get_errno(), "ptrace")

attempt("read", lambda: open(sys.argv[1]))
attempt("write", lambda: open(sys.argv[1] + ".new", "w"))
attempt("list", lambda: os.listdir("/"))
attempt("remove", lambda: os.remove(sys.argv[1]))
attempt("process", lambda: open(f"/proc/{victim}/environ"))
attempt("socket", socket.socket)
attempt("unix", lambda: socket.socket(socket.AF_UNIX))
attempt("fork", os.fork)
attempt("program", lambda: subprocess.run(["true"]))
attempt("replace", lambda: os.execv("/bin/true", ["true"]))
attempt("kill", lambda: os.kill(victim, signal.SIGTERM))
attempt("kill-all", lambda: os.kill(-1, 0))
attempt("look-into", peek)
attempt("thread", lambda: threading.Thread(target=int).start())
attempt("held", lambda: os.read(secret, 1))
attempt("pipe", lambda: os.write(2, b""))
attempt("memory", lambda: bytearray(50_000_000))
attempt("self", lambda: os.kill(os.getpid(), 0))
print("core", resource.getrlimit(resource.RLIMIT_CORE)[1])
sys.stdout.flush()
os.abort()
"""

NOT_ALLOWED = {
    "read", "write", "list", "remove", "process", "socket", "unix", "fork", "program", "replace",
    "kill", "kill-all", "look-into",
}  # fmt: skip
STILL_NEEDED = {"held", "pipe", "memory", "self"}


@pytest.fixture(params=["threads", "no threads"])
def outcome(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "signing.key"
    secret.write_text("secret")
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(secret), str(os.getpid()), request.param],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert run.returncode == -6, run.stderr  # it can still abort itself
    assert secret.exists()
    lines = (text.partition(" ") for text in run.stdout.splitlines())
    return {name: rest for name, _, rest in lines}


def test_nothing_can_be_reached_and_frames_can_still_be_read(outcome: dict[str, str]) -> None:
    assert outcome["closed"] == "True True True"  # Linux 5.13 or newer, x86_64 or aarch64
    reached = {name for name in NOT_ALLOWED if outcome[name] != "PermissionError"}
    assert reached == set()
    assert {name for name in STILL_NEEDED if outcome[name] != "worked"} == set()


def test_no_picture_is_left_in_a_core_file(outcome: dict[str, str]) -> None:
    assert outcome["core"] == "0"


def test_threads_are_left_to_the_camera_that_needs_them(
    outcome: dict[str, str], request: pytest.FixtureRequest
) -> None:
    # root may start as many as it likes; a door unit does not run as root
    if "no threads" not in request.node.name:
        assert outcome["thread"] == "worked"
