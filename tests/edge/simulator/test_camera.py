"""What the camera sees, as the unit receives it; hostile pictures included."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from edge.simulator import pictures
from edge.simulator.bench import VirtualDoor
from edge.simulator.pictures import NotAPicture
from tests.edge.simulator.helpers import A_PASS, PATIENCE, ReaderSocket, a_code, wait_for

STREET = pictures.street("feestzaal")


def a_png(columns: int, rows: int) -> bytes:
    """A header that promises a size, with nothing behind it."""
    head = b"IHDR" + struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def a_bomb(columns: int, rows: int) -> bytes:
    """A real black PNG, of few bytes and many pixels."""
    lines = zlib.compress(b"\x00" * (columns // 8 + 1) * rows)
    parts = [a_png(columns, rows)[:8]]
    head = struct.pack(">IIBBBBB", columns, rows, 1, 0, 0, 0, 0)
    for kind, body in ((b"IHDR", head), (b"IDAT", lines), (b"IEND", b"")):
        sealed = kind + body
        parts.append(struct.pack(">I", len(body)) + sealed + struct.pack(">I", zlib.crc32(sealed)))
    return b"".join(parts)


def a_jpeg(columns: int, rows: int) -> bytes:
    frame = struct.pack(">BHHB", 8, rows, columns, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame


def codes_in(frame: pictures.Gray) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(frame)]


def test_the_unit_gets_the_street_then_what_is_held_up_then_the_street_again(
    door: VirtualDoor,
) -> None:
    with ReaderSocket(door.run) as reader:
        wait_for(lambda: len(reader.frames) == 1, "the street")
        assert codes_in(reader.frames[0]) == []
        door.hold_up(a_code())
        wait_for(lambda: len(reader.frames) == 2, "the pass")
        assert codes_in(reader.frames[1]) == [A_PASS]
        assert door.state().holding
        door.take_away()
        wait_for(lambda: len(reader.frames) == 3, "the street again")
        assert np.array_equal(reader.frames[2], reader.frames[0])
        door.cover_camera()
        wait_for(lambda: len(reader.frames) == 4, "the tape")
        assert reader.frames[3].mean() < 20
        door.uncover()
        wait_for(lambda: len(reader.frames) == 5, "the street once more")


def test_a_reader_that_restarts_gets_what_is_before_the_camera_now(
    run: Path, door: VirtualDoor
) -> None:
    door.hold_up(a_code())
    for _ in range(2):
        with ReaderSocket(run) as reader:
            wait_for(lambda: bool(reader.frames), "a frame")
            assert codes_in(reader.frames[-1]) == [A_PASS]
            door.wait_until(lambda seen: seen.camera_connected, PATIENCE)
        door.wait_until(lambda seen: not seen.camera_connected, PATIENCE)


def test_a_hand_gets_tired(door: VirtualDoor) -> None:
    door.hold_up(a_code(), seconds=0.2)
    assert door.state().holding
    door.wait_until(lambda seen: not seen.holding, PATIENCE)


def test_a_frame_of_full_size_is_shown_as_it_is(door: VirtualDoor) -> None:
    frame = np.full((720, 1280), 77, np.uint8)
    with ReaderSocket(door.run) as reader:
        door.hold_up(frame)
        wait_for(lambda: bool(reader.frames) and reader.frames[-1].mean() == 77, "the frame")


@pytest.mark.parametrize("seed", range(12))
def test_a_pass_can_be_read_in_any_hand(seed: int) -> None:
    frame = pictures.held_up(pictures.opened(a_code()), STREET, seed)
    assert frame.shape == (720, 1280)
    assert codes_in(frame) == [A_PASS]


def test_a_screenshot_and_a_transparent_code_can_be_read() -> None:
    code = pictures.opened(a_code())
    screenshot = np.full((2340, 1080), 255, np.uint8)
    screenshot[600:1500, 90:990] = cv2.resize(code, (900, 900))
    assert codes_in(pictures.held_up(np.asarray(screenshot), STREET)) == [A_PASS]
    see_through = np.zeros((*code.shape, 4), np.uint8)
    see_through[:, :, 3] = 255 - code
    raw = cv2.imencode(".png", see_through)[1].tobytes()
    assert codes_in(pictures.held_up(pictures.opened(raw), STREET)) == [A_PASS]


def test_a_large_but_honest_picture_is_taken() -> None:
    assert pictures.opened(a_bomb(4_000, 3_000)).shape == (3_000, 4_000)


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"GIF89a" + b"\x00" * 100,
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n",
        a_png(100_000, 100_000),
        a_png(2**31, 2**31),
        a_png(640, 480),
        a_png(0, 0),
        a_bomb(8_000, 8_000),
        a_jpeg(65_000, 65_000),
        a_jpeg(640, 480),
        b"\xff\xd8" + b"\xff" * 1000,
        b"\xff\xd8\xff\xe0\x00\x00" * 100,
        a_code()[:300],
        b"\xff\xd8\xff\xe0" + b"\x00" * (pictures.LARGEST_UPLOAD + 1),
    ],
)
def test_a_hostile_picture_is_refused_before_it_takes_room(hostile: bytes) -> None:
    with pytest.raises(NotAPicture):
        pictures.opened(hostile)
