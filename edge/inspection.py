"""Answers tools on this machine and central: status, journal, self-test, what a pass would get.

One question changes something, and only as the root signed it: a floor reset, which has its own part.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from contracts.commands import CommandName
from contracts.decision import Denied, Granted
from edge.access import Access
from edge.believing import Believing
from edge.drivers.journal import Journal
from edge.events import ControlRequest
from edge.faults import Faults
from edge.floor_reset import BEGIN, TAKE, FloorResetting
from edge.release import VERSION
from edge.self_test import SelfTest
from edge.unit_clock import UnitClock
from edge.watching import Watching

PAGE = 50
"""Entries of the journal in one answer; who wants more asks again."""
_MOST_DETAIL = 900


@dataclass(frozen=True, slots=True)
class Inspection:
    """Looks at a running unit; changes nothing and never takes long: the door waits meanwhile."""

    unit: str
    journal: Journal
    clock: UnitClock
    believing: Believing
    access: Access
    faults: Faults
    watching: Watching
    self_test: SelfTest
    resetting: FloorResetting
    log_lines: deque[str]

    def answer(self, request: ControlRequest) -> None:
        """Reply to a tool."""
        answers: dict[str, Callable[[Mapping[str, Any]], Iterator[Mapping[str, Any]]]] = {
            "status": self._status,
            "verify": self._verify,
            "journal": self._rows,
            "self_test": self._test,
            BEGIN: self.resetting.begin,
            TAKE: self.resetting.take,
        }
        find = answers.get(request.request)
        if find is None:
            known = ", ".join(answers)
            request.reply({"error": f"unknown question {request.request[:40]!r}; known: {known}"})
            return
        for reply in find(request.arguments):
            request.reply(reply)

    def for_central(self, command: CommandName) -> Mapping[str, Any]:
        """Return what a `self_test` or `send_logs` command is answered with: bounded, only codes."""
        if command is CommandName.SELF_TEST:
            return {one.name: ("ok" if one.ok else one.words)[:100] for one in self.self_test.run()}
        text = "\n".join(self.log_lines)[-_MOST_DETAIL:]
        return {"log": text}

    def _status(self, _arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        seq, _ = self.journal.head
        beliefs = self.believing.beliefs
        health = self.watching.health()
        yield {
            **health.to_json(),
            "unit": self.unit,
            "software": VERSION,
            "door": beliefs.config.name if beliefs.config else None,
            "commissioned": bool(beliefs.config and beliefs.config.commissioned),
            "fresh": beliefs.fresh,
            "code_is_shown": self.access.is_shown(self.clock.monotonic()),
            "faults": {fault.value: self.faults.detail(fault) for fault in self.faults.active},
            "documents": {
                one.kind.value: {"number": one.number, "audience": one.audience}
                for one in beliefs.held.values()
            },
            "journal": {
                "epoch": self.journal.epoch.hex(),
                "entries": seq,
                "unacknowledged": self.journal.unacked,
            },
        }

    def _verify(self, arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        text = str(arguments.get("text", ""))
        verdict = self.access.judge(text, self.clock.monotonic())
        match verdict:
            case Granted(_, window, grace):
                yield {"answer": "granted", "window": [window.start, window.end], "grace": grace}
            case Denied(reason, _, opens_at, detail):
                yield {
                    "answer": "denied",
                    "reason": reason.value,
                    "opens_at": opens_at,
                    "detail": detail,
                }

    def _rows(self, arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Yield where the chain stands and one page of entries behind a number."""
        after = int(arguments.get("after", self.journal.base_seq))
        most = min(int(arguments.get("most", PAGE)), PAGE)
        if arguments.get("newest"):
            after = self.journal.head[0] - most
        after = max(after, self.journal.base_seq)
        yield {
            "epoch": self.journal.epoch.hex(),
            "previous": (self.journal.hash_at(after) or b"").hex(),
            "after": after,
            "last": self.journal.head[0],
        }
        for row in self.journal.after(after, most):
            yield {"seq": row.seq, "event": row.raw.decode(), "hash": row.hash.hex()}

    def _test(self, _arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        for one in self.self_test.run():
            yield asdict(one)
