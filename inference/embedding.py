"""This file decides what a finding remembers of how its regions looked to the network: one vector of unit length for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from inference.contract import OutputKind, PackContract
from inference.findings import FloatArray, Region
from inference.regions import MapGeometry

MOST_REGIONS = 8
"""Of so many of the strongest regions a finding carries embeddings."""
_TINY = np.float32(1e-12)


def describe_regions(
    tensors: Mapping[str, FloatArray], contract: PackContract, regions: Sequence[Region], geometry: MapGeometry
) -> FloatArray | None:
    """Rows of :attr:`inference.findings.Finding.embeddings` of one image.

    A vector speaks for the whole image. Of a map, each row is the mean over the cells that a region's box touches, of the first
    :data:`MOST_REGIONS` regions; without regions the mean over the whole image, padding left out. Every row is then brought to
    unit length, so that distances run from 0 (the same) to 2.

    Args:
        tensors: By output name, as the network gave them.
        contract: The pack's.
        regions: In pixels of the judged image, strongest first.
        geometry: Places the map on the image.

    Returns:
        float32 (n, D), n at least 1, read-only; None where the pack has no embedding.
    """
    output = next((output for output in contract.outputs if output.kind is OutputKind.EMBEDDING), None)
    if output is None:
        return None
    tensor = tensors[output.name][0]
    if tensor.ndim == 1:
        rows = tensor[None]
    elif regions:
        rows = np.stack([_mean_under(tensor, (r.x, r.y, r.width, r.height), geometry) for r in regions[:MOST_REGIONS]])
    else:
        rows = _mean_under(tensor, (0, 0, *geometry.image_px), geometry)[None]
    scaled = np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), _TINY), np.float32)
    scaled.setflags(write=False)
    return scaled


def _mean_under(planes: FloatArray, box: tuple[int, int, int, int], geometry: MapGeometry) -> FloatArray:
    """Mean of *planes*, (D, h, w), over the cells that *box* (x, y, width, height, image px) touches: (D,)."""
    _, rows, columns = planes.shape
    x, y, width, height = box
    across, down = geometry.image_px
    place = geometry.placement
    left, right = _cells(x / across, (x + width) / across, place.left, place.width, geometry.network_px[0], columns)
    top, bottom = _cells(y / down, (y + height) / down, place.top, place.height, geometry.network_px[1], rows)
    return np.asarray(planes[:, top:bottom, left:right].mean(axis=(1, 2)), np.float32)


def _cells(start: float, end: float, offset_px: int, placed_px: int, network_px: int, cells: int) -> tuple[int, int]:
    """First cell and the one after the last, between *start* and *end* as shares of the image."""
    first = int(np.floor((offset_px + start * placed_px) * cells / network_px + 1e-6))
    last = int(np.ceil((offset_px + end * placed_px) * cells / network_px - 1e-6))
    first = min(max(first, 0), cells - 1)
    return first, max(min(last, cells), first + 1)
