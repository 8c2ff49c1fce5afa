"""What the demo asks of central over its REST interface, as staff and as a renter."""

import html
from datetime import datetime
from typing import Any

import httpx

from demo.processes import DemoFailed

PATIENCE = 30.0  # seconds


class Central:
    """Central's REST interface, with the token of the demo's administrator."""

    def __init__(self, address: str, token: str = "") -> None:
        """Speak to central at an address."""
        self.address = address
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=f"{address}/api/v1/", headers=headers, timeout=PATIENCE)
        self._web = httpx.Client(base_url=address, timeout=PATIENCE)

    def get(self, path: str, **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        """Return what stands at a path."""
        return self._answer(self._http.get(path, params=parameters))

    def post(self, path: str, **fields: Any) -> Any:  # noqa: ANN401 - JSON
        """Send something new; return what central made of it."""
        return self._answer(self._http.post(path, json=fields))

    def put(self, path: str, **fields: Any) -> Any:  # noqa: ANN401 - JSON
        """Send something changed."""
        return self._answer(self._http.put(path, json=fields))

    def page(self, path: str) -> bytes:
        """Return a page or picture that a signed link opens."""
        found = self._web.get(path)
        if found.is_error:
            msg = f"central answers {found.status_code} to {path.partition('?')[0][:40]}"
            raise DemoFailed(msg)
        return found.content

    def picture(self, path: str) -> bytes:
        """Return a picture that staff may see."""
        found = self._http.get(path)
        if found.is_error:
            msg = f"central refuses: {found.status_code} {found.text[:300]}"
            raise DemoFailed(msg)
        return found.content

    def desk_page(self, path: str) -> str:
        """Return a page of the desk as somebody of staff with a bearer token sees it, in Dutch."""
        found = self._http.get(f"{self.address}{path}", params={"lang": "nl"})
        if found.is_error:
            msg = f"the desk answers {found.status_code}"
            raise DemoFailed(msg)
        return html.unescape(found.text)

    def answers(self) -> bool:
        """Tell whether anything at all answers at the address."""
        try:
            return self._web.get("/").is_success
        except httpx.HTTPError:
            return False

    def is_ready(self) -> bool:
        """Tell whether central answers."""
        try:
            return self._web.get("/health/ready").is_success
        except httpx.HTTPError:
            return False

    def book(self, hall: int, start: datetime, end: datetime) -> dict[str, Any]:
        """Book a hall as a renter does; return the order with its link."""
        held = self.post(
            "orders",
            renter={"email": "anna@teststad.example", "name": "Anna", "language": "nl"},
            reservations=[
                {
                    "hall": hall,
                    "starts_at": start.isoformat(),
                    "ends_at": end.isoformat(),
                    "attendees": 12,
                    "purpose": "repetitie",
                }
            ],
        )
        found: dict[str, Any] = self.post(f"orders/{held['link']}/confirm", terms=held["terms"])
        if any(one["state"] == "awaiting_payment" for one in found["reservations"]):
            self.pay(held["link"])
            found = self.get(f"orders/{held['link']}")
        return {**found, "link": held["link"]}

    def pay(self, link: str) -> None:
        """Pay an order as a renter does on the phone, at the demo's bank."""
        bank = self._sent(f"/orders/{link}/pay", way="simulated-bank")
        page = self._sent(bank, act="approve")
        if not page.startswith(f"/orders/{link}/payments/"):
            msg = f"the bank sends the payer to {page[:40]}"
            raise DemoFailed(msg)

    def add_service(self, name: str) -> None:
        """Add a city service, as an administrator does at the desk."""
        where = f"{self.address}/desk/services"
        answer = self._http.post(where, data={"name": name, "is_active": "1"})
        if not answer.is_redirect:
            msg = f"the desk answers {answer.status_code} to a new city service"
            raise DemoFailed(msg)

    def _sent(self, path: str, **fields: str) -> str:
        """Send a form; return where it leads."""
        answer = self._web.post(path, data=fields)
        if not answer.is_redirect:
            msg = f"central answers {answer.status_code} to {path[:40]}"
            raise DemoFailed(msg)
        return answer.headers["location"]

    def close(self) -> None:
        """End the connections."""
        self._http.close()
        self._web.close()

    @staticmethod
    def _answer(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
        if response.is_error:
            raise DemoFailed(_why(response))
        return response.json() if response.content else None


def _why(refused: httpx.Response) -> str:
    """Return central's own sentence of a refusal, or what little else it says."""
    try:
        return f"central says: {refused.json()['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"central refuses: {refused.status_code} {refused.text[:300]}"
