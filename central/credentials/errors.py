"""What is refused about passes, and why."""

from http import HTTPStatus

from central.errors import CentralError


class ListTooLong(CentralError):
    """More changed at one site than fits the list that doors take."""

    code = "amendments_too_long"
    sentence = (
        "The list of changes of site {site} would have {bytes} bytes; doors take {most}."
        " Withdraw a signing key instead, or wait until old entries have passed."
    )


class AlreadyRevoked(CentralError):
    """The pass opens nothing already."""

    status = HTTPStatus.CONFLICT
    code = "already_revoked"
    sentence = "This pass was revoked before."


class TooManyIssues(CentralError):
    """An issue number has one byte."""

    status = HTTPStatus.CONFLICT
    code = "too_many_issues"
    sentence = "This pass was issued anew 255 times. Make a new grant for it."


class NotAPass(CentralError):
    """What was asked for cannot be signed as a pass."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "not_a_pass"
    sentence = "Such a pass is not possible: {why}"


class GrantOver(CentralError):
    """There is nothing left to open."""

    status = HTTPStatus.CONFLICT
    code = "grant_over"
    sentence = "This was cancelled: no pass can be made for it."
