"""Vectors of the decision: everything that it rests on, and what the door answers."""

from dataclasses import replace
from typing import Any

from contracts.clock import ClockReading, ClockTrust
from contracts.credential import Kind, parse
from contracts.decision import Denied, Granted, fingerprint
from contracts.moments import minute_of
from tests.contracts.scene import CREDENTIAL_KEY, MINUTE, Scene
from tests.contracts.test_decision import RULES
from tests.simulators.city import NOW

NO_CLOCK = ClockReading(None, ClockTrust.FLOOR, floor=NOW)
IN_GRACE = replace(NO_CLOCK, estimate=NOW, untrusted_for=599.0)
KEPT = frozenset({fingerprint(parse(Scene().text).body)})
MORE = {
    "nothing broken": Scene(),
    "kept by the deny list": Scene().but(trust={"kept_of_removed": {CREDENTIAL_KEY: KEPT}}),
    "emergency in a lock-down": Scene()
    .with_claims(kind=Kind.EMERGENCY)
    .but(trust={"locked_down": True}),
    "staff without a clock, by policy": replace(Scene(), clock=NO_CLOCK)
    .with_claims(kind=Kind.STAFF)
    .with_policy(staff_without_clock=True),
    "a renter without a clock, where staff may": replace(Scene(), clock=NO_CLOCK).with_policy(
        staff_without_clock=True
    ),
    "in grace": replace(Scene(), clock=IN_GRACE).with_policy(grace_minutes=10),
    "grace is over": replace(Scene(), clock=IN_GRACE).with_policy(grace_minutes=9),
    "moved away": Scene().but(amendment={"windows": ((MINUTE + 600, MINUTE + 700),)}),
    "moved here": Scene()
    .with_claims(valid_from=MINUTE + 5000)
    .but(amendment={"windows": ((MINUTE - 5, MINUTE + 5),)}),
    "extended": Scene()
    .with_claims(valid_from=MINUTE - 150)
    .but(amendment={"added": ((MINUTE, MINUTE + 60),)}),
    "cancelled as a whole": Scene().but(amendment={"windows": ()}),
    "this date cancelled": Scene()
    .with_claims(repeats=2, pattern=1 << 1)
    .but(amendment={"cancelled": (MINUTE // 1440,)}),
    "too early": Scene().with_claims(valid_from=MINUTE + 1),
    "the last minute": Scene().with_claims(valid_from=MINUTE - 149),
    "the minute after": Scene().with_claims(valid_from=MINUTE - 150),
    "another area after amendment": Scene().but(amendment={"areas": 0b10}),
    "the list's key allows less": Scene().but(
        amendment={"added": ((MINUTE + 500, MINUTE + 501),)}, amendments_entry={"longest_span": 530}
    ),
}


def decisions() -> dict[str, Any]:
    """Return what stands in the file."""
    broken = {f"rule {rule.number}: {rule.name}": rule.broken(Scene()) for rule in RULES}
    base = _inputs(Scene())
    return {
        "about": "docs/credential-format.md, section 6. Minutes since 2025-01-01T00:00Z. "
        "Each case is the base with the named fields replaced.",
        "base": base,
        "cases": [_case(name, scene, base) for name, scene in (MORE | broken).items()],
    }


def _inputs(scene: Scene) -> dict[str, Any]:
    return {
        "text": scene.text,
        "clock": _clock(scene.clock),
        "config": scene.door.to_json() if scene.door else None,
        "trust": _trust(scene),
        "spent": scene.used,
    }


def _case(name: str, scene: Scene, base: dict[str, Any]) -> dict[str, Any]:
    inputs = _inputs(scene)
    changed = {part: _changed(base[part], value) for part, value in inputs.items()}
    changes = {part: value for part, value in changed.items() if value != {}}
    return {"name": name, "answer": _answer(scene.decided()), **changes}


def _changed(before: Any, after: Any) -> Any:  # noqa: ANN401 - any JSON value
    """What is other than before: of a table the fields, of anything else the whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {name: value for name, value in after.items() if value != before[name]}
    return {} if before == after else after


def _clock(clock: ClockReading) -> dict[str, Any]:
    return {
        "trust": clock.trust,
        **{
            name: moment and minute_of(moment)
            for name, moment in (
                ("now", clock.now),
                ("floor", clock.floor),
                ("estimate", clock.estimate),
            )
        },
        "untrusted_for": int(clock.untrusted_for),
    }


def _trust(scene: Scene) -> dict[str, Any]:
    trust = scene.believed
    grants = trust.amendments.grants or {}
    return {
        "keys": [key.entry.to_json() for key in trust.keys.values() if key.entry.kinds],
        "revoked": sorted(one.hex() for one in trust.amendments.revoked),
        "grants": [one.to_json() for one in grants.values()],
        "amendments_key": trust.amendments_key and trust.amendments_key.entry.to_json(),
        "removed_keys": {
            str(key): sorted(one.hex() for one in kept)
            for key, kept in trust.kept_of_removed.items()
        },
        "fresh": trust.fresh,
        "lists_age": trust.lists_age,
        "locked_down": trust.locked_down,
    }


def _answer(answer: Granted | Denied) -> dict[str, Any]:
    if isinstance(answer, Granted):
        window = [answer.window.start, answer.window.end]
        return {"granted": window, "grace": answer.grace}
    return {"denied": answer.reason, "opens_at": answer.opens_at}
