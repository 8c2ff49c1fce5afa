import pytest

from contracts.errors import Malformed
from edge.simulator.lines import LONGEST, Lines, line


def test_a_line_comes_out_as_it_went_in_however_it_is_cut() -> None:
    raw = line({"pin": 17, "high": True}) + line({"pin": 17, "high": False})
    whole = Lines().feed(raw)
    lines = Lines()
    cut = [value for byte in raw for value in lines.feed(bytes([byte]))]
    assert whole == cut == [{"pin": 17, "high": True}, {"pin": 17, "high": False}]


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\x00\xff\xfe",
        b"[1, 2]",
        b'"text"',
        b"17",
        b"NaN",
        b'{"pin": 17, "pin": 18}',
        b'{"pin": 1.5}',
        b"[" * 3000,
        b"9" * 4000,
        b'{"pin": ' + b"9" * 3000 + b"}" + b"}",
        b"x" * (LONGEST + 1),
        b'{"a": "' + b"x" * 1_000_000 + b'"}',
    ],
)
def test_a_hostile_line_is_ignored_and_the_next_one_is_heard(hostile: bytes) -> None:
    lines = Lines()
    assert lines.feed(hostile + b'\n{"pin": 17}\n') == [{"pin": 17}]
    assert lines.ignored == 1


def test_a_line_without_end_takes_no_more_room_than_the_longest() -> None:
    lines = Lines()
    for _ in range(1000):
        assert lines.feed(b"x" * 10_000) == []
        assert len(lines._rest) <= LONGEST
    assert lines.feed(b'tail\n{"pin": 1}\n') == [{"pin": 1}]


def test_what_the_other_side_would_ignore_is_not_sent() -> None:
    with pytest.raises(Malformed, match="4096"):
        line({"announce": "x" * LONGEST})
    with pytest.raises(Malformed):
        line({"level": 0.5})
