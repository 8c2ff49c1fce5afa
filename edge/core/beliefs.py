"""What a unit believes: documents proven by signatures, their numbers, whether they are current.

Bytes in, new beliefs out; nothing here reads a file or a clock. A document that cannot be judged
yet (amendments before there is a config that says the site) waits and is tried again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from contracts.amendments import AmendmentIndex, Amendments
from contracts.decision import Trust
from contracts.documents import (
    Document,
    DocumentType,
    is_newer,
    site_audience,
    unit_audience,
    verify_document,
)
from contracts.door_config import DoorConfig
from contracts.errors import ContractError, Malformed, Rollback, UnknownKey
from contracts.freshness import DenyList, Freshness
from contracts.keyset import CITY, Key, KeySet, RootKeys, verify_keyset
from contracts.modes import DoorMode, Modes
from edge.core import numbers
from edge.core.timekeeping import FAR_MS
from edge.core.waiting import Waiting, removed, wait, without_strangers

IN_ORDER = (
    DocumentType.KEY_SET,
    DocumentType.DENY,
    DocumentType.CONFIG,
    DocumentType.MODES,
    DocumentType.AMENDMENTS,
    DocumentType.FRESHNESS,
)
"""The order in which documents prove each other: keys first, then what says the site."""


K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Everything that decisions of this unit rest on."""

    unit: str
    root: RootKeys
    lost: bool = True
    """True from loss of state (or a new unit) until a freshness answer was met."""
    answered: bool = False
    """Whether central answered a nonce of ours since this program started. An answer that was only
    kept says what was current once, which after a loss of state proves nothing."""
    floors: numbers.Floors = field(default_factory=dict)
    held: Mapping[DocumentType, Document] = field(default_factory=dict)
    waiting: Waiting = field(default_factory=dict)
    keyset: KeySet | None = None
    config: DoorConfig | None = None
    modes: Modes | None = None
    amendments: AmendmentIndex = field(default_factory=AmendmentIndex)
    amendments_key: Key | None = None
    denied: Mapping[int, frozenset[bytes]] = field(default_factory=dict)
    """Keys that were ever removed under this key set, with the passes of each that stay good."""
    freshness: Freshness | None = None

    @property
    def is_current(self) -> bool:
        """Tell whether every document central named in its last answer is here."""
        if self.freshness is None:
            return False
        return all(self.number(kind) >= number for kind, number in self.freshness.numbers.items())

    @property
    def fresh(self) -> bool:
        """Tell whether passes may open at all after a loss of state."""
        return not self.lost

    def number(self, kind: DocumentType) -> int:
        """Return the number of the document held of a kind, 0 when there is none."""
        document = self.held.get(kind)
        return document.number if document else 0

    @property
    def good_keys(self) -> frozenset[int]:
        """The keys of the key set that no list removed."""
        return frozenset(self.keyset.keys if self.keyset else ()) - self.denied.keys()

    @property
    def mode_is_proven(self) -> bool:
        """Tell whether the key that signed the mode was not removed since: then nobody enters by it."""
        document = self.held.get(DocumentType.MODES)
        if document is None or self.keyset is None:
            return False
        key = int(document.key_id)
        return key in self.keyset.keys and key not in self.denied

    def lists_age(self, unix_ms: int | None) -> float | None:
        """Return the seconds since the newest met freshness answer; None when unknown."""
        if unix_ms is None or self.freshness is None or not self.is_current:
            return None
        if self.freshness.unix_ms - unix_ms > FAR_MS:
            return None  # an answer from the future would keep lists young for ever
        return max(0.0, (unix_ms - self.freshness.unix_ms) / 1000)

    def trust(self, mode: DoorMode, unix_ms: int | None) -> Trust:
        """Return what `decide()` needs to know of all this."""
        return Trust(
            self.keyset.keys if self.keyset else {},
            self.amendments,
            self.amendments_key,
            self.denied,
            self.fresh,
            self.lists_age(unix_ms),
            mode is DoorMode.LOCKED_DOWN,
        )


