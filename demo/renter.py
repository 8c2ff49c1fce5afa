"""What a renter of the demo does: books through the page, opens the pass from the order's page."""

import re
import time
from datetime import datetime
from urllib.parse import quote

from demo.central import PATIENCE, Central
from demo.processes import DemoFailed

_PASS = re.compile(rb'href="(/pass/[^"/]+)"')


class Renter:
    """One order and its pass."""

    def __init__(self, central: Central, hall: int, start: datetime, end: datetime) -> None:
        """Book a hall and confirm it, as its page does."""
        self._central = central
        order = central.book(hall, start, end)
        self.link: str = order["link"]
        self.reference: str = order["reservations"][0]["reference"]
        self.address = pass_address(central, self.link)

    def png(self) -> bytes:
        """Return the pass as the picture that its page offers to keep."""
        return self._central.page(f"{self.address}/pass.png")

    def text(self) -> str:
        """Return what stands in its QR code."""
        return self._central.page(f"{self.address}/pass.txt").decode()

    def move(self, start: datetime, end: datetime) -> None:
        """Move the reservation; the pass stays the same one."""
        self._central.post(
            f"orders/{quote(self.link)}/reservations/{self.reference}/move",
            starts_at=start.isoformat(),
            ends_at=end.isoformat(),
        )

    def cancel(self) -> None:
        """Cancel the reservation."""
        self._central.post(f"orders/{quote(self.link)}/reservations/{self.reference}/cancel")


def pass_address(central: Central, link: str, within: float = PATIENCE) -> str:
    """Return where the pass of an order is, once it is signed; wait at most so many seconds.

    Raises:
        DemoFailed: it was not signed in time.

    """
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        found = _PASS.search(central.page(f"/orders/{quote(link)}"))
        if found and b"pass.png" in central.page(found[1].decode()):
            return found[1].decode()
        time.sleep(0.05)
    msg = "no pass was signed for the reservation"
    raise DemoFailed(msg)
