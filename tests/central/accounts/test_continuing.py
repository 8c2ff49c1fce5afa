from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.accounts.continuing import LONGEST, Continuing, own_path

CONTINUING = Continuing(["a secret"])
FOREIGN = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/a\\b",
    "evil",
    "",
    "javascript:alert(1)",
    "/\r\nSet-Cookie: x=y",
    "/\tx",
    "/" + "x" * LONGEST,
)


@pytest.mark.parametrize("where", FOREIGN)
def test_nobody_is_sent_to_another_website(where: str) -> None:
    assert own_path(where, "/desk") == "/desk"
    assert CONTINUING.read(CONTINUING.make(where), "/account") == "/"


def test_path_and_query_come_back() -> None:
    there = "/book?hall=3&day=2026-12-05"
    assert CONTINUING.read(CONTINUING.make(there), "/account") == there


@given(
    st.dictionaries(
        st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=1, max_size=8),
        st.text(min_size=1, max_size=40),
        max_size=6,
    )
)
def test_everything_typed_comes_back_as_it_was(typed: dict[str, str]) -> None:
    way = CONTINUING.read(CONTINUING.make("/book", typed), "/account")
    assert urlsplit(way).path == "/book"
    there = parse_qs(urlsplit(way).query, keep_blank_values=True)
    assert {name: values[0] for name, values in there.items()} == typed


def test_what_is_typed_joins_a_query_that_is_there() -> None:
    assert (
        CONTINUING.read(CONTINUING.make("/book?hall=3", {"day": "x"}), "") == "/book?hall=3&day=x"
    )


def test_too_much_typed_loses_what_was_typed_and_not_the_way() -> None:
    way = CONTINUING.read(CONTINUING.make("/book", {"purpose": "x" * LONGEST}), "/account")
    assert way == "/book"


@given(st.text())
def test_what_is_not_from_us_leads_to_the_usual_page(text: str) -> None:
    assert CONTINUING.read(text, "/account") == "/account"


def test_another_city_s_word_counts_for_nothing() -> None:
    theirs = Continuing(["their secret"]).make("/elsewhere")
    assert CONTINUING.read(theirs, "/account") == "/account"
