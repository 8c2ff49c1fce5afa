"""Who acts, as changes and audit lines name it; pure."""

RENTER = "renter"
"""Who holds the link of an order."""
_FOR = " for "
"""Between the two names of who acts for somebody (`audit.service.on_behalf`)."""


def is_for_somebody(actor: str) -> bool:
    """Tell whether it is staff on a renter's behalf."""
    return _FOR in actor


def is_renter(actor: str) -> bool:
    """Tell whether an actor is a renter, or staff on a renter's behalf."""
    return actor == RENTER or actor.startswith("person:") or is_for_somebody(actor)
