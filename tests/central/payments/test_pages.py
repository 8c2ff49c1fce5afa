"""Paying on the pages: the renter's way, the bank's page, the desk, hostile callbacks over HTTP."""

import re
from collections.abc import Callable

import pytest
from httpx import Client, Response
from sqlalchemy import select

from central.accounts.mail_models import StoredMail
from central.accounts.roles import Right, Role
from central.accounts.services import ServiceData, put_service
from central.audit.models import AuditEntry
from central.booking import rules
from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.refunds import Tier
from central.booking.rules import Policy
from central.database import Database
from central.halls.models import Hall
from central.payments.models import Payment
from tests.central.a_city import NOW, City
from tests.central.payments.a_till import pays_first
from tests.central.test_scopes import headers_of
from tests.central.web.a_booking import book, order_of, problems, typed

Staff = Callable[..., dict[str, str]]
# Pages are the same over both databases; what differs is tested beside them.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def paid_first(database: Database, city: City) -> None:
    pays_first(database, city.a)


def ordered(client: Client, city: City, **changes: str) -> str:
    """Book by the pages; return where the order is."""
    answer = book(client, typed(city, **changes))
    assert answer.status_code == 303, answer.text
    return order_of(answer)


def chosen(client: Client, order: str, way: str) -> str:
    answer = client.post(f"{order}/pay", data={"way": way})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def played(client: Client, bank: str, act: str) -> Response:
    answer = client.post(bank, data={"act": act})
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"])


def title(page: Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)
    assert found, page.text
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def the_payment(database: Database) -> Payment:
    with database.read() as session:
        return session.scalars(select(Payment).order_by(Payment.id.desc())).first()  # type: ignore[return-value]


def with_deposit(database: Database) -> None:
    with database.write() as session:
        deposit = PriceRule(0, PriceUnit.USE, 12500, LineKind.DEPOSIT)
        rules.put_price(session, None, deposit, "system", NOW)


def test_an_order_is_paid_at_the_bank_and_gets_its_pass(client: Client, city: City) -> None:
    order = ordered(client, city)
    asked = client.get(f"{order}/pay")
    assert title(asked) == "Betalen"
    assert "€\u00a0102,00" in asked.text
    assert "nog 30 minuten" in asked.text
    bank = chosen(client, order, "simulated-bank")
    assert "/demo/bank/" in bank
    assert "€\u00a0102,00" in client.get(bank).text
    done = played(client, bank, "approve")
    assert title(done) == "Uw betaling is gelukt"
    page = client.get(order).text
    assert "/pass/" in page
    assert "Betalingsbewijs" in page
    assert "U moet nog" not in page
    assert client.get(f"{order}/pay").headers["location"] == order


@pytest.mark.parametrize(
    ("refunds", "says"),
    [
        ((), ""),
        (((10, 100), (5, 50)), "50 % van het verschil"),
        (((20, 100),), "te laat om geld terug te krijgen"),
    ],
)
def test_a_move_says_what_comes_back_and_takes_nothing_dearer(
    client: Client, city: City, database: Database, refunds: tuple[Tier, ...], says: str
) -> None:
    with database.write() as session:
        service = session.get_one(Hall, city.a).service_id
        assert service is not None
        rules.put_policy(session, service, Policy(pays_first=True, refunds=refunds), "system", NOW)
    order = ordered(client, city)
    played(client, chosen(client, order, "simulated-bank"), "approve")
    found = re.search(rf'href="({order}/move/\w+)"', client.get(order).text)
    assert found
    page = client.get(found[1]).text
    assert says in page
    assert ("terug te krijgen" in page or "het verschil terug" in page) == bool(says)
    longer = {"day": "2026-12-06", "start": "14:00", "end": "20:00"}
    answer = client.post(found[1], data=longer)
    assert answer.status_code == 409
    assert "Boek dat moment opnieuw" in answer.text


def test_whatever_the_bank_does_the_page_says_what_now(client: Client, city: City) -> None:
    acts = (
        ("refuse", "Uw betaling is niet gelukt", False),
        ("abandon", "U hebt niet betaald", False),
        ("late", "Uw betaling is gelukt", True),
        ("twice", "Uw betaling is gelukt", True),
        ("out_of_order", "Uw betaling is gelukt", True),
        ("silent", "Uw betaling is gelukt", True),
        ("less", "Er kwam te weinig toe", False),
    )
    for day, (act, says, is_certain) in enumerate(acts, 10):
        order = ordered(client, city, day=f"2026-12-{day}")
        page = played(client, chosen(client, order, "simulated-bank"), act)
        assert title(page) == says, act
        assert ("/pass/" in client.get(order).text) == is_certain, act
        assert (f'href="{order}/pay"' in page.text) == (act in {"refuse", "abandon"}), act


