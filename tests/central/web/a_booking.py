"""A renter who books by the pages, screen by screen, as a browser without JavaScript does."""

import re

from httpx import Client, Response

from tests.central.a_city import City

_WHEN = ("hall", "day", "start", "end", "which_start", "which_end", "order")
_WHAT = ("attendees", "purpose", "activity", "accessible", "extra", "count")
_WHO = ("name", "email", "agreed")


def typed(city: City, **changes: str) -> dict[str, str]:
    return {
        "hall": str(city.a),
        "day": "2026-12-05",
        "start": "14:00",
        "end": "18:00",
        "attendees": "40",
        "name": "Anna Peeters",
        "email": "anna@example.org",
        "purpose": "Babyborrel",
        **changes,
    }


def chosen(client: Client, fields: dict[str, str]) -> Response:
    """The answer to the first screen; on success the way to the second."""
    return client.post("/book", data=_of(fields, _WHEN))


def until_check(client: Client, fields: dict[str, str]) -> Response:
    """Answer every question; the first page that says no, or the way to the last look."""
    answer = chosen(client, fields)
    if answer.status_code != 303:
        return answer
    order = order_of(answer)
    details = answer.headers["location"].partition("?")[0]
    answer = client.post(details, data=_of(fields, _WHAT))
    if answer.status_code == 303 and answer.headers["location"].endswith("/who"):
        answer = client.post(f"{order}/who", data=_of(fields, _WHO))
    if answer.status_code == 303 and answer.headers["location"].endswith("/terms"):
        answer = client.post(f"{order}/terms", data={"version": "1", "agree": "1"})
    return answer


def book(client: Client, fields: dict[str, str]) -> Response:
    """Answer every question and confirm; the first page that says no, or the way to the order."""
    answer = until_check(client, fields)
    if answer.status_code != 303:
        return answer
    return client.post(f"{order_of(answer)}/confirm")


def order_of(answer: Response) -> str:
    """The address of the order to which an answer leads."""
    found = re.match(r"/orders/[^/?]+", answer.headers["location"])
    assert found, answer.headers["location"]
    return found[0]


def problems(page: Response) -> dict[str, str]:
    """The error summary: which field its links lead to, and what they say."""
    summary = re.search(r'<div class="summary".*?</div>', page.text, re.DOTALL)
    found = re.findall(r'<a href="#([\w-]+)">(.*?)</a>', summary[0]) if summary else []
    return dict(found)


def _of(fields: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name in names}
