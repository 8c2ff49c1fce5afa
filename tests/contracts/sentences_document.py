"""Writes docs/sentences.md: `python -m tests.contracts.sentences_document`. A test compares it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from contracts.credential import Language
from contracts.reasons import DenyReason, Fault
from contracts.sentences import Greeting, Sentence, fault, greeting, refusal

PATH = Path(__file__).parents[2] / "docs/sentences.md"
LANGUAGES = [language for language in Language if language is not Language.SITE]
_HEAD = """\
# What a door says

Every code that a person can meet, in the words of `contracts/sentences/`: what happened, and what
to do now. `python -m tests.contracts.sentences_document` writes this page: change the words there,
never here. What a code means stands in the [glossary](glossary.md).

`{opens}` is the moment from which the pass opens, `{phone}` the duty phone number of the site;
where a site has none, the sentence with it is left out.
"""

Code = TypeVar("Code", DenyReason, Fault, Greeting)


def document() -> str:
    """Return the page as it should stand there."""
    return "\n".join(
        [
            _HEAD,
            *_section("Refusals", DenyReason, refusal),
            "",
            *_section("Faults", Fault, fault),
            "",
            *_section("Greetings", Greeting, greeting),
            "",
        ]
    )


def _section(
    heading: str, codes: type[Code], say: Callable[[Code, Language], Sentence]
) -> Iterator[str]:
    yield f"## {heading}"
    yield ""
    yield "| code | | what happened | what to do |"
    yield "|---|---|---|---|"
    for code in codes:
        for language in LANGUAGES:
            words = say(code, language)
            yield f"| `{code}` | {language.name.lower()} | {words.says} | {words.do} |"


if __name__ == "__main__":
    PATH.write_text(document(), encoding="utf-8")