def test_a_transfer_shows_all_that_is_needed_and_sends_it_by_mail(
    client: Client, city: City, database: Database
) -> None:
    order = ordered(client, city, day="2026-12-12")
    page = client.get(chosen(client, order, "transfer"))
    assert title(page) == "We wachten op uw betaling"
    communication = re.search(r"\+\+\+\d{3}/\d{4}/\d{5}\+\+\+", page.text)
    assert communication
    assert "BE71 0961 2345 6769" in page.text
    assert "<svg" in page.text
    chosen(client, order, "transfer")
    with database.read() as session:
        (mail,) = session.scalars(
            select(StoredMail).where(StoredMail.subject.contains("Zo betaalt u"))
        ).all()
    assert mail.to == "anna@example.org"
    for needed in (communication[0], "BE71 0961 2345 6769", "€\u00a0102,00", order):
        assert needed in mail.text


def test_a_transfer_is_not_offered_shortly_before_the_use(client: Client, city: City) -> None:
    order = ordered(client, city, day="2026-11-28")
    assert "Overschrijven kan niet meer" in client.get(f"{order}/pay").text
    refused = client.post(f"{order}/pay", data={"way": "transfer"})
    assert refused.status_code == 409
    assert client.post(f"{order}/pay", data={"way": "gold"}).status_code == 409


def test_the_desk_books_a_transfer_and_the_renter_gets_the_pass(
    client: Client, city: City, database: Database, staff: Staff
) -> None:
    order = ordered(client, city, day="2026-12-12")
    chosen(client, order, "transfer")
    one, kim = the_payment(database), staff(Role.CONTACT_CENTRE)
    assert one.communication
    for sought in (one.communication, one.reference, "anna p", "anna@example.org"):
        found = client.get("/desk/payments", params={"q": sought}, headers=kim)
        assert f"/desk/payments/{one.reference}" in found.text, sought
    assert one.reference in client.get("/desk/payments", headers=kim).text
    path = f"/desk/payments/{one.reference}"
    for sent, wrong in (
        ({"cents": "veel"}, {"cents"}),
        ({"cents": "0"}, {"cents"}),
        ({"cents": "102,00", "iban": "BE12"}, {"iban"}),
    ):
        refused = client.post(f"{path}/receive", data={**sent, "seen": "0"}, headers=kim)
        assert refused.status_code == 422
        assert set(problems(refused)) == wrong
        assert all(f'value="{value}"' in refused.text for value in sent.values())
    good = {"cents": "102,00", "seen": "0", "iban": "BE71 0961 2345 6769"}
    assert client.post(f"{path}/receive", data=good, headers=kim).status_code == 303
    assert "/pass/" in client.get(order).text
    again = client.post(f"{path}/receive", data=good, headers=kim)
    assert set(problems(again)) == {"cents"}, "two who book the same money book it once"
    assert the_payment(database).received_cents == 10200
    with database.read() as session:
        audited = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "payment.received")
        ).one()
    assert (audited.after, audited.actor[:6]) == ({"cents": 10200, "via": "transfer"}, "staff:")


def test_who_comes_to_the_desk_pays_there(client: Client, city: City, staff: Staff) -> None:
    order = ordered(client, city, day="2026-11-28")
    kim = staff(Role.CONTACT_CENTRE)
    found = client.get("/desk/payments", params={"q": "anna"}, headers=kim)
    action = re.search(r"/desk/payments/orders/\w+", found.text)
    assert action
    opened = client.post(action[0], headers=kim).headers["location"]
    taken = {"cents": "102", "via": "desk", "seen": "0"}
    client.post(f"{opened}/receive", data=taken, headers=kim)
    assert "/pass/" in client.get(order).text
    assert "Betalingsbewijs" in client.get(f"{order}/receipt").text


def test_staff_who_does_not_wait_says_why_and_is_named(
    client: Client, city: City, database: Database, staff: Staff
) -> None:
    order = ordered(client, city, day="2026-12-12")
    chosen(client, order, "transfer")
    path = f"/desk/payments/{the_payment(database).reference}/confirm-unpaid"
    manager = staff(Role.HALL_MANAGER)
    assert set(problems(client.post(path, data={"reason": " "}, headers=manager))) == {"reason"}
    assert "/pass/" not in client.get(order).text
    client.post(path, data={"reason": "De factuur volgt"}, headers=manager)
    page = client.get(order).text
    assert "/pass/" in page
    assert "U moet nog €\u00a0102,00 betalen." in page
    assert "Betalingsbewijs" not in page
    with database.read() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "order.confirmed_unpaid")
        ).one()
    assert (entry.reason, entry.actor[:6]) == ("De factuur volgt", "staff:")
    refused = client.post(path, data={"reason": "x"}, headers=staff(Role.CONTACT_CENTRE))
    assert refused.status_code == 403


