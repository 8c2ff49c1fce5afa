import re

import httpx
import pytest

from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.rules import ExtraData, put_activity, put_extra, put_price
from central.booking.when import Hours
from central.database import Database
from tests.central.a_city import NOW, City

RULES = (
    PriceRule(0, PriceUnit.PART, 12_000, hours=Hours(frozenset({4, 7}), 1080, 1560),
              names={"nl": "Avond"}),
    PriceRule(0, PriceUnit.USE, 40_000, activities=frozenset({"party"}), position=1),
    PriceRule(0, PriceUnit.PERSON, 200, attendees_until=20, with_extras=frozenset({"kitchen"}),
              position=2),
    PriceRule(0, PriceUnit.PERCENT, 30, LineKind.DISCOUNT, from_day=2, position=3),
    PriceRule(0, PriceUnit.USE, 25_000, LineKind.DEPOSIT, position=4),
)  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_of_a_hall_says_what_it_costs_the_visitors_group(
    client: httpx.Client, database: Database, city: City
) -> None:
    with database.write() as session:
        put_activity(session, "party", {"nl": "Feest", "en": "Party"}, "system", NOW)
        for rule in RULES:
            put_price(session, None, rule, "system", NOW)
        kitchen = ExtraData("kitchen", PriceUnit.USE, 2500, {"nl": "Keuken"}, lead_working_days=3)
        put_extra(session, kitchen, "system", NOW)
    page = client.get(f"/halls/{city.a}", params={"lang": "nl", "day": "2026-12-11"}).text
    assert "Prijzen voor: Particulieren" in page
    (table,) = re.findall(r'<table class="prices">.*?</table>', page, re.DOTALL)
    rows = re.findall(
        r"<th scope=\"row\">(.*?)</th><td>(.*?)</td><td>(.*?)</td>", table.replace("\xa0", " ")
    )
    assert rows == [
        ("Avond", "vrijdag, feestdag van 18.00 tot 02.00 uur", "€ 120,00 voor het hele dagdeel"),
        ("Huur", "Feest", "€ 400,00 per keer"),
        ("Huur", "met Keuken; tot 20 personen", "€ 2,00 per persoon"),
        ("Huur", "andere uren", "€ 25,50 per uur"),
        ("Korting", "vanaf dag 2 na elkaar", "30 % korting op de huur"),
        ("Waarborg", "altijd", "€ 250,00, u krijgt het terug"),
        ("Keuken", "minstens 3 werkdagen vooraf", "€ 25,00 per keer"),
    ]
    free = client.get(f"/halls/{city.b}", params={"lang": "en"}).text
    assert "Prices for: Private persons" in free
