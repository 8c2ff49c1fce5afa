"""Words for people at a terminal: what a pass says, what a status, an entry or an answer means."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.credential import EVERY_SECOND_WEEK, WEEKDAYS, Claims, Language, parse
from contracts.errors import ContractError
from contracts.journal import first_broken
from contracts.moments import moment_of
from contracts.reasons import DenyReason, Fault
from contracts.sentences import fault, refusal
from edge.errors import EdgeError

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOMENT = "%a %Y-%m-%d %H:%M UTC"
Fields = list[tuple[str, str]]


def explain(text: str) -> Fields:
    """Return what a pass says of itself, name by name; nothing of it is proven."""
    try:
        claims = parse(text).claims
    except ContractError as error:
        return [("form", f"not a pass: {error}")]
    return [
        ("kind", claims.kind.name.lower()),
        ("key", str(claims.key_id)),
        ("site", str(claims.site)),
        ("areas", ", ".join(str(bit) for bit in range(32) if claims.areas >> bit & 1)),
        *_times(claims),
        ("credential", claims.credential_id.hex()),
        ("grant", f"{claims.grant_id}, issue {claims.issue}"),
        ("uses", str(claims.uses) if claims.uses else "any number"),
        ("language", claims.language.name.lower()),
        ("flags", ", ".join(_flags(claims)) or "none"),
    ]


def _times(claims: Claims) -> Fields:
    start, end = claims.valid_from, claims.valid_from + claims.duration
    first = ("first window", f"{moment_of(start):{_MOMENT}} to {moment_of(end):{_MOMENT}}")
    if not claims.repeats:
        return [first]
    days = ", ".join(_DAYS[day] for day in range(WEEKDAYS) if claims.pattern >> day & 1)
    step = "every second week" if claims.pattern & EVERY_SECOND_WEEK else "every week"
    return [first, ("repeats", f"{days}, {step}, {claims.repeats} weeks after the first")]


def _flags(claims: Claims) -> Iterator[str]:
    if claims.accessible:
        yield "accessible opening"
    if claims.may_hold_open:
        yield "may hold the door open"
    if claims.dynamic_required:
        yield "dynamic proof required"


def verdict_words(answer: Mapping[str, Any]) -> str:
    """Return the answer of this door as a sentence."""
    match answer.get("answer"):
        case "granted":
            end = moment_of(int(answer["window"][1]))
            return f"\nThis door opens now, until {end:{_MOMENT}}."
        case "denied":
            said = refusal(DenyReason(answer["reason"]), Language.EN).filled(_opens(answer))
            why = f" ({answer['detail']})" if answer.get("detail") else ""
            return f"\nThis door stays shut: {answer['reason']}{why}. {said.says}"
        case _:
            return f"\nWhat this door would answer is unknown: {answer.get('detail', '')}"


def _opens(answer: Mapping[str, Any]) -> str:
    minute = answer.get("opens_at")
    return "" if minute is None else f"{moment_of(int(minute)):{_MOMENT}}"


def status_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a status answer."""
    service = "in service" if found["commissioned"] else "NOT in service"
    yield f"Door        {found['door'] or 'not configured yet'}, {service} (unit {found['unit']})"
    yield f"Now         {found['mode']}, leaf {found['leaf']}, strike {found['strike']}"
    yield f"Time        {found['trust']}"
    journal = found["journal"]
    yield f"Journal     {journal['entries']} entries, {journal['unacknowledged']} not yet at central"
    age = found["lists_age"]
    yield f"Lists       {'age unknown' if age is None else f'current {age} s ago'}"
    for name, one in found["documents"].items():
        yield f"            {name} number {one['number']} for {one['audience']}"
    if not found["faults"]:
        yield "Faults      none"
    for code, detail in found["faults"].items():
        said = fault(Fault(code), Language.EN)
        yield f"FAULT       {said.says} {said.do}{f' [{detail}]' if detail else ''}"


def entry_line(event: Mapping[str, Any]) -> str:
    """Return one line of the journal."""
    wall = event["wall"]
    at = f"{datetime.fromtimestamp(wall / 1000, UTC):%Y-%m-%d %H:%M:%S}" if wall else " " * 19
    data = "  ".join(f"{name}={value}" for name, value in event["data"].items())
    return f"{event['seq']:>7}  {at}  {event['trust']:<8}  {event['kind']:<17}  {data}"


def first_broken_in(rows: Iterator[Mapping[str, Any]], source: str) -> tuple[int | None, int]:
    """Return the number of the first entry of an export that does not follow, and how many there are.

    Raises:
        EdgeError: it is no export.

    """
    try:
        begin = next(rows)
        chained = [
            (int(row["seq"]), row["event"].encode(), bytes.fromhex(row["hash"])) for row in rows
        ]
        return first_broken(bytes.fromhex(begin["previous"]), chained), len(chained)
    except (ValueError, KeyError, TypeError, StopIteration, AttributeError) as error:
        msg = f"{source} is not an export of a journal: {error!r}"
        raise EdgeError(msg) from error