def receive(
    beliefs: Beliefs,
    kind: DocumentType,
    raw: bytes,
    minute: int | None = None,
    *,
    kept: bool = False,
) -> tuple[Beliefs, tuple[Document, ...]]:
    """Return the beliefs after a document arrived, and the documents newly accepted by it.

    Args:
        beliefs: before.
        kind: what it is said to be.
        raw: the document.
        minute: the time, if it is trusted: then a key whose time is over proves nothing new. What was
            kept is read without it, so that a restart forgets nothing.
        kept: whether it was in force here before and comes from the unit's own store.

    Raises:
        ContractError: it is malformed, wrongly signed, for somebody else, older than the one held,
            or another one with the same number. Beliefs stay as they were.

    """
    try:
        beliefs, accepted = _accept(beliefs, kind, raw, minute, kept=kept)
    except UnknownKey:
        # What is still to come (the key set, the site's config) may prove it.
        if kind not in IN_ORDER or kind is DocumentType.KEY_SET:
            raise
        return replace(beliefs, waiting=wait(beliefs.waiting, kind, raw)), ()
    if accepted is None:
        return beliefs, ()
    if kind is DocumentType.KEY_SET and beliefs.keyset is not None:
        waiting = without_strangers(beliefs.waiting, beliefs.keyset.keys)
        beliefs = replace(beliefs, waiting=waiting)
    beliefs, later = _retry(beliefs, minute)
    return beliefs, (accepted, *later)


def meet_freshness(beliefs: Beliefs, document: Document, answer: Freshness) -> Beliefs:
    """Return the beliefs after central's answer to our nonce was proven."""
    held = {**beliefs.held, DocumentType.FRESHNESS: document}
    return _found(replace(beliefs, freshness=answer, held=held, answered=True))


def prove(
    beliefs: Beliefs,
    kind: DocumentType,
    raw: bytes,
    minute: int | None = None,
    *,
    kept: bool = False,
) -> Document:
    """Return a document for this unit once its key and audience are found right; arguments as `receive`.

    Raises:
        ContractError: as `receive`.

    """
    if beliefs.keyset is None:
        msg = "there is no key set yet"
        raise UnknownKey(msg)
    site = beliefs.config.site if beliefs.config else _ANY_SITE
    document = verify_document(raw, kind, beliefs.keyset.finder(kind, site, minute))
    if int(document.key_id) in beliefs.denied and not (kept and _removes_itself(document)):
        msg = f"key {document.key_id} was removed"
        raise UnknownKey(msg)
    if document.audience != audience_of(beliefs, kind):
        msg = f"for {document.audience[:64]}, not for this unit"
        raise Malformed(msg)
    return document


def _removes_itself(document: Document) -> bool:
    """Tell whether it is a list that takes away the key that signed it: its last word, and a good one."""
    if document.kind is not DocumentType.DENY:
        return False
    return int(document.key_id) in {one.key for one in document.read(DenyList).removed}


def has_moved(before: Beliefs, after: Beliefs) -> bool:
    """Tell whether the unit came to another site: the old one's list says nothing any more."""
    if before.config is None or after.config is None:
        return False
    return before.config.site != after.config.site


_ANY_SITE = -1  # before there is a config: only keys that count at every site can be used


def audience_of(beliefs: Beliefs, kind: DocumentType) -> str:
    """Return whom a document of a type must be for, to count here.

    Raises:
        UnknownKey: the site is not known yet.

    """
    if kind in {DocumentType.KEY_SET, DocumentType.DENY}:
        return CITY
    if kind is not DocumentType.AMENDMENTS:
        return unit_audience(beliefs.unit)
    if beliefs.config is None:
        msg = "the site is not known yet"
        raise UnknownKey(msg)
    return site_audience(beliefs.config.site)


