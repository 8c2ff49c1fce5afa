"""The decoder reads passes as people hold them up, reads real photos, and says nothing else."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from pyzbar import pyzbar

from central.credentials.qr import png
from contracts.credential import PREFIX, TEXT_LENGTH, looks_like_credential
from demo.phone_photo import photo_of
from edge.drivers.decode import STEPS, Gray, attempt, decode, read
from edge.drivers.frames import load_gray
from tests.edge.drivers.a_reader import (
    a_pass,
    blurred,
    dimmed,
    drawn,
    grainy,
    held_far,
    limited,
    needs_photos,
    opened,
    photo,
    photos_of,
    turned,
)

PASS = a_pass()


def anything(_: str) -> bool:
    return True


def nothing(_: str) -> bool:
    return False


# --- passes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_a_pass_held_up_is_read_exactly(seed: int) -> None:
    text = a_pass(seed + 1)
    assert decode(photo(text, seed), looks_like_credential) == text


@pytest.mark.parametrize("degrees", range(0, 360, 15))
def test_a_pass_is_read_however_it_is_turned(degrees: int) -> None:
    assert decode(turned(photo(PASS), degrees), looks_like_credential) == PASS


def glare(gray: Gray) -> Gray:
    spot = np.zeros(gray.shape, np.float64)
    cv2.circle(spot, (690, 300), 34, (255.0,), -1)
    lit = gray + cv2.GaussianBlur(spot, (0, 0), 6)
    return limited(lit)


def washed_out(gray: Gray) -> Gray:
    return limited(gray * 0.15 + 205)


def moire(gray: Gray) -> Gray:
    lines = 1 - 0.4 * (np.arange(gray.shape[1]) % 3 == 0)
    return limited(gray * lines[None, :])


def shadow(gray: Gray) -> Gray:
    light = np.ones(gray.shape[1])
    light[:640] = 0.25
    return limited(gray * light[None, :])


WEATHER: dict[str, Callable[[Gray], Gray]] = {
    "dark mode": lambda gray: np.asarray(255 - gray, np.uint8),
    "glare": glare,
    "washed out": washed_out,
    "a dark hall": lambda gray: grainy(dimmed(gray, 0.12), 2),
    "moire": moire,
    "a hard shadow": shadow,
    "noise": lambda gray: grainy(gray, 35),
    "out of focus": lambda gray: blurred(gray, 3.0),
    "mirrored": lambda gray: np.ascontiguousarray(gray[:, ::-1]),
}


@pytest.mark.parametrize("what", WEATHER)
def test_a_pass_is_read_in_spite_of(what: str) -> None:
    assert decode(WEATHER[what](photo(PASS)), looks_like_credential) == PASS


@pytest.mark.parametrize("side", [180, 240, 420, 640])
def test_a_pass_is_read_near_and_far(side: int) -> None:
    assert decode(held_far(PASS, side), looks_like_credential) == PASS


def test_a_creased_print_is_read() -> None:
    sheet = photo(PASS)
    cv2.line(sheet, (500, 320), (780, 390), (230,), 6)
    cv2.circle(sheet, (640, 420), 16, (200,), -1)
    assert decode(sheet, looks_like_credential) == PASS


def test_spaces_at_both_ends_survive() -> None:
    text = "  " + PREFIX + " " * 10
    assert decode(opened(drawn(text, mode="alphanumeric")), text.__eq__) == text


@pytest.mark.parametrize("name", STEPS)
def test_every_attempt_can_read_a_pass_by_itself(name: str) -> None:
    assert PASS in attempt(name, photo(PASS)).texts


# --- only what is wanted --------------------------------------------------------------------------


def test_a_text_that_nobody_accepts_is_not_returned() -> None:
    assert decode(photo(PASS), nothing) is None


STRANGE = {
    "another prefix": "HP2:" + PASS[4:],
    "lower case": PASS.lower(),
    "one character more": PASS + "A",
    "one character less": PASS[:-1],
    "a line break behind it": PASS[:-1] + "\n",
    "a web address": "https://example.org/" + PASS,
    "wireless network": "WIFI:S:hall;T:WPA;P:secret;;",
    "nul": "\0" * TEXT_LENGTH,
    "looks right, is not ASCII": PREFIX + "Ⅳ" * (TEXT_LENGTH - 4),
    "as much as a code can hold": "9" * 7089,
}


@pytest.mark.parametrize("what", STRANGE)
def test_a_code_that_is_no_pass_gives_at_most_what_it_says(what: str) -> None:
    text = STRANGE[what]
    picture = opened(drawn(text, scale=4))
    read_text = decode(picture, looks_like_credential)
    # Form alone cannot tell what is behind the right prefix and length: that is for decide().
    assert read_text == (text if looks_like_credential(text) else None)
    assert decode(picture, lambda found: found.startswith("HP1:HP1:")) is None


def test_binary_content_raises_nothing_and_gives_no_pass() -> None:
    raw = bytes(range(256)) * 8
    picture = opened(drawn(raw, scale=3, mode="byte"))  # type: ignore[arg-type]
    assert decode(picture, looks_like_credential) is None


def test_the_pass_among_other_codes_is_found() -> None:
    other = opened(drawn("https://example.org/menu", scale=8))
    sheet = np.full((760, 1400), 255, np.uint8)
    sheet[40 : 40 + other.shape[0], 40 : 40 + other.shape[1]] = other
    code = cv2.resize(opened(png(PASS)), (500, 500), interpolation=cv2.INTER_AREA)
    sheet[120:620, 800:1300] = code
    assert decode(sheet, looks_like_credential) == PASS
    assert decode(sheet, lambda text: text.startswith("https:")) == "https://example.org/menu"


def test_a_small_pass_beside_a_large_other_code_is_found() -> None:
    sheet = held_far(PASS, 170)
    poster = opened(drawn("https://example.org/poster", scale=11))[:340, :340]
    sheet[190 : 190 + poster.shape[0], 40 : 40 + poster.shape[1]] = poster
    assert decode(sheet, looks_like_credential) == PASS


def test_a_linear_barcode_is_not_read() -> None:
    bars = zxingcpp.create_barcode("4006381333931", zxingcpp.BarcodeFormat.EAN13)
    picture = np.asarray(bars.to_image(scale=6), np.uint8)
    whole = cv2.copyMakeBorder(picture, 200, 200, 200, 200, cv2.BORDER_CONSTANT, value=255)
    assert zxingcpp.read_barcodes(whole), "the picture shows no barcode"
    assert decode(np.asarray(whole, np.uint8), anything) is None


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (1, 4000), (20, 20), (21, 21), (3000, 21)])
@pytest.mark.parametrize("level", [0, 127, 255])
def test_a_picture_of_any_size_without_a_code_gives_nothing(
    shape: tuple[int, int], level: int
) -> None:
    assert decode(np.full(shape, level, np.uint8), anything) is None


@given(seed=st.integers(0, 2**32), cuts=st.integers(1, 12))
def test_a_damaged_pass_gives_itself_or_nothing(seed: int, cuts: int) -> None:
    random = np.random.default_rng(seed)
    picture = photo(PASS, seed % 50)[120:600, 400:880].copy()
    for _ in range(cuts):
        top, left = random.integers(0, 440, 2)
        rows, columns = random.integers(1, 120, 2)
        picture[top : top + rows, left : left + columns] = random.integers(0, 256)
    assert decode(picture, looks_like_credential) in {PASS, None}


# --- real photos ----------------------------------------------------------------------------------


def photos_read() -> list[Gray]:
    return [load_gray(path) for path in photos_of("qr-photos")]


def how_many(pictures: list[Gray], reads: Callable[[Gray], object]) -> int:
    return sum(1 for picture in pictures if reads(picture))


@needs_photos
def test_more_real_photos_are_read_than_by_either_library_alone() -> None:
    pictures = photos_read()
    assert len(pictures) == 179
    ours = how_many(pictures, lambda gray: decode(gray, anything))
    by_zxing = how_many(
        pictures,
        lambda gray: zxingcpp.read_barcodes(
            gray, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        ),
    )
    by_zbar = how_many(
        pictures, lambda gray: pyzbar.decode(gray, symbols=[pyzbar.ZBarSymbol.QRCODE])
    )
    assert ours > max(by_zxing, by_zbar)
    assert ours >= 171  # measured; fewer is a step back


@needs_photos
def test_what_is_read_of_real_photos_is_what_they_say() -> None:
    wrong = []
    for path in photos_of("qr-photos"):
        text = decode(load_gray(path), anything)
        truth = path.with_suffix(".txt").read_bytes().decode()
        if text not in {None, truth}:
            wrong.append(path.name)
    assert len(wrong) <= 1, wrong  # one whose writer and reader disagree on its character set


@needs_photos
def test_nothing_is_read_where_no_code_is() -> None:
    pictures = [load_gray(path) for path in photos_of("non-qr-photos")]
    assert len(pictures) == 25
    assert [decode(picture, anything) for picture in pictures] == [None] * 25
    assert not any(attempt(name, one).damaged for name in STEPS for one in pictures)


@needs_photos
def test_the_further_attempts_read_real_photos_that_the_first_miss() -> None:
    steps = {reading.step for one in photos_read() if (reading := read(one, anything))}
    assert steps >= {"quick", "plain", "washed_out", "coarse", "soft", "uneven"}


def test_far_passes_are_read_thanks_to_the_last_attempt() -> None:
    far = [held_far(PASS, 95, seed) for seed in range(20)]  # less than 2 pixels a module
    read_at_all = how_many(far, lambda gray: decode(gray, looks_like_credential))
    by_others = how_many(
        far,
        lambda gray: any(PASS in attempt(name, gray).texts for name in STEPS if name != "far"),
    )
    assert read_at_all >= by_others + 8


def test_nothing_is_stripped_on_the_way() -> None:
    assert attempt("plain", opened(drawn(" A ", mode="alphanumeric"))).texts == (" A ",)
    large = photo_of(drawn("A" * 147 + " ", mode="alphanumeric"))
    assert decode(large, anything) == "A" * 147 + " "
