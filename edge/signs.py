"""What the person before the door is told: lamp, buzzer and words, in the holder's language."""

from dataclasses import dataclass
from datetime import UTC

from contracts.credential import Claims, Language
from contracts.decision import Denied
from contracts.door_config import DoorConfig
from contracts.moments import moment_of
from contracts.reasons import DenyReason
from contracts.sentences import Greeting, Sentence, greeting, refusal
from edge.drivers.announcer import Announcement, Announcer
from edge.drivers.indicator import Indicator, Scene

REFUSED_FOR = 5.0
CODE_SEEN_FOR = 0.4
COME_CLOSER_FOR = 1.5
WARNING_FOR = 10.0
GUESTS_FOR = 8.0
IDENTIFY_FOR = 10.0

_URGENCY = (
    Scene.IDENTIFY,
    Scene.OPEN,
    Scene.REFUSED,
    Scene.WARN,
    Scene.FAULT,
    Scene.COME_CLOSER,
    Scene.CODE_SEEN,
    Scene.READY,
)
"""When several things could be said, the first of these is."""

_GREETINGS = {
    Scene.READY: (Greeting.READY, "ready"),
    Scene.WARN: (Greeting.HELD_OPEN_SOON, "warn"),
    Scene.FAULT: (Greeting.FAULT, "fault"),
    Scene.IDENTIFY: (Greeting.IDENTIFY, "info"),
    Scene.COME_CLOSER: (Greeting.COME_CLOSER, "info"),
}


@dataclass(frozen=True, slots=True)
class _Said:
    """A scene that lasts until a monotonic second, and the words that go with it."""

    until: float
    words: Announcement | None = None


class Signs:
    """Chooses what lamp, buzzer and display say; `tick` moves it on."""

    def __init__(self, indicator: Indicator, announcer: Announcer) -> None:
        """Speak through these."""
        self._indicator, self._announcer = indicator, announcer
        self._said: dict[Scene, _Said] = {}
        self._shown: tuple[Scene, Announcement | None] | None = None
        self._door: DoorConfig | None = None
        self._is_free = False
        self._fault = False
        self._alarm = False

    def configure(self, door: DoorConfig | None) -> None:
        """Take the door's name, language and duty phone."""
        self._door, self._shown = door, None

    def set_state(self, *, is_free: bool, fault: bool, alarm: bool) -> None:
        """Take what lasts: whether the door is open to all, a fault stops it, an alarm is heard."""
        self._is_free, self._fault, self._alarm = is_free, fault, alarm

    def code_seen(self, now: float) -> None:
        """Show that a code is read."""
        self._said[Scene.CODE_SEEN] = _Said(now + CODE_SEEN_FOR)

    def come_closer(self, now: float) -> None:
        """Ask to hold a code better."""
        self._said[Scene.COME_CLOSER] = _Said(now + COME_CLOSER_FOR)

    def granted(self, claims: Claims | None, now: float, seconds: float) -> None:
        """Say that the door can be opened now, to the holder of a pass or to whoever asked."""
        language = claims.language if claims else Language.SITE
        self._said.pop(Scene.REFUSED, None)
        words = self._words(greeting(Greeting.OPEN, self._language(language)), language, "open")
        self._said[Scene.OPEN] = _Said(now + seconds, words)

    def guests(self, claims: Claims, now: float, *, begun: bool) -> None:
        """Say that the pass lets the door stand open for guests from now on, or no longer."""
        what, scene, tone = (
            (Greeting.GUESTS_MAY_ENTER, Scene.OPEN, "open")
            if begun
            else (Greeting.GUESTS_OVER, Scene.WARN, "warn")
        )
        self._said.pop(Scene.OPEN, None)
        said = greeting(what, self._language(claims.language))
        self._said[scene] = _Said(now + GUESTS_FOR, self._words(said, claims.language, tone))

    def refused(self, denied: Denied, now: float) -> None:
        """Say why not, and what to do."""
        language = denied.claims.language if denied.claims else Language.SITE
        said = refusal(denied.reason, self._language(language))
        self._said.pop(Scene.OPEN, None)
        words = self._words(said, language, "refused", self._opens(denied))
        self._said[Scene.REFUSED] = _Said(now + REFUSED_FOR, words)

    def closed(self) -> None:
        """The passage is over: no longer say that it is open."""
        self._said.pop(Scene.OPEN, None)
        self._said.pop(Scene.WARN, None)

    def warn(self, now: float) -> None:
        """Ask to close the door."""
        self._said[Scene.WARN] = _Said(now + WARNING_FOR)

    def identify(self, now: float) -> None:
        """Show which door this is."""
        self._said[Scene.IDENTIFY] = _Said(now + IDENTIFY_FOR)

    def tick(self, now: float) -> None:
        """Show what is to be shown at this monotonic second."""
        scene, words = self._current(now)
        if (scene, words) != self._shown:
            self._shown = scene, words
            self._indicator.show(scene, now)
            if words is not None:
                self._announcer.show(words)
        self._indicator.sound_alarm(now, on=self._alarm)
        self._indicator.play(now)

    def _current(self, now: float) -> tuple[Scene, Announcement | None]:
        self._said = {scene: one for scene, one in self._said.items() if one.until > now}
        for scene in _URGENCY:
            if scene in self._said:
                return scene, self._said[scene].words or self._greeting(scene)
            if scene is Scene.FAULT and self._fault:
                return scene, self._greeting(scene)
        if self._is_free:
            said = greeting(Greeting.OPEN_FOR_ALL, self._language(Language.SITE))
            return Scene.OPEN, self._words(said, Language.SITE, "open")
        return Scene.READY, self._greeting(Scene.READY)

    def _greeting(self, scene: Scene) -> Announcement | None:
        if scene not in _GREETINGS:
            return None
        what, tone = _GREETINGS[scene]
        return self._words(greeting(what, self._language(Language.SITE)), Language.SITE, tone)

    def _words(
        self, said: Sentence, language: Language, tone: str, opens: str = ""
    ) -> Announcement:
        filled = said.filled(opens=opens, phone=self._door.duty_phone if self._door else "")
        spoken = self._language(language).name.lower()
        return Announcement(filled.says, filled.do, spoken, tone)

    def _language(self, language: Language) -> Language:
        if language is not Language.SITE:
            return language
        return self._door.language if self._door else Language.NL

    def _opens(self, denied: Denied) -> str:
        if denied.reason is not DenyReason.NOT_YET_VALID or denied.opens_at is None:
            return ""
        minute = denied.opens_at
        local = self._door.zone.table().local(minute) if self._door else minute
        return f"{moment_of(local).astimezone(UTC):%d/%m %H:%M}"
