"""What stays written of how a reservation came about: price lines, and why it needs approval."""

from collections.abc import Collection
from hashlib import sha256

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, selectinload

from central.booking.deciding import Decided
from central.booking.models import Order
from central.booking.rule_models import ExtraRow, Handling, PriceLineRow, ReservationExtra


def freeze(session: Session, reservation_id: int, decided: Decided) -> None:
    """Write the lines of a price, in the place of older ones, and whether approval is needed."""
    old = delete(PriceLineRow).where(PriceLineRow.reservation_id == reservation_id)
    session.execute(old)
    rows = [
        {
            "reservation_id": reservation_id,
            "position": position,
            "kind": line.kind,
            "unit": line.unit,
            "quantity": line.quantity,
            "unit_cents": line.unit_cents,
            "cents": line.cents,
            "vat_percent": line.vat_percent,
            "rule_id": line.rule_id,
            "rule_version": line.rule_version,
            "extra": line.extra,
            "names": dict(line.names),
            "day": line.day.isoformat() if line.day else "",
        }
        for position, line in enumerate(decided.quote.lines)
    ]
    if rows:
        session.execute(insert(PriceLineRow), rows)
    if decided.needs_approval and session.get(Handling, reservation_id) is None:
        session.add(Handling(reservation_id=reservation_id, rule_id=decided.right.rule_id))
        session.flush()


def key_of(person: int | None, key: str) -> str:
    """Return how a wish's key is stored: nobody finds another one's order by it."""
    return sha256(f"{person}/{key}".encode()).hexdigest()


def order_with_key(session: Session, person: int | None, key: str) -> Order | None:
    """Return the order that somebody made with this key, if there is one."""
    wanted = select(Order).where(Order.idempotency_key == key_of(person, key))
    return session.scalar(wanted.options(selectinload(Order.reservations)))


def extras_of(session: Session, reservation_id: int) -> tuple[tuple[str, int], ...]:
    """Return the extras that go with a reservation: codes, and how many."""
    rows = session.execute(
        select(ExtraRow.code, ReservationExtra.count)
        .join(ExtraRow, ExtraRow.id == ReservationExtra.extra_id)
        .where(ReservationExtra.reservation_id == reservation_id)
    )
    return tuple((code, count) for code, count in rows)


def drop_extras(session: Session, reservation_id: int) -> None:
    """Give the extras of a reservation back."""
    mine = ReservationExtra.reservation_id == reservation_id
    session.execute(delete(ReservationExtra).where(mine))


def lines_of(session: Session, reservation_ids: Collection[int]) -> dict[int, list[PriceLineRow]]:
    """Return the frozen lines of reservations, by reservation, in their order."""
    found: dict[int, list[PriceLineRow]] = {}
    wanted = select(PriceLineRow).where(PriceLineRow.reservation_id.in_(reservation_ids))
    for one in session.scalars(wanted.order_by(PriceLineRow.position)):
        found.setdefault(one.reservation_id, []).append(one)
    return found
