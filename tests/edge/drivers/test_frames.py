"""Frames come from cameras, files and a socket; what gives none says what to do."""

import itertools
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from contracts.credential import looks_like_credential
from edge import config
from edge.drivers.decode import Gray, decode
from edge.drivers.frames import FrameSource, SourceFailed, load_gray, open_source
from edge.drivers.reader_look import Meter
from tests.edge.drivers.a_reader import a_pass, photo

RATE = 100
PASS = a_pass()


def source(name: str, run: Path = Path()) -> FrameSource:
    return open_source(config.Reader(source=name, width=320, height=180, rate=RATE), run)


def saved(path: Path, picture: Gray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture)
    return path


def plain(level: int) -> Gray:
    return np.full((180, 320), level, np.uint8)


def level_of(gray: Gray) -> int:
    return round(float(gray.mean()))


# --- files ----------------------------------------------------------------------------------------


def test_an_image_is_shown_for_ever_and_is_never_twice_the_same(tmp_path: Path) -> None:
    frames = source(f"image:{saved(tmp_path / 'pass.png', photo(PASS))}")
    first, second = frames.read(), frames.read()
    assert decode(second.gray, looks_like_credential) == PASS
    assert not np.array_equal(first.gray, second.gray)
    assert second.at > first.at


def test_the_grain_neither_brightens_nor_darkens(tmp_path: Path) -> None:
    for level in (16, 128, 250):
        frames = source(f"image:{saved(tmp_path / 'plain.png', plain(level))}")
        assert abs(level_of(frames.read().gray) - level) <= 1


def test_frames_come_at_the_rate(tmp_path: Path) -> None:
    frames = source(f"image:{saved(tmp_path / 'plain.png', plain(9))}")
    times = [frames.read().at for _ in range(11)]
    assert times[-1] - times[0] >= 0.085  # ten intervals; the first may be short
    assert all(later > earlier for earlier, later in itertools.pairwise(times))


