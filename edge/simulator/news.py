"""Tells open pages what moved, as server-sent events, until the program stops."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from edge.simulator.bench import VirtualDoor
from edge.simulator.view import view_of
from edge.simulator.words import Words

_STILL_HERE = 15.0  # seconds between signs of life where nothing happens
_GATHER = 0.03  # seconds in which several changes become one message


class News:
    """Everybody who listens."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._closing = False
        self._listening: set[asyncio.Event] = set()

    async def of(self, door: VirtualDoor, words: Words) -> AsyncIterator[str]:
        """Yield events: the door as it is, and again whenever it looks different."""
        changed, loop, before = asyncio.Event(), asyncio.get_running_loop(), ""

        def wake() -> None:
            with suppress(RuntimeError):  # the loop ended a moment ago
                loop.call_soon_threadsafe(changed.set)

        end = door.subscribe(wake)
        self._listening.add(changed)
        try:
            while not self._closing:
                changed.clear()
                now = json.dumps(view_of(door.state(), words).as_json(), ensure_ascii=False)
                if now != before:
                    yield f"data: {now}\n\n"
                elif not await _comes(changed, _STILL_HERE):
                    yield ": still here\n\n"
                before = now
                await asyncio.sleep(_GATHER)
        finally:
            self._listening.discard(changed)
            end()

    def close(self) -> None:
        """End every stream."""
        self._closing = True
        for one in self._listening:
            one.set()


async def _comes(event: asyncio.Event, within: float) -> bool:
    try:
        return await asyncio.wait_for(event.wait(), within)
    except TimeoutError:
        return False
