"""Photos as phones make them, and files that only look like one."""

import io
import struct
import zlib

from PIL import Image

BELFRY = 0x8825  # the tag under which a camera writes where it was


def a_photo(
    kind: str = "JPEG", size: tuple[int, int] = (640, 480), *, colour: str = "#7a3b12"
) -> bytes:
    """A photo with position, camera, and orientation "lie on the left side"."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Geheimtoestel 9"
    exif.get_ifd(BELFRY)[2] = (51.0, 3.0, 13.0)
    Image.new("RGB", size, colour).save(out, kind, exif=exif)
    return out.getvalue()


def a_bomb(side: int = 60_000) -> bytes:
    """A PNG of a few bytes that says it unpacks to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed)
