"""Make a PDF of a page of our own: tagged for screen readers (PDF/UA-1), and fetching nothing."""

from http import HTTPStatus

from central.errors import CentralError


class PaperNotPossible(CentralError):
    """The libraries that draw text are missing on this computer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "paper_not_possible"
    sentence = (
        "This computer cannot make PDFs: a library is missing (apt-get install libpangoft2-1.0-0)."
    )


def pdf_of(html: str) -> bytes:
    """Return the PDF of a page that holds all it needs.

    Raises:
        PaperNotPossible: a library of the system is missing.

    """
    try:
        # Takes a second and 30 MB, and only who prints needs it.
        from weasyprint import HTML  # noqa: PLC0415
    except OSError as error:
        raise PaperNotPossible from error
    made: bytes | None = HTML(string=html, url_fetcher=_nothing).write_pdf(pdf_variant="pdf/ua-1")
    return made or b""


def _nothing(url: str, *_: object, **__: object) -> dict[str, object]:
    """Refuse to fetch anything: what a page names must not make this server ask others."""
    message = f"a page for paper holds all it needs, and named {url[:80]}"
    raise ValueError(message)
