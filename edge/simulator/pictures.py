"""What a door's camera sees: the street, a hand that holds something up, or a piece of tape."""

import struct
import zlib
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import EdgeError

Gray = NDArray[np.uint8]
WIDTH, HEIGHT = 1280, 720  # pixels of a frame
LARGEST_UPLOAD = 12_000_000
"""Bytes; what a phone's camera makes fits."""
MOST_PIXELS = 60_000_000
_SCREEN = (460, 640)  # pixels of a phone held up at some 20 cm, of which the frame shows this much
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class NotAPicture(EdgeError):
    """What was held up is no PNG or JPEG, or too large."""


@lru_cache(maxsize=16)
def street(seed: str) -> Gray:
    """Return what the camera sees while nobody is there, read-only; another seed, another street."""
    random = np.random.default_rng(zlib.crc32(seed.encode()))
    frame = np.empty((HEIGHT, WIDTH), np.uint8)
    frame[:] = np.linspace(232, 205, HEIGHT)[:, None]
    _houses(frame, random)
    _pavement(frame)
    _tree(frame, random)
    grain = random.normal(0, 4, frame.shape)
    soft = cv2.GaussianBlur(frame, (0, 0), 0.8).astype(np.float64) + grain
    seen: Gray = np.clip(soft, 0, 255).astype(np.uint8)
    seen.setflags(write=False)
    return seen


def covered() -> Gray:
    """Return what the camera sees with tape on its window."""
    return np.full((HEIGHT, WIDTH), 9, np.uint8)


def held_up(picture: Gray, background: Gray, seed: int = 1) -> Gray:
    """Return the frame with a picture held up: a code on a phone, anything else as a sheet."""
    random = np.random.default_rng(seed)
    sheet = _on_phone(picture) if _is_square(picture) else _fitted(picture, 1100, 660)
    rows, columns = sheet.shape
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, _in_hand(corners, random))
    frame = cv2.GaussianBlur(background, (0, 0), 7)
    cv2.warpPerspective(
        sheet, matrix, (WIDTH, HEIGHT), frame, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT
    )
    light = np.linspace(0.92, 1.05, WIDTH)[None, :] * frame.astype(np.float64)
    return np.clip(light, 0, 250).astype(np.uint8)


