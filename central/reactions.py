"""What happens after what: the whole journey in one table, and the only place that joins features.

A feature that must cause something in another announces an event; here stands what follows. Names
are stored with each delivery: never rename one, never give its name to another.
"""

from central.outbox.service import Reactions


def reactions() -> Reactions:
    """Return the table, its reactions bound to what they need."""
    return {}
