"""Cameras: any that Linux shows as /dev/video* through OpenCV, and the Pi's own through picamera2."""

import importlib
import time
from typing import Any

import cv2
import numpy as np

from edge.drivers.reader_source import Frame, SourceFailed


class Camera:
    """A USB camera, by number or device file."""

    needs_threads = False

    def __init__(self, name: str, width: int, height: int, rate: int) -> None:
        """Open it.

        Raises:
            SourceFailed: it cannot be opened.

        """
        self._name = name
        self._capture = cv2.VideoCapture(int(name) if name.isdigit() else name, cv2.CAP_V4L2)
        if not self._capture.isOpened():
            msg = (
                f"camera {name!r} cannot be opened. Is it plugged in (ls /dev/video*), is another"
                " program using it, is this user in the group video? The Raspberry Pi's ribbon"
                " camera needs reader.source = 'picamera'"
            )
            raise SourceFailed(msg)
        for setting, value in (
            # Without MJPG most cameras give 5 frames a second at this size.
            (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
            (cv2.CAP_PROP_FRAME_WIDTH, width),
            (cv2.CAP_PROP_FRAME_HEIGHT, height),
            (cv2.CAP_PROP_FPS, rate),
            (cv2.CAP_PROP_BUFFERSIZE, 1),  # the newest frame, not one of seconds ago
        ):
            self._capture.set(setting, value)

    def read(self) -> Frame:
        """Wait for the next frame and return it."""
        taken, picture = self._capture.read()
        if not taken:
            msg = f"camera {self._name!r} stopped giving frames; check its cable and supply"
            raise SourceFailed(msg)
        at = time.monotonic()
        return Frame(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8), at)

    def close(self) -> None:
        """Give the camera back."""
        self._capture.release()


class PiCamera:
    """The camera on a Raspberry Pi's ribbon cable, focused on what is close."""

    needs_threads = True

    def __init__(self, width: int, height: int, rate: int) -> None:
        """Open and start it.

        Raises:
            SourceFailed: picamera2 is not installed, or no camera answers.

        """
        self._size = width, height
        picamera2 = _imported("picamera2")
        try:
            self._camera = picamera2.Picamera2()
            # The Y plane of YUV420 is the grey picture: nothing to convert.
            main = {"size": self._size, "format": "YUV420"}
            controls = {"FrameRate": rate, **_close_focus(self._camera)}
            configuration = self._camera.create_video_configuration(
                main=main, controls=controls, buffer_count=2
            )
            self._camera.configure(configuration)
            self._camera.start()
        except Exception as error:  # picamera2 raises what libcamera and the kernel raise
            msg = (
                f"the Pi's camera does not start: {error!r}. Check the ribbon cable, and that"
                " 'rpicam-hello --list-cameras' shows it"
            )
            raise SourceFailed(msg) from error

    def read(self) -> Frame:
        """Wait for the next frame and return it."""
        width, height = self._size
        planes = self._camera.capture_array("main")
        return Frame(np.ascontiguousarray(planes[:height, :width]), time.monotonic())

    def close(self) -> None:
        """Give the camera back."""
        self._camera.close()


def _imported(name: str) -> Any:  # noqa: ANN401 - a module without types, only on a Pi
    try:
        return importlib.import_module(name)
    except ImportError as error:
        msg = (
            f"{name} is not here ({error}). On a Raspberry Pi: apt-get install"
            " --no-install-recommends python3-picamera2, and an environment made with"
            " --system-site-packages. With a USB camera: reader.source = 'camera:0'"
        )
        raise SourceFailed(msg) from error


def _close_focus(camera: Any) -> dict[str, Any]:  # noqa: ANN401 - picamera2 has no types
    if "AfMode" not in camera.camera_controls:
        return {}  # fixed focus: its lens must be turned to 20 cm by hand (hardware/)
    controls = _imported("libcamera").controls
    return {
        "AfMode": controls.AfModeEnum.Continuous,
        "AfRange": controls.AfRangeEnum.Macro,
    }
