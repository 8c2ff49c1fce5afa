"""Where frames come from, by the name in the configuration.

    camera:0           a USB camera (V4L2), by number or device file
    picamera           the Raspberry Pi's own
    image:pass.png     one image for ever
    folder:photos      the images of a folder, each for a second, over and over
    video:film.mp4     a video, over and over
    push:camera.sock   whatever is pushed over a unix socket (`reader_push`)

A relative path counts from the working directory, that of a socket from the unit's run folder.
"""

from pathlib import Path

from edge import config
from edge.drivers.reader_cameras import Camera, PiCamera
from edge.drivers.reader_pictures import Film, Pictures, load_gray
from edge.drivers.reader_push import Pushed
from edge.drivers.reader_source import Frame, FrameSource, SourceFailed

__all__ = ["Frame", "FrameSource", "SourceFailed", "load_gray", "open_source"]


def open_source(reader: config.Reader, run: Path) -> FrameSource:
    """Return the source that the configuration names, ready to give frames.

    Raises:
        SourceFailed: the name is unknown, or what it names gives no frames; says what to do.

    """
    kind, _, where = reader.source.partition(":")
    match kind:
        case "picamera" if not where:
            return PiCamera(reader.width, reader.height, reader.rate)
        case "camera" if where:
            return Camera(where, reader.width, reader.height, reader.rate)
        case "image" | "folder" if where:
            return Pictures(_existing(Path(where), folder=kind == "folder"), reader.rate)
        case "video" if where:
            return Film(Path(where), reader.rate)
        case "push" if where:
            return Pushed(run / where, reader.width, reader.height, reader.rate)
    msg = (
        f"reader.source = {reader.source!r} is none of camera:<number or device>, picamera,"
        " image:<file>, folder:<folder>, video:<file>, push:<socket>"
    )
    raise SourceFailed(msg)


def _existing(path: Path, *, folder: bool) -> Path:
    if path.is_dir() if folder else path.is_file():
        return path
    msg = f"there is no {'folder' if folder else 'file'} {path}"
    raise SourceFailed(msg)
