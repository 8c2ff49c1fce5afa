"""Periods of time, and what a wall clock means: pure, right in both nights that change the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from zoneinfo import ZoneInfo

from central.errors import CentralError


class Which(StrEnum):
    """Which of two equal wall times, in the night that has an hour twice."""

    FIRST = "first"
    SECOND = "second"


class NoSuchTime(CentralError):
    """The clock jumps over this wall time."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "no_such_time"
    sentence = "On {day} it is never {time}: the clock is put forward that night."


class AmbiguousTime(CentralError):
    """This wall time happens twice."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "ambiguous_time"
    sentence = "On {day} it is {time} twice: the clock is put back that night. Say which one."


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A half-open span of UTC time: `start` is in it, `end` is not."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            message = f"a period must end after it starts: {self.start} - {self.end}"
            raise ValueError(message)

    @property
    def length(self) -> timedelta:
        """How long it really lasts, whatever the clock on the wall did meanwhile."""
        return self.end - self.start

    def overlaps(self, other: "Period") -> bool:
        """Tell whether some moment lies in both; back to back is no overlap."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Period") -> bool:
        """Tell whether all of `other` lies in this one."""
        return self.start <= other.start and other.end <= self.end

    def widened(self, before: timedelta, after: timedelta) -> "Period":
        """Return the period with time added on both sides."""
        return Period(self.start - before, self.end + after)


def to_utc(
    local: datetime, zone: ZoneInfo, which: Which | None = None, field: str | None = None
) -> datetime:
    """Return the moment at which clocks in `zone` show `local`.

    Raises:
        NoSuchTime: they never do.
        AmbiguousTime: they do so twice, and `which` does not say which.

    """
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    said = {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}
    if first.astimezone(UTC) > second.astimezone(UTC):
        raise NoSuchTime(field=field, day=said["day"], time=said["time"])
    if first.astimezone(UTC) == second.astimezone(UTC):
        return first.astimezone(UTC)
    if which is None:
        raise AmbiguousTime(field=field, day=said["day"], time=said["time"])
    return (first if which is Which.FIRST else second).astimezone(UTC)


def to_wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what clocks in `zone` show at a moment."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def earliest(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment with this wall time; in a gap, the later reading."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def latest(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the last moment with this wall time; in a gap, the later reading."""
    return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
