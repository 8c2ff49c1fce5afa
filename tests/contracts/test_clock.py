"""How far a time can be believed."""

from contracts.clock import ClockTrust


def test_passes_are_judged_by_a_battery_backed_clock_and_better() -> None:
    trusted = [trust for trust in ClockTrust if trust.trusted]
    assert trusted == [ClockTrust.RTC, ClockTrust.NETWORK, ClockTrust.SIGNED]
