"""Who may report and look without an account: holders of signed links, as often as a person would."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends

from central.accounts.links import LinkHolder, LinkPurpose, Links
from central.accounts.principals import HolderOf, staff_with
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember
from central.accounts.throttle import Limit
from central.booking.models import Reservation

SHEET_LIVES = timedelta(days=3 * 366)
"""How long the code on a printed hall sheet works; then print a new one."""
REPORT_LIVES = timedelta(days=366)
"""How long a reporter can look what happened, and staff still tell it."""
USE_LIVES = timedelta(days=30)
"""How long after the use its renter can tell how it was."""

REPORT_FROM = Limit("report from", 20, timedelta(hours=1))
"""Per connection, which all guests in a hall may share."""
REPORT_ABOUT = Limit("report about", 40, timedelta(days=1))
"""Per link: a sheet that got into the wrong hands fills no list."""

KEEPERS = (Role.HALL_MANAGER, Role.FACILITY_STAFF)
"""Who does something about defects."""
WATCHERS = (*KEEPERS, Role.CONTACT_CENTRE)
"""Who sees them, to tell a caller."""

SheetHolder = Annotated[LinkHolder, Depends(HolderOf(LinkPurpose.HALL_SHEET))]
UseHolder = Annotated[LinkHolder, Depends(HolderOf(LinkPurpose.USE))]
DefectHolder = Annotated[LinkHolder, Depends(HolderOf(LinkPurpose.DEFECT))]
DefectWatcher = Annotated[StaffMember, Depends(staff_with(*WATCHERS))]
DefectKeeper = Annotated[StaffMember, Depends(staff_with(*KEEPERS))]


def sheet_link(links: Links, hall_id: int, now: datetime) -> str:
    """Return the link to report a defect of a hall, for the sheet that hangs in it."""
    return links.make(LinkPurpose.HALL_SHEET, str(hall_id), now + SHEET_LIVES)


def use_link(links: Links, reservation: Reservation) -> str:
    """Return the link with which the renter tells about one use: defects, state, the form."""
    until = reservation.ends_at + USE_LIVES
    return links.make(LinkPurpose.USE, reservation.reference, until)


def defect_link(links: Links, reference: str, now: datetime) -> str:
    """Return the link with which a reporter sees what happens with a report."""
    return links.make(LinkPurpose.DEFECT, reference, now + REPORT_LIVES)
