import io
import random
from pathlib import Path

import pytest
from PIL import Image

from central import photos
from central.errors import NotFound
from central.photos import (
    LARGEST_FILE,
    LONGEST_SIDE,
    PhotoStore,
    PhotoTooLarge,
    PhotoUnreadable,
    made_anew,
)
from tests.central.pictures import a_bomb, a_photo


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_made_anew_upright_and_without_where_and_with_what_it_was_taken(
    kind: str,
) -> None:
    sent = a_photo(kind, (640, 480))
    assert b"Geheimtoestel" in sent
    kept = made_anew(sent)
    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (480, 640))
        assert dict(picture.getexif()) == {}
        assert "icc_profile" not in picture.info
    assert b"Geheimtoestel" not in kept
    assert b"Exif" not in kept


def test_what_hides_behind_a_picture_is_gone() -> None:
    hidden = b"<?php system($_GET['x']); ?><script>alert(1)</script>"
    assert hidden not in made_anew(a_photo() + hidden)


def test_a_large_photo_becomes_small_enough_to_send() -> None:
    with Image.open(io.BytesIO(made_anew(a_photo(size=(6000, 4000))))) as picture:
        assert max(picture.size) == LONGEST_SIDE


def test_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(made_anew(out.getvalue()))) as picture:
        assert picture.getpixel((4, 4)) == (255, 255, 255)


def test_a_jpeg_with_a_second_picture_behind_it_is_a_photo() -> None:
    out = io.BytesIO()
    behind = Image.new("RGB", (64, 48), "red")
    Image.new("RGB", (64, 48), "blue").save(out, "MPO", save_all=True, append_images=[behind])
    with Image.open(io.BytesIO(made_anew(out.getvalue()))) as picture:
        assert (picture.format, getattr(picture, "n_frames", 1)) == ("JPEG", 1)
        assert picture.getpixel((3, 3)) == (0, 0, 254)


@pytest.mark.parametrize(
    ("shade", "kept"), [(0, 0), (0x4000, 0x40), (0x8000, 0x80), (0xFFFF, 0xFF)]
)
def test_sixteen_bits_of_grey_keep_their_shade(shade: int, kept: int) -> None:
    out = io.BytesIO()
    Image.new("I;16", (8, 8), shade).save(out, "PNG")
    with Image.open(io.BytesIO(made_anew(out.getvalue()))) as picture:
        assert picture.getpixel((3, 3)) == (kept, kept, kept)


@pytest.mark.parametrize("size", [(8000, 10), (10, 8000)])
def test_a_very_flat_photo_is_kept_in_every_width(tmp_path: Path, size: tuple[int, int]) -> None:
    store = PhotoStore(tmp_path, widths=(320, 640))
    name = store.keep(a_photo(size=size))
    for width in (320, 640):
        with Image.open(io.BytesIO(store.read(name, width))) as picture:
            assert picture.width <= width


def test_nothing_is_kept_of_a_photo_that_cannot_be_made_in_every_width(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_picture: bytes, _width: int) -> bytes:
        raise OSError("broken")

    monkeypatch.setattr(photos, "_narrower", broken)
    with pytest.raises(OSError, match="broken"):
        PhotoStore(tmp_path, widths=(320,)).keep(a_photo())
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("side", [5_000, 10_000, 60_000])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "_encoded", lambda _picture: pytest.fail("it was unpacked"))
    with pytest.raises(PhotoTooLarge):
        made_anew(a_bomb(side))


def test_a_file_with_too_many_bytes_is_not_even_looked_at() -> None:
    with pytest.raises(PhotoTooLarge):
        made_anew(a_photo() + bytes(LARGEST_FILE))


def a_gif() -> bytes:
    out = io.BytesIO()
    Image.new("P", (8, 8)).save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"photo.jpg",
        b"\xff\xd8\xff\xe0" + b"JFIF" * 10,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"%PDF-1.7\n",
        a_gif(),
        a_photo("PNG")[:300],
        a_photo()[:400],
    ],
)
def test_what_is_no_photo_or_a_damaged_one_is_refused(content: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        made_anew(content)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow, over metadata that we drop anyway
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_whatever_is_done_to_a_file_it_is_made_anew_or_refused(kind: str) -> None:
    dice = random.Random(kind)  # noqa: S311 - the same damage each time
    whole = a_photo(kind, (48, 32))
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        try:
            made_anew(bytes(damaged))
        except (PhotoUnreadable, PhotoTooLarge):
            continue


def test_the_same_photo_is_kept_once_under_its_content(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path)
    names = {store.keep(a_photo()), store.keep(a_photo())}
    assert len(names) == 1
    (name,) = names
    (path,) = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert path.name == f"{name}.jpg"
    assert path.stat().st_mode & 0o077 == 0, "nobody else of this machine reads it"
    assert store.read(name) == made_anew(a_photo())
    assert store.thumbnail(name).startswith("data:image/jpeg;base64,")


@pytest.mark.parametrize("name", ["../../secret", "", "A" * 64, "0" * 63, "0" * 64, "/etc/passwd"])
def test_no_name_leads_out_of_the_store(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("secret")
    with pytest.raises(NotFound):
        PhotoStore(tmp_path).read(name)
