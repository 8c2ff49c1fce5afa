"""What the unit believes, kept: documents come in, are proven, written down, and only then in force.

The rules are `core.beliefs`; here is what they need of the world: the store, the journal, the clock,
and the words that go back to central (what is held; is it current?).
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from contracts.documents import Document, DocumentType
from contracts.effective import amended_ends_ms
from contracts.errors import ContractError, Equivocation, Malformed
from contracts.freshness import (
    LONGEST_ROUND_TRIP,
    Freshness,
    FreshnessRequest,
    Held,
    HeldDocument,
)
from contracts.journal import EventKind
from contracts.moments import EPOCH
from contracts.reasons import Fault
from edge.core import beliefs as rules
from edge.core import timekeeping
from edge.core.beliefs import Beliefs
from edge.core.gone import gone as documents_gone
from edge.drivers.database import DatabaseFailed
from edge.drivers.identity import Identity
from edge.drivers.store import Store
from edge.faults import Faults
from edge.recording import Recorder
from edge.unit_clock import UnitClock

ASK_EVERY = 3600.0
"""Seconds between two questions whether everything held is current."""
ASK_AGAIN = 10.0
"""Seconds after which a question without an answer is put again."""
ASK_IN_DOUBT = 60.0
"""Seconds between two questions while a time waits for a second key that does not come."""
REFUSED_FOR = 300.0
"""Seconds without another refused document after which that fault is over."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """An open question to central."""

    nonce: str
    asked_at: float


class Believing:
    """Holds the beliefs of this unit and changes them only by proof."""

    def __init__(
        self,
        unit: str,
        identity: Identity,
        store: Store,
        clock: UnitClock,
        recorder: Recorder,
        faults: Faults,
    ) -> None:
        """Believe what was kept: every document is proven again."""
        self._identity, self._store, self._clock = identity, store, clock
        self._recorder, self._faults = recorder, faults
        self._question: Question | None = None
        self._ask_due = 0.0
        self._refused_at = float("-inf")
        self._refusals: set[str] = set()
        self._heard: tuple[str, ...] = (timekeeping.SET,)
        self._root_kept = identity.root
        self.changed: Callable[[DocumentType], None] = lambda _kind: None
        """Called with the type of each document that came into force."""
        self._unit = unit
        self.beliefs = self._from_store()

    # --- documents

    def take(self, kind: DocumentType, raw: bytes, now: float) -> None:
        """Take a document that arrived, believing nothing of it before it is proven."""
        before = self.beliefs
        try:
            after, accepted = rules.receive(before, kind, raw, self._minute())
            self._keep(before, after, accepted)
        except ContractError as error:
            self._refuse(kind, error, now)
            return
        except DatabaseFailed as error:
            log.error("a document could not be kept: %s", error)  # noqa: TRY400 - not a mistake of ours
            return
        self.beliefs = after
        self._clock.hear_only(after.good_keys)
        self._found_again(before)
        for document in accepted:
            self._recorder.write(EventKind.DOCUMENT_ACCEPTED, _named(document))
            self.changed(document.kind)

    def prove(self, kind: DocumentType, raw: bytes) -> Document:
        """Return a document that is not kept (ack, command) once it is proven.

        Raises:
            ContractError: it is not.

        """
        return rules.prove(self.beliefs, kind, raw, self._minute())

    def refuse(self, kind: DocumentType, error: ContractError, now: float) -> None:
        """Note that something that arrived was not believed."""
        self._refuse(kind, error, now)

    def held(self) -> Held:
        """Return what the unit holds, for its signed statement."""
        return Held(
            documents=tuple(
                HeldDocument(
                    type=one.kind, audience=one.audience, number=one.number, digest=one.digest
                )
                for kind, one in self.beliefs.held.items()
                if kind is not DocumentType.FRESHNESS
            )
        )

    # --- is it current?

    def question(self, now: float) -> FreshnessRequest | None:
        """Return what to ask central now, if anything."""
        if now < self._ask_due:
            return None
        self._ask_due = now + ASK_AGAIN
        self._question = Question(secrets.token_hex(16), now)
        doubts = int(self._clock.doubted) if self._clock.doubted else None
        return FreshnessRequest(nonce=self._question.nonce, doubts=doubts)

    def ask_soon(self) -> None:
        """Ask at the next occasion: the unit connected, or lost something."""
        self._ask_due = 0.0

    def take_answer(self, raw: bytes, now: float) -> None:
        """Take central's signed answer to our question: the time, and what is current."""
        try:
            document = self.prove(DocumentType.FRESHNESS, raw)
            answer = document.read(Freshness)
            asked = self._asked(answer)
        except ContractError as error:
            self._refuse(DocumentType.FRESHNESS, error, now)
            return
        self._question, self._ask_due = None, now + ASK_EVERY
        before = self.beliefs
        after = rules.meet_freshness(before, document, answer)
        try:
            self._store.learn_spent(answer.spent)
            self._store.keep_document(document.kind, document.audience, raw, document.number)
            self._set_clock(answer, document.key_id, asked, now)
        except DatabaseFailed as error:
            log.error("central's answer could not be kept: %s", error)  # noqa: TRY400 - as above
            return
        self.beliefs = after
        self._found_again(before)
        self.changed(DocumentType.FRESHNESS)

    def tick(self, now: float) -> None:
        """Let the fault of refused documents end when nothing more was refused."""
        if self._refusals and now - self._refused_at > REFUSED_FOR:
            self._refusals.clear()
            self._faults.put(Fault.DOCUMENT_REFUSED, wrong=False)

    def begin_anew(self) -> None:
        """Believe what is left after the root reset the floor; central brings the rest again."""
        self._question = None
        self._faults.put(Fault.EQUIVOCATION, wrong=False)
        self._faults.put(Fault.CLOCK_DOUBTED, wrong=False)
        self.beliefs = self._from_store()
        self.ask_soon()
        self.changed(DocumentType.CONFIG)

    # --- inside

    def _minute(self) -> int | None:
        unix_ms = self._clock.unix_ms()
        return None if unix_ms is None else (unix_ms // 60_000) - _EPOCH_MINUTE

    def _asked(self, answer: Freshness) -> Question:
        if self._question is None or answer.nonce != self._question.nonce:
            msg = "an answer to another question than ours: an old one, perhaps replayed"
            raise Malformed(msg)
        return self._question

    def _set_clock(self, answer: Freshness, key: str, asked: Question, now: float) -> None:
        if now - asked.asked_at > LONGEST_ROUND_TRIP:
            log.warning("central's answer took too long to set a clock by")
            return
        trust, had_doubts = self._clock.trust, bool(self._clock.doubted)
        outcome = self._clock.hear_signed(answer.unix_ms, self._recorder.head[0], key)
        wrong = outcome != timekeeping.SET
        words = self._clock.in_words(answer.unix_ms, outcome) if wrong else ""
        # The same word again is no news: a unit in doubt asks every minute.
        if (outcome, key)[: 1 + wrong] != self._heard or trust is not self._clock.trust:
            line = {"outcome": outcome, "before": trust.value, "key": key}
            self._recorder.write(EventKind.CLOCK_SET, {**line, "detail": words} if wrong else line)
        self._heard = (outcome, key)[: 1 + wrong]
        self._faults.put(Fault.CLOCK_DOUBTED, wrong=wrong, detail=words)
        if self._clock.doubted:  # another key may know better: at once, then less often
            self._ask_due = now + ASK_IN_DOUBT * had_doubts

    def _keep(self, before: Beliefs, after: Beliefs, accepted: tuple[Document, ...]) -> None:
        # Together: the configuration of another site without the end of the old one's list would
        # have this site's list refused as too old.
        with self._recorder.together():
            if rules.has_moved(before, after):
                self._store.drop_document(DocumentType.AMENDMENTS)
            if after.amendments is not before.amendments:
                self._store.move_ends_on(amended_ends_ms(after.amendments))
            for document in accepted:  # perhaps the list of the new site, that had waited
                self._store.keep_document(
                    document.kind, document.audience, document.raw, document.number
                )
            if after.denied != before.denied:
                self._store.keep_denied(after.denied)
        self._keep_root(after)

    def _keep_root(self, beliefs: Beliefs) -> None:
        if beliefs.root == self._root_kept:
            return
        try:
            self._identity.keep_root(beliefs.root)
            self._root_kept = beliefs.root
        except OSError as error:
            # Tried again with the next document: a later key set that only the new root signed could
            # not be proven from the old one after a start.
            log.warning("the new root could not be written down: %s", error)

    def _found_again(self, before: Beliefs) -> None:
        if before.lost and not self.beliefs.lost:
            try:
                self._store.found()
            except DatabaseFailed as error:
                log.warning("%s", error)
        self._faults.put(Fault.STATE_LOST, wrong=not self.beliefs.fresh)

    def _refuse(self, kind: DocumentType, error: ContractError, now: float) -> None:
        what = f"{kind.value.removeprefix('hallpass-').removesuffix('+jws')}: {error}"
        log.warning("not believed: %s", what)
        self._refused_at = now
        if isinstance(error, Equivocation):
            self._faults.put(Fault.EQUIVOCATION, wrong=True, detail=what)
        # The same nonsense again and again is one line, however often the broker repeats it.
        if what not in self._refusals and len(self._refusals) < _MOST_REFUSALS:
            self._refusals.add(what)
            self._recorder.write(
                EventKind.DOCUMENT_REFUSED,
                {"type": kind.value, "reason": type(error).__name__.lower(), "detail": what[:200]},
            )
        self._faults.put(Fault.DOCUMENT_REFUSED, wrong=True, detail=what)

    def _from_store(self) -> Beliefs:
        kept = self._store.documents()
        floors = {
            (kind, audience): number
            for name, number in self._store.summary.numbers.items()
            for word, _, audience in [name.partition(" ")]
            if (kind := _known(word)) is not None
        }
        believed = Beliefs(
            self._unit,
            self._root_kept,
            lost=self._store.state_lost,
            floors=floors,
            denied=self._store.denied(),
        )
        for kind in rules.IN_ORDER:
            if kind not in kept:
                continue
            try:
                believed, _ = rules.receive(believed, kind, kept[kind], kept=True)
            except ContractError as error:
                log.error("%s was kept and is not believed any more: %s", kind, error)  # noqa: TRY400
        gone = documents_gone(believed)
        if gone:
            # For example a list whose key was removed since: without it what was revoked would open.
            log.error("not here any more, so nothing opens yet: %s", ", ".join(gone))
            believed = replace(believed, lost=True)
        self._keep_root(believed)
        self._faults.put(Fault.STATE_LOST, wrong=not believed.fresh, detail=", ".join(gone))
        return believed


_MOST_REFUSALS = 32
_EPOCH_MINUTE = int(EPOCH.timestamp()) // 60


def _named(document: Document) -> dict[str, object]:
    return {"type": document.kind.value, "number": document.number, "digest": document.digest}


def _known(name: str) -> DocumentType | None:
    try:
        return DocumentType(name)
    except ValueError:
        return None
