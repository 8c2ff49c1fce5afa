"""Our fast reading of base45 against RFC 9285 and the library, on right and on hostile texts."""

import base45
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.base45 import decode_triples

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@pytest.mark.parametrize(
    ("text", "content"),
    [("QED8WEX0", b"ietf!"), ("BB8", b"AB"), ("", b""), ("FGW", b"\xff\xff"), ("000", b"\0\0")],
)
def test_examples_of_the_standard_are_read(text: str, content: bytes) -> None:
    whole = len(text) - len(text) % 3  # a last single byte has no place in a pass
    assert decode_triples(text[:whole]) == content[: whole // 3 * 2]


@given(st.binary(max_size=96))
def test_what_the_library_writes_is_read_back(content: bytes) -> None:
    even = content[: len(content) // 2 * 2]
    assert decode_triples(base45.b45encode(even).decode()) == even


@given(st.text(ALPHABET, min_size=3, max_size=30))
def test_a_text_of_the_alphabet_is_what_the_library_says_or_refused_as_it_does(text: str) -> None:
    text = text[: len(text) // 3 * 3]
    try:
        expected = base45.b45decode(text)
    except ValueError:
        with pytest.raises(ValueError, match="above 65535"):
            decode_triples(text)
    else:
        assert decode_triples(text) == expected


@pytest.mark.parametrize(
    "text", ["GGW", ":::", "000:::"], ids=["65536", "the largest", "in the second triple"]
)
def test_a_triple_above_two_bytes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="above 65535"):
        decode_triples(text)


@pytest.mark.parametrize("text", ["0", "00", "0000", "BB8\n"])
def test_another_length_is_refused_and_nothing_is_trimmed(text: str) -> None:
    with pytest.raises(ValueError, match="length"):
        decode_triples(text)


@pytest.mark.parametrize("code", [one for one in range(0x180) if chr(one) not in ALPHABET])
def test_every_other_character_is_refused_wherever_it_stands(code: int) -> None:
    for place in range(3):
        text = "00"[:place] + chr(code) + "00"[place:]
        with pytest.raises(ValueError, match=r"character|ascii"):
            decode_triples(text)
