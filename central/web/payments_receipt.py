"""The receipt of an order: what it cost with VAT, what was paid, what went back. Made to be printed."""

from collections import defaultdict
from collections.abc import Iterable

from fastapi import APIRouter, Request
from starlette.responses import Response

from central.accounts.principals import OrderHolder
from central.booking import keeping, queries
from central.booking.price_rules import LineKind
from central.booking.rule_models import PriceLineRow
from central.booking.times import to_wall
from central.dependencies import TheDatabase, TheSettings
from central.errors import NotFound
from central.payments import desk, ledger
from central.payments.models import Outcome
from central.web.pages import ThePages
from central.web.typed import zone_of

router = APIRouter(include_in_schema=False)


@router.get("/orders/{link}/receipt")
def show(
    request: Request,
    holder: OrderHolder,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
) -> Response:
    """Show the receipt of an order for which money arrived."""
    with database.read() as session:
        order = queries.order_of(session, holder.subject)
        paid = [one.id for one in ledger.payments_of(session, order.id)]
        receipts = ledger.receipts_of(session, paid)
        if not receipts:
            raise NotFound("receipt")
        booked = {
            share.reservation_id
            for one in paid
            for share in ledger.shares_of(session, one)
            if share.outcome is Outcome.BOOKED
        }
        lines = keeping.lines_of(session, booked)
        refunds = desk.refunds_of(session, paid)
        deposits = desk.deposits_of(session, paid)
    zone = zone_of(settings)
    return pages.show(
        request,
        "payment_receipt.html",
        order=order,
        reservations=[one for one in order.reservations if one.id in booked],
        lines=lines,
        vat=vat_of(line for some in lines.values() for line in some),
        receipts=[(one, to_wall(one.at, zone)) for one in receipts],
        refunds=[(one, to_wall(one.changed_at, zone)) for one in refunds],
        deposits=deposits,
    )


def vat_of(lines: Iterable[PriceLineRow]) -> dict[int, tuple[int, int]]:
    """Return per percentage what lines come to, and how much VAT is in it; a deposit bears none."""
    sums: defaultdict[int, int] = defaultdict(int)
    for one in lines:
        if one.kind is not LineKind.DEPOSIT:
            sums[one.vat_percent] += one.cents
    return {
        percent: (cents, (2 * cents * percent + 100 + percent) // (2 * (100 + percent)))
        for percent, cents in sorted(sums.items())
        if cents and percent
    }
