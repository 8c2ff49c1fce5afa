"""config.txt and cmdline.txt: the pins at boot are those of the program's own pin table."""

from edge.pins import read_pins
from tests.firmware_config.debian import FIRMWARE

CONFIG = (FIRMWARE / "config.txt").read_text(encoding="utf-8")


def unconditional() -> list[str]:
    """The lines that count on every model."""
    lines, counts = [], True
    for line in CONFIG.splitlines():
        if line.startswith("["):
            counts = line == "[all]"
        elif counts and line and not line.startswith("#"):
            lines.append(line)
    return lines


def pins_with(attributes: str) -> list[int]:
    """The pins of the `gpio=` lines with exactly these attributes."""
    found = [line.split("=") for line in unconditional() if line.startswith("gpio=")]
    return [int(pin) for _, pins, had in found if had == attributes for pin in pins.split(",")]


def test_every_output_is_driven_low_from_the_start() -> None:
    pins = read_pins()
    outputs = [pins.strike, pins.keep_alive, pins.lamp_red, pins.lamp_green, pins.lamp_blue,
               pins.buzzer]  # fmt: skip
    assert pins_with("op,dl") == outputs


def test_every_input_is_pulled_up_so_that_a_broken_wire_reads_high() -> None:
    assert pins_with("ip,pu") == [line.pin for line in read_pins().inputs.values()]


def test_no_pin_is_set_in_another_way() -> None:
    lines = [line for line in CONFIG.splitlines() if line.startswith("gpio")]
    assert len(lines) == 2


def test_outputs_are_pins_that_the_chip_pulls_down_at_reset() -> None:
    # 0-8 are pulled up; 14 and 15 belong to the serial port, which talks during the start.
    assert set(pins_with("op,dl")) <= set(range(9, 28)) - {14, 15}


def test_no_pin_is_needed_by_the_clock_on_i2c() -> None:
    assert {2, 3}.isdisjoint(pins_with("op,dl") + pins_with("ip,pu"))


def test_what_the_lock_s_safety_rests_on_counts_on_every_model() -> None:
    needed = {"dtparam=strict_gpiod", "dtoverlay=i2c-rtc,ds3231", "dtparam=watchdog=on",
              "dtoverlay=disable-bt", "dtoverlay=disable-wifi", "enable_uart=0"}  # fmt: skip
    assert needed <= set(unconditional())


def test_the_kernel_s_words_are_one_line_and_keep_usb_out() -> None:
    (line,) = (FIRMWARE / "cmdline.txt").read_text(encoding="utf-8").splitlines()
    assert "usbcore.authorized_default=0" in line.split()
