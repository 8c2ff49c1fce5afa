import json
import logging
import re
from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from central.accounts.cookies import STAFF as SESSION_COOKIE
from central.accounts.roles import Role
from central.main import create_app
from central.settings import Settings
from central.web.guard import JsonLines
from tests.central.in_process import client_of

PAGES = ("/", "/book", "/login", "/nothing-here", "/api/v1/halls", "/api/v1/nothing-here")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_protecting_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("path", ["/", "/book", "/login"])
def test_pages_need_nothing_inline(client: httpx.Client, path: str) -> None:
    page = client.get(path).text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page)


def test_static_files_may_be_kept(client: httpx.Client) -> None:
    answer = client.get("/static/site.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=3600")
    assert client.get("/static/../main.py").status_code == 404


def test_over_https_the_browser_is_told_to_stay_there(application: FastAPI) -> None:
    settings: Settings = application.state.settings
    secure = create_app(settings.model_copy(update={"base_url": "https://zalen.stad.be"}))
    with client_of(secure, "https://zalen.stad.be") as client:
        assert "max-age=31536000" in client.get("/health/live").headers["strict-transport-security"]
    secure.state.database.close()


def test_an_error_nobody_foresaw_is_an_answer_like_the_others(
    application: FastAPI, client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    @application.get("/api/v1/broken")
    def broken() -> None:
        message = "secret detail"
        raise ValueError(message)

    answer = client.get("/api/v1/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret detail" not in answer.text
    assert "content-security-policy" in answer.headers
    assert "a request failed" in caplog.text


def test_errors_for_people_are_pages_for_programs_are_problems(client: httpx.Client) -> None:
    assert "Dat ging niet" in client.get("/nothing-here").text
    problem = client.get("/api/v1/nothing-here").json()
    assert (problem["status"], problem["code"]) == (404, "not_found")
    wrong_method = client.put("/api/v1/me")
    assert (wrong_method.status_code, wrong_method.json()["status"]) == (405, 405)
    assert wrong_method.headers["allow"] == "GET"


def test_a_wrong_body_says_where_and_repeats_nothing_that_was_sent(
    client: httpx.Client, staff: Callable[..., dict[str, str]]
) -> None:
    new = {"email": "mia", "name": "Mia", "password": "my secret password", "roles": []}
    answer = client.post("/api/v1/staff", json=new, headers=staff(Role.ADMIN))
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["fields"]] == ["body/email"]
    assert "my secret password" not in answer.text


def test_too_large_a_request_is_refused(client: httpx.Client) -> None:
    answer = client.post("/api/v1/orders", content=b"x" * 1_000_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert client.post("/book", content=b"x" * 1_000_001).status_code == 413
    chunked = client.post("/api/v1/orders", content=(b"x" * 100_000 for _ in range(11)))
    assert (chunked.status_code, chunked.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://testserver"}, False),
        ({"Cookie": f"{SESSION_COOKIE}=x"}, True),
        ({}, False),
    ],
)
def test_what_another_website_sends_is_refused(
    client: httpx.Client, headers: dict[str, str], *, foreign: bool
) -> None:
    answer = client.post("/logout", headers=headers)
    assert answer.status_code == (403 if foreign else 303)


def test_links_from_other_websites_still_work(client: httpx.Client) -> None:
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_the_log_names_the_route_and_not_the_link(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "central.access")
    client.get("/orders/very-secret-link?x=anna@example.org")
    (record,) = (one for one in caplog.records if one.name == "central.access")
    line = json.loads(JsonLines().format(record))
    assert (line["method"], line["route"], line["status"]) == ("GET", "/orders/{link}", 403)
    assert "secret" not in json.dumps(line)
    assert "anna" not in json.dumps(line)


def test_an_error_in_the_log_is_one_line_of_json(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("so")  # noqa: TRY301
    except ValueError:
        logging.getLogger("central.test").exception("failed: %s", "this")
    line = JsonLines().format(caplog.records[-1])
    assert "\n" not in line
    assert json.loads(line)["says"] == "failed: this"
    assert "ValueError: so" in json.loads(line)["error"]


def test_the_request_s_number_is_in_the_answer_and_the_log(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "central.access")
    number = client.get("/health/live").headers["x-request-id"]
    assert caplog.records[-1].__dict__["fields"]["request"] == number


def test_the_interface_is_described_for_programs(client: httpx.Client) -> None:
    described = client.get("/api/openapi.json").json()
    assert "/api/v1/orders/{link}/confirm" in described["paths"]
    assert not any(path.startswith(("/book", "/desk")) for path in described["paths"])
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert all(operation.get("description") for operation in operations)
