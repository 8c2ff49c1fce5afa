"""A QR code for a page: an address to scan with a phone. Passes have their own (credentials/qr.py)."""

import io

import segno
from markupsafe import Markup


def picture_of(text: str) -> Markup:
    """Return the code as SVG that fills the place it is given."""
    return svg_of(segno.make(text, error="m", micro=False))


def svg_of(code: segno.QRCode) -> Markup:
    """Return a code that is made already as SVG that fills the place it is given."""
    out = io.BytesIO()
    code.save(
        out,
        kind="svg",
        border=4,
        dark="#000",
        light="#fff",
        xmldecl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
        nl=False,
    )
    # segno's own drawing: of the text only black and white squares are left.
    return Markup(out.getvalue().decode())  # noqa: S704
