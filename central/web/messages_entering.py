"""Messages about getting in, and about how it was."""

from collections.abc import Sequence

from central.booking.reservation import State
from central.credentials.way_in import instructions
from central.feedback.uses import may_tell
from central.halls.access_type import AccessType
from central.web.mails import Button
from central.web.message_facts import access_of, doors_open, part_of, route_of
from central.web.message_parts import Part, Said, paragraph
from central.web.message_telling import Telling


def way_in(it: Telling) -> Said | None:
    """Say how to get in, with the pass where there is one."""
    t, one = it.words, it.told.first
    if one.state is not State.CONFIRMED or it.now >= one.closes_at:
        return None
    access, url = access_of(one), it.links.its_pass(one)
    is_pass = access is AccessType.DOOR_UNIT
    return Said(
        subject=it.subject(f"way_in_{access}"),
        parts=(
            *it.hello(),
            paragraph(t(f"message.way_in_{access}.says")),
            part_of(t, one),
            *([paragraph(doors_open(t, one))] if is_pass else []),
            *(_route(it) if is_pass else []),
            *_instructions(it),
        ),
        button=Button(t("message.open_pass" if is_pass else "message.open_way_in"), url),
        after=(
            *([paragraph(t("message.works_offline"))] if is_pass else []),
            *it.why(),
        ),
        short=t("message.way_in_short", **it.place(), url=url),
        attachments=it.picture() if is_pass else (),
        is_secret=is_pass,
    )


def _route(it: Telling) -> Sequence[Part]:
    steps = route_of(it.session, it.told.first.hall)
    return [Part(steps, it.words("message.route"), is_numbered=True)] if steps else []


def _instructions(it: Telling) -> Sequence[Part]:
    hall, t = it.told.first.hall, it.words
    told = (
        ("pass.instructions", instructions(hall, it.told.first.local_start.date())),
        ("message.arriving", hall.arriving),
        ("message.leaving", hall.leaving),
    )
    return [Part(text.splitlines(), t(key)) for key, text in told if text.strip()]


def pass_changed(it: Telling) -> Said | None:
    """Send the pass that replaces one that opens no more."""
    t, one = it.words, it.told.first
    is_pass = access_of(one) is AccessType.DOOR_UNIT
    if one.state is not State.CONFIRMED or it.now >= one.closes_at or not is_pass:
        return None
    url = it.links.its_pass(one)
    return Said(
        subject=it.subject("pass_changed"),
        parts=(
            *it.hello(),
            paragraph(t("message.pass_changed.says")),
            part_of(t, one),
            paragraph(doors_open(t, one)),
        ),
        button=Button(t("message.open_pass"), url),
        after=(paragraph(t("message.works_offline")), *it.why()),
        short=t("message.pass_changed.short", **it.place(), url=url),
        attachments=it.picture(),
        is_secret=True,
    )


def form(it: Telling) -> Said | None:
    """Ask how it was."""
    t, one = it.words, it.told.first
    if not may_tell(one, it.now) or it.now < one.ends_at:
        return None
    url = it.links.use(one)
    return Said(
        subject=it.subject("form"),
        parts=(
            *it.hello(),
            paragraph(t("message.form.says")),
            paragraph(t("message.form.broken")),
        ),
        button=Button(t("message.form.press"), url),
        after=it.why(),
        short=t("message.form.short", **it.place(), url=url),
    )
