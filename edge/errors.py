"""What can go wrong on a door unit: one base; each driver has its leaf beside it."""


class EdgeError(Exception):
    """Something on this unit does not work; the message says what to do about it."""
