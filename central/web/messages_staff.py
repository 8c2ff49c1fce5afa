"""Mail to the staff of a hall: a request that waits too long, a defect for which somebody must come."""

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, joinedload

from central.accounts import mailer, service
from central.accounts.roles import Role
from central.accounts.staff_models import Staff
from central.booking import approvals
from central.booking.models import Order, Reservation
from central.booking.times import to_wall
from central.feedback.models import Defect
from central.halls.models import Hall
from central.settings import Settings
from central.web.language import DEFAULT, languages
from central.web.mails import Button
from central.web.message_facts import part_of
from central.web.message_parts import Part, Said, mail_of, paragraph
from central.web.pages import Pages

_DECIDERS = (Role.HALL_MANAGER,)
_HELPERS = (Role.HALL_MANAGER, Role.FACILITY_STAFF)


class StaffLetters:
    """Writes to the staff who keeps a hall; where nobody does, to who manages the city."""

    def __init__(self, pages: Pages, settings: Settings) -> None:
        self._pages, self._settings = pages, settings

    def request_overdue(
        self, session: Session, reservation_id: int, now: datetime, *, is_escalated: bool
    ) -> None:
        """Remind of a request that waits for an answer; also the city's managers when it is late."""
        one = session.get(
            Reservation,
            reservation_id,
            options=[
                joinedload(Reservation.hall).joinedload(Hall.site),
                joinedload(Reservation.order).joinedload(Order.person),
            ],
        )
        if one is None or one.state not in approvals.WAITING:
            return
        t = languages()[DEFAULT]
        due = approvals.due_of(session, [one.id])[one.id].due_at or now
        at = to_wall(due, ZoneInfo(one.zone))
        kind = "late" if is_escalated else "soon"
        said = Said(
            subject=t(f"letter.request_{kind}", hall=one.hall.name),
            parts=(
                paragraph(t("letter.request_says", day=t.day(at), time=t.time(at))),
                part_of(t, one),
            ),
            button=Button(t("letter.request_press"), f"{self._settings.base_url}/desk/approvals"),
            short="",
        )
        to = _keepers(session, one.hall, _DECIDERS, and_city=is_escalated)
        self._post(session, to, said, f"request-{one.id}-{kind}", now)

    def urgent_defect(self, session: Session, defect_id: int, now: datetime) -> None:
        """Tell of a defect for which somebody must come at once; nothing of one that can wait."""
        defect = session.get(
            Defect, defect_id, options=[joinedload(Defect.hall).joinedload(Hall.site)]
        )
        if defect is None or not defect.is_urgent:
            return
        t, hall = languages()[DEFAULT], defect.hall
        said = Said(
            subject=t("letter.defect", hall=hall.name),
            parts=(
                paragraph(t("letter.defect_says", kind=t(f"defect.kinds.{defect.kind}"))),
                Part(defect.description.splitlines(), hall.name),
            ),
            button=Button(
                t("letter.defect_press"),
                f"{self._settings.base_url}/desk/defects/{defect.reference}",
            ),
            short="",
        )
        to = _keepers(session, hall, _HELPERS, and_city=False)
        self._post(session, to, said, f"defect-{defect.id}", now)

    def _post(
        self, session: Session, to: Sequence[Staff], said: Said, key: str, now: datetime
    ) -> None:
        words = languages()[DEFAULT]
        for one in to:
            mail = mail_of(self._pages, words, one.email, said)
            mailer.post(session, mail, now, f"letter-{key}-{one.id}")


def _keepers(
    session: Session, hall: Hall, roles: Collection[Role], *, and_city: bool
) -> list[Staff]:
    """Return the active staff with a right over a hall; who manages the city only if asked, or alone."""
    active = [one for one in service.all_staff(session) if one.is_active]
    own = [one for one in active if _has(one, hall, roles)]
    city = [one for one in active if _has(one, hall, (Role.ADMIN,))]
    return list(dict.fromkeys([*own, *city])) if and_city or not own else own


def _has(one: Staff, hall: Hall, roles: Collection[Role]) -> bool:
    return any(
        right.role in roles and right.covers(hall.service_id, hall.id) for right in one.rights
    )
