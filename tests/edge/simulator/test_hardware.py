"""The physical door: what may never let anybody in, and what always lets people out."""

from hypothesis import given
from hypothesis import strategies as st

from edge.drivers.announcer import Announcement
from edge.events import Input
from edge.pins import read_pins
from edge.simulator import hardware
from edge.simulator.hardware import KEEP_ALIVE, DoorHardware

PINS = read_pins()
WORDS = Announcement("Welkom!", "Duw de deur open.", "nl", "open")


def a_door() -> DoorHardware:
    return hardware.unit_came(DoorHardware(PINS))


def released(now: float) -> DoorHardware:
    """A door that its unit released at `now`, as the strike's driver does it."""
    door = hardware.pin_changed(a_door(), PINS.keep_alive, high=True, now=now)
    return hardware.pin_changed(door, PINS.strike, high=True, now=now)


def test_a_door_without_a_unit_is_locked_and_its_inputs_are_idle() -> None:
    door = DoorHardware(PINS)
    assert not door.is_released(0.0)
    assert not door.can_be_opened(0.0)
    assert not any(door.is_active(one, 0.0) for one in Input)
    assert door.levels(0.0) == {line.pin: not line.active_high for line in PINS.inputs.values()}


def test_the_strike_lets_go_only_with_its_pin_and_a_young_keep_alive() -> None:
    only_strike = hardware.pin_changed(a_door(), PINS.strike, high=True, now=10.0)
    only_alive = hardware.pin_changed(a_door(), PINS.keep_alive, high=True, now=10.0)
    assert not only_strike.is_released(10.0)
    assert not only_alive.is_released(10.0)
    assert released(10.0).is_released(10.0)


def test_the_strike_locks_when_the_keep_alive_stops_for_three_seconds() -> None:
    door = released(10.0)
    assert KEEP_ALIVE <= 3.0
    assert door.is_released(10.0 + KEEP_ALIVE - 0.001)
    assert door.due(10.0) == 10.0 + KEEP_ALIVE
    assert not door.is_released(10.0 + KEEP_ALIVE)
    assert not door.can_be_opened(10.0 + KEEP_ALIVE)


def test_each_toggle_of_the_keep_alive_gives_another_three_seconds_but_a_steady_level_none() -> (
    None
):
    toggled = hardware.pin_changed(released(10.0), PINS.keep_alive, high=False, now=12.0)
    steady = hardware.pin_changed(released(10.0), PINS.keep_alive, high=True, now=12.0)
    assert toggled.is_released(14.9)
    assert not steady.is_released(13.1)


def test_a_lock_that_sticks_holds_whatever_is_asked_of_it_and_says_so_by_its_contact() -> None:
    moving = released(10.0)
    assert moving.is_active(Input.LOCK_CONTACT, 10.0)
    stuck = hardware.with_lock(hardware.with_fire(moving, alarm=True), is_stuck=True)
    assert not stuck.is_active(Input.LOCK_CONTACT, 10.0)
    assert not hardware.pushed(stuck, 10.0).leaf_open
    assert hardware.pushed(hardware.hand_on(stuck, Input.PANIC_BAR, 11.0), 10.0).leaf_open
    assert hardware.with_lock(stuck, is_stuck=False).is_released(10.0)


def test_a_unit_that_is_gone_leaves_the_door_locked_and_dark() -> None:
    lit = hardware.pin_changed(released(10.0), PINS.lamp_green, high=True, now=10.0)
    gone = hardware.unit_gone(hardware.announced(lit, WORDS))
    assert not gone.is_released(10.0)
    assert gone.lamp == (False, False, False)
    assert gone.display is None
    back = hardware.unit_came(gone)
    assert not back.is_released(10.0)


def test_the_reserve_carries_the_door_without_mains_and_nothing_does_without_both() -> None:
    on_reserve = hardware.with_power(released(10.0), mains=False, reserve=True)
    assert on_reserve.is_released(10.0)
    assert on_reserve.is_active(Input.MAINS, 10.0)
    dead = hardware.with_power(hardware.announced(on_reserve, WORDS), mains=False, reserve=False)
    assert not dead.is_released(10.0)
    assert not dead.sounding
    assert dead.display is None


def test_a_fire_alarm_releases_by_hardware_without_unit_or_power() -> None:
    dead = hardware.with_power(DoorHardware(PINS), mains=False, reserve=False)
    burning = hardware.with_fire(dead, alarm=True)
    assert burning.can_be_opened(0.0)
    assert burning.is_active(Input.FIRE_PANEL, 0.0)
    assert not hardware.with_fire(burning, alarm=False).can_be_opened(0.0)


def test_people_inside_always_get_out_and_a_key_always_opens() -> None:
    dead = hardware.with_power(DoorHardware(PINS), mains=False, reserve=False)
    for hand in hardware.HANDS:
        door = hardware.hand_on(dead, hand, 11.0)
        assert door.is_active(hand, 10.0)
        assert hardware.pushed(door, 10.0).leaf_open
        assert not door.is_active(hand, 11.0)
        assert not hardware.pushed(door, 11.0).leaf_open


def test_a_push_opens_only_what_gives_way_and_force_opens_anything() -> None:
    assert not hardware.pushed(a_door(), 10.0).leaf_open
    assert hardware.pushed(released(10.0), 10.0).leaf_open
    broken = hardware.forced(a_door(), 10.0)
    assert broken.leaf_open
    assert hardware.pushed(broken, 10.0).leaf_open
    assert not hardware.shut(broken).leaf_open


def test_broken_open_is_only_a_door_that_held_and_until_it_falls_shut() -> None:
    broken = hardware.forced(a_door(), 10.0)
    assert broken.broken_open
    assert hardware.forced(broken, 11.0).broken_open
    assert not hardware.shut(broken).broken_open
    assert not hardware.forced(released(10.0), 10.0).broken_open, "it gave way by itself"
    opened = hardware.pushed(released(10.0), 10.0)
    assert not hardware.forced(opened, 60.0).broken_open, "it stood open"


def test_the_inputs_have_the_levels_of_the_pin_table() -> None:
    door = hardware.with_lid(hardware.forced(a_door(), 10.0), is_open=True)
    door = hardware.hand_on(door, Input.REX, 11.0)
    levels = door.levels(10.0)
    assert levels[PINS.inputs[Input.DOOR_CONTACT].pin] is True
    assert levels[PINS.inputs[Input.TAMPER].pin] is True
    assert levels[PINS.inputs[Input.REX].pin] is False
    assert levels[PINS.inputs[Input.KEY_CYLINDER].pin] is True
    assert levels[PINS.inputs[Input.MAINS].pin] is False


def test_what_a_person_sees_and_hears_follows_the_pins() -> None:
    door = a_door()
    for pin in (PINS.lamp_red, PINS.lamp_green, PINS.buzzer):
        door = hardware.pin_changed(door, pin, high=True, now=1.0)
    assert door.lamp == (True, True, False)
    assert door.sounding


@given(
    st.lists(
        st.tuples(
            st.sampled_from([PINS.strike, PINS.keep_alive, PINS.lamp_red]),
            st.booleans(),
            st.floats(0, 2),
        ),
        max_size=40,
    ),
    st.floats(KEEP_ALIVE, 100),
)
def test_whatever_the_pins_did_the_door_is_locked_three_seconds_after_the_last_change(
    changes: list[tuple[int, bool, float]], silence: float
) -> None:
    door, now = a_door(), 100.0
    for pin, high, wait in changes:
        now += wait
        door = hardware.pin_changed(door, pin, high=high, now=now)
    assert not door.is_released(now + silence)
