"""The machine's clocks: what can be set, what cannot, and an RTC that may not be there."""

import time
from pathlib import Path

import pytest

from edge.drivers.clock import STA_UNSYNC, SYSTEM, SystemClock, kernel_status


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


STA_PLL, STA_NANO = 0x0001, 0x2000


@pytest.mark.parametrize(
    ("status", "follows"),
    [(0, True), (STA_PLL | STA_NANO, True), (STA_UNSYNC, False), (STA_PLL | STA_UNSYNC, False)],
)
def test_the_wall_clock_follows_the_network_when_the_kernel_says_so(
    status: int, *, follows: bool
) -> None:
    assert SystemClock("", lambda: status).is_synchronised() is follows


def test_a_sandbox_that_forbids_to_ask_means_no_network_time_and_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def forbidden() -> int:
        raise PermissionError(1, "Operation not permitted")

    clock = SystemClock("", forbidden)
    assert not clock.is_synchronised()
    assert not clock.is_synchronised()
    assert [one.message for one in caplog.records] == [
        "nobody knows whether the clock follows network time: [Errno 1] Operation not permitted"
    ]


def test_the_real_kernel_answers() -> None:
    assert 0 <= kernel_status() < 0x10000
    assert SystemClock("").is_synchronised() is not bool(kernel_status() & STA_UNSYNC)
