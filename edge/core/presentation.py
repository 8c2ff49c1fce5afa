"""One holding-up of a pass: a camera sees the same code many times, the door answers once.

A presentation lasts until the code was unseen for three seconds; several codes may lie before the
camera side by side, each with its own. The same pass shown again within ten seconds of a use that was
counted reopens without spending another one. Refusals that repeat are folded: the journal gets the
first and a count, so nobody can fill it with a printed scribble.
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
MOST_CODES = 8
"""Codes that are remembered at a time: a sheet may show a pass for each pattern of a season."""
MOST_FOLDS = 32
"""Kinds of refusals that are counted at a time."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One code that is or was before the camera. Times are monotonic seconds."""

    text: str = ""
    seen_at: float = float("-inf")
    judged_at: float = float("-inf")
    granted: bool = False
    """Whether this presentation was granted: then it is not judged again."""
    granted_at: float = float("-inf")
    """When it was last granted at the price of a use."""

    def lasts(self, now: float) -> bool:
        """Tell whether the code is held up now."""
        return bool(self.text) and now - self.seen_at < UNSEEN_AFTER

    def reopens(self, now: float) -> bool:
        """Tell whether a grant of the code would be a free reopening."""
        return now - self.granted_at < REOPEN_WITHIN


@dataclass(frozen=True, slots=True)
class Presentation:
    """The codes that were before the camera of late, the last seen one first."""

    sights: tuple[Sight, ...] = ()

    def lasts(self, now: float) -> bool:
        """Tell whether somebody is holding a code up now."""
        return any(sight.lasts(now) for sight in self.sights)

    def is_reopening(self, text: str, now: float) -> bool:
        """Tell whether a grant of this text would be a free reopening."""
        return self.of(text).reopens(now)

    def of(self, text: str) -> Sight:
        """Return what is known of a code."""
        return next((sight for sight in self.sights if sight.text == text), Sight(text))


def see(shown: Presentation, text: str, now: float) -> tuple[Presentation, bool]:
    """Return the presentation after a sight of a code, and whether to decide on it now."""
    sight = shown.of(text)
    if not sight.lasts(now):
        sight = replace(sight, granted=False)
        must_judge = True
    else:
        must_judge = not sight.granted and now - sight.judged_at >= ASK_AGAIN_AFTER
    judged_at = now if must_judge else sight.judged_at
    sight = replace(sight, seen_at=now, judged_at=judged_at)
    return _with(shown, sight, now), must_judge


def note_granted(shown: Presentation, now: float, *, paid: bool = True) -> Presentation:
    """Return the presentation after the code seen last was granted, and `paid` for with a use or not."""
    if not shown.sights:
        return shown
    sight = shown.sights[0]
    # A free reopening does not begin another free time, or one use would last for ever.
    granted_at = now if paid and not sight.reopens(now) else sight.granted_at
    return _with(shown, replace(sight, granted=True, granted_at=granted_at), now)


def _with(shown: Presentation, sight: Sight, now: float) -> Presentation:
    others = (
        other
        for other in shown.sights
        if other.text != sight.text and (other.lasts(now) or other.reopens(now))
    )
    return Presentation((sight, *others)[:MOST_CODES])


@dataclass(frozen=True, slots=True)
class Fold:
    """Refusals of one kind: when the one that was written came, and how many followed it."""

    key: str
    since: float
    count: int = 0

    def is_over(self, now: float) -> bool:
        """Tell whether the next refusal of this kind is written again."""
        return now - self.since >= FOLD_WITHIN


@dataclass(frozen=True, slots=True)
class Folding:
    """How many refusals of each kind were counted since the one that was written, oldest first."""

    folds: tuple[Fold, ...] = ()

    @property
    def key(self) -> str:
        """The kind of refusals that `add` or `close` reports next, empty when there is none."""
        return self.folds[0].key if self.folds else ""

    def add(self, key: str, now: float) -> tuple["Folding", bool, int]:
        """Return the folding after a refusal, whether to write it, and how many of `self.key` to report."""
        for index, fold in enumerate(self.folds):
            if fold.key == key and not (index == 0 and fold.is_over(now)):
                counted = replace(fold, count=fold.count + 1)
                folds = (*self.folds[:index], counted, *self.folds[index + 1 :])
                return Folding(folds), False, 0
        begun = (*self.folds, Fold(key, now))
        if begun[0].is_over(now) or len(begun) > MOST_FOLDS:
            return Folding(begun[1:]), True, begun[0].count
        return Folding(begun), True, 0

    def close(self, now: float) -> tuple["Folding", int]:
        """Return the folding without `self.key` if its time is over, and how many refusals to report."""
        if self.folds and self.folds[0].is_over(now):
            return Folding(self.folds[1:]), self.folds[0].count
        return self, 0
