"""How much to try on a frame: everything while somebody holds a code up, next to nothing in between.

A frame without a code costs the first attempt 1 ms, the second 6 and all of them 40, on a computer
four times as fast as a Pi. So a still picture is given the first alone, and now and then what follows;
one that moves the first two and the next of the others in turn; one with something like a code in it
all of them.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from edge.drivers.decode import STEPS, Accept, Gray, attempt
from edge.events import CodeUnclear

AWAKE_FOR = 2.0
"""Seconds of trying hard after something moved. A code that does not move, such as a poster in view,
costs little for ever; a hand always moves."""
IN_VIEW_FOR = 1.0
"""Seconds for which a code stays in view, as it is not found in every frame."""
STILL_EVERY = 5
"""A still picture is tried like one that moves once in so many frames."""
UNCLEAR_AFTER = 2
"""Frames within IN_VIEW_FOR that show a code nobody can read, before it is said."""
SAY_AGAIN_AFTER = 1.0
"""Seconds."""
SILENT_AFTER_PASS = 3.0
"""Seconds after a pass was read in which nothing is unclear: it is being taken away."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a frame."""

    tried: tuple[str, ...] = ()
    text: str | None = None
    """Accepted."""
    damaged: bool = False
    foreign: bool = False
    """A code was read that is not wanted."""


class Seeker:
    """Looks for codes in one frame after the other."""

    def __init__(self, accept: Accept) -> None:
        """Accept texts as `decode` does."""
        self._accept = accept
        self._frames = 0
        self._moved_at = self._code_at = float("-inf")
        self._first, self._second, *self._others = STEPS
        self._best = self._first

    def is_awake(self, now: float) -> bool:
        """Tell whether something moved a moment ago."""
        return now - self._moved_at < AWAKE_FOR

    def seek(self, gray: Gray, now: float, *, moved: bool) -> Found:
        """Return what was found in a frame, after as many attempts as it is worth."""
        self._frames += 1
        if moved:
            self._moved_at = now
        tried: list[str] = []
        damaged = foreign = False
        for name in self._worth_trying(now):
            tried.append(name)
            sighting = attempt(name, gray)
            for text in sighting.texts:
                if self._accept(text):
                    self._code_at, self._best = now, name
                    return Found(tuple(tried), text)
            damaged |= sighting.damaged
            foreign |= bool(sighting.texts)
            if damaged or foreign:
                self._code_at = now
        return Found(tuple(tried), None, damaged, foreign)

    def _worth_trying(self, now: float) -> Iterator[str]:
        """Yield names of attempts; what the last one found decides whether there is a next."""
        # What read the code in the frame before reads it in this one.
        first = self._best if self._in_view(now) else self._first
        yield first
        if self.is_awake(now) and self._in_view(now):
            yield from (name for name in STEPS if name != first)
        elif self.is_awake(now) or self._frames % STILL_EVERY == 0:
            self._others.append(self._others.pop(0))
            yield from (name for name in (self._second, self._others[0]) if name != first)

    def _in_view(self, now: float) -> bool:
        return now - self._code_at < IN_VIEW_FOR


class Puzzled:
    """Notices that somebody holds up a code in vain."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._seen: deque[tuple[float, bool]] = deque()
        self._said_at = self._passed_at = float("-inf")

    def note(self, found: Found, now: float) -> CodeUnclear | None:
        """Take what was found in a frame; return what to say of it, at most once a second."""
        if found.text is not None:
            self._passed_at = now
            self._seen.clear()
        elif found.damaged or found.foreign:
            self._seen.append((now, found.foreign and not found.damaged))
        while self._seen and now - self._seen[0][0] > IN_VIEW_FOR:
            self._seen.popleft()
        if len(self._seen) < UNCLEAR_AFTER or now - self._passed_at < SILENT_AFTER_PASS:
            return None
        if now - self._said_at < SAY_AGAIN_AFTER:
            return None
        self._said_at = now
        return CodeUnclear(now, foreign=all(foreign for _, foreign in self._seen))
