"""What staff read of the doors, as a browser without JavaScript gets it."""

from collections.abc import Callable

import pytest
from httpx import Client

from central.accounts.roles import Role
from contracts.documents import DocumentType
from contracts.journal import EventKind
from contracts.topics import Up
from tests.central.a_city import NOW
from tests.central.a_town import Town

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Staff = Callable[..., dict[str, str]]


def accepted(kind: DocumentType, number: object = 3) -> dict[str, object]:
    return {"type": kind.value, "number": number, "digest": "00"}


@SQLITE
def test_the_page_never_loads_itself_again(client: Client, staff: Staff) -> None:
    page = client.get("/desk/entries", headers=staff(Role.AUDITOR))
    assert "refresh" not in page.headers
    assert "http-equiv" not in page.text
    assert '<a class="button second" href="/desk/entries">Toon nieuwe regels</a>' in page.text


@SQLITE
def test_the_way_to_new_entries_keeps_door_and_grant_and_is_on_older_pages_too(
    client: Client, staff: Staff
) -> None:
    page = client.get("/desk/entries?door=1&grant=77&before=9", headers=staff(Role.AUDITOR)).text
    assert 'href="/desk/entries?door=1&amp;grant=77">Toon nieuwe regels' in page
    assert 'id="follow"' not in page  # nothing new comes among what is old


@SQLITE
@pytest.mark.parametrize(
    ("event", "data", "says"),
    [
        (
            EventKind.DOCUMENT_ACCEPTED,
            accepted(DocumentType.AMENDMENTS),
            "nieuwe lijst of instelling aanvaard: gewijzigde en ingetrokken passen (nummer 3)",
        ),
        (
            EventKind.DOCUMENT_ACCEPTED,
            accepted(DocumentType.MODES, 12),
            "nieuwe lijst of instelling aanvaard: stand van de deur (nummer 12)",
        ),
        (
            EventKind.DOCUMENT_REFUSED,
            {"type": DocumentType.CONFIG.value, "reason": "malformed", "detail": "x"},
            "lijst of instelling geweigerd: instellingen van de deur<",
        ),
        (
            EventKind.DOCUMENT_ACCEPTED,
            {"type": "<script>", "number": "1"},
            "nieuwe lijst of instelling aanvaard<",
        ),
        (
            EventKind.MODE_CHANGED,
            {"mode": "hold_open", "cause": "pass", "credential": "ab" * 8, "grant": 7},
            "stand van de deur veranderd: blijft open voor gasten<",
        ),
        (EventKind.MODE_CHANGED, {"mode": ["locked"]}, "stand van de deur veranderd<"),
        (
            EventKind.DOCUMENT_ACCEPTED,
            accepted(DocumentType.ACK),
            "nieuwe lijst of instelling aanvaard<",
        ),
    ],
)
def test_an_entry_says_which_list_was_accepted_or_refused(
    client: Client,
    staff: Staff,
    town: Town,
    event: EventKind,
    data: dict[str, object],
    says: str,
) -> None:
    unit = town.add_unit("Zaal A")
    unit.note(event, data, NOW)
    town.say(unit, Up.EVENTS, unit.unacked())
    assert f"<td>{says}" in client.get("/desk/entries", headers=staff(Role.AUDITOR)).text
