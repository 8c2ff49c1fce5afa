"""Which documents were in force once and are not here any more: without them too much would open."""

from contracts.documents import DocumentType
from edge.core.beliefs import IN_ORDER, Beliefs, audience_of


def gone(beliefs: Beliefs) -> tuple[DocumentType, ...]:
    """Return the kinds of documents that were in force once and are not here any more.

    The last freshness answer is not one of them: without it the lists only count as older.
    """
    return tuple(
        kind
        for kind in IN_ORDER
        if kind not in beliefs.held
        and kind is not DocumentType.FRESHNESS
        and _was_in_force(beliefs, kind)
    )


def _was_in_force(beliefs: Beliefs, kind: DocumentType) -> bool:
    audiences = {audience for one, audience in beliefs.floors if one is kind}
    if kind is DocumentType.CONFIG:  # another unit's too: then the memory is another unit's
        return bool(audiences)
    if kind is DocumentType.AMENDMENTS and beliefs.config is None:
        return False  # which site's is asked for, nobody knows
    return not audiences.isdisjoint({audience_of(beliefs, kind), ""})
