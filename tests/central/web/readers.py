"""People who read their mail and fill in forms, as a browser would."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from httpx import Client, Response
from sqlalchemy import select

from central.accounts.mail_models import StoredMail
from central.database import Database

OWN = {"Sec-Fetch-Site": "same-origin"}


def newest_mail(database: Database, to: str) -> StoredMail:
    with database.read() as session:
        wanted = select(StoredMail).where(StoredMail.to == to).order_by(StoredMail.id.desc())
        found = session.scalars(wanted).first()
    assert found, f"no mail to {to}"
    return found


def link_in(mail: StoredMail) -> str:
    """The path of the first link in a mail."""
    found = re.search(r"https?://\S+", mail.text)
    assert found, mail.text
    return urlsplit(found[0]).path


def code_in(mail: StoredMail) -> str:
    found = re.search(r"\b(\d{3}) (\d{3})\b", mail.text)
    assert found, mail.text
    return found[1] + found[2]


def log_in(client: Client, database: Database, email: str, then: str = "", **more: str) -> Response:
    """Ask for a mail and press its link in the same browser."""
    sent = client.post("/account/log-in", data={"email": email, "then": then, **more}, headers=OWN)
    assert sent.status_code == 303, sent.text
    answer = client.get(link_in(newest_mail(database, email.strip().lower())))
    assert answer.status_code == 303, answer.text
    return answer


def log_in_staff(client: Client, email: str, password: str, where: str = "/desk") -> Response:
    answer = client.post(
        "/login", data={"email": email, "password": password, "next": where}, headers=OWN
    )
    assert answer.status_code == 303, answer.text
    return answer


def problems(page: Response) -> dict[str, str]:
    """The error summary: which field its links lead to, and what they say."""
    summary = re.search(r'<div class="summary".*?</div>', page.text, re.DOTALL)
    found = re.findall(r'<a href="#([\w-]+)">(.*?)</a>', summary[0]) if summary else []
    return {name: unescape(says) for name, says in found}


def value(page: Response, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page.text)
    assert found, name
    return unescape(found[1])


def way_back(answer: Response) -> str:
    """What a redirect to a log-in carries along."""
    (then,) = parse_qs(urlsplit(answer.headers["location"]).query)["then"]
    return then
