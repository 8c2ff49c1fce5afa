"""What the REST interface of the search gives."""

from datetime import date
from typing import Self

from pydantic import BaseModel

from central.booking.judging import Answer
from central.booking.schemas import PeriodOut
from central.booking.search import Found, Hit


class HitOut(BaseModel):
    """A hall that suits, and whether it can be had then."""

    hall: int
    name: str
    capacity: int
    answer: Answer
    by_approval: bool
    """Somebody of the service must agree first."""
    cents: int | None
    """Of the whole use, for this renter."""
    deposit_cents: int | None
    group: str
    """Code of the renter's target group on that day."""
    why: str
    """Code of the refusal; empty when it is none."""
    says: str
    """The same in a sentence, in English."""
    since: date | None
    """With `not_yet_for_you`: the first day on which it can be booked."""
    instead: PeriodOut | None
    """The nearest time of the same length on the same day."""

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Return what programs are told of a hall that was found."""
        refusal, quote = hit.refusal, hit.quote
        since = refusal.details.get("since") if refusal else None
        return cls(
            hall=hit.hall.id,
            name=hit.hall.name,
            capacity=hit.hall.capacity,
            answer=hit.answer,
            by_approval=hit.by_approval,
            cents=hit.cents,
            deposit_cents=quote.deposit_cents if quote else None,
            group=hit.group.code if hit.group else "",
            why=refusal.code if refusal else "",
            says=str(refusal) if refusal else "",
            since=date.fromisoformat(str(since)) if since else None,
            instead=PeriodOut.model_validate(hit.instead) if hit.instead else None,
        )


class FoundOut(BaseModel):
    """A page of what was found."""

    total: int
    free: int
    """How many of all can be had."""
    hits: list[HitOut]

    @classmethod
    def of(cls, found: Found) -> Self:
        """Return a page of what was found."""
        hits = [HitOut.of(one) for one in found.hits]
        return cls(total=found.total, free=found.free, hits=hits)
