"""A pass that opens a door of the demo at this moment: booked once, kept until its time is over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from demo.central import Central
from demo.processes import DemoFailed
from demo.renter import Renter, pass_address
from demo.story import HALL_A, OTHER

_LASTS = timedelta(hours=2)
_SIGNED_LONG_AGO = 2.0  # seconds to look for a pass that is there unless it was revoked


def pass_for_now(
    central: Central, kept: Path, now: datetime, say: Callable[[str], None]
) -> str | None:
    """Return the path of a pass's page: of an earlier start as long as it opens, else of a new booking.

    `kept`: the file of the order's link. None: no hall was free, which was said.
    """
    if found := _of_earlier_start(central, kept, now):
        return found
    halls = {one["name"]: one["id"] for one in central.get("halls")}
    start = now.replace(second=0, microsecond=0)
    for name in (HALL_A, OTHER):
        try:
            renter = Renter(central, halls[name], start, start + _LASTS)
        except DemoFailed as error:
            say(f"{name} could not be booked for now; {error}")
            continue
        kept.touch(mode=0o600)
        kept.write_text(renter.link, encoding="ascii")
        return renter.address
    say("There is no pass for now. Book a hall for later: the doors then offer its pass.")
    return None


def _of_earlier_start(central: Central, kept: Path, now: datetime) -> str | None:
    if not kept.exists():
        return None
    link = kept.read_text(encoding="ascii")
    try:
        (one,) = central.get(f"orders/{quote(link)}")["reservations"]
        starts, ends = (datetime.fromisoformat(one[when]) for when in ("starts_at", "ends_at"))
        opens = one["state"] == "confirmed" and starts <= now < ends  # it may have been moved since
        return pass_address(central, link, _SIGNED_LONG_AGO) if opens else None
    except DemoFailed:  # it is no longer there, or its pass was revoked
        return None
