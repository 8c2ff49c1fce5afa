"""Passes as pictures, photos from outside, and what else the tests of the reader share."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
import segno
from numpy.typing import NDArray

from central.credentials.qr import png
from contracts.credential import looks_like_credential, sign
from contracts.keys import SoftwareSigner
from demo.phone_photo import FRAME, photo_of
from edge.drivers.decode import Gray
from tests.simulators.city import some_claims

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_photos = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the photos of public test sets are not in {DATA}"
)
# The same key each time: whether a picture is read must not depend on the run.
SIGNER = SoftwareSigner.from_seed(bytes(range(32)))


def a_pass(number: int = 1) -> str:
    """Return the text of a pass; another number is another pass."""
    return sign(some_claims(grant_id=number), SIGNER)


def drawn(text: str, scale: int = 12, **options: object) -> bytes:
    """Return any text as the PNG of a QR code."""
    out = io.BytesIO()
    segno.make_qr(text, **options).save(out, kind="png", border=4, scale=scale)  # type: ignore[arg-type]
    return out.getvalue()


def opened(raw: bytes) -> Gray:
    picture = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def photo(text: str, seed: int = 1) -> Gray:
    """Return a frame of the door's camera with this pass held up."""
    assert looks_like_credential(text)
    return photo_of(png(text), seed)


def torn(text: str) -> Gray:
    """Return a frame with a pass that is found by its corners and cannot be read: no middle."""
    frame = photo(text)
    frame[260:460, 520:760] = 128
    return frame


def held_far(text: str, side: int, seed: int = 1) -> Gray:
    """Return a frame with a pass so far away that it is `side` pixels large."""
    frame = np.full((FRAME[1], FRAME[0]), 120, np.uint8)
    code = cv2.resize(opened(png(text)), (side, side), interpolation=cv2.INTER_AREA)
    top, left = (FRAME[1] - side) // 2, (FRAME[0] - side) // 2
    frame[top : top + side, left : left + side] = code
    return grainy(blurred(frame, 0.9), 6, seed)


def limited(levels: NDArray[np.floating]) -> Gray:
    """Return levels of brightness as a camera gives them."""
    return np.asarray(np.clip(levels, 0, 255), np.uint8)


def blurred(gray: Gray, sigma: float) -> Gray:
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), sigma), np.uint8)


def grainy(gray: Gray, sigma: float, seed: int = 1) -> Gray:
    noise = np.random.default_rng(seed).normal(0, sigma, gray.shape)
    return limited(gray + noise)


def dimmed(gray: Gray, factor: float) -> Gray:
    return limited(gray * factor)


def turned(gray: Gray, degrees: float) -> Gray:
    rows, columns = gray.shape
    matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(gray, matrix, (columns, rows), borderValue=90), np.uint8)


def photos_of(folder: str) -> list[Path]:
    """Return the photos of a set, those of its subfolders too."""
    found = (path for path in (DATA / folder).rglob("*") if path.suffix in {".png", ".jpg"})
    return sorted(found)


def photo_with_nothing(number: int = 1) -> Gray:
    """Return a frame-sized photo that shows no code."""
    path = photos_of("non-qr-photos")[number - 1]
    large = cv2.resize(opened(path.read_bytes()), (FRAME[0], FRAME[0]))
    top = (FRAME[0] - FRAME[1]) // 2
    return np.asarray(large[top : top + FRAME[1]], np.uint8)
