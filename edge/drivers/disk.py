"""The disk: how much of it is free, and a file of real bytes that can be given up when none is.

Who looks after the disk does this every few seconds, and at once after a write failed:

1. `core.room.assess` with `free_space(folder)`, `database.usage(database)` and the ballast;
2. `core.room.MEASURES[room]`: `Ballast.release()` first where it says so, then
   raise or clear `disk_low`, then `Journal.retire(now, keep_rows=0)` and `database.give_back`, then
   `Ballast.ensure()`;
3. `core.room.may_write(room, kind)` before writing a fact on which nothing rests, and
   `core.room.may_grant(room)` before writing one on which something does.
"""

import os
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024 * 1024
_BLOCK = 512  # bytes, what `stat` counts in


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """Of a file system, in bytes; `free` is what a program without privileges still gets."""

    free: int
    total: int


def free_space(folder: Path) -> FreeSpace:
    """Return how much of a folder's file system is free.

    Raises:
        OSError: it cannot be asked.

    """
    found = os.statvfs(folder)
    return FreeSpace(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)


class Ballast:
    """A file that takes room while there is plenty, so that it can be given back when there is none."""

    def __init__(self, path: Path, megabytes: int) -> None:
        """Use a file beside the journal; nothing is written yet."""
        self._path = path
        self.wanted = megabytes * MEGABYTE
        """Bytes that it has when it is whole."""

    @property
    def size(self) -> int:
        """Bytes that it really takes now; a file with holes takes none that could be relied on."""
        try:
            found = self._path.stat()
        except OSError:
            return 0
        return found.st_size if found.st_blocks * _BLOCK >= found.st_size else 0

    def ensure(self) -> bool:
        """Grow it by a megabyte at most, and tell whether it is whole: the door waits meanwhile.

        A disk that has no room for it is no error: it stays as it is.
        """
        size = self.size
        if size == self.wanted:
            return True
        try:
            self._grow_from(size)
        except OSError:
            return False
        return self.size == self.wanted

    def release(self) -> int:
        """Give it up, and return how many bytes that gives back.

        Raises:
            OSError: it could not be removed.

        """
        size = self.size
        self._path.unlink(missing_ok=True)
        return size

    def _grow_from(self, size: int) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(descriptor, min(size, self.wanted))
            os.lseek(descriptor, 0, os.SEEK_END)
            # Random, so that no file system makes it smaller than it looks.
            os.write(descriptor, os.urandom(max(0, min(MEGABYTE, self.wanted - size))))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
