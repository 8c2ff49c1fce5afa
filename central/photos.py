"""Photos that people send: made anew as small JPEG, kept by the hash of their content.

What a file is, its content decides. It is decoded by one of three decoders, within limits, one at a
time, and encoded again: position, camera and whatever hides behind the picture are gone. Files lie in
the data folder, never below what is served without asking.
"""

import io
import os
import re
import struct
import tempfile
import threading
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from PIL import Image, ImageOps

from central.errors import CentralError, NotFound

LARGEST_FILE = 12_000_000
"""Bytes of a photo as it is sent; phones make 3 to 8 million."""
LONGEST_SIDE = 1600
"""Pixels of what is kept: enough to see a crack, little enough to send."""
MOST_PIXELS: Mapping[str, int] = {"JPEG": 60_000_000, "PNG": 20_000_000, "WEBP": 20_000_000}
"""What may be sent, and how large unpacked. JPEG is unpacked at a smaller scale right away."""
_QUALITY = 82
_THUMBNAIL = 160
_HASH = re.compile(r"[0-9a-f]{64}")
_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, EOFError, LookupError, ArithmeticError, struct.error,
)  # fmt: skip
"""What Pillow raises over files that are not what they say."""


class PhotoUnreadable(CentralError):
    """It is no photo, a damaged one, or of a kind that we do not take."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "photo_unreadable"
    sentence = "This is no photo that can be read. Send a JPEG, PNG or WebP."


class PhotoTooLarge(CentralError):
    """The file, or the picture unpacked, is larger than it may be."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "photo_too_large"
    sentence = "This photo is too large: at most {megabytes} MB and {megapixels} megapixels."

    def __init__(self) -> None:
        most = max(MOST_PIXELS.values()) // 1_000_000
        super().__init__(field="photos", megabytes=LARGEST_FILE // 1_000_000, megapixels=most)


_one_at_a_time = threading.Lock()
"""Unpacking takes memory: however many people send photos at once, it is done by one."""


def made_anew(content: bytes) -> bytes:
    """Return a photo as JPEG of at most `LONGEST_SIDE` pixels, upright, with nothing but the picture.

    Raises:
        PhotoTooLarge: more bytes or pixels than allowed; it was not unpacked.
        PhotoUnreadable: no JPEG, PNG or WebP, or a damaged one.

    """
    if len(content) > LARGEST_FILE:
        raise PhotoTooLarge
    try:
        with _one_at_a_time, Image.open(io.BytesIO(content), formats=list(MOST_PIXELS)) as found:
            return _encoded(_small(found, LONGEST_SIDE))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooLarge from error
    except _BROKEN as error:
        raise PhotoUnreadable(field="photos") from error


def _small(found: Image.Image, side: int) -> Image.Image:
    # Pillow calls the JPEG of a phone that puts a second picture behind the first one MPO.
    kind = "JPEG" if found.format == "MPO" else found.format
    if found.width * found.height > MOST_PIXELS[kind or ""]:
        raise PhotoTooLarge
    found.draft("RGB", (side, side))
    upright = ImageOps.exif_transpose(found)
    upright = _in_eight_bits(upright)
    upright.thumbnail((side, side))
    # White, not black, where a picture is transparent.
    with_alpha = upright.convert("RGBA")
    picture = Image.new("RGB", upright.size, "white")
    picture.paste(with_alpha, mask=with_alpha)
    return picture


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Return a picture with no more than 256 shades; what has more would be cut off to white."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda shade: shade / 256).convert("L")


def _narrower(picture: bytes, width: int) -> bytes:
    """Return a photo of ours at most so wide; a narrow one stays as it is."""
    with Image.open(io.BytesIO(picture), formats=["JPEG"]) as found:
        if found.width <= width:
            return picture
        size = (width, max(1, round(found.height * width / found.width)))
        found.draft("RGB", size)
        return _encoded(found.resize(size))


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


class PhotoStore:
    """A folder of photos, each under the hash of its content: sent twice, it is kept once."""

    def __init__(self, data: Path, folder: str = "photos", widths: Sequence[int] = ()) -> None:
        """Take the data folder of the city; ours in it is made when it is first needed.

        `widths`: in which others than its own a photo is kept too, in pixels.
        """
        self._folder, self._widths = data / folder, widths

    def keep(self, content: bytes) -> str:
        """Make a photo anew and keep it; return the hash that names it.

        Raises:
            PhotoTooLarge, PhotoUnreadable: see `made_anew`.

        """
        picture = made_anew(content)
        name = sha256(picture).hexdigest()
        files = {self._path(name): picture}
        for width in self._widths:
            files[self._path(name, width)] = _narrower(picture, width)
        for path, made in files.items():
            if path.exists():
                path.touch()  # the cleaning sees that somebody needs it
            else:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _write(path, made)
        return name

    def read(self, name: str, width: int | None = None) -> bytes:
        """Return a kept photo, or what was made of it in one of the widths.

        Raises:
            NotFound: there is none of that name or width.

        """
        try:
            return self._path(name, width).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("photo") from error

    def size(self, name: str) -> tuple[int, int]:
        """Return the width and height of a kept photo, in pixels.

        Raises:
            NotFound: there is none of that name.

        """
        with Image.open(io.BytesIO(self.read(name)), formats=["JPEG"]) as found:
            return found.size

    def thumbnail(self, name: str) -> str:
        """Return a small picture of a kept photo as an address for a page (`data:`).

        Raises:
            NotFound: there is none of that name.

        """
        with Image.open(io.BytesIO(self.read(name)), formats=["JPEG"]) as found:
            picture = _encoded(_small(found, _THUMBNAIL))
        return f"data:image/jpeg;base64,{b64encode(picture).decode()}"

    def drop_others(self, named: Collection[str], before: datetime) -> None:
        """Remove photos that are not among `named` and were sent before a moment."""
        for path in self._folder.glob("??/*"):
            is_old = path.stat().st_mtime < before.timestamp()
            if is_old and path.name.partition(".")[0] not in named:
                path.unlink(missing_ok=True)

    def _path(self, name: str, width: int | None = None) -> Path:
        if _HASH.fullmatch(name) is None or width not in {None, *self._widths}:
            raise NotFound("photo")
        return self._folder / name[:2] / (f"{name}.{width}.jpg" if width else f"{name}.jpg")


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, also after a power cut."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
