"""How long until a pass opens, or until it ends, in words; pure. `static/pass.js` counts on the same way."""

from datetime import datetime, timedelta

from central.web.language import Words

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
KEYS = ("in_days", "in_hours", "in_minutes", "open_hours", "open_minutes", "over")
"""Of the texts `pass.count.*`, as the page hands them to the script."""


def countdown(words: Words, opens: datetime, closes: datetime, now: datetime) -> str:
    """Return what the pass page says about now; seconds are rounded up to whole minutes."""
    if now >= closes:
        return words("pass.count.over")
    if now >= opens:
        return _in_words(words, "open", closes - now)
    left = opens - now
    if left >= 2 * _DAY:
        return words("pass.count.in_days", days=left // _DAY)
    return _in_words(words, "in", left)


def texts_of(words: Words) -> dict[str, str]:
    """Return the texts with their places, for the script."""
    return {key: words.texts[f"pass.count.{key}"] for key in KEYS}


def _in_words(words: Words, what: str, left: timedelta) -> str:
    minutes = -(-left // timedelta(minutes=1))
    if left >= _HOUR:
        hours, rest = divmod(minutes, 60)
        return words(f"pass.count.{what}_hours", hours=hours, minutes=rest)
    return words(f"pass.count.{what}_minutes", minutes=minutes)
