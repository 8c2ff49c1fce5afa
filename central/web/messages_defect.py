"""The message about a defect that somebody reported: what happened with it."""

from datetime import datetime

from sqlalchemy.orm import Session, joinedload, selectinload

from central.feedback import defects
from central.feedback.defects import Address
from central.feedback.models import Defect, DefectChange
from central.feedback.who import defect_link
from central.notifications.models import Notification
from central.web.language import Words, languages
from central.web.mails import Button
from central.web.message_facts import MessageLinks
from central.web.message_parts import Part, Said, paragraph
from central.web.message_telling import greeting


def defect_changed(
    session: Session, about: Notification, links: MessageLinks, now: datetime
) -> tuple[Address, Words, Said] | None:
    """Return whom to tell, in which language, and what; None when nobody is to be told."""
    defect = session.get(
        Defect,
        about.defect_id,
        options=[joinedload(Defect.hall), selectinload(Defect.changes)],
        populate_existing=True,
    )
    if defect is None:
        return None
    to = defects.reporter_of(session, defect)
    changes = [one for one in defect.changes if one.id == about.facts["change"]]
    if to is None or not changes:
        return None
    words = languages().get(to.language) or next(iter(languages().values()))
    link = defect_link(links.links, defect.reference, now)
    url = f"{links.base_url}/reports/{link}"
    return to, words, _said(words, defect, changes[0], greeting(words, to.name), url)


def _said(t: Words, defect: Defect, change: DefectChange, hello: str, url: str) -> Said:
    happened = t(f"defect.changes.{change.transition}")
    subject = t("message.defect.subject", hall=defect.hall.name, happened=happened)
    return Said(
        subject=subject,
        parts=(
            paragraph(hello),
            paragraph(t("message.defect.says", hall=defect.hall.name)),
            Part(change.public_note.splitlines() or [f"{happened}."], happened),
            Part(defect.description.splitlines(), t("message.defect.yours")),
        ),
        button=Button(t("message.defect.press"), url),
        after=(paragraph(t("message.defect.why")),),
        short=f"{subject} {url}",
    )