def test_a_deposit_is_kept_in_part_for_a_reason_that_the_renter_reads(
    client: Client, city: City, database: Database, staff: Staff
) -> None:
    with_deposit(database)
    order = ordered(client, city)
    played(client, chosen(client, order, "simulated-bank"), "approve")
    manager, one = staff(Role.HALL_MANAGER), the_payment(database)
    assert one.cents == 10200 + 12500
    page = client.get(f"/desk/payments/{one.reference}", headers=manager)
    action = re.search(r"/desk/payments/\w+/deposits/(\d+)/retain", page.text)
    assert action
    too_much = {"cents": "125,01", "reason": "Ruit stuk"}
    refused = client.post(action[0], data=too_much, headers=manager)
    assert set(re.findall(r'href="#([\w-]+)"', refused.text)) >= {f"cents-{action[1]}"}
    assert 'value="Ruit stuk"' in refused.text
    client.post(action[0], data={"cents": "25", "reason": "Ruit <b>stuk</b>"}, headers=manager)
    receipt = client.get(f"{order}/receipt").text
    assert "Gehouden: €\u00a025,00" in receipt
    assert "−€\u00a0100,00" in receipt
    client.post(action[0], data={"cents": "1", "reason": "nog eens"}, headers=manager)
    assert "Gehouden: €\u00a025,00" in client.get(f"{order}/receipt").text


def test_staff_of_another_service_neither_sees_nor_touches_money(
    client: Client, city: City, database: Database, staff: Staff
) -> None:
    with_deposit(database)
    jef = headers_of(database, Right(Role.HALL_MANAGER, service=pays_other(database, city)))
    order = ordered(client, city, day="2026-12-12")
    chosen(client, order, "transfer")
    one, manager = the_payment(database), staff(Role.HALL_MANAGER)
    path = f"/desk/payments/{one.reference}"
    client.post(f"{path}/receive", data={"cents": "300", "seen": "0"}, headers=manager)
    listed = client.get("/desk/payments", headers=manager).text
    page = client.get(path, headers=manager).text
    number = re.search(r"Betaling (\w+)", page)
    acts = {f"{path}/{act}" for act in ("receive", "accept-short", "confirm-unpaid")}
    acts |= set(re.findall(r"/desk/payments/refunds/\w+/paid-back", listed))
    acts |= set(re.findall(r"/desk/payments/\w+/deposits/\d+/\w+", page))
    assert number
    acts.add(f"/desk/payments/orders/{number[1]}")
    assert len(acts) == 7
    for sought in ("", "?q=anna"):
        assert one.reference not in client.get(f"/desk/payments{sought}", headers=jef).text
    assert client.get(path, headers=jef).status_code == 403
    sent = {"cents": "1", "seen": str(one.received_cents), "reason": "zomaar"}
    for act in sorted(acts):
        assert client.post(act, data=sent, headers=jef).status_code == 403, act
    refund = next(act for act in acts if act.endswith("paid-back"))
    assert client.post(refund, headers=manager).status_code == 303
    assert client.post(refund, headers=manager).status_code == 409


def pays_other(database: Database, city: City) -> int:
    with database.write() as session:
        number = put_service(session, ServiceData("Sport"), "system", NOW).id
        session.get_one(Hall, city.b).service_id = number
    return number


def test_another_order_s_payment_is_not_shown(client: Client, city: City) -> None:
    mine, other = ordered(client, city), ordered(client, city, day="2026-12-12")
    page = chosen(client, other, "transfer")
    assert client.get(page.replace(other, mine)).status_code == 404
    assert client.get(f"{mine}/receipt").status_code == 404


def test_a_callback_from_anybody_else_is_refused(client: Client) -> None:
    providers = {"simulated-bank": 403, "transfer": 404, "bancontact": 404}
    for provider, status in providers.items():
        refuses(client, provider, status)


def refuses(client: Client, provider: str, status: int) -> None:
    for body in (b"", b"{}", b"\x00" * 100, b'{"reference": "X", "standing": "paid"}'):
        answer = client.post(f"/payments/callbacks/{provider}", content=body)
        assert answer.status_code == status
