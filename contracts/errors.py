"""What can be wrong with bytes that crossed a border: one base, a leaf per kind of answer."""


class ContractError(Exception):
    """Something that central and a door unit agreed on was not kept."""


class Malformed(ContractError):
    """The bytes do not have the agreed form; nothing in them was believed."""


class UnknownKey(ContractError):
    """No key of that number may sign this kind of thing here and now."""


class BadSignature(ContractError):
    """The form is right, the signature is not."""


class Rollback(ContractError):
    """A document has a lower number than the one already held: an old one, perhaps replayed."""


class Equivocation(ContractError):
    """Two different documents carry the same number: somebody signed twice."""
