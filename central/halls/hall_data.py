"""All that staff set of a hall, as one value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from central.halls.access_type import AccessType
from central.halls.models import Hall


@dataclass(frozen=True, slots=True)
class HallData:
    """All that staff set of a hall; the fields mean what they mean in `models.Hall`."""

    site_id: int
    name: str
    capacity: int
    service_id: int | None = None
    description: str = ""
    cents_per_hour: int | None = None
    setup_minutes: int = 0
    turnaround_minutes: int = 30
    early_minutes: int = 0
    late_minutes: int = 15
    is_offered: bool = True
    seated: int | None = None
    kind: str = "polyvalent"
    surface: int | None = None
    house_rules: str = ""
    arriving: str = ""
    leaving: str = ""
    live_from: date | None = None
    named_passes: int = 3
    may_hold_open: bool = False
    closes_on_holidays: bool = False
    grid_minutes: int = 1
    shortest_minutes: int = 1
    longest_minutes: int | None = None
    notice_hours: int = 0
    horizon_days: int | None = None
    features: Sequence[str] = ()
    """Codes of facilities and of what makes the hall accessible."""
    spaces: Sequence[int] = ()
    route: Sequence[int] = ()
    """Bits of the areas on the way in, in walking order."""
    openings: Sequence[tuple[int, int, int]] = field(default=())
    """Weekday, opens, closes."""
    special_days: Sequence[tuple[date, int | None, int | None]] = field(default=())
    """Day, opens, closes; both None: closed that day."""
    access: Sequence[tuple[date, AccessType, str]] = field(default=())
    """From which day on one enters in which way, with what renters read beside it."""
    parts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Own hours of parts of the day, in minutes after midnight."""


PLAIN = (
    "name", "capacity", "service_id", "description", "cents_per_hour", "setup_minutes",
    "turnaround_minutes", "early_minutes", "late_minutes", "is_offered", "seated", "kind",
    "surface", "house_rules", "arriving", "leaving", "live_from", "closes_on_holidays",
    "named_passes", "may_hold_open",
    "grid_minutes", "shortest_minutes", "longest_minutes", "notice_hours", "horizon_days",
)  # fmt: skip
"""What `HallData` and `models.Hall` call the same."""


def data_of(hall: Hall) -> HallData:
    """Return what staff set of a hall, to change a part of it."""
    return HallData(
        site_id=hall.site_id,
        spaces=[one.id for one in hall.spaces],
        route=[one.bit for one in hall.route],
        features=[one.code for one in hall.features],
        openings=[(one.weekday, one.opens, one.closes) for one in hall.openings],
        special_days=[(one.day, one.opens, one.closes) for one in hall.special_days],
        access=[(one.first, one.access, one.instructions) for one in hall.access],
        parts=hall.parts or {},
        **{name: getattr(hall, name) for name in PLAIN},
    )
