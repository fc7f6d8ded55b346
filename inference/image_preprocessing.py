"""This file decides how an image of any size becomes the network's tensor, for training and running alike.

Order, fixed because it changes numbers: resize in BGR (:func:`resize_image`), then colour, then
``(pixels * scale - mean) / std`` in float32.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from inference.contract import Colour, ImageInput, Interpolation, Resize
from inference.errors import InputError
from inference.findings import FloatArray, ImageU8

_CV2_INTERPOLATION = {
    Interpolation.AREA: cv2.INTER_AREA,
    Interpolation.LINEAR: cv2.INTER_LINEAR,
    Interpolation.CUBIC: cv2.INTER_CUBIC,
    Interpolation.NEAREST: cv2.INTER_NEAREST,
}


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the image lies on the network's input: left, top, width and height in network pixels."""

    left: int
    top: int
    width: int
    height: int


def place_image(width_px: int, height_px: int, spec: ImageInput) -> Placement:
    """Where an image of *width_px* x *height_px* comes to lie: everywhere (stretch) or centred (fit, keep)."""
    if spec.resize is Resize.STRETCH:
        return Placement(0, 0, spec.width_px, spec.height_px)
    factor = min(spec.width_px / width_px, spec.height_px / height_px)
    if spec.resize is Resize.KEEP:
        factor = min(1.0, factor)
    width = min(spec.width_px, max(1, round(width_px * factor)))
    height = min(spec.height_px, max(1, round(height_px * factor)))
    return Placement((spec.width_px - width) // 2, (spec.height_px - height) // 2, width, height)


def resize_image(image: ImageU8, spec: ImageInput) -> ImageU8:
    """Bring *image* to the network's size.

    Args:
        image: uint8 H x W x 3, BGR.
        spec: The pack's image input.

    Returns:
        uint8 ``height_px`` x ``width_px`` x 3, BGR; the image itself (not a copy) where it has that size already.

    Raises:
        InputError: *image* is not a uint8 H x W x 3 array with at least one pixel.
    """
    _check_image(image)
    return _resize(image, spec, _CV2_INTERPOLATION[spec.interpolation], spec.pad_value)


def resize_mask(mask: ImageU8, spec: ImageInput) -> ImageU8:
    """Bring a mask (uint8 H x W) to the network's size as :func:`resize_image` does its image: nearest, padded with 0."""
    return _resize(mask, spec, cv2.INTER_NEAREST, 0)


def normalise_image(resized: ImageU8, spec: ImageInput) -> FloatArray:
    """Turn an image of the network's size (uint8 H x W x 3, BGR) into the tensor: float32 (1, C, H, W) or (1, H, W, C)."""
    factor = [np.float32(spec.scale / std) for std in spec.std]
    offset = [np.float32(-mean / std) for mean, std in zip(spec.mean, spec.std, strict=True)]
    planes = np.empty((1, spec.channels, *resized.shape[:2]), dtype=np.float32)
    for index, plane in enumerate(_split_planes(resized, spec.colour)):
        np.multiply(plane, factor[index], out=planes[0, index], dtype=np.float32)
        if offset[index]:
            planes[0, index] += offset[index]
    return planes if spec.layout == "NCHW" else np.ascontiguousarray(planes.transpose(0, 2, 3, 1))


def prepare_image(image: ImageU8, spec: ImageInput) -> FloatArray:
    """Turn an image into the network's tensor.

    Args:
        image: uint8 H x W x 3, BGR, any size.
        spec: The pack's image input.

    Returns:
        float32 (1, C, H, W), or (1, H, W, C) for NHWC; contiguous, newly made. May be called from any thread.

    Raises:
        InputError: *image* is not a uint8 H x W x 3 array with at least one pixel.
    """
    return normalise_image(resize_image(image, spec), spec)


def _check_image(image: ImageU8) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise InputError(
            "The image is not 8-bit with three colours",
            value=f"{image.dtype} {'x'.join(map(str, image.shape))}",
            do="Convert it to 8-bit BGR before it is judged",
        )


def _resize(image: ImageU8, spec: ImageInput, interpolation: int, pad_value: int) -> ImageU8:
    height, width = image.shape[:2]
    if (width, height) == (spec.width_px, spec.height_px):
        return image
    place = place_image(width, height, spec)
    resized: ImageU8 = np.asarray(cv2.resize(image, (place.width, place.height), interpolation=interpolation), dtype=np.uint8)
    if (place.width, place.height) == (spec.width_px, spec.height_px):
        return resized
    canvas: ImageU8 = np.full((spec.height_px, spec.width_px, *image.shape[2:]), pad_value, dtype=np.uint8)
    canvas[place.top : place.top + place.height, place.left : place.left + place.width] = resized
    return canvas


def _split_planes(image: ImageU8, colour: Colour) -> list[ImageU8]:
    if colour is Colour.GRAY:
        return [np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)]
    planes = [np.asarray(plane, dtype=np.uint8) for plane in cv2.split(image)]
    return planes[::-1] if colour is Colour.RGB else planes
