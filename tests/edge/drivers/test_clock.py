"""The machine's clocks: what can be set, what cannot, and an RTC that may not be there."""

import time
from pathlib import Path

import pytest

from edge.drivers.clock import SYSTEM, SystemClock


def test_the_rtc_is_read_from_its_folder_in_milliseconds(tmp_path: Path) -> None:
    (tmp_path / "since_epoch").write_text("1795000000\n")
    assert SystemClock(str(tmp_path)).rtc_ms() == 1_795_000_000_000


@pytest.mark.parametrize("content", ["", "soon\n", "1795000000.5\n", "\xff"])
def test_an_rtc_that_says_nothing_sensible_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "since_epoch").write_text(content)
    assert SystemClock(str(tmp_path)).rtc_ms() is None


def test_an_rtc_that_is_not_there_counts_as_none(tmp_path: Path) -> None:
    assert SystemClock(str(tmp_path / "rtc0")).rtc_ms() is None


def test_an_rtc_that_the_kernel_refuses_to_read_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "since_epoch").mkdir()  # reading fails, as after the battery ran out
    assert SystemClock(str(tmp_path)).rtc_ms() is None


def test_without_an_rtc_no_file_that_happens_to_be_here_is_taken_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "since_epoch").write_text("1795000000\n")
    monkeypatch.chdir(tmp_path)
    assert SystemClock("").rtc_ms() is None


def test_a_development_machine_takes_its_wall_clock_for_an_rtc() -> None:
    clock = SystemClock(SYSTEM)
    before = time.time_ns() // 1_000_000
    rtc_ms = clock.rtc_ms()
    assert rtc_ms is not None
    assert before <= rtc_ms <= clock.wall_ms()


def test_clocks_that_cannot_be_set_never_go_back() -> None:
    clock = SystemClock("")
    boots = [clock.boot_ms() for _ in range(1000)]
    seconds = [clock.monotonic() for _ in range(1000)]
    assert boots == sorted(boots)
    assert seconds == sorted(seconds)


def test_boot_time_and_monotonic_time_go_at_the_same_pace() -> None:
    clock = SystemClock("")
    boot, second = clock.boot_ms(), clock.monotonic()
    while clock.monotonic() < second + 0.05:
        pass
    assert abs((clock.boot_ms() - boot) / 1000 - (clock.monotonic() - second)) < 0.05
