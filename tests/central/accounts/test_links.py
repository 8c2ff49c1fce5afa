from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.accounts.links import LinkHolder, LinkPurpose, LinkRefused, Links
from tests.central.a_city import NOW

UNTIL = NOW + timedelta(days=30)
LINKS = Links(["first secret"])
TEXT = LINKS.make(LinkPurpose.ORDER, "ABC", UNTIL)


def test_a_link_tells_what_it_is_for_until_its_end() -> None:
    holder = LinkHolder(LinkPurpose.ORDER, "ABC")
    assert LINKS.read(LinkPurpose.ORDER, TEXT, NOW) == holder
    assert LINKS.read(LinkPurpose.ORDER, TEXT, UNTIL) == holder
    with pytest.raises(LinkRefused):
        LINKS.read(LinkPurpose.ORDER, TEXT, UNTIL + timedelta(seconds=1))


def test_a_link_of_one_purpose_is_worth_nothing_for_another() -> None:
    with pytest.raises(LinkRefused):
        LINKS.read(LinkPurpose.PASS, TEXT, NOW)


def test_a_link_signed_with_another_secret_is_refused() -> None:
    with pytest.raises(LinkRefused):
        Links(["other secret"]).read(LinkPurpose.ORDER, TEXT, NOW)


def test_links_of_the_previous_secret_still_work_and_new_ones_use_the_new() -> None:
    both = Links(["first secret", "second secret"])
    assert both.read(LinkPurpose.ORDER, TEXT, NOW).subject == "ABC"
    new = both.make(LinkPurpose.ORDER, "ABC", UNTIL)
    assert Links(["second secret"]).read(LinkPurpose.ORDER, new, NOW).subject == "ABC"
    with pytest.raises(LinkRefused):
        LINKS.read(LinkPurpose.ORDER, new, NOW)


@pytest.mark.parametrize("place", range(len(TEXT) - 1))
def test_a_changed_link_is_refused(place: int) -> None:
    other = "A" if TEXT[place] != "A" else "B"
    with pytest.raises(LinkRefused):
        LINKS.read(LinkPurpose.ORDER, TEXT[:place] + other + TEXT[place + 1 :], NOW)


@given(st.text())
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(LinkRefused):
        LINKS.read(LinkPurpose.ORDER, text, NOW)
