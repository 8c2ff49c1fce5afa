"""Takes from the reader process what it needs no more once its source of frames is open.

What it decodes, strangers hold before the camera, with libraries written in C. Whoever takes one over
by a picture finds: no file to open (not the unit's keys either), nothing to write, no socket to
make, no program to start, no process to signal or look into, and a pipe on which it can only claim
to have read a text. A kernel without Landlock or seccomp gives less; the rest still holds.

The systemd unit (`firmware_config/`) adds, for the whole door unit: its own user, a read-only system
(`ProtectSystem=strict`), no home folders, no devices but camera, pins and clock (`DevicePolicy`),
no new privileges, memory and task limits (`MemoryMax`, `TasksMax`). It cannot take the network or
the keys away, which the controller needs: that is done here.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
from collections.abc import Mapping
from dataclasses import dataclass

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_MOST_FILES = 64
_LONGEST_NAME = 4  # of a prctl argument list after the option


@dataclass(frozen=True, slots=True)
class Closed:
    """What this kernel could take away."""

    files: bool
    """Landlock: nothing can be opened any more."""
    calls: bool
    """seccomp: no sockets, programs, processes, signals."""
    limits: bool
    """No file grows, no core is dumped, few files are open."""


def die_with_parent(parent: int) -> bool:
    """Have the kernel kill this process when its parent is gone; False when it is gone already.

    (The kernel watches the thread that started us, which is why the reader's watcher starts it.)
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.getppid() == parent


def close_sandbox(*, needs_threads: bool) -> Closed:
    """Give up everything but reading frames and writing to the pipe. There is no way back."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    limits = {
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,  # a core file would hold a frame
        resource.RLIMIT_NOFILE: _MOST_FILES,
    }
    if not needs_threads:
        limits[resource.RLIMIT_NPROC] = 0
    limited = [_limit(what, most) for what, most in limits.items()]
    return Closed(_close_files(), _close_calls(), all(limited))


def _limit(what: int, most: int) -> bool:
    _, hard = resource.getrlimit(what)
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(what, (least, least))
    except (OSError, ValueError):  # systemd's own filter may refuse the call
        return False
    return True


def _prctl(option: int, *arguments: int) -> bool:
    padded = (*arguments, 0, 0, 0, 0)[:_LONGEST_NAME]
    return bool(_LIBC.prctl(option, *map(ctypes.c_ulong, padded)) == 0)


# --- Landlock (Linux 5.13; its numbers are the same on every machine) -----------------------------

_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_VERSION_ONLY = 1
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights to files a version of Landlock knows: one bit each, all of them taken."""
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6


def _close_files() -> bool:
    version = _LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_ONLY)
    if version < 1:
        return False
    files = (1 << _RIGHTS[min(version, max(_RIGHTS))]) - 1
    network = 0b11 if version >= _NETWORK_SINCE else 0  # bind, connect
    scopes = 0b11 if version >= _SCOPES_SINCE else 0  # abstract sockets, signals
    rules = struct.pack("=QQQ", files, network, scopes)
    size = 8 if version < _NETWORK_SINCE else 16 if version < _SCOPES_SINCE else 24
    ruleset = _LIBC.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    try:
        # No rule is added: nothing is allowed.
        return bool(_LIBC.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


# --- seccomp --------------------------------------------------------------------------------------


_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_REFUSED = {
    # name: its number on x86_64 and on aarch64, None where it does not exist
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "io_uring_setup": (425, 425),
    "mount": (165, 40),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "keyctl": (250, 219),
}
_TO_ONESELF = {"kill": (62, 129), "tgkill": (234, 131)}  # as abort() does
_THREADS_ONLY = {"clone": (56, 220)}
_CLONE3 = 435
_CLONE_THREAD = 0x00010000
_X32 = 0x40000000
_MODE_FILTER = 2

_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_EPERM, _ENOSYS = 0x00050001, 0x00050026
_LOAD, _EQUAL, _AT_LEAST, _HAS_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def _close_calls() -> bool:
    machine = platform.machine()
    if machine not in _ARCHITECTURES or struct.calcsize("P") != 8:  # noqa: PLR2004 - 64 bits
        return False
    raw = b"".join(_filter(machine, os.getpid()))
    code = ctypes.create_string_buffer(raw, len(raw))
    program = _Program(len(raw) // 8, ctypes.addressof(code))
    return _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(program))


def _filter(machine: str, own: int) -> list[bytes]:
    """Return the instructions; each tests the call's number and answers at once, else goes on."""
    steps = [
        _step(_LOAD, _ARCHITECTURE_AT),
        _step(_EQUAL, _ARCHITECTURES[machine], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        *_answer(_AT_LEAST, _X32, _EPERM),
        # A library asks clone3 first and falls back to clone, whose flags can be seen from here.
        *_answer(_EQUAL, _CLONE3, _ENOSYS),
    ]
    for number in _numbers(_REFUSED, machine):
        steps += _answer(_EQUAL, number, _EPERM)
    for number in _numbers(_TO_ONESELF, machine):
        steps += _unless_argument(number, _EQUAL, own)
    for number in _numbers(_THREADS_ONLY, machine):
        steps += _unless_argument(number, _HAS_BIT, _CLONE_THREAD)
    return [*steps, _step(_RETURN, _ALLOW)]


def _numbers(calls: Mapping[str, tuple[int, int | None]], machine: str) -> list[int]:
    column = list(_ARCHITECTURES).index(machine)
    return [number for numbers in calls.values() if (number := numbers[column]) is not None]


def _answer(test: int, value: int, answer: int) -> list[bytes]:
    return [_step(test, value, 0, 1), _step(_RETURN, answer)]


def _unless_argument(number: int, test: int, value: int) -> list[bytes]:
    """Refuse a call unless its first argument passes a test."""
    return [
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, _FIRST_ARGUMENT_AT),
        _step(test, value, 0, 1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _EPERM),
    ]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
