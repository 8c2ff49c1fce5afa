"""What is known of units now: birth and will, what they hold, how they say they are. Never commits.

The broker's word (online, health) is a hint; what a unit signed is a proof. Unknown stays unknown.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from central.fleet.facts import plain
from central.fleet.models import HeldDocument, HeldStatement, UnitState
from central.fleet.units import KnownUnit
from contracts.documents import DocumentType
from contracts.errors import Malformed
from contracts.freshness import Held
from contracts.freshness import HeldDocument as Claimed
from contracts.messages import Birth, Health
from contracts.messages import UnitState as StateMessage
from contracts.statements import verify_statement


@dataclass(frozen=True, slots=True)
class Arrival:
    """A proven birth that is not an older one, late or replayed."""

    birth: Birth
    is_news: bool
    """The unit has just (or again) come online."""


def take_state(session: Session, unit: KnownUnit, payload: bytes, now: datetime) -> Arrival | None:
    """Take in a birth or a will; return the birth unless it is an older one.

    Raises:
        ContractError: malformed, or a birth that the unit did not sign.

    """
    said = StateMessage.parse(payload)
    state = _state(session, unit.id)
    if said.birth is not None:
        document = verify_statement(said.birth.encode(), DocumentType.BIRTH, unit.id, unit.key)
        birth = document.read(Birth)
        if birth.session != said.session or not said.online:
            msg = "the signed birth says something else than what it is wrapped in"
            raise Malformed(msg)
        return _born(state, birth, now)
    if said.online:
        msg = "online without a birth"
        raise Malformed(msg)
    if said.session >= state.session:
        if state.is_online is not False:
            state.offline_since = now
        state.is_online, state.state_at = False, now
    return None


def take_held(session: Session, unit: KnownUnit, payload: bytes, now: datetime) -> bool:
    """Take in what a unit says it holds; return whether it was news.

    Raises:
        ContractError: malformed, or not signed by it.

    """
    document = verify_statement(payload, DocumentType.HELD, unit.id, unit.key)
    said = document.read(Held)
    before = session.get(HeldStatement, unit.id)
    if before is not None and document.number and document.number < before.number:
        return False  # an older one, late or replayed
    is_news = before is None or before.raw != payload
    session.merge(
        HeldStatement(unit_id=unit.id, number=document.number, raw=payload, received_at=now)
    )
    if is_news:
        _note_held(session, unit.id, said, now)
    _state(session, unit.id).heard_at = now
    return is_news


def take_health(session: Session, unit: KnownUnit, payload: bytes, now: datetime) -> None:
    """Take in how a unit says it is: unsigned, hence only a hint.

    Raises:
        ContractError: malformed.

    """
    said = Health.parse(payload)
    state = _state(session, unit.id)
    state.health_at = now
    state.mode, state.leaf, state.strike, state.trust = (
        said.mode,
        said.leaf,
        said.strike,
        said.trust,
    )
    state.unacked, state.lists_age = said.unacked, said.lists_age
    state.temperature = _small(said.temperature)
    state.disk_free_percent = _small(said.disk_free_percent)


def heard(session: Session, unit: str, now: datetime) -> None:
    """Note that something proven came from a unit."""
    session.execute(update(UnitState).where(UnitState.unit_id == unit).values(heard_at=now))


def forget_presence(session: Session, lost_at: datetime) -> None:
    """Note that nothing is known: since a moment central itself is cut off from the broker."""
    session.execute(update(UnitState).where(UnitState.state_at <= lost_at).values(is_online=None))


def _state(session: Session, unit: str) -> UnitState:
    state = session.get(UnitState, unit)
    if state is None:
        state = UnitState(unit_id=unit, session=0, software="", boot="", state_lost=False)
        state.leaf = state.strike = ""
        session.add(state)
    return state


def _born(state: UnitState, birth: Birth, now: datetime) -> Arrival | None:
    if birth.session < state.session:
        return None
    is_news = birth.session > state.session or state.is_online is not True
    if birth.session > state.session or state.online_since is None:
        state.online_since = now
    state.session, state.is_online = birth.session, True
    state.state_at = state.heard_at = now
    state.boot, state.software = birth.boot, plain(birth.software)
    state.state_lost = birth.state_lost
    return Arrival(birth, is_news)


def _note_held(session: Session, unit: str, said: Held, now: datetime) -> None:
    newest: dict[DocumentType, Claimed] = {one.type: one for one in said.documents}
    rows = session.scalars(select(HeldDocument).where(HeldDocument.unit_id == unit)).all()
    for row in rows:
        claimed = newest.get(row.kind)
        if claimed and (claimed.number, claimed.digest) == (row.number, row.digest):
            del newest[row.kind]  # since then already
        else:
            session.execute(
                delete(HeldDocument).where(
                    HeldDocument.unit_id == unit, HeldDocument.kind == row.kind
                )
            )
            session.expunge(row)
    session.add_all(
        HeldDocument(
            unit_id=unit,
            kind=one.type,
            audience=plain(one.audience)[:64],
            number=one.number,
            digest=one.digest,
            since=now,
        )
        for one in newest.values()
    )
    session.flush()


_SMALL = 2**31 - 1


def _small(value: int | None) -> int | None:
    return value if value is None or -_SMALL <= value <= _SMALL else None
