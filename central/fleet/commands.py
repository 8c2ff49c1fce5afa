"""Tell a unit to do something at once: ask it for a nonce, sign the command over it, keep its answer.

    asked ──nonce──► signed ──result──► done | refused
      └──────────────────┴── too late ──► unanswered

Nothing of it can be stored up: a command is worth something for ten seconds of the unit's own clock,
once. Never commits.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from central.documents.authority import Authority
from central.errors import NotFound
from central.events import CommandAsked
from central.fleet.facts import plain
from central.fleet.models import CommandState, UnitCommand
from central.fleet.units import KnownUnit, in_service
from central.outbox.service import announce
from contracts.commands import (
    NONCE_LIFETIME,
    Command,
    CommandName,
    CommandResult,
    NonceGiven,
    NonceRequest,
)
from contracts.documents import Document, DocumentType, unit_audience

GIVEN_UP_AFTER = timedelta(seconds=NONCE_LIFETIME)
"""How long somebody waits at a door before he asks again, and how long each step may take."""
EXPIRY = int(NONCE_LIFETIME)
"""Seconds after which the broker drops what it could not deliver."""
DONE = "done"


def ask(
    session: Session, unit_id: str, name: CommandName, actor: str, reason: str, now: datetime
) -> UnitCommand:
    """Begin to tell a unit something; what follows happens as its answers come in.

    Raises:
        UnknownUnit: it is not in service.

    """
    unit = in_service(session, unit_id)
    command = UnitCommand(
        id=secrets.token_hex(8),
        unit_id=unit.id,
        command=name,
        actor=actor,
        reason=reason,
        state=CommandState.ASKED,
        outcome="",
        detail={},
        asked_at=now,
    )
    session.add(command)
    session.flush()
    announce(session, CommandAsked(command.id), now)
    return command


def nonce_request(session: Session, command_id: str, now: datetime) -> tuple[str, bytes] | None:
    """Return unit and message to ask for a nonce with; None when it is too late for that."""
    command = session.get(UnitCommand, command_id)
    if command is None or command.state is not CommandState.ASKED or _is_late(command, now):
        return None
    return command.unit_id, NonceRequest(ask=command.id).to_bytes()


def sign(
    session: Session, unit: KnownUnit, said: Document, authority: Authority, now: datetime
) -> bytes | None:
    """Return the command signed over the nonce that a unit gave; None when nobody waits for it.

    Raises:
        Malformed: it gave none.
        NoKeyFor: no key may sign commands.

    """
    given = said.read(NonceGiven)
    command = session.get(UnitCommand, given.ask, with_for_update=True)
    if command is None or command.unit_id != unit.id or command.state is not CommandState.ASKED:
        return None
    if _is_late(command, now):
        return None
    body = Command(
        id=command.id, command=command.command, nonce=given.nonce, actor=code_of(command.actor)
    )
    command.state, command.signed_at = CommandState.SIGNED, now
    kind, audience = DocumentType.COMMAND, unit_audience(unit.id)
    return authority.sign(session, kind, audience, body, now, site=unit.site).raw


def take_result(session: Session, unit: KnownUnit, said: Document, now: datetime) -> None:
    """Keep a unit's answer to a command. The first answer counts, also when it comes late.

    Raises:
        Malformed: it is none.

    """
    result = said.read(CommandResult)
    command = session.get(UnitCommand, result.id, with_for_update=True)
    if command is None or command.unit_id != unit.id or command.result is not None:
        return
    if command.signed_at is None:
        return  # nothing was told that it could answer
    is_done = result.outcome == DONE
    command.state = CommandState.DONE if is_done else CommandState.REFUSED
    command.outcome, command.answered_at, command.result = result.outcome, now, said.raw
    command.detail = {name[:40]: plain(str(value)) for name, value in result.detail.items()}


def give_up(session: Session, now: datetime) -> None:
    """Mark what was not answered in time."""
    session.execute(
        update(UnitCommand)
        .where(UnitCommand.state.in_([CommandState.ASKED, CommandState.SIGNED]))
        .where(UnitCommand.asked_at < now - 2 * GIVEN_UP_AFTER)
        .values(state=CommandState.UNANSWERED, answered_at=now)
    )


def find(session: Session, command_id: str) -> UnitCommand:
    """Return a command.

    Raises:
        NotFound: there is none of this id.

    """
    command = session.scalar(select(UnitCommand).where(UnitCommand.id == command_id))
    if command is None:
        raise NotFound("command")
    return command


def code_of(actor: str) -> str:
    """Return an actor of the audit trail as units may know it: `staff:7` is `staff-7`."""
    return actor.replace(":", "-")


def _is_late(command: UnitCommand, now: datetime) -> bool:
    return now - command.asked_at > GIVEN_UP_AFTER
