"""Image files: what is read, and how bad ones are refused."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inference.errors import InputError
from inference.image_file import decode_image, read_image

IMAGE = np.random.default_rng(3).integers(0, 256, (30, 40, 3), dtype=np.uint8)
SUFFIXES = (".png", ".jpg", ".bmp", ".tif", ".webp")


def encode(suffix: str, image: np.ndarray = IMAGE) -> bytes:
    return cv2.imencode(suffix, image)[1].tobytes()


def encode_pillow(mode: str, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(IMAGE[..., ::-1]).convert(mode).save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"零件 ä{suffix}"
    path.write_bytes(encode(suffix))
    image = read_image(path)
    assert image.shape == (30, 40, 3)
    assert image.dtype == np.uint8
    if suffix in {".png", ".bmp", ".tif"}:
        np.testing.assert_array_equal(image, IMAGE)


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA"])
def test_gray_palette_and_transparency_become_bgr(mode: str) -> None:
    assert decode_image(encode_pillow(mode, "PNG"), Path("x.png")).shape == (30, 40, 3)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("keep", [0.03, 0.4, 0.97])
def test_a_truncated_file_is_refused(suffix: str, keep: float) -> None:
    data = encode(suffix)
    with pytest.raises(InputError, match=r"truncated|header is damaged|not an image"):
        decode_image(data[: int(len(data) * keep)], Path("part.png"))


def test_a_truncated_picture_with_a_whole_thumbnail_is_refused() -> None:
    thumbnail = encode(".jpg", IMAGE[:8, :8])
    data = encode(".jpg")
    block = b"Exif\0\0" + thumbnail
    with_thumbnail = data[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]
    assert decode_image(with_thumbnail, Path("x.jpg")).shape == (30, 40, 3)
    with pytest.raises(InputError, match="truncated"):
        decode_image(with_thumbnail[:-200], Path("x.jpg"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"hello, I am text", "not an image of a known kind"),
        (encode(".png", IMAGE.astype(np.uint16) * 200), "more than 8 bits"),
        (encode(".png", IMAGE[..., 0].astype(np.uint16) * 200), "more than 8 bits"),
        (encode(".tif", IMAGE.astype(np.uint16) * 200), "more than 8 bits"),
        (encode_pillow("CMYK", "JPEG"), "CMYK"),
        (encode_pillow("CMYK", "TIFF"), "CMYK"),
        (encode_pillow("P", "GIF"), "not an image of a known kind"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        decode_image(data, Path("odd.bin"))
    assert "\n" not in str(caught.value)
    assert caught.value.do


def test_a_huge_image_is_refused_from_its_header() -> None:
    stream = io.BytesIO()
    Image.new("L", (12000, 9000)).save(stream, "PNG")
    with pytest.raises(InputError, match=r"too large.*12000x9000, 108 megapixels of at most 64"):
        decode_image(stream.getvalue(), Path("huge.png"))


def test_one_pixel_is_an_image() -> None:
    assert decode_image(encode(".png", IMAGE[:1, :1]), Path("dot.png")).shape == (1, 1, 3)


def test_rotation_in_the_file_is_ignored() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decode_image(encode_pillow("RGB", "JPEG", exif=exif), Path("x.jpg")).shape == (30, 40, 3)


def test_missing_empty_and_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    with pytest.raises(InputError, match="empty"):
        read_image(tmp_path / "empty.png")
    with pytest.raises(InputError, match="not there"):
        read_image(tmp_path / "gone.png")
    with pytest.raises(InputError, match=r"folder|cannot be opened"):
        read_image(tmp_path)


WHOLE = {suffix: encode(suffix) for suffix in SUFFIXES}


@settings(max_examples=300, deadline=None)
@given(suffix=st.sampled_from(SUFFIXES), flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_a_damaged_file_is_an_image_or_an_input_error(suffix: str, flips: list[tuple[float, int]]) -> None:
    data = bytearray(WHOLE[suffix])
    for place, value in flips:
        data[min(int(place * len(data)), len(data) - 1)] = value
    try:
        image = decode_image(bytes(data), Path("damaged"))
    except InputError:
        return
    assert image.dtype == np.uint8
    assert image.ndim == 3


@given(st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\x00", b"MM\x00*", b"RIFF"]), st.binary(max_size=200))
def test_garbage_behind_a_right_beginning_is_an_input_error(beginning: bytes, rest: bytes) -> None:
    with pytest.raises(InputError):
        decode_image(beginning + rest, Path("garbage"))