def fitted_to_frame(picture: Gray) -> Gray:
    """Return a webcam's picture at the size of a frame, bars where its shape differs."""
    inner = _fitted(picture, WIDTH, HEIGHT)
    frame = np.full((HEIGHT, WIDTH), 40, np.uint8)
    top, left = (HEIGHT - inner.shape[0]) // 2, (WIDTH - inner.shape[1]) // 2
    frame[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return frame


def opened(raw: bytes) -> Gray:
    """Return an uploaded PNG or JPEG in grey; what is transparent becomes white.

    Raises:
        NotAPicture: it is something else, damaged or larger than any camera makes.

    """
    if len(raw) > LARGEST_UPLOAD or _pixels(raw) > MOST_PIXELS:
        msg = "the picture is too large"
        raise NotAPicture(msg)
    try:
        found = cv2.imdecode(np.frombuffer(raw, np.uint8), _reading(raw))
    except cv2.error as error:
        msg = "the picture is damaged"
        raise NotAPicture(msg) from error
    if found is None or min(found.shape[:2]) < 16 or found.dtype != np.uint8:  # noqa: PLR2004
        msg = "the picture is damaged"
        raise NotAPicture(msg)
    return _flat(np.asarray(found, np.uint8))


def as_png(frame: Gray) -> bytes:
    """Return a frame without loss, for the unit."""
    return _encoded(".png", frame, cv2.IMWRITE_PNG_COMPRESSION, 1)


def as_jpeg(frame: Gray) -> bytes:
    """Return a frame small, for the page."""
    small = cv2.resize(frame, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    return _encoded(".jpg", np.asarray(small, np.uint8), cv2.IMWRITE_JPEG_QUALITY, 80)


def _encoded(kind: str, frame: Gray, option: int, value: int) -> bytes:
    _, raw = cv2.imencode(kind, frame, [option, value])
    return raw.tobytes()


def _reading(raw: bytes) -> int:
    # A JPEG has no transparency, and read as grey it is turned the way the phone was held.
    return cv2.IMREAD_UNCHANGED if raw.startswith(_PNG) else cv2.IMREAD_GRAYSCALE


def _flat(found: NDArray[np.uint8]) -> Gray:
    if found.ndim == 2:  # noqa: PLR2004 - rows and columns
        return found
    gray = cv2.cvtColor(found[:, :, :3], cv2.COLOR_BGR2GRAY)
    if found.shape[2] == 4:  # noqa: PLR2004 - with transparency
        cover = found[:, :, 3].astype(np.float64) / 255
        gray = (gray * cover + 255 * (1 - cover)).astype(np.uint8)
    return np.asarray(gray, np.uint8)


def _pixels(raw: bytes) -> int:
    """Return how many pixels a header promises, before anything is unpacked."""
    if raw.startswith(_PNG) and len(raw) > 24:  # noqa: PLR2004 - signature and IHDR's size
        columns, rows = struct.unpack(">II", raw[16:24])
        return int(columns) * int(rows)
    if raw.startswith(_JPEG):
        return _pixels_of_jpeg(raw)
    msg = "only a PNG or JPEG picture can be held up"
    raise NotAPicture(msg)


def _pixels_of_jpeg(raw: bytes) -> int:
    most, at = 0, 2
    while at + 9 <= len(raw) and raw[at] == 0xFF:  # noqa: PLR2004 - a marker
        marker, length = raw[at + 1], int.from_bytes(raw[at + 2 : at + 4])
        if marker in _FRAME_MARKERS:
            rows, columns = struct.unpack(">HH", raw[at + 5 : at + 9])
            most = max(most, rows * columns)
        if marker == 0xDA:  # noqa: PLR2004 - the picture itself follows
            break
        at += 2 + length if marker != 0xFF else 1  # noqa: PLR2004 - padding
    if most == 0:
        msg = "the picture is damaged"
        raise NotAPicture(msg)
    return most


def _is_square(picture: Gray) -> bool:
    rows, columns = picture.shape[0], picture.shape[1]
    return bool(abs(rows - columns) <= 0.05 * max(rows, columns))


def _fitted(picture: Gray, width: int, height: int) -> Gray:
    factor = min(width / picture.shape[1], height / picture.shape[0])
    size = max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)


def _on_phone(code: Gray) -> Gray:
    width, height = _SCREEN
    phone = np.full((height, width), 245, np.uint8)
    inner = _fitted(code, width - 40, width - 40)
    top, left = (height - inner.shape[0]) // 2, (width - inner.shape[1]) // 2
    phone[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    edge = cv2.copyMakeBorder(phone, 18, 18, 14, 14, cv2.BORDER_CONSTANT, value=28)
    return np.asarray(edge, np.uint8)


def _in_hand(corners: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    middle = corners[2] / 2
    angle = random.uniform(-0.07, 0.07)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = (corners - middle) @ turn.T + random.uniform(-9, 9, (4, 2))
    return np.asarray(moved + np.array([WIDTH / 2, HEIGHT / 2]), np.float32)


def _houses(frame: Gray, random: np.random.Generator) -> None:
    left = -40
    while left < WIDTH:
        width, top = int(random.integers(150, 240)), int(random.integers(90, 190))
        wall = int(random.integers(105, 175))
        roof = [[left, top], [left + width // 2, top - 70], [left + width, top]]
        cv2.fillPoly(frame, [np.array(roof, np.int32)], (wall - 45,))
        cv2.rectangle(frame, (left, top), (left + width, 430), (wall,), -1)
        for row in range(top + 26, 350, 78):
            for column in range(left + 22, left + width - 40, 58):
                cv2.rectangle(frame, (column, row), (column + 30, row + 46), (225,), -1)
                cv2.rectangle(frame, (column + 3, row + 3), (column + 27, row + 43), (72,), -1)
        cv2.rectangle(frame, (left + width - 56, 352), (left + width - 20, 430), (62,), -1)
        left += width


def _pavement(frame: Gray) -> None:
    frame[430:500] = 96
    frame[500:] = np.linspace(158, 188, HEIGHT - 500)[:, None]
    for step in range(-14, 15):
        end = WIDTH // 2 + step * 190
        cv2.line(frame, (WIDTH // 2 + step * 70, 500), (end, HEIGHT), (128,), 2, cv2.LINE_AA)
    for row in (506, 528, 558, 600, 658):
        cv2.line(frame, (0, row), (WIDTH, row), (128,), 2)


def _tree(frame: Gray, random: np.random.Generator) -> None:
    foot = int(random.integers(150, WIDTH - 150))
    cv2.rectangle(frame, (foot - 9, 250), (foot + 9, 520), (66,), -1)
    for _ in range(140):
        across, up = random.normal(0, 38), random.normal(0, 34)
        leaf = (round(foot + across), round(210 + up))
        cv2.circle(frame, leaf, int(random.integers(10, 26)), (int(random.integers(58, 104)),), -1)