def _accept(
    beliefs: Beliefs, kind: DocumentType, raw: bytes, minute: int | None, *, kept: bool = False
) -> tuple[Beliefs, Document | None]:
    if kind is DocumentType.KEY_SET:
        keyset = verify_keyset(raw, beliefs.root)
        document, changed = keyset.document, _take_keys(beliefs, keyset)
    else:
        document = prove(beliefs, kind, raw, minute, kept=kept)
        changed = _take_in(beliefs, document)
    floor = numbers.least(beliefs.floors, kind, document.audience)
    if document.number < floor:
        msg = f"number {document.number} is older than {floor}, seen before"
        raise Rollback(msg)
    if not is_newer(document, changed.held.get(kind)):
        return beliefs, None
    held = {**changed.held, kind: document}
    floors = {**changed.floors, (kind, document.audience): document.number}
    return _found(replace(changed, held=held, floors=floors)), document


def _found(beliefs: Beliefs) -> Beliefs:
    is_found = beliefs.answered and beliefs.is_current
    return replace(beliefs, lost=beliefs.lost and not is_found)


def _take_in(beliefs: Beliefs, document: Document) -> Beliefs:
    match document.kind:
        case DocumentType.CONFIG:
            return _take_config(beliefs, document.read(DoorConfig))
        case DocumentType.MODES:
            return replace(beliefs, modes=document.read(Modes))
        case DocumentType.AMENDMENTS:
            index = AmendmentIndex.of(document.read(Amendments))
            key = beliefs.keyset.keys[int(document.key_id)] if beliefs.keyset else None
            return replace(beliefs, amendments=index, amendments_key=key)
        case DocumentType.DENY:
            return replace(beliefs, denied=removed(beliefs.denied, document.read(DenyList)))
        case DocumentType.FRESHNESS:
            return replace(beliefs, freshness=document.read(Freshness))
        case other:
            msg = f"{other} is not kept by a unit"
            raise Malformed(msg)


def _take_keys(beliefs: Beliefs, keyset: KeySet) -> Beliefs:
    """Return the beliefs under another key set: with it the root decides anew which keys count.

    Only the list that central signed last still counts then.
    """
    changed = replace(beliefs, keyset=keyset, root=keyset.root)
    before, list_held = beliefs.keyset, beliefs.held.get(DocumentType.DENY)
    if before is None or keyset.document.number == before.document.number:
        return changed
    return replace(changed, denied=removed({}, list_held.read(DenyList)) if list_held else {})


def _take_config(beliefs: Beliefs, config: DoorConfig) -> Beliefs:
    changed = replace(beliefs, config=config)
    if has_moved(beliefs, changed):
        # Another site has its own list, so nothing is current.
        return replace(
            changed,
            held=_without(beliefs.held, DocumentType.AMENDMENTS),
            floors=_without(beliefs.floors, (DocumentType.AMENDMENTS, "")),
            amendments=AmendmentIndex(),
            freshness=None,
            answered=False,
            lost=True,
        )
    return changed


def _without(items: Mapping[K, T], key: K) -> dict[K, T]:
    return {other: item for other, item in items.items() if other != key}


def _retry(beliefs: Beliefs, minute: int | None) -> tuple[Beliefs, tuple[Document, ...]]:
    accepted: list[Document] = []
    for kind in IN_ORDER:
        still: list[bytes] = []
        for raw in beliefs.waiting.get(kind, ()):
            try:
                beliefs, document = _accept(beliefs, kind, raw, minute)
            except UnknownKey:
                still.append(raw)
                continue
            except ContractError:  # forged, or older than one that came
                continue
            if document is not None:
                accepted.append(document)
        waiting = {**_without(beliefs.waiting, kind), **({kind: tuple(still)} if still else {})}
        beliefs = replace(beliefs, waiting=waiting)
    return beliefs, tuple(accepted)
