"""Whoever tries whatever, from whatever state: only what is written out here happens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from httpx import Client
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from central.accounts.roles import Role
from central.booking.models import Occupancy, Reservation
from central.booking.reservation import OCCUPYING, State
from central.booking.rule_models import Handling
from central.database import Database
from tests.central.a_city import NOW, City, use

Staff = Callable[..., dict[str, str]]
RENTER, STRANGER, NOBODY = "renter", "stranger", "nobody"
KEEPERS = {Role.HALL_MANAGER, Role.ADMIN}
DESK = {Role.HALL_MANAGER, Role.CONTACT_CENTRE, Role.ADMIN}
ROLES: tuple[str, ...] = (RENTER, STRANGER, NOBODY, *Role)
REFUSED = {401, 403, 404}
LIVE = (State.HELD, State.REQUESTED, State.IN_HANDLING, State.AWAITING_PAYMENT, State.CONFIRMED)

# Written out by hand: who may, and from which state to which.
TABLE: dict[str, tuple[set[str], dict[State, State]]] = {
    "confirm": ({RENTER}, {State.HELD: State.REQUESTED}),
    "move": ({RENTER, *DESK}, {State.HELD: State.HELD, State.CONFIRMED: State.CONFIRMED}),
    "cancel": ({RENTER, *DESK}, dict.fromkeys(LIVE, State.CANCELLED)),
    "take-up": ({*KEEPERS}, {State.REQUESTED: State.IN_HANDLING}),
    "approve": (
        {*KEEPERS},
        {State.REQUESTED: State.CONFIRMED, State.IN_HANDLING: State.CONFIRMED},
    ),
    "deny": ({*KEEPERS}, {State.REQUESTED: State.DENIED, State.IN_HANDLING: State.DENIED}),
}
TIME = {"starts_at": "2026-12-05T14:00:00Z", "ends_at": "2026-12-05T16:00:00Z"}
BODIES: dict[str, dict[str, object]] = {
    "confirm": {"terms": 1},
    "move": dict(TIME),
    "cancel": {},
    "deny": {"reason": "Nee."},
}


class Case:
    """One reservation, put in a state again and again."""

    def __init__(self, database: Database, client: Client, staff: Staff, city: City) -> None:
        self.database, self.client, self.city = database, client, city
        self.link, self.reference = self._order("anna@example.org", city.a)
        self.other, _ = self._order("bram@example.org", city.b, "2026-12-07")
        self.headers = {role: staff(role) for role in Role}

    def _order(self, email: str, hall: int, day: str = "2026-12-05") -> tuple[str, str]:
        period = {name: day + value[10:] for name, value in TIME.items()}
        wish = {"hall": hall, "attendees": 10, **period}
        made = self.client.post(
            "/api/v1/orders", json={"renter": {"email": email}, "reservations": [wish]}
        ).json()
        return made["link"], made["reservations"][0]["reference"]

    def put(self, state: State) -> None:
        with self.database.write() as session:
            self._put(session, state)

    def _put(self, session: Session, state: State) -> None:
        one = session.query(Reservation).filter_by(reference=self.reference).one()
        ends = NOW + timedelta(minutes=15)
        until = ends if state in {State.HELD, State.AWAITING_PAYMENT} else None
        session.execute(
            update(Reservation)
            .where(Reservation.id == one.id)
            .values(state=state, hold_expires_at=until)
        )
        session.execute(delete(Occupancy).where(Occupancy.reservation_id == one.id))
        if session.get(Handling, one.id) is None:
            session.add(Handling(reservation_id=one.id, due_at=NOW + timedelta(days=1)))
        if state in OCCUPYING:
            busy = use(14, 2.25)
            place = {"space_id": self.city.spaces[0], "reservation_id": one.id}
            times = {"busy_from": busy.start, "busy_to": busy.end, "expires_at": until}
            session.add(Occupancy(**place, **times))

    @property
    def state(self) -> State:
        with self.database.read() as session:
            return session.query(Reservation).filter_by(reference=self.reference).one().state

    def attempt(self, action: str, role: str) -> int:
        """Do it as one role would; return the status."""
        own = {RENTER: self.link, STRANGER: self.other, NOBODY: "x"}.get(role)
        if own is not None and action == "confirm":
            path = f"/api/v1/orders/{own}/confirm"
        elif own is not None and action in {"move", "cancel"}:
            path = f"/api/v1/orders/{own}/reservations/{self.reference}/{action}"
        else:
            path = f"/api/v1/reservations/{self.reference}/{action}"
        headers = self.headers[Role(role)] if role in self.headers else {}
        return self.client.post(path, json=BODIES.get(action), headers=headers).status_code


@pytest.fixture
def case(database: Database, client: Client, staff: Staff, city: City) -> Case:
    return Case(database, client, staff, city)


def cases() -> list[tuple[str, str]]:
    """Each action with each role; staff confirm nothing, so there is no way to try."""
    return [
        (action, role)
        for action in TABLE
        for role in ROLES
        if action != "confirm" or role in {RENTER, NOBODY}
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_transition_from_every_state_for_every_role(case: Case) -> None:
    wrong = []
    for action, role in cases():
        who, leads = TABLE[action]
        states = State if role in who else (next(iter(leads)),)
        for state in states:
            case.put(state)
            status = case.attempt(action, role)
            expected = leads.get(state, state) if role in who else state
            right = {200} if state in leads and role in who else {409} if role in who else REFUSED
            if status not in right or case.state is not expected:
                wrong.append((action, role, state, status, case.state))
    assert wrong == []
