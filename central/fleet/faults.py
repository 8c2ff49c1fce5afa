"""Faults of units: what is wrong now, and what was. Never commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from central.database import insert_into
from central.fleet.models import FaultSource, UnitFault
from contracts.reasons import Fault


def raise_fault(
    session: Session,
    unit: str,
    code: Fault,
    source: FaultSource,
    now: datetime,
    detail: str = "",
    times: int = 1,
) -> None:
    """Note that something is wrong; while it lasts, only how often and when last."""
    statement = insert_into(session, UnitFault).values(
        unit_id=unit,
        code=code,
        source=source,
        detail=detail,
        times=times,
        raised_at=now,
        last_at=now,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["unit_id", "code", "source"],
            index_where=text("cleared_at IS NULL"),
            set_={
                "times": UnitFault.times + times,
                "last_at": now,
                "detail": statement.excluded.detail,
            },
        )
    )


def clear_fault(
    session: Session, unit: str, code: Fault, source: FaultSource, now: datetime
) -> None:
    """Note that it is right again; nothing happens when it was."""
    session.execute(
        update(UnitFault)
        .where(UnitFault.unit_id == unit, UnitFault.code == code, UnitFault.source == source)
        .where(UnitFault.cleared_at.is_(None))
        .values(cleared_at=now)
    )


def current_faults(session: Session, unit: str | None = None) -> Sequence[UnitFault]:
    """Return what is wrong now, the newest first."""
    query = select(UnitFault).where(UnitFault.cleared_at.is_(None))
    if unit is not None:
        query = query.where(UnitFault.unit_id == unit)
    return session.scalars(query.order_by(UnitFault.raised_at.desc(), UnitFault.id.desc())).all()
