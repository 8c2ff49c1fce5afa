"""A small real program with the unit's own drivers on a wire; told what to do by lines on its stdin.

It says "ready", then every input that changed, on its stdout.
"""

import os
import select
import sys
import time
from pathlib import Path

from edge.drivers.indicator import Indicator, Scene
from edge.drivers.inputs import Inputs
from edge.drivers.pins import pin_factory, speech_of
from edge.drivers.strike import Strike
from edge.events import Event, InputChanged
from edge.pins import read_pins
from edge.simulator import places

STEP = 0.02  # seconds of the loop
WORDS = {
    "ready": ("Houd uw pas voor de camera.", "De deur kan nu open.", "nl"),
    "open": ("Welkom! De deur is open.", "Duw de deur open.", "nl"),
    "refused": ("Ce passe n'ouvre pas cette porte.", "Regardez la porte sur le passe.", "fr"),
}


class DoorUnit:
    """Strike, lamp, inputs and words."""

    def __init__(self, wire: Path) -> None:
        self.factory = pin_factory("mock", str(wire))
        pins, speech = read_pins(), speech_of(self.factory)
        assert speech is not None
        self.speak = speech
        self.strike = Strike(self.factory, pins)
        self.indicator = Indicator(self.factory, pins)
        self.inputs = Inputs(self.factory, pins, self.tell)
        for name, active in self.inputs.settled.items():
            say(f"{name} {'active' if active else 'idle'}")

    def tell(self, event: Event) -> None:
        assert isinstance(event, InputChanged)
        say(f"{event.input} {'active' if event.active else 'idle'}")

    def do(self, order: str, now: float) -> None:
        match order.split():
            case ["release", seconds]:
                self.strike.release(now, float(seconds))
            case ["secure"]:
                self.strike.secure()
            case ["release-and-die"]:
                self.strike.release(now, 5.0)
                os.kill(os.getpid(), 9)
            case ["hang"]:
                say("hanging")
                while True:
                    time.sleep(60)
            case ["show", scene]:
                self.indicator.show(Scene(scene), now)
            case ["say", tone]:
                title, text, language = WORDS[tone]
                words = {"title": title, "text": text, "language": language, "tone": tone}
                self.speak({"announce": words})
            case ["chatter"]:
                self.speak({"chatter": "x" * 3000})
        say(f"did {order}")

    def step(self, now: float) -> None:
        self.inputs.poll(now)
        self.strike.keep_alive(now)
        self.indicator.play(now)

    def close(self) -> None:
        for part in (self.strike, self.indicator, self.inputs, self.factory):
            part.close()


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the test reads it


def main() -> None:
    unit = DoorUnit(Path(sys.argv[1]) / places.WIRE)
    say("ready")
    while True:
        if select.select([sys.stdin], [], [], STEP)[0]:
            order = sys.stdin.readline()
            if not order:
                break
            unit.do(order.strip(), time.monotonic())
        unit.step(time.monotonic())
    unit.close()


if __name__ == "__main__":
    main()
