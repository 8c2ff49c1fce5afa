"""What central refuses and why: a status, a code, a sentence; answered as problem+json (RFC 9457)."""

from http import HTTPStatus
from typing import ClassVar

Detail = str | int | list[str] | None
"""What a sentence may mention and a program may read beside it."""


class CentralError(Exception):
    """A refusal, or a broken thing, with a code that pages translate and programs can rely on.

    A subclass names one refusal. `sentence` is English for programs and logs and may mention the
    details it was raised with; people's words for the same code stand in `central/web/texts.py`.
    """

    status: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR
    code: ClassVar[str] = "internal_error"
    sentence: ClassVar[str] = (
        "Something went wrong on our side. It was written down; try again later."
    )

    def __init__(self, *, field: str | None = None, **details: Detail) -> None:
        self.field = field
        """The input that is wrong, if one is."""
        self.details = details
        self.headers: dict[str, str] = {}
        """What HTTP wants beside the answer."""
        super().__init__(self.sentence.format_map(details))

    def problem(self) -> dict[str, object]:
        """Return the members of the RFC 9457 answer."""
        members: dict[str, object] = {
            "type": f"urn:hallpass:problem:{self.code}",
            "title": self.status.phrase,
            "status": self.status.value,
            "code": self.code,
            "detail": str(self),
            **self.details,
        }
        if self.field is not None:
            members["field"] = self.field
        return members


class NotFound(CentralError):
    """What was asked for does not exist, or not for this principal."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"
    sentence = "There is no such {what}."

    def __init__(self, what: str = "page") -> None:
        super().__init__(what=what)


class Busy(CentralError):
    """The database could not take its turn in time; trying again is right."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "busy"
    sentence = "It is too busy at the moment. Try again in a few seconds."
