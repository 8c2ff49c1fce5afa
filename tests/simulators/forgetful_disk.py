"""A disk whose power can be cut: a FUSE file system in a process of its own, over `forgetful_medium`.

After a chosen number of changes every call fails, as when the card is pulled; `power_on` then shows
what was left. It is told what to do through extended attributes of its root folder.
"""

import errno
import json
import os
import random
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.simulators.forgetful_medium import File, Folder, Node

DEADLINE = 30.0
"""Seconds to wait for the kernel to show the mounted disk."""


class NotHere(Exception):
    """This machine cannot mount it; the message says why."""


class ForgetfulDisk:
    """The test's hand on the disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def cut_after(self, changes: int) -> None:
        """Cut the power in the middle of the change after that many."""
        os.setxattr(self.root, "user.cut", str(changes).encode())

    def power_on(self, torn: int | None = None) -> None:
        """Bring back what was left; with a seed, torn writes may have reached the medium in part."""
        os.setxattr(self.root, "user.power_on", json.dumps(torn).encode())

    def format(self) -> None:
        """Make it empty, with its power on."""
        os.setxattr(self.root, "user.format", b"")

    @property
    def is_on(self) -> bool:
        return bool(self._counts["on"])

    @property
    def syncs(self) -> int:
        """How often a file was synced."""
        return int(self._counts["syncs"])

    @property
    def changes(self) -> int:
        return int(self._counts["changes"])

    @property
    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = json.loads(os.getxattr(self.root, "user.counts"))
        return counts


@contextmanager
def forgetful_disk(root: Path) -> Iterator[ForgetfulDisk]:
    """Mount an empty disk at a folder, and unmount it at the end.

    Raises:
        NotHere: it cannot be mounted on this machine.

    """
    root.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-m", __name__, str(root)],
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _wait_until_mounted(process, root)
            yield ForgetfulDisk(root)
        finally:
            _unmount(root)
            process.kill()


def _wait_until_mounted(process: subprocess.Popen[str], root: Path) -> None:
    deadline = time.monotonic() + DEADLINE
    while not root.is_mount():
        if process.poll() is not None:
            why = process.stderr.read() if process.stderr else ""
            raise NotHere(f"a FUSE file system cannot be mounted here: {why.strip()[-300:]}")
        if time.monotonic() > deadline:
            raise NotHere("a FUSE file system was not mounted in time")
        time.sleep(0.01)


def _unmount(root: Path) -> None:
    for command in (["fusermount3", "-u", "-z"], ["fusermount", "-u", "-z"], ["umount", "-l"]):
        try:
            done = subprocess.run([*command, str(root)], capture_output=True, check=False)
        except FileNotFoundError:
            continue
        if done.returncode == 0:
            return


class _Disk:
    """What the kernel asks. Every method's name and arguments are FUSE's."""

    use_ns = True

    def __init__(self) -> None:
        self.top = Folder()
        self.open_files: dict[int, File] = {}
        self.handles = 0
        self.counts = {"on": 1, "syncs": 0, "changes": 0}
        self.left: int | None = None

    # --- looking

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        opened = self.open_files.get(fh) if fh is not None else None
        node = opened or self._find(path)
        is_file = isinstance(node, File)
        mode = stat.S_IFREG | 0o600 if is_file else stat.S_IFDIR | 0o700
        size = len(node.live) if isinstance(node, File) else 0
        links = 1 if is_file else 2
        return {"st_mode": mode, "st_size": size, "st_nlink": links, "st_uid": os.getuid()}

    def readdir(self, path: str, fh: int) -> list[str]:
        del fh
        return [".", "..", *self._folder(path).live]

    def open(self, path: str, flags: int) -> int:
        del flags
        return self._opened(self._file(path))

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        del path
        self._need_power()
        return bytes(self.open_files[fh].live[offset : offset + size])

    def release(self, path: str, fh: int) -> int:
        del path
        self.open_files.pop(fh, None)
        return 0

    def statfs(self, path: str) -> dict[str, int]:
        del path
        return {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": 65_536, "f_bavail": 65_536}

    # --- changing

    def create(self, path: str, mode: int, flags: int) -> int:
        del mode, flags
        self._change()
        folder, name = self._place(path)
        file = File()
        folder.put(name, file)
        return self._opened(file)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        del path
        self._change()
        self.open_files[fh].write(offset, data)
        return len(data)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        self._change()
        file = self.open_files[fh] if fh is not None else self._file(path)
        file.truncate(length)
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        del path, datasync
        self._change()
        self.counts["syncs"] += 1
        self.open_files[fh].sync()
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        del datasync, fh
        self._change()
        self._folder(path).sync()
        return 0

    def unlink(self, path: str) -> int:
        self._change()
        folder, name = self._place(path)
        folder.remove(name)
        return 0

    def rename(self, old: str, new: str) -> int:
        self._change()
        (folder, name), (other, new_name) = self._place(old), self._place(new)
        if folder is not other:
            raise OSError(errno.EXDEV, "only within a folder")
        folder.rename(name, new_name)
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        del mode
        self._change()
        folder, name = self._place(path)
        folder.put(name, Folder())
        return 0

    def chmod(self, path: str, mode: int) -> int:
        del path, mode
        return 0

    def utimens(self, path: str, times: object = None) -> int:
        del path, times
        return 0

    # --- the test's hand

    def setxattr(self, path: str, name: str, value: bytes, options: int) -> int:
        del path, options
        match name:
            case "user.cut":
                self.left = int(value)
            case "user.power_on":
                seed = json.loads(value)
                torn = None if seed is None else random.Random(seed)  # noqa: S311 - repeatable
                self._start_with(self.top.after_a_cut(torn))
            case "user.format":
                self._start_with(Folder())
            case _:
                raise OSError(errno.ENOTSUP, name)
        return 0

    def getxattr(self, path: str, name: str) -> bytes:
        del path
        if name != "user.counts":
            raise OSError(errno.ENODATA, name)
        return json.dumps(self.counts).encode()

    # --- inside

    def _start_with(self, top: Folder) -> None:
        self.top, self.open_files, self.left = top, {}, None
        self.counts["on"] = 1

    def _change(self) -> None:
        self._need_power()
        if self.left == 0:
            self.counts["on"] = 0
            self._need_power()
        self.left = self.left - 1 if self.left is not None else None
        self.counts["changes"] += 1

    def _need_power(self) -> None:
        if not self.counts["on"]:
            raise OSError(errno.EIO, "the power is off")

    def _opened(self, file: File) -> int:
        self.handles += 1
        self.open_files[self.handles] = file
        return self.handles

    def _find(self, path: str) -> Node:
        if path != "/":
            self._need_power()
        node: Node = self.top
        for name in path.split("/"):
            if name:
                if not isinstance(node, Folder) or name not in node.live:
                    raise OSError(errno.ENOENT, path)
                node = node.live[name]
        return node

    def _file(self, path: str) -> File:
        node = self._find(path)
        if not isinstance(node, File):
            raise OSError(errno.EISDIR, path)
        return node

    def _folder(self, path: str) -> Folder:
        node = self._find(path)
        if not isinstance(node, Folder):
            raise OSError(errno.ENOTDIR, path)
        return node

    def _place(self, path: str) -> tuple[Folder, str]:
        above, _, name = path.rpartition("/")
        return self._folder(above or "/"), name


def main(root: str) -> None:
    import mfusepy  # noqa: PLC0415 - only this process needs libfuse

    # Nothing is remembered by the kernel: a file read after a cut is read from here.
    mfusepy.FUSE(
        _Disk(),
        root,
        foreground=True,
        nothreads=True,
        entry_timeout=0,
        attr_timeout=0,
        negative_timeout=0,
        fsname="forgetful",
    )


if __name__ == "__main__":
    main(sys.argv[1])
