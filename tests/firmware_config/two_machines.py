"""A door unit and another machine joined by a cable, in network namespaces of their own.

Started by test_firewall.py as `unshare --net python two_machines.py RULES`; prints JSON: for the time
before and after the unit's firewall is up, which ports each can reach at the other.
"""

import ctypes
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

UNIT, OTHER = "192.0.2.1", "192.0.2.2"
AT_UNIT, AT_OTHER = (22, 9000), (25, 80, 443, 8883)
PATIENCE = 30.0  # seconds for an answer that must come; a first packet may be lost and sent again
SILENCE = 1.0  # seconds after which nothing will come, where nothing should
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


class Machine:
    """One network namespace; sockets made inside `with machine:` belong to it."""

    def __init__(self) -> None:
        self.handle = os.open("/proc/self/ns/net", os.O_RDONLY)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Be on this machine for the length of the block."""
        before = os.open("/proc/self/ns/net", os.O_RDONLY)
        enter(self.handle)
        try:
            yield
        finally:
            enter(before)
            os.close(before)


def enter(handle: int) -> None:
    if LIBC.setns(handle, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def another() -> Machine:
    before = os.open("/proc/self/ns/net", os.O_RDONLY)
    if LIBC.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    made = Machine()
    enter(before)
    return made


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def join(unit: Machine, other: Machine) -> None:
    with other.inside():
        ip("link", "add", "end", "type", "veth", "peer", "name", "cable")
        # ip takes a namespace by the name of a file; ours has only an open one.
        ip("link", "set", "cable", "netns", f"/proc/{os.getpid()}/fd/{unit.handle}")
    for machine, name, address in ((unit, "cable", UNIT), (other, "end", OTHER)):
        with machine.inside():
            ip("link", "set", "lo", "up")
            ip("addr", "add", f"{address}/24", "dev", name)
            ip("link", "set", name, "up")


def listener(address: str, port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    made.listen()
    return made


def answer(address: str, port: int, patience: float) -> str:
    with socket.socket() as caller:
        caller.settimeout(patience)
        try:
            caller.connect((address, port))
        except TimeoutError:
            return "silent"
        except OSError:
            return "refused"
        return "open"


def answers(unit: Machine, other: Machine, patience: float) -> dict[str, dict[int, str]]:
    with unit.inside():
        out = {port: answer(OTHER, port, PATIENCE) for port in AT_OTHER}
    with other.inside():
        into = {port: answer(UNIT, port, patience) for port in AT_UNIT}
    return {"out": out, "in": into}


def main(rules: str) -> None:
    unit, other = Machine(), another()
    join(unit, other)
    with ExitStack() as listening:
        for machine, address, ports in ((unit, UNIT, AT_UNIT), (other, OTHER, AT_OTHER)):
            with machine.inside():
                for port in ports:
                    listening.enter_context(listener(address, port))
        before = answers(unit, other, PATIENCE)
        with unit.inside():
            subprocess.run(["nft", "-f", rules], check=True)
        print(json.dumps({"before": before, "after": answers(unit, other, SILENCE)}))  # noqa: T201 - its result


if __name__ == "__main__":
    main(sys.argv[1])
