"""Why somebody may not call a route."""

from http import HTTPStatus

from central.errors import CentralError


class NotLoggedIn(CentralError):
    """Nobody said who is asking."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not_logged_in"
    sentence = "Log in first."

    def __init__(self, *, as_renter: bool = False) -> None:
        super().__init__()
        self.headers = {"WWW-Authenticate": "Bearer"}
        self.as_renter = as_renter
        """Whether a renter is asked for; else somebody of staff."""


class NotAllowed(CentralError):
    """Who is asking may not do this."""

    status = HTTPStatus.FORBIDDEN
    code = "not_allowed"
    sentence = "Your account may not do this. It needs one of these roles: {roles}."


class NotInScope(CentralError):
    """Who is asking may do this, but not here."""

    status = HTTPStatus.FORBIDDEN
    code = "not_in_scope"
    sentence = "This belongs to another city service. Your role does not count there."


class OnlyInPerson(CentralError):
    """Somebody of staff who helps a caller may not do this for the caller."""

    status = HTTPStatus.FORBIDDEN
    code = "only_in_person"
    sentence = "Only the person themselves can do this. Stop helping first."


class ProveAgain(CentralError):
    """What is asked is dangerous, and the last proof of who is asking is old."""

    status = HTTPStatus.UNAUTHORIZED
    code = "prove_again"
    sentence = "Show again that it is you: this needs a log-in of the last five minutes."
