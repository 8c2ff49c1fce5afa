"""Messages about what happens to a reservation, from the request to the cancellation."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from central.booking.reservation import State
from central.booking.rule_models import Handling
from central.booking.times import to_wall
from central.halls.access_type import AccessType
from central.halls.models import Hall
from central.notifications.calendar import Method
from central.web.mails import Button
from central.web.message_facts import access_of, part_of, when
from central.web.message_parts import Part, Said, paragraph
from central.web.message_telling import Telling

_CERTAIN = frozenset({State.CONFIRMED, State.FINISHED})
_ASKED = frozenset({State.REQUESTED, State.IN_HANDLING})


def confirmed(it: Telling) -> Said | None:
    """Say that it is certain; one message for all of an order that became so."""
    it = it.still(_CERTAIN)
    told, t = it.told, it.words
    if not told.reservations:
        return None
    url = it.order_url()
    return Said(
        subject=it.subject("confirmed"),
        parts=(
            *it.hello(),
            paragraph(t("message.confirmed.says")),
            *(part_of(t, one, with_price=True) for one in told.reservations),
            paragraph(t("message.confirmed.calendar")),
            _later(it),
        ),
        button=Button(t("message.see_order"), url),
        after=(paragraph(t("message.change")), *it.why()),
        short=t("message.confirmed.short", **it.place(), url=url),
        attachments=(it.calendar(url, Method.PUBLISH),),
    )


def _later(it: Telling) -> Part:
    by_pass = any(access_of(one) is AccessType.DOOR_UNIT for one in it.told.reservations)
    what = "pass" if by_pass else "way_in"
    days = timedelta(days=it.settings.pass_days)
    is_now = all(one.starts_at - days <= it.now for one in it.told.reservations)
    key = f"message.confirmed.{what}_{'now' if is_now else 'comes'}"
    return paragraph(it.words(key, days=it.settings.pass_days))


def requested(it: Telling) -> Said | None:
    """Say that somebody decides, and by when; one message for all of an order."""
    it = it.still(_ASKED)
    told, t = it.told, it.words
    if not told.reservations:
        return None
    handling = it.session.get(Handling, told.first.id)
    due = handling and handling.due_at
    by = to_wall(due, ZoneInfo(told.first.zone)) if due else None
    url = it.order_url()
    return Said(
        subject=it.subject("requested"),
        parts=(
            *it.hello(),
            paragraph(t("message.requested.says")),
            *(part_of(t, one, with_price=True) for one in told.reservations),
            *([paragraph(t("message.requested.answer_by", day=t.day(by)))] if by else []),
        ),
        button=Button(t("message.see_order"), url),
        after=it.why(),
        short=t("message.requested.short", **it.place(), url=url),
    )


def approved(it: Telling) -> Said | None:
    """Say that somebody agreed, and that it is to be paid; nothing where it is certain already."""
    t, one = it.words, it.told.first
    if one.state is not State.AWAITING_PAYMENT or one.hold_expires_at is None:
        return None
    until = to_wall(one.hold_expires_at, ZoneInfo(one.zone))
    url = it.order_url()
    pay = t("message.approved.pay_before", day=t.day(until), time=t.time(until))
    return Said(
        subject=it.subject("approved"),
        parts=(
            *it.hello(),
            paragraph(t("message.approved.says")),
            part_of(t, one, with_price=True),
            paragraph(pay),
        ),
        button=Button(t("message.pay"), url),
        after=it.why(),
        short=t("message.approved.short", **it.place(), url=url),
    )


def denied(it: Telling) -> Said | None:
    """Say that somebody did not agree, why, and what now."""
    told, t = it.told, it.words
    if told.first.state is not State.DENIED:
        return None
    handling = it.session.get(Handling, told.first.id)
    reason = handling.reason if handling else ""
    url = it.order_url()
    return Said(
        subject=it.subject("denied"),
        parts=(
            *it.hello(),
            paragraph(t("message.denied.says")),
            part_of(t, told.first),
            *([Part((reason,), t("message.reason"))] if reason else []),
            paragraph(t("message.denied.try_again")),
        ),
        button=Button(t("message.search"), it.settings.base_url),
        after=it.why(),
        short=t("message.denied.short", **it.place(), url=url),
    )


def moved(it: Telling) -> Said | None:
    """Say where and when it is now, and what becomes of the pass."""
    t, one = it.words, it.told.first
    if one.state not in _CERTAIN:
        return None
    before = it.session.get_one(Hall, it.about.facts["hall"])
    had_pass = it.pass_was_sent()
    same_site = before.site_id == one.hall.site_id
    key = "same_pass" if had_pass and same_site else "new_pass" if had_pass else "pass_comes"
    url = it.links.its_pass(one) if had_pass else it.order_url()
    return Said(
        subject=it.subject("moved"),
        parts=(
            *it.hello(),
            paragraph(t("message.moved.says")),
            Part(part_of(t, one).lines, f"{t('message.moved.now')} {one.hall.name}"),
            Part((_before(it, before),), t("message.moved.before")),
            *_about_the_pass(it, f"message.moved.{key}"),
            paragraph(t("message.moved.calendar")),
        ),
        button=Button(t("message.open_pass" if had_pass else "message.see_order"), url),
        after=it.why(),
        short=t("message.moved.short", **it.place(), url=url),
        attachments=(it.calendar(it.order_url(), Method.PUBLISH),),
        is_secret=had_pass,
    )


def _before(it: Telling, hall: Hall) -> str:
    zone = ZoneInfo(it.told.first.zone)
    start = to_wall(datetime.fromisoformat(it.about.facts["starts_at"]), zone)
    end = to_wall(datetime.fromisoformat(it.about.facts["ends_at"]), zone)
    return f"{hall.name}, {when(it.words, start, end)}"


def _about_the_pass(it: Telling, key: str) -> Sequence[Part]:
    by_pass = access_of(it.told.first) is AccessType.DOOR_UNIT
    return [paragraph(it.words(key, days=it.settings.pass_days))] if by_pass else []


def cancelled(it: Telling) -> Said | None:
    """Say that it will not happen, and what comes back."""
    t, one = it.words, it.told.first
    if one.state is not State.CANCELLED:
        return None
    percent = int(it.about.facts["refund_percent"])
    back, url = one.cents * percent // 100, it.order_url()
    refund = t("message.cancelled.refund", money=t.money(back), percent=percent)
    nothing = t("message.cancelled.no_refund")
    deposit = t("message.cancelled.deposit", money=t.money(one.deposit_cents))
    return Said(
        subject=it.subject("cancelled"),
        parts=(
            *it.hello(),
            paragraph(t("message.cancelled.says")),
            part_of(t, one),
            *([paragraph(refund if back else nothing)] if one.cents else []),
            *([paragraph(deposit)] if one.deposit_cents else []),
            paragraph(t("message.cancelled.calendar")),
        ),
        button=Button(t("message.see_order"), url),
        after=it.why(),
        short=t("message.cancelled.short", **it.place(), url=url),
        attachments=(it.calendar(url, Method.CANCEL),),
    )
