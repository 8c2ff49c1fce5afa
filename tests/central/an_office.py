"""What sends the messages of a city that exists only in tests."""

from dataclasses import replace

from pydantic import SecretStr

from central.database import Database
from central.main import messages_of
from central.notifications.channels import TextGateway
from central.notifications.office import MessageOffice
from central.settings import Settings

SETTINGS = Settings(
    secret=SecretStr("a secret that is only for tests, 32+"),
    city="Stad Test",
    base_url="http://testserver",
    smtp_sender="zalen@stad.example",
    demo=True,
)


def an_office(database: Database, gateway: TextGateway | None = None) -> MessageOffice:
    made = messages_of(SETTINGS, database)
    return replace(made, gateway=gateway)