def test_a_folder_s_images_follow_each_other_by_name_and_begin_again(tmp_path: Path) -> None:
    for name, level in (("b.png", 100), ("a.png", 50), ("c.JPG", 150)):
        saved(tmp_path / name, plain(level))
    (tmp_path / "notes.txt").write_text("not an image")
    frames = source(f"folder:{tmp_path}")
    shown = [level_of(frames.read().gray) for _ in range(4 * RATE)]
    assert [round(level / 50) for level in shown[:: RATE // 2]] == [1, 1, 2, 2, 3, 3, 1, 1]


def test_a_folder_is_read_before_the_sandbox_closes(tmp_path: Path) -> None:
    saved(tmp_path / "a.png", plain(50))
    frames = source(f"folder:{tmp_path}")
    (tmp_path / "a.png").unlink()
    assert level_of(frames.read().gray) == 50


def test_a_video_begins_again_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, (320, 180))
    for level in (40, 120, 200):
        film.write(cv2.cvtColor(plain(level), cv2.COLOR_GRAY2BGR))
    film.release()
    frames = source(f"video:{path}")
    shown = [level_of(frames.read().gray) for _ in range(5)]
    assert [round(level / 40) for level in shown] == [1, 3, 5, 1, 3]
    frames.close()


def test_a_jpeg_is_turned_as_its_camera_was_held(tmp_path: Path) -> None:
    raw = saved(tmp_path / "a.jpg", plain(90)).read_bytes()
    orientation = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x0112, 3, 1, 6, 0, 0)
    exif = b"Exif\0\0" + orientation
    (tmp_path / "b.jpg").write_bytes(
        raw[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + raw[2:]
    )
    assert load_gray(tmp_path / "a.jpg").shape == (180, 320)
    assert load_gray(tmp_path / "b.jpg").shape == (320, 180)


# --- what is broken -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("camera:97", "camera '97' cannot be opened. Is it plugged in"),
        ("camera:/dev/hallpass-none", "group video"),
        ("image:{0}/none.png", "there is no file"),
        ("image:{0}", "there is no file"),
        ("image:{0}/empty.png", "is no image"),
        ("image:{0}/text.png", "is no image"),
        ("folder:{0}/none", "there is no folder"),
        ("folder:{0}/bare", "holds no image"),
        ("folder:{0}", "is no image"),
        ("video:{0}/none.mp4", "is missing, or no video"),
        ("video:{0}/text.png", "is missing, or no video"),
        ("push:{0}/text.png/x.sock", "choose another path after 'push:'"),
        ("push:{0}/" + 200 * "x", "choose another path after 'push:'"),
        ("push:{0}/bare", "choose another path after 'push:'"),
        ("webcam", "is none of camera:<number or device>, picamera"),
        ("camera:", "is none of camera:"),
        ("", "is none of camera:"),
    ],
)
def test_a_source_that_gives_nothing_says_what_to_do(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("no image at all")
    (tmp_path / "bare").mkdir()
    with pytest.raises(SourceFailed) as failed:
        source(name.format(tmp_path))
    assert words in str(failed.value)


def test_a_file_that_promises_a_huge_picture_is_refused(tmp_path: Path) -> None:
    png = bytearray(saved(tmp_path / "a.png", plain(1)).read_bytes())
    png[16:24] = struct.pack(">II", 2**20, 2**20)
    (tmp_path / "a.png").write_bytes(png)
    with pytest.raises(SourceFailed):
        load_gray(tmp_path / "a.png")


# --- the Pi's camera ------------------------------------------------------------------------------


def test_picamera2_is_asked_for_only_when_it_is_named(tmp_path: Path) -> None:
    source(f"image:{saved(tmp_path / 'a.png', plain(1))}")
    assert "picamera2" not in sys.modules
    with pytest.raises(SourceFailed, match="apt-get install --no-install-recommends"):
        source("picamera")


class PretendedPicamera2:
    """Answers like picamera2 0.3 with a Camera Module 3: YUV420 with the chroma below the picture."""

    camera_controls = {"AfMode": (0, 2, 0)}  # noqa: RUF012 - as picamera2 has it

    def __init__(self) -> None:
        self.started = self.closed = False

    def create_video_configuration(self, **wanted: object) -> dict[str, object]:
        return wanted

    def configure(self, configuration: dict[str, object]) -> None:
        self.configuration = configuration

    def start(self) -> None:
        self.started = True

    def capture_array(self, stream: str) -> Gray:
        assert stream == "main"
        assert self.started
        planes = np.full((270, 384), 128, np.uint8)  # rows are padded to 64
        planes[:180, :320] = 77
        return planes

    def close(self) -> None:
        self.closed = True


def test_the_pi_s_camera_gives_its_grey_plane_and_focuses_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[PretendedPicamera2] = []

    def make() -> PretendedPicamera2:
        made.append(PretendedPicamera2())
        return made[0]

    controls = SimpleNamespace(
        AfModeEnum=SimpleNamespace(Continuous=2), AfRangeEnum=SimpleNamespace(Macro=1)
    )
    monkeypatch.setitem(sys.modules, "picamera2", SimpleNamespace(Picamera2=make))
    monkeypatch.setitem(sys.modules, "libcamera", SimpleNamespace(controls=controls))
    frames = source("picamera")
    gray = frames.read().gray
    assert gray.shape == (180, 320)
    assert gray.flags["C_CONTIGUOUS"]
    assert (gray == 77).all()
    assert made[0].configuration["controls"] == {"FrameRate": RATE, "AfMode": 2, "AfRange": 1}
    frames.close()
    assert made[0].closed


def test_a_pi_camera_that_does_not_start_says_what_to_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> None:
        raise IndexError("list index out of range")

    monkeypatch.setitem(sys.modules, "picamera2", SimpleNamespace(Picamera2=broken))
    with pytest.raises(SourceFailed, match="rpicam-hello --list-cameras"):
        source("picamera")


# --- pushed ---------------------------------------------------------------------------------------


@pytest.fixture
def pushed(tmp_path: Path) -> Iterator[FrameSource]:
    frames = source("push:camera.sock", tmp_path)
    yield frames
    frames.close()


def client(tmp_path: Path) -> socket.socket:
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.connect(str(tmp_path / "camera.sock"))
    return stream


def sent(stream: socket.socket, picture: Gray, kind: str = ".png") -> None:
    raw = cv2.imencode(kind, picture)[1].tobytes()
    stream.sendall(struct.pack(">I", len(raw)) + raw)


def shows(frames: FrameSource, level: int | None) -> bool:
    """Wait until a plain picture of this brightness is shown; None waits for the empty hall."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        gray = frames.read().gray
        if level is None and float(gray.std()) > 20:
            return True
        if level is not None and gray.std() < 5 and abs(level_of(gray) - level) <= 2:
            return True
    return False


def test_a_pushed_picture_is_shown_until_the_next(tmp_path: Path, pushed: FrameSource) -> None:
    with client(tmp_path) as stream:
        sent(stream, plain(60))
        assert shows(pushed, 60)
        assert all(level_of(pushed.read().gray) in {59, 60, 61} for _ in range(5))
        sent(stream, plain(180), ".jpg")
        assert shows(pushed, 180)


def test_only_the_newest_of_several_pictures_is_shown(tmp_path: Path, pushed: FrameSource) -> None:
    with client(tmp_path) as stream:
        for level in (40, 80, 120, 160):
            sent(stream, plain(level))
        assert shows(pushed, 160)
        assert abs(level_of(pushed.read().gray) - 160) <= 1


def test_the_hall_is_empty_again_when_the_sender_leaves(
    tmp_path: Path, pushed: FrameSource
) -> None:
    with client(tmp_path) as stream:
        sent(stream, plain(60))
        assert shows(pushed, 60)
    assert shows(pushed, None)


def test_a_new_sender_takes_over_from_one_that_hangs(tmp_path: Path, pushed: FrameSource) -> None:
    with client(tmp_path) as hanging, client(tmp_path) as fresh:
        hanging.sendall(struct.pack(">I", 1000) + b"half a pic")
        sent(fresh, plain(200))
        assert shows(pushed, 200)


@pytest.mark.parametrize(
    "raw",
    [
        struct.pack(">I", 2**32 - 1) + b"x" * 100,
        struct.pack(">I", 5) + b"junk!",
        struct.pack(">I", 0),
    ],
    ids=["endless", "no picture", "empty"],
)
def test_a_sender_of_nonsense_is_cut_off_and_the_next_is_heard(
    tmp_path: Path, pushed: FrameSource, raw: bytes
) -> None:
    with client(tmp_path) as stream:
        stream.settimeout(30)
        stream.sendall(raw)
        reading = threading.Thread(target=shows, args=(pushed, 111), daemon=True)
        reading.start()
        assert stream.recv(1) == b""
        with client(tmp_path) as fresh:
            sent(fresh, plain(111))
            reading.join(30)
            assert not reading.is_alive()


def test_a_picture_that_comes_byte_by_byte_is_put_together(
    tmp_path: Path, pushed: FrameSource
) -> None:
    raw = cv2.imencode(".png", plain(90))[1].tobytes()
    with client(tmp_path) as stream:
        reading = threading.Thread(target=shows, args=(pushed, 90), daemon=True)
        reading.start()
        for byte in struct.pack(">I", len(raw)) + raw:
            stream.sendall(bytes([byte]))
        reading.join(30)
        assert abs(level_of(pushed.read().gray) - 90) <= 1


def test_a_socket_left_by_a_killed_reader_is_no_obstacle(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(tmp_path / "camera.sock"))
    left.close()
    frames = source("push:camera.sock", tmp_path)
    assert (tmp_path / "camera.sock").stat().st_mode & 0o077 == 0
    frames.close()


def test_the_empty_hall_looks_like_a_place_to_a_camera(pushed: FrameSource) -> None:
    measured = Meter().measure(pushed.read().gray)
    assert measured.light > 60
    assert measured.shape > 20
    assert measured.sharpness > 0.7
