"""The unit's time over restarts: what is believed, what is noted, what nobody can wind back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts import strict_json
from contracts.clock import ClockTrust
from edge.drivers.database import open_database
from edge.drivers.journal import Journal
from edge.drivers.store import Store
from edge.unit_clock import FLOOR_EVERY, NETWORK_EVERY, UnitClock

NOW_MS = int(datetime(2026, 11, 24, 12, 0, tzinfo=UTC).timestamp() * 1000)
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
BOOT = b"bootboot"


@dataclass
class Machine:
    """A machine whose clocks the test sets: `drivers.clock.Clock`."""

    boot: int = 1_000_000
    wall: int = NOW_MS
    rtc: int | None = None
    follows_network: bool = False

    def boot_ms(self) -> int:
        return self.boot

    def wall_ms(self) -> int:
        return self.wall

    def rtc_ms(self) -> int | None:
        return self.rtc

    def monotonic(self) -> float:
        return self.boot / 1000

    def is_synchronised(self) -> bool:
        return self.follows_network

    def passes(self, milliseconds: int) -> None:
        self.boot += milliseconds
        self.wall += milliseconds


@pytest.fixture
def store(tmp_path: Path) -> Store:
    database, _ = open_database(tmp_path / "journal.db")
    journal = Journal(database, BOOT)
    return Store(database, tmp_path / "summary.json", journal.epoch, 0)


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    return tmp_path / "clock.json"


def test_new_unit_knows_no_time_until_central_signs_it(store: Store, anchor: Path) -> None:
    clock = UnitClock(Machine(), store, anchor, BOOT)
    assert clock.trust == "none"
    assert clock.reading().now is None
    assert clock.hear_signed(NOW_MS, 0, "7") == "set"
    assert clock.trust is ClockTrust.SIGNED
    assert clock.unix_ms() == NOW_MS


def test_believed_time_goes_on_whatever_the_wall_clock_is_set_to(
    store: Store, anchor: Path
) -> None:
    machine = Machine()
    clock = UnitClock(machine, store, anchor, BOOT)
    clock.hear_signed(NOW_MS, 0, "7")
    clock.watch()
    machine.boot += 5_000
    machine.wall -= HOUR_MS
    assert clock.unix_ms() == NOW_MS + 5_000
    assert clock.watch() == -HOUR_MS - 5_000


def test_restart_of_the_program_keeps_the_trust(store: Store, anchor: Path) -> None:
    machine = Machine()
    UnitClock(machine, store, anchor, BOOT).hear_signed(NOW_MS, 0, "7")
    machine.passes(90_000)
    again = UnitClock(machine, store, anchor, BOOT)
    assert again.trust is ClockTrust.SIGNED
    assert again.unix_ms() == NOW_MS + 90_000


@pytest.mark.parametrize("rtc", [None, NOW_MS + HOUR_MS], ids=["floor", "rtc"])
def test_restart_of_the_program_makes_no_signed_time_of_a_weaker_one(
    store: Store, anchor: Path, rtc: int | None
) -> None:
    store.raise_floor(NOW_MS, 0)
    machine = Machine(rtc=rtc)
    clock = UnitClock(machine, store, anchor, BOOT)
    machine.passes(int(FLOOR_EVERY * 1000))
    clock.tick(0)
    assert UnitClock(machine, store, anchor, BOOT).trust is clock.trust
    assert clock.trust is not ClockTrust.SIGNED


@pytest.mark.parametrize("content", [b"", b"{}", b'{"boot":"00","boot_ms":1,"unix_ms":1}', b"[]"])
def test_restart_of_the_machine_or_a_broken_anchor_starts_from_the_floor(
    store: Store, anchor: Path, content: bytes
) -> None:
    UnitClock(Machine(), store, anchor, BOOT).hear_signed(NOW_MS, 0, "7")
    anchor.write_bytes(content)
    again = UnitClock(Machine(), store, anchor, BOOT)
    assert again.trust is ClockTrust.FLOOR
    assert again.reading().floor == datetime.fromtimestamp(NOW_MS / 1000, UTC)
    assert UnitClock(Machine(), store, anchor, b"another1").trust is ClockTrust.FLOOR


def test_battery_backed_clock_is_believed_unless_it_is_behind_the_floor(
    store: Store, anchor: Path
) -> None:
    UnitClock(Machine(), store, anchor, BOOT).hear_signed(NOW_MS, 0, "7")
    anchor.unlink()
    good = UnitClock(Machine(rtc=NOW_MS + HOUR_MS), store, anchor, BOOT)
    assert (good.trust, good.unix_ms()) == (ClockTrust.RTC, NOW_MS + HOUR_MS)
    assert UnitClock(Machine(rtc=NOW_MS - HOUR_MS), store, anchor, BOOT).trust is ClockTrust.FLOOR
    assert UnitClock(Machine(rtc=None), store, anchor, BOOT).trust is ClockTrust.FLOOR


def test_floor_is_noted_now_and_then_and_never_goes_down(store: Store, anchor: Path) -> None:
    machine = Machine()
    clock = UnitClock(machine, store, anchor, BOOT)
    clock.hear_signed(NOW_MS, 0, "7")
    machine.passes(int(FLOOR_EVERY * 1000) - 1)
    clock.tick(0)
    assert store.summary.floor_ms == NOW_MS
    machine.passes(1)
    clock.tick(0)
    noted = store.summary.floor_ms
    assert NOW_MS < noted <= NOW_MS + FLOOR_EVERY * 1000
    assert clock.hear_signed(NOW_MS, 0, "7") == "behind_floor"
    assert store.summary.floor_ms == noted


def test_untrusted_time_gives_a_guess_that_is_never_behind_the_floor(
    store: Store, anchor: Path
) -> None:
    UnitClock(Machine(), store, anchor, BOOT).hear_signed(NOW_MS, 0, "7")
    anchor.unlink()
    ahead = UnitClock(Machine(wall=NOW_MS + 60_000), store, anchor, BOOT).reading()
    assert ahead.now is None
    assert ahead.untrusted_for == 60
    behind = UnitClock(Machine(wall=NOW_MS - 60_000), store, anchor, BOOT).reading()
    assert behind.estimate is None


def test_guess_does_not_stay_young_however_often_the_wall_clock_is_set_back(
    store: Store, anchor: Path
) -> None:
    store.raise_floor(NOW_MS, 0)
    machine = Machine()
    clock = UnitClock(machine, store, anchor, BOOT)
    for _ in range(3):
        machine.passes(20 * 60_000)
        machine.wall = NOW_MS + 1_000
    assert clock.reading().untrusted_for == 3600


@pytest.mark.parametrize(
    "change",
    [
        {"unix_ms": 10**20},
        {"unix_ms": NOW_MS - 1},
        {"unix_ms": -1},
        {"boot_ms": 10**20},
        {"own_ms": None},
    ],
    ids=str,
)
def test_anchor_that_cannot_be_is_not_believed(
    store: Store, anchor: Path, change: dict[str, int | None]
) -> None:
    UnitClock(Machine(), store, anchor, BOOT).hear_signed(NOW_MS, 0, "7")
    anchor.write_bytes(strict_json.dumps({**strict_json.loads(anchor.read_bytes()), **change}))
    assert UnitClock(Machine(), store, anchor, BOOT).trust is ClockTrust.FLOOR


def test_two_keys_set_a_clock_that_stopped_and_one_alone_does_not(
    store: Store, anchor: Path
) -> None:
    store.raise_floor(NOW_MS, 0)
    machine = Machine(rtc=0)
    clock = UnitClock(machine, store, anchor, BOOT)
    for _ in range(3):
        machine.passes(1_000)
        assert clock.hear_signed(NOW_MS + 30 * DAY_MS, 0, "7") == "far_ahead"
        assert (clock.doubted, clock.trust) == ("7", ClockTrust.FLOOR)
    assert store.summary.floor_ms == NOW_MS
    assert "1970-01-01 00:00 UTC: waits for a second key" in clock.in_words(NOW_MS, "far_ahead")
    machine.passes(1_000)
    assert clock.hear_signed(NOW_MS + 30 * DAY_MS + 1_000, 0, "10") == "set"
    assert (clock.doubted, clock.trust) == ("", ClockTrust.SIGNED)
    assert store.summary.floor_ms == NOW_MS + 30 * DAY_MS + 1_000


def test_a_time_that_is_near_again_ends_the_doubt(store: Store, anchor: Path) -> None:
    store.raise_floor(NOW_MS, 0)
    clock = UnitClock(Machine(rtc=NOW_MS), store, anchor, BOOT)
    assert clock.hear_signed(NOW_MS + 30 * DAY_MS, 0, "7") == "far_ahead"
    assert clock.hear_signed(NOW_MS + HOUR_MS, 0, "10") == "set"
    assert clock.doubted == ""
    assert clock.hear_signed(NOW_MS + 30 * DAY_MS, 0, "10") == "far_ahead"  # 7 said it long ago


def test_what_two_keys_agreed_on_outlives_a_restart_of_the_program(
    store: Store, anchor: Path
) -> None:
    store.raise_floor(NOW_MS, 0)
    machine = Machine(rtc=0)
    clock = UnitClock(machine, store, anchor, BOOT)
    clock.hear_signed(NOW_MS + 30 * DAY_MS, 0, "7")
    clock.hear_signed(NOW_MS + 30 * DAY_MS, 0, "10")
    machine.passes(HOUR_MS)
    again = UnitClock(machine, store, anchor, BOOT)
    assert again.hear_signed(NOW_MS + 30 * DAY_MS + HOUR_MS, 0, "7") == "set"
    assert again.hear_signed(NOW_MS + 32 * DAY_MS, 0, "7") == "far_ahead"


def test_one_key_alone_cannot_walk_away_over_power_cuts_where_there_is_no_rtc(
    store: Store, anchor: Path
) -> None:
    outcomes, said = [], NOW_MS
    for start in range(4):
        clock = UnitClock(Machine(), store, anchor, b"start %d" % start)
        outcomes.append(clock.hear_signed(said, 0, "7"))
        said += 23 * HOUR_MS
    assert outcomes == ["set", "set", "far_ahead", "far_ahead"]
    assert clock.hear_signed(said, 0, "7") == "far_ahead"
    assert clock.hear_signed(said, 0, "10") == "set"  # two keys are believed, and noted as well
    again = UnitClock(Machine(), store, anchor, b"again")
    assert again.hear_signed(said + 23 * HOUR_MS, 0, "7") == "set"


NETWORK_MS = int(NETWORK_EVERY * 1000)


def test_network_time_corrects_within_the_budget_and_raises_neither_floor_nor_trust(
    store: Store, anchor: Path
) -> None:
    store.raise_floor(NOW_MS, 0)
    machine = Machine(rtc=NOW_MS, wall=NOW_MS + 1_500, follows_network=True)
    clock = UnitClock(machine, store, anchor, BOOT)
    clock.tick(0)
    assert (clock.unix_ms(), clock.trust) == (NOW_MS + 1_500, ClockTrust.RTC)
    machine.passes(NETWORK_MS)
    machine.wall += HOUR_MS  # an hour is not a drift
    clock.tick(0)
    assert clock.unix_ms() == NOW_MS + 1_500 + NETWORK_MS
    machine.passes(int(FLOOR_EVERY * 1000))
    clock.tick(0)
    assert store.summary.floor_ms == NOW_MS


def test_network_time_is_looked_at_every_minute_and_only_while_it_is_followed(
    store: Store, anchor: Path
) -> None:
    machine = Machine()
    clock = UnitClock(machine, store, anchor, BOOT)
    clock.hear_signed(NOW_MS, 0, "7")
    machine.wall += 1_000
    clock.tick(0)
    assert clock.unix_ms() == NOW_MS
    machine.follows_network = True
    machine.passes(NETWORK_MS - 1)
    clock.tick(0)
    assert clock.unix_ms() == NOW_MS + NETWORK_MS - 1
    machine.passes(1)
    clock.tick(0)
    assert clock.unix_ms() == NOW_MS + NETWORK_MS + 1_000


def test_network_time_alone_makes_no_time_trusted(store: Store, anchor: Path) -> None:
    clock = UnitClock(Machine(follows_network=True), store, anchor, BOOT)
    clock.tick(0)
    assert (clock.unix_ms(), clock.trust) == (None, ClockTrust.NONE)
