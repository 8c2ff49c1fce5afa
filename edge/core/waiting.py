"""Documents that cannot be judged yet, and keys that no later list gives back. Values only."""

from collections.abc import Collection, Mapping

from contracts.documents import DocumentType, read_header
from contracts.freshness import DenyList

MOST_WAITING = 4
"""Documents of a kind that may wait: the genuine one, and what others may bring meanwhile."""
Waiting = Mapping[DocumentType, tuple[bytes, ...]]


def wait(waiting: Waiting, kind: DocumentType, raw: bytes) -> Waiting:
    """Return what waits with one document more; those that wait are never pushed out.

    Nobody knows yet which is genuine. What finds no place comes again: central brings each unit what
    it did not say it holds.
    """
    others = waiting.get(kind, ())
    if raw in others or len(others) >= MOST_WAITING:
        return waiting
    return {**waiting, kind: (*others, raw)}


def without_strangers(waiting: Waiting, keys: Collection[int]) -> Waiting:
    """Return what waits without documents by keys that the newest key set does not have."""
    known = {str(number) for number in keys}
    left = {
        kind: tuple(raw for raw in raws if read_header(raw).kid in known)
        for kind, raws in waiting.items()
    }
    return {kind: raws for kind, raws in left.items() if raws}


def removed(before: Mapping[int, frozenset[bytes]], body: DenyList) -> dict[int, frozenset[bytes]]:
    """Return the keys that are removed, with what stays good of each, after one more list.

    A list can only remove: what an earlier one took away, no later one gives back.
    """
    named = {one.key: frozenset(map(bytes.fromhex, one.keep)) for one in body.removed}
    both = {key: keep & before.get(key, keep) for key, keep in named.items()}
    return {**before, **both}
