"""What the door says to people, in four languages: a sentence for every code that they may meet.

`docs/sentences.md` shows them side by side. Dutch comes first and is plain (B1); the others follow it.
"""

from collections.abc import Mapping

from contracts.credential import Language
from contracts.reasons import DenyReason, Fault
from contracts.sentences import de, en, fr, nl
from contracts.sentences.sentence import OPENS, PHONE, Greeting, Phrasebook, Sentence

__all__ = ["OPENS", "PHONE", "Greeting", "Sentence", "fault", "greeting", "refusal"]

_PHRASEBOOKS: Mapping[Language, Phrasebook] = {
    Language.NL: nl.PHRASEBOOK,
    Language.FR: fr.PHRASEBOOK,
    Language.EN: en.PHRASEBOOK,
    Language.DE: de.PHRASEBOOK,
}


def refusal(reason: DenyReason, language: Language) -> Sentence:
    """Return why a pass did not open the door; fill in its placeholders with `filled`."""
    return _phrasebook(language).refusals[reason]


def fault(code: Fault, language: Language) -> Sentence:
    """Return what is wrong with the door, for staff."""
    return _phrasebook(language).faults[code]


def greeting(what: Greeting, language: Language) -> Sentence:
    """Return what the door says when all goes well, or nearly so."""
    return _phrasebook(language).greetings[what]


def _phrasebook(language: Language) -> Phrasebook:
    """Return the words of a language; `SITE` should be resolved by the caller and gives Dutch."""
    return _PHRASEBOOKS.get(language, nl.PHRASEBOOK)
