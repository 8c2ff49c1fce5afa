"""Make of a pass's PNG what a camera at the door sees of it on a phone: tilted, soft, uneven, noisy."""

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
FRAME = (1280, 720)  # pixels
_SIDE = 420  # pixels of the code in the frame, as at some 20 cm


def photo_of(png: bytes, seed: int = 1) -> Gray:
    """Return a frame of 1280 x 720 that shows the pass as a phone held before the camera.

    Args:
        png: the pass as its page offers it.
        seed: another seed is another hand: tilt, place, light and noise differ.

    """
    random = np.random.default_rng(seed)
    code = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    if code is None:
        msg = "not an image"
        raise ValueError(msg)
    sheet = cv2.resize(code, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    frame = cv2.warpPerspective(
        sheet, _tilt(random), FRAME, borderMode=cv2.BORDER_CONSTANT, borderValue=70
    )
    light = np.linspace(0.7, 1.15, FRAME[0])[None, :] * np.linspace(1.0, 0.85, FRAME[1])[:, None]
    shown = cv2.GaussianBlur(frame, (0, 0), 0.9).astype(np.float64) * light
    shown = shown * 0.75 + 25 + random.normal(0, 6, frame.shape)
    return np.clip(shown, 0, 255).astype(np.uint8)


def _tilt(random: np.random.Generator) -> NDArray[np.float32]:
    corners = np.array([[0, 0], [_SIDE, 0], [_SIDE, _SIDE], [0, _SIDE]], np.float32)
    centre = np.array([FRAME[0] / 2, FRAME[1] / 2], np.float32)
    angle = random.uniform(-0.35, 0.35)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    moved = (corners - _SIDE / 2) @ turn.T + random.uniform(-28, 28, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, (moved + centre).astype(np.float32))
    return np.asarray(matrix, np.float32)
