"""Pictures and films from the disk in place of a camera: to try things, and for tests."""

from pathlib import Path

import cv2
import numpy as np

from edge.drivers.reader_source import Frame, Grain, Gray, Pace, SourceFailed

SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
_LARGEST_FOLDER = 128 * 1024 * 1024  # bytes


def load_gray(path: Path) -> Gray:
    """Return an image file in grey, turned as its EXIF data say.

    Raises:
        SourceFailed: it is missing or no image.

    """
    return _decoded(_bytes_of(path), path)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise SourceFailed(msg) from error


def _decoded(raw: bytes, path: Path) -> Gray:
    try:
        buffer = np.frombuffer(raw, np.uint8)
        picture = cv2.imdecode(buffer, cv2.IMREAD_GRAYSCALE) if raw else None
    except cv2.error as error:
        msg = f"{path} is damaged, or larger than any camera makes: {error.err}"
        raise SourceFailed(msg) from error
    if picture is None:
        msg = f"{path} is no image (known are {', '.join(sorted(SUFFIXES))})"
        raise SourceFailed(msg)
    return np.asarray(picture, np.uint8)


class Pictures:
    """One image for ever, or those of a folder by name, each for a second, over and over.

    Their bytes are read at once: the sandbox lets nothing be opened later.
    """

    needs_threads = False

    def __init__(self, path: Path, rate: int) -> None:
        """Read them.

        Raises:
            SourceFailed: there is none, or one of them cannot be read.

        """
        files = _images_in(path) if path.is_dir() else [path]
        self._raw = [(_bytes_of(file), file) for file in files]
        if sum(len(raw) for raw, _ in self._raw) > _LARGEST_FOLDER:
            msg = f"{path} holds more than {_LARGEST_FOLDER >> 20} MB; take fewer images"
            raise SourceFailed(msg)
        for raw, file in self._raw:
            _decoded(raw, file)  # fails now rather than in a minute
        self._pace, self._grain, self._rate = Pace(rate), Grain(), rate
        self._shown = -1
        self._number = 0
        self._picture = np.zeros((0, 0), np.uint8)

    def read(self) -> Frame:
        """Wait for the next frame and return it."""
        index = self._number // self._rate % len(self._raw)
        if index != self._shown:
            self._picture, self._shown = _decoded(*self._raw[index]), index
        self._number += 1
        at = self._pace.wait()
        return Frame(self._grain.over(self._picture), at)

    def close(self) -> None:
        """Nothing is open."""


class Film:
    """A video, over and over, at its own speed."""

    needs_threads = True  # FFmpeg's

    def __init__(self, path: Path, rate: int) -> None:
        """Open it.

        Raises:
            SourceFailed: it is missing or no video.

        """
        self._path = path
        self._capture = cv2.VideoCapture(str(path))
        if not path.is_file() or not self._capture.grab():
            msg = f"{path} is missing, or no video that OpenCV knows (mp4, avi, mkv)"
            raise SourceFailed(msg)
        self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
        self._every = max(1, round(self._capture.get(cv2.CAP_PROP_FPS) / rate))
        self._pace, self._grain = Pace(rate), Grain()

    def read(self) -> Frame:
        """Wait for the next frame and return it."""
        for _ in range(self._every - 1):
            self._capture.grab()
        taken, picture = self._capture.read()
        if not taken:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            taken, picture = self._capture.read()
        if not taken:
            msg = f"{self._path} does not begin again; give one that can be wound back"
            raise SourceFailed(msg)
        gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
        at = self._pace.wait()
        return Frame(self._grain.over(gray), at)

    def close(self) -> None:
        """Close the file."""
        self._capture.release()


def _images_in(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not files:
        msg = f"{folder} holds no image (known are {', '.join(sorted(SUFFIXES))})"
        raise SourceFailed(msg)
    return files
