"""Files in memory that remember, like a medium, only what was synced; and what a power cut leaves of them.

A file's bytes are safe once the file was synced, its name once its folder was: SQLite and
`write_atomically` get no help from a file system that happens to be kinder. What was not synced is
forgotten, or, with `torn`, survives in part: single sectors of writes, the first few changes of names.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union

SECTOR = 512


@dataclass(eq=False)
class File:
    """Bytes as programs see them, as the medium has them, and what happened in between."""

    live: bytearray = field(default_factory=bytearray)
    safe: bytes = b""
    unsynced: list[tuple[int, bytes] | int] = field(default_factory=list)
    """Writes as (offset, bytes), and lengths it was cut or grown to."""

    def write(self, offset: int, data: bytes) -> None:
        _put(self.live, offset, data)
        self.unsynced.append((offset, data))

    def truncate(self, length: int) -> None:
        _resize(self.live, length)
        self.unsynced.append(length)

    def sync(self) -> None:
        self.safe, self.unsynced = bytes(self.live), []

    def after_a_cut(self, torn: random.Random | None) -> "File":
        left = bytearray(self.safe)
        for change in self.unsynced if torn else ():
            assert torn is not None
            if isinstance(change, int):
                if torn.random() < 0.5:
                    _resize(left, change)
                continue
            for offset, sector in _sectors(*change):
                if torn.random() < 0.5:
                    _put(left, offset, sector)
        return File(left, bytes(left))


@dataclass(eq=False)
class Folder:
    """Names, in the same three ways."""

    live: dict[str, "Node"] = field(default_factory=dict)
    safe: dict[str, "Node"] = field(default_factory=dict)
    unsynced: list[dict[str, "Node"]] = field(default_factory=list)
    """What the names were after each change: a change of names happens as a whole or not at all."""

    def put(self, name: str, node: "Node") -> None:
        self.live[name] = node
        self.unsynced.append(dict(self.live))

    def remove(self, name: str) -> None:
        del self.live[name]
        self.unsynced.append(dict(self.live))

    def rename(self, old: str, new: str) -> None:
        self.live[new] = self.live.pop(old)
        self.unsynced.append(dict(self.live))

    def sync(self) -> None:
        self.safe, self.unsynced = dict(self.live), []

    def after_a_cut(self, torn: random.Random | None) -> "Folder":
        known = torn.choice([self.safe, *self.unsynced]) if torn else self.safe
        left = {name: node.after_a_cut(torn) for name, node in known.items()}
        return Folder(dict(left), dict(left))


Node = Union[File, Folder]  # noqa: UP007 - a string in the union, for the class before it


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _resize(content: bytearray, length: int) -> None:
    del content[length:]
    content.extend(bytes(length - len(content)))


def _sectors(offset: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start < len(data):
        end = min(len(data), (offset + start) // SECTOR * SECTOR + SECTOR - offset)
        yield offset + start, data[start:end]
        start = end
