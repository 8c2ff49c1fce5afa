"""Kinds of organisation and names of target groups, as the city edits them. Never commits."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.accounts import grouping
from central.accounts.capacities import Capacity
from central.accounts.models import OrganisationKind, TargetGroupRow
from central.accounts.target_groups import TargetGroup
from central.audit.service import record
from central.errors import CentralError, NotFound


class KindInUse(CentralError):
    """Another one has this name, or one that reads like it."""

    status = HTTPStatus.CONFLICT
    code = "kind_in_use"
    sentence = "There is one with this name already."


@dataclass(frozen=True, slots=True)
class KindData:
    """What the city sets of a kind; the fields mean what they mean in `models.OrganisationKind`."""

    capacity: Capacity
    names: Mapping[str, str]
    """By language; Dutch at least."""
    is_offered: bool = True


def code_for(name: str) -> str:
    """Return the code of a new kind or group: its name in plain letters, with hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40]


def put_kind(
    session: Session, data: KindData, actor: str, now: datetime, code: str | None = None
) -> OrganisationKind:
    """Add a kind, or give one new names. Its code and capacity stay: rules name them.

    Raises:
        NotFound: there is none with this code.
        KindInUse: a new one reads like one that is there.

    """
    kind = _new_kind(session, data) if code is None else session.get(OrganisationKind, code)
    if kind is None:
        raise NotFound("kind")
    before = {"names": dict(kind.names or {}), "is_offered": kind.is_offered}
    kind.names, kind.is_offered = dict(data.names), data.is_offered
    session.add(kind)
    session.flush()
    action = "kind.added" if code is None else "kind.changed"
    after = {"names": kind.names, "is_offered": kind.is_offered}
    record(session, actor, action, f"kind:{kind.code}", now, before=before, after=after)
    return kind


def rename_group(
    session: Session, group_id: int, names: Mapping[str, str], actor: str, now: datetime
) -> None:
    """Give a target group other names; its code stays.

    Raises:
        NotFound: there is none.

    """
    group = session.get(TargetGroupRow, group_id)
    if group is None:
        raise NotFound("target group")
    before, group.names = {"names": group.names}, dict(names)
    after, subject = {"names": group.names}, f"target_group:{group_id}"
    record(session, actor, "target_group.renamed", subject, now, before=before, after=after)


def add_group(session: Session, names: Mapping[str, str], actor: str, now: datetime) -> TargetGroup:
    """Make a target group; nobody belongs to it before a rule says so.

    Raises:
        KindInUse: it reads like one that is there.

    """
    code = code_for(names["nl"])
    same = select(TargetGroupRow.id).where(TargetGroupRow.code == code)
    if not code or session.scalar(same) is not None:
        raise KindInUse(field="nl")
    group = grouping.add_group(session, code, names)
    subject, after = f"target_group:{group.id}", {"names": group.names}
    record(session, actor, "target_group.added", subject, now, after=after)
    return group


def _new_kind(session: Session, data: KindData) -> OrganisationKind:
    code = code_for(data.names["nl"])
    if not code or session.get(OrganisationKind, code) is not None:
        raise KindInUse(field="nl")
    last = session.scalar(select(func.max(OrganisationKind.position))) or 0
    return OrganisationKind(code=code, capacity=data.capacity, position=last + 1)
