"""The words above the code, minute by minute; what the script counts on with."""

from datetime import datetime, timedelta

import pytest

from central.web.countdown import KEYS, countdown, texts_of
from central.web.language import languages
from tests.central.a_city import NOW

OPENS = NOW + timedelta(days=3)
CLOSES = OPENS + timedelta(hours=4)
NL, EN = languages()["nl"], languages()["en"]


@pytest.mark.parametrize(
    ("at", "says"),
    [
        (NOW, "Nog 3 dagen tot de deur opengaat."),
        (OPENS - timedelta(days=2), "Nog 2 dagen tot de deur opengaat."),
        (OPENS - timedelta(days=2, seconds=-1), "Nog 48 uur en 0 minuten tot de deur opengaat."),
        (OPENS - timedelta(hours=1), "Nog 1 uur en 0 minuten tot de deur opengaat."),
        (OPENS - timedelta(minutes=59, seconds=1), "Nog 60 minuten tot de deur opengaat."),
        (OPENS - timedelta(seconds=1), "Nog 1 minuten tot de deur opengaat."),
        (OPENS, "De deur gaat nu voor u open, nog 4 uur en 0 minuten."),
        (CLOSES - timedelta(minutes=5), "De deur gaat nu voor u open, nog 5 minuten."),
        (CLOSES, "De tijd van deze reservatie is voorbij."),
    ],
)
def test_each_moment_has_its_words(at: datetime, says: str) -> None:
    assert countdown(NL, OPENS, CLOSES, at) == says


def test_the_script_gets_every_text_with_its_places() -> None:
    assert set(texts_of(EN)) == set(KEYS)
    assert "{hours}" in texts_of(EN)["open_hours"]
