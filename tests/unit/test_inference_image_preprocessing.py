"""Preprocessing of images: the numbers, the placement, the refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.contract import Colour, ImageInput, Interpolation, Resize
from inference.errors import InputError
from inference.image_preprocessing import place_image, prepare_image, resize_image, resize_mask


def spec_of(**changes: object) -> ImageInput:
    base = {"name": "x", "colour": "RGB", "width_px": 16, "height_px": 8, "mean": (0.4, 0.5, 0.6), "std": (0.2, 0.3, 0.4)}
    return ImageInput.model_validate({**base, **changes})


def random_image(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_tensor_equals_the_formula_in_rgb() -> None:
    image, spec = random_image(8, 16), spec_of()
    expected = ((image[..., ::-1] / 255.0 - np.array(spec.mean)) / np.array(spec.std)).transpose(2, 0, 1)[np.newaxis]
    tensor = prepare_image(image, spec)
    assert tensor.dtype == np.float32
    assert tensor.flags.c_contiguous
    np.testing.assert_allclose(tensor, expected, atol=1e-5)


def test_nhwc_and_bgr_keep_their_order() -> None:
    image = random_image(8, 16)
    first = prepare_image(image, spec_of(colour="BGR"))
    last = prepare_image(image, spec_of(colour="BGR", layout="NHWC"))
    assert last.shape == (1, 8, 16, 3)
    np.testing.assert_array_equal(first[0].transpose(1, 2, 0), last[0])


def test_gray_has_one_plane_with_the_usual_weights() -> None:
    image = np.zeros((8, 16, 3), dtype=np.uint8)
    image[..., 1] = 255
    tensor = prepare_image(image, spec_of(colour=Colour.GRAY, mean=(0.0,), std=(1.0,)))
    assert tensor.shape == (1, 1, 8, 16)
    np.testing.assert_allclose(tensor, 150 / 255, atol=1e-6)


def test_fit_keeps_the_aspect_and_pads_with_the_border_colour() -> None:
    spec = spec_of(resize=Resize.FIT, pad_value=9)
    resized = resize_image(np.full((20, 20, 3), 200, dtype=np.uint8), spec)
    assert resized.shape == (8, 16, 3)
    assert (resized[:, :4] == 9).all()
    assert (resized[:, 4:12] == 200).all()
    assert (resized[:, 12:] == 9).all()


def test_keep_leaves_every_pixel_as_it_is_and_pads_the_rest() -> None:
    spec = spec_of(resize=Resize.KEEP, pad_value=9)
    image = random_image(5, 11)
    resized = resize_image(image, spec)
    assert resized.shape == (8, 16, 3)
    np.testing.assert_array_equal(resized[1:6, 2:13], image)
    assert (np.delete(resized, range(1, 6), axis=0) == 9).all()
    assert (resized[:, :2] == 9).all()
    assert (resized[:, 13:] == 9).all()


def test_keep_shrinks_only_what_is_larger_than_the_input() -> None:
    spec = spec_of(resize=Resize.KEEP, pad_value=9)
    resized = resize_image(np.full((16, 16, 3), 200, dtype=np.uint8), spec)
    np.testing.assert_array_equal(resized, resize_image(np.full((16, 16, 3), 200, dtype=np.uint8), spec_of(resize=Resize.FIT, pad_value=9)))
    assert (resized == 200).any()


def test_masks_stay_masks() -> None:
    mask = np.zeros((80, 160), dtype=np.uint8)
    mask[20:60, 40:120] = 255
    small = resize_mask(mask, spec_of())
    assert set(np.unique(small)) == {0, 255}
    assert small.mean() == pytest.approx(mask.mean())


def test_an_image_of_the_right_size_is_not_touched() -> None:
    image = random_image(8, 16)
    assert resize_image(image, spec_of()) is image


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((8, 16), dtype=np.uint8),
        np.zeros((8, 16, 4), dtype=np.uint8),
        np.zeros((8, 16, 3), dtype=np.uint16),
        np.zeros((0, 16, 3), dtype=np.uint8),
    ],
)
def test_what_is_no_8_bit_bgr_image_is_refused(image: np.ndarray) -> None:
    with pytest.raises(InputError, match="not 8-bit with three colours"):
        prepare_image(image, spec_of())


@given(
    width=st.integers(1, 400),
    height=st.integers(1, 400),
    resize=st.sampled_from(Resize),
    interpolation=st.sampled_from(Interpolation),
)
def test_any_size_becomes_the_networks_size(width: int, height: int, resize: Resize, interpolation: Interpolation) -> None:
    spec = spec_of(resize=resize, interpolation=interpolation)
    image = np.full((height, width, 3), 128, dtype=np.uint8)
    tensor = prepare_image(image, spec)
    assert tensor.shape == (1, 3, 8, 16)
    assert np.isfinite(tensor).all()
    place = place_image(width, height, spec)
    assert place.left >= 0
    assert place.left + place.width <= 16
    assert place.top >= 0
    assert place.top + place.height <= 8
