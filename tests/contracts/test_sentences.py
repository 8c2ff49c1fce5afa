"""Every code that a person can meet has words in every language, and they fit a small display."""

import re
from collections.abc import Iterator

import pytest

from contracts.credential import Language
from contracts.reasons import DenyReason, Fault
from contracts.sentences import OPENS, PHONE, Greeting, Sentence, fault, greeting, refusal

SPOKEN = [Language.NL, Language.FR, Language.EN, Language.DE]
LONGEST_SAYS, LONGEST_DO = 90, 140
PHONE_NUMBER = "+32 470 12 34 56"
FROM = {
    Language.NL: "woensdag 23 december om 18.30 uur",
    Language.FR: "mercredi 23 décembre à 18 h 30",
    Language.EN: "Wednesday 23 December, 18:30",
    Language.DE: "Mittwoch, 23. Dezember, 18.30 Uhr",
}
# Words that blame the person who stands before the door.
ACCUSING = re.compile(
    r"\b(vals|fout|misbruik|verboden|fraude|faux|interdit|falsifi|invalid|forged|fake|illegal"
    r"|fraud|forbidden|not allowed|gefälscht|verboten|betrug|ungültig|unbefugt)",
    re.IGNORECASE,
)
Code = DenyReason | Fault | Greeting
CODES: list[Code] = [*DenyReason, *Fault, *Greeting]


def words(code: Code, language: Language) -> Sentence:
    match code:
        case DenyReason():
            return refusal(code, language)
        case Fault():
            return fault(code, language)
        case Greeting():
            return greeting(code, language)


EVERY_CODE = pytest.mark.parametrize("code", CODES, ids=repr)


def spoken(code: Code) -> Iterator[tuple[Language, Sentence]]:
    return ((language, words(code, language)) for language in SPOKEN)


@EVERY_CODE
def test_every_code_says_what_happened_and_what_to_do(code: Code) -> None:
    for _, sentence in spoken(code):
        for text in (sentence.says, sentence.do):
            assert text == " ".join(text.split())
            assert text[0].isupper()
            assert text[-1] == "."


@EVERY_CODE
def test_words_are_short_enough_for_a_small_display(code: Code) -> None:
    for language, sentence in spoken(code):
        filled = sentence.filled(FROM[language], PHONE_NUMBER)
        assert len(filled.says) <= LONGEST_SAYS
        assert len(filled.do) <= LONGEST_DO


@EVERY_CODE
def test_words_hold_only_placeholders_that_are_filled(code: Code) -> None:
    when = {OPENS} if code is DenyReason.NOT_YET_VALID else set()
    for language, sentence in spoken(code):
        assert set(re.findall(r"{.*?}", sentence.says)) == when
        assert set(re.findall(r"{.*?}", sentence.do)) <= {PHONE}
        filled = sentence.filled(FROM[language], PHONE_NUMBER)
        assert not set("{}") & {*filled.says, *filled.do}


@EVERY_CODE
def test_there_is_something_to_do_without_a_phone(code: Code) -> None:
    for language, sentence in spoken(code):
        filled = sentence.filled(FROM[language])
        assert filled.do[-1:] == "."
        assert "{" not in filled.do


@EVERY_CODE
def test_no_words_hold_a_code(code: Code) -> None:
    for _, sentence in spoken(code):
        assert not re.search(r"\b[A-Z]{3,}|\d|_", sentence.says + sentence.do)


@EVERY_CODE
def test_no_words_accuse(code: Code) -> None:
    for _, sentence in spoken(code):
        if not isinstance(code, Fault):  # staff must read plainly that a key may be misused
            assert not ACCUSING.search(f"{sentence.says} {sentence.do}")


@EVERY_CODE
def test_each_language_has_words_of_its_own(code: Code) -> None:
    assert len({words(code, language).says for language in SPOKEN}) == len(SPOKEN)
    assert len({words(code, language).do for language in SPOKEN}) == len(SPOKEN)


@pytest.mark.parametrize("language", SPOKEN)
def test_no_two_codes_say_the_same(language: Language) -> None:
    said = [words(code, language).says for code in CODES]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("reason", DenyReason)
def test_every_refusal_names_who_can_help(reason: DenyReason) -> None:
    for _, sentence in spoken(reason):
        assert sentence.filled(phone="0800 12 345").do.count("0800 12 345") == 1


@pytest.mark.parametrize("code", Fault)
def test_what_staff_read_needs_no_filling_in(code: Fault) -> None:
    for _, sentence in spoken(code):
        assert sentence == sentence.filled()


@EVERY_CODE
def test_a_site_without_a_language_speaks_dutch(code: Code) -> None:
    assert words(code, Language.SITE) == words(code, Language.NL)


def test_what_is_filled_in_is_only_data() -> None:
    sentence = Sentence("Vanaf {opens}.", "Wacht. Bel {phone}.")
    filled = sentence.filled(opens="{phone} {0}", phone="{opens} {x.__class__}")
    assert filled == Sentence("Vanaf {phone} {0}.", "Wacht. Bel {opens} {x.__class__}.")


def test_without_a_phone_only_the_request_to_call_is_left_out() -> None:
    sentence = Sentence("Toe.", "Wacht. Bel anders {phone}. Of kom terug!")
    assert sentence.filled().do == "Wacht. Of kom terug!"
