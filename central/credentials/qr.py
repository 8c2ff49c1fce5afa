"""The pass as a picture: version 6, error correction M, four modules of quiet zone, black on white.

Never recoloured, never with a logo: cameras read it in the rain.
"""

import io

import segno

QUIET_ZONE = 4
"""Modules of white around it (ISO/IEC 18004)."""
PIXELS = 12
"""Of one module in the PNG: sharp on paper of 10 cm at 150 dpi."""


def svg(text: str) -> bytes:
    """Return the QR code as SVG that fills the place it is given."""
    out = io.BytesIO()
    _code(text).save(
        out,
        kind="svg",
        border=QUIET_ZONE,
        dark="#000",
        light="#fff",
        xmldecl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
        nl=False,
    )
    return out.getvalue()


def png(text: str) -> bytes:
    """Return the QR code as PNG."""
    out = io.BytesIO()
    _code(text).save(out, kind="png", border=QUIET_ZONE, scale=PIXELS, dark="#000", light="#fff")
    return out.getvalue()


def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="m", mode="alphanumeric", boost_error=False)
