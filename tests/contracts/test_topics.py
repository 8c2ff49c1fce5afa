"""Topics are built and taken apart in one way, and no name can reach beyond its unit's level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Malformed
from contracts.topics import CENTRAL_STATE, RETAINED_DOWN, ROOT, Down, Up, down, read_up, up

UNIT = "u-abcdefgh"


@pytest.mark.parametrize("kind", Up)
@given(unit=st.from_regex(r"u-[a-z2-7]{8,26}", fullmatch=True))
def test_what_a_unit_publishes_on_is_taken_apart_again(kind: Up, unit: str) -> None:
    assert read_up(up(unit, kind)) == (unit, kind)


def test_topics_have_the_unit_as_a_level_of_its_own() -> None:
    assert up(UNIT, Up.STATE) == "hallpass/v1/u-abcdefgh/up/state"
    assert down(UNIT, Down.COMMAND) == "hallpass/v1/u-abcdefgh/down/cmd"
    assert CENTRAL_STATE == "hallpass/v1/central/state"


@pytest.mark.parametrize(
    "topic",
    [
        "",
        ROOT,
        CENTRAL_STATE,
        *(down(UNIT, kind) for kind in Down),
        f"{ROOT}/{UNIT}/up",
        f"{ROOT}/{UNIT}/up/",
        f"{ROOT}/{UNIT}/up/unknown",
        f"{ROOT}/{UNIT}/up/state/",
        f"{ROOT}/{UNIT}/up/state/more",
        f"{ROOT}/{UNIT}/up/state\n",
        f"{ROOT}/{UNIT}/up/STATE",
        f"{ROOT}/{UNIT}/up/#",
        f"{ROOT}/+/up/state",
        f"{ROOT}/#",
        f"{ROOT}/{UNIT}//up/state",
        f"/{ROOT}/{UNIT}/up/state",
        f"{ROOT}/U-ABCDEFGH/up/state",
        f"{ROOT}/u-abcdefg/up/state",
        f"{ROOT}/u-abcdefg1/up/state",
        f"{ROOT}/u-{'a' * 27}/up/state",
        f"{ROOT}/{UNIT}é/up/state",
        f"{ROOT}/{UNIT} /up/state",
        f"{ROOT}/central/up/state",
        f"{ROOT}/../up/state",
        "hallpass/v2/u-abcdefgh/up/state",
        "hallpassxv1/u-abcdefgh/up/state",
        "$SYS/broker/version",
    ],
)
def test_any_other_topic_is_refused(topic: str) -> None:
    with pytest.raises(Malformed):
        read_up(topic)


@given(st.text(max_size=80))
def test_any_text_is_refused_and_never_crashes(topic: str) -> None:
    with pytest.raises(Malformed):
        read_up(topic)


def test_a_long_topic_is_not_repeated_in_full() -> None:
    with pytest.raises(Malformed) as error:
        read_up("x" * 65_535)
    assert len(str(error.value)) < 200


def test_what_acts_at_once_is_never_retained() -> None:
    assert set(Down) - RETAINED_DOWN == {Down.ACK, Down.COMMAND, Down.FRESHNESS}
