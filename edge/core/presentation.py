"""One holding-up of a pass: a camera sees the same code many times, the door answers once.

A presentation lasts until the code was unseen for three seconds. The same pass shown again within
ten seconds of being granted reopens without spending another use. Refusals that repeat are folded:
the journal gets the first and a count, so nobody can fill it with a printed scribble.
"""

from dataclasses import dataclass, replace

UNSEEN_AFTER = 3.0
"""Seconds without the code after which the next sight of it is a new presentation."""
REOPEN_WITHIN = 10.0
"""Seconds after a grant in which the same pass reopens for free."""
ASK_AGAIN_AFTER = 5.0
"""Seconds after which a code that is still held up is judged again: it may have become valid."""
FOLD_WITHIN = 60.0
"""Seconds in which refusals of one reason are counted instead of written."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """The code that is, or was last, before the camera. Times are monotonic seconds."""

    text: str = ""
    seen_at: float = float("-inf")
    judged_at: float = float("-inf")
    granted: bool = False
    granted_at: float = float("-inf")
    granted_text: str = ""

    def lasts(self, now: float) -> bool:
        """Tell whether somebody is holding a code up now."""
        return bool(self.text) and now - self.seen_at < UNSEEN_AFTER

    def is_reopening(self, text: str, now: float) -> bool:
        """Tell whether a grant of this text would be a free reopening."""
        return text == self.granted_text and now - self.granted_at < REOPEN_WITHIN


def see(shown: Presentation, text: str, now: float) -> tuple[Presentation, bool]:
    """Return the presentation after a sight of a code, and whether to decide on it now."""
    if text != shown.text or not shown.lasts(now):
        return replace(shown, text=text, seen_at=now, judged_at=now, granted=False), True
    again = not shown.granted and now - shown.judged_at >= ASK_AGAIN_AFTER
    judged_at = now if again else shown.judged_at
    return replace(shown, seen_at=now, judged_at=judged_at), again


def note_granted(shown: Presentation, now: float) -> Presentation:
    """Return the presentation after its code was granted."""
    return replace(shown, granted=True, granted_at=now, granted_text=shown.text)


@dataclass(frozen=True, slots=True)
class Folding:
    """How many refusals of each reason were counted since the one that was written."""

    since: float = float("-inf")
    key: str = ""
    count: int = 0

    def add(self, key: str, now: float) -> tuple["Folding", bool, int]:
        """Return the folding after a refusal, whether to write it, and how many to report first."""
        if key == self.key and now - self.since < FOLD_WITHIN:
            return replace(self, count=self.count + 1), False, 0
        return Folding(now, key, 0), True, self.count

    def close(self, now: float) -> tuple["Folding", int]:
        """Return the folding after its time is over, and how many refusals to report."""
        if self.count and now - self.since >= FOLD_WITHIN:
            return Folding(), self.count
        return self, 0
