"""decode.*: how many real photos are read, how fast, against each library alone on the same photos.

The photos are not ours and not in the repository: a checkout of zxing's black-box tests, or any other
folder of images with their texts in `.txt` files beside them. Photos that show no code are taken from
the folder `non-qr-photos` next to it.
"""

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import zxingcpp
from pyzbar import pyzbar

from bench.options import Options, Unmeasurable
from bench.row import Row, at_most, inform, more_than
from bench.timing import medians, processor
from edge.drivers.decode import Gray, decode
from edge.drivers.frames import load_gray

OURS, OTHERS = "hallpass", ("zxing_cpp", "pyzbar", "opencv")
NAMES = (
    "decode.photos",
    *(f"decode.photos.{name}" for name in OTHERS),
    "decode.photos_exact",
    *(f"decode.photos_exact.{name}" for name in OTHERS),
    "decode.mean_ratio",
    "decode.mean",
    "decode.false_reads",
)
_SUFFIXES = {".png", ".jpg", ".jpeg"}
_ROUNDS = 7
_HIGHEST_RATIO = 2.0

Reads = Callable[[Gray], list[str]]


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture and what its code says."""

    gray: Gray
    text: str


def rows(options: Options) -> Iterator[Row]:
    """Measure all of them.

    Raises:
        Unmeasurable: there are no photos.

    """
    cv2.setNumThreads(1)  # as on a unit
    photos = list(_photos(options.photos))
    yield from _counts(photos)
    ours, zxing = _mean_milliseconds(photos)
    yield at_most("decode.mean_ratio", ours / zxing, "x", _HIGHEST_RATIO, reference=1.0)
    yield inform("decode.mean", ours, "ms", zxing)
    empty = [load_gray(path) for path in _images(_sibling(options.photos))]
    if empty:
        read = sum(decode(gray, bool) is not None for gray in empty)
        yield at_most("decode.false_reads", read, f"of {len(empty)}", 0)


def _counts(photos: list[Photo]) -> Iterator[Row]:
    found = {name: [reads(photo.gray) for photo in photos] for name, reads in READERS.items()}
    any_text = {name: sum(map(bool, read)) for name, read in found.items()}
    yield from _against_others("decode.photos", any_text, len(photos))
    exact = {
        name: sum(photo.text in texts for texts, photo in zip(read, photos, strict=True))
        for name, read in found.items()
    }
    yield from _against_others("decode.photos_exact", exact, len(photos))


def _against_others(title: str, counts: dict[str, int], of: int) -> Iterator[Row]:
    others = {name: count for name, count in counts.items() if name != OURS}
    yield more_than(title, counts[OURS], f"of {of}", max(others.values()))
    for name, count in others.items():
        yield inform(f"{title}.{name}", count, f"of {of}")


def _mean_milliseconds(photos: list[Photo]) -> tuple[float, float]:
    pairs = [
        medians(
            partial(decode, photo.gray, bool),
            partial(_by_zxing, photo.gray),
            rounds=_ROUNDS,
            clock=processor,
        )
        for photo in photos
    ]
    ours, zxing = (statistics.fmean(column) * 1000 for column in zip(*pairs, strict=True))
    return ours, zxing


def _by_us(gray: Gray) -> list[str]:
    text = decode(gray, bool)
    return [] if text is None else [text]


def _by_zxing(gray: Gray) -> list[str]:
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in zxingcpp.read_barcodes(gray, formats=wanted)]


def _by_zbar(gray: Gray) -> list[str]:
    found = pyzbar.decode(gray, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [code.data.decode(errors="replace") for code in found]


def _by_opencv(gray: Gray) -> list[str]:
    try:
        text, _, _ = cv2.QRCodeDetector().detectAndDecode(gray)
    except (UnicodeDecodeError, cv2.error):  # it raises on some real photos
        return []
    return [text] if text else []


READERS: Mapping[str, Reads] = dict(
    zip((OURS, *OTHERS), (_by_us, _by_zxing, _by_zbar, _by_opencv), strict=True)
)


def _photos(folder: Path | None) -> Iterator[Photo]:
    paths = _images(folder)
    if not paths:
        msg = "no photos; give a folder with --photos (bench/photos.py says what it holds)"
        raise Unmeasurable(msg)
    for path in paths:
        text = path.with_suffix(".txt")
        if text.exists():
            yield Photo(load_gray(path), text.read_bytes().decode())


def _images(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)


def _sibling(folder: Path | None) -> Path | None:
    return folder.parent / "non-qr-photos" if folder else None
