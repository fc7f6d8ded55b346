"""This file decides which regions a probability map holds, and where they lie on the judged image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from inference.contract import ImageInput, Output, OutputKind, PackContract
from inference.findings import FloatArray, ImageU8, Region
from inference.image_preprocessing import Placement, place_image

MAX_REGIONS = 100
"""More regions than this in one image tell nobody anything; the strongest are kept."""


HEAT_FLOOR = 0.05
"""Less than this is not drawn: a network never says zero, and summed over the whole picture its murmur outweighs a small defect."""

AREA_MAP_KINDS = (OutputKind.PROBABILITY_MAP, OutputKind.ANOMALY_MAP)
"""Outputs whose area is the defect's."""
MAP_KINDS = (*AREA_MAP_KINDS, OutputKind.EVIDENCE_MAP)
"""Outputs that are maps over the image."""


def has_map(contract: PackContract) -> bool:
    """Whether a pack has a map, and so regions and heatmaps."""
    return any(output.kind in MAP_KINDS for output in contract.outputs)


def has_area_map(contract: PackContract) -> bool:
    """Whether a pack has a map whose area grows with the defect."""
    return any(output.kind in AREA_MAP_KINDS for output in contract.outputs)


@dataclass(frozen=True, slots=True)
class MapGeometry:
    """How a map's grid lies on the judged image.

    Attributes:
        placement: Where the image lies on the network's input, network px.
        network_px: Width and height of the network's input.
        image_px: Width and height of the judged image.
    """

    placement: Placement
    network_px: tuple[int, int]
    image_px: tuple[int, int]

    @classmethod
    def of(cls, image_px: tuple[int, int], spec: ImageInput) -> MapGeometry:
        """Geometry of an image of *image_px* (width, height) under *spec*."""
        return cls(place_image(*image_px, spec), (spec.width_px, spec.height_px), image_px)

    def to_image_x(self, column: float, columns: int) -> float:
        """A map column (edge, 0..columns) as an x of the image, px."""
        return (column * self.network_px[0] / columns - self.placement.left) * self.image_px[0] / self.placement.width

    def to_image_y(self, row: float, rows: int) -> float:
        """A map row (edge, 0..rows) as a y of the image, px."""
        return (row * self.network_px[1] / rows - self.placement.top) * self.image_px[1] / self.placement.height


def scale_map(tensor: FloatArray, output: Output) -> FloatArray:
    """Take the map, float32 h x w in 0..1, out of an output tensor (1, 1, h, w)."""
    grid: FloatArray = tensor[0, 0]
    if output.kind is OutputKind.ANOMALY_MAP:
        span = np.float32(output.scale_high - output.scale_low)
        return np.asarray(np.clip((grid - np.float32(output.scale_low)) / span, 0.0, 1.0), dtype=np.float32)
    return grid


def score_map(grid: FloatArray, output: Output) -> float:
    """Mean of the ``score_top_px`` highest pixels, clipped to 0..1."""
    count = min(output.score_top_px, grid.size)
    highest = float(grid.max())
    if count == 1:
        return min(1.0, max(0.0, highest))
    # Sorting a whole map costs more than the rest of the scoring; most maps are nearly empty.
    strong = grid[grid >= 0.5 * highest]
    candidates = strong if strong.size >= count else grid.reshape(-1)
    top = float(np.partition(candidates, candidates.size - count)[-count:].mean())
    return min(1.0, max(0.0, top))


def find_regions(grid: FloatArray, output: Output, label: str, geometry: MapGeometry) -> tuple[Region, ...]:
    """Connected regions of a map, strongest first.

    Args:
        grid: float32 h x w in 0..1.
        output: Its limits: ``map_threshold``, ``min_region_px``.
        label: What is found there.
        geometry: Places the grid on the image; regions wholly in the padding are dropped.

    Returns:
        At most :data:`MAX_REGIONS`, in pixels of the judged image.
    """
    mask = (grid >= output.map_threshold).view(np.uint8)
    if not mask.any():
        return ()
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    big = 1 + np.flatnonzero(stats[1:count, cv2.CC_STAT_AREA] >= output.min_region_px)
    found: list[Region] = []
    for index in big:
        left, top, width, height = (int(number) for number in stats[index, :4])
        inside = labels[top : top + height, left : left + width] == index
        strength = float(grid[top : top + height, left : left + width][inside].max())
        region = _place_region((left, top, width, height), (grid.shape[1], grid.shape[0]), geometry, label, min(1.0, strength))
        if region is not None:
            found.append(region)
    found.sort(key=lambda region: (-region.score, -region.width * region.height))
    return tuple(found[:MAX_REGIONS])


def draw_heatmap(grid: FloatArray, geometry: MapGeometry) -> ImageU8:
    """The map as uint8 H x W of the judged image, 0..255, read-only; what is below :data:`HEAT_FLOOR` is nothing."""
    shown = np.where(grid >= np.float32(HEAT_FLOOR), np.clip(grid, 0.0, 1.0), np.float32(0.0))
    levels: ImageU8 = np.asarray(shown * np.float32(255.0) + np.float32(0.5)).astype(np.uint8)
    place = geometry.placement
    if (place.width, place.height) != geometry.network_px:
        levels = np.asarray(cv2.resize(levels, geometry.network_px, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        levels = levels[place.top : place.top + place.height, place.left : place.left + place.width]
    drawn: ImageU8 = np.asarray(cv2.resize(levels, geometry.image_px, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    drawn.setflags(write=False)
    return drawn


def _place_region(
    box: tuple[int, int, int, int], grid_px: tuple[int, int], geometry: MapGeometry, label: str, score: float
) -> Region | None:
    left, top, width, height = box
    image_width, image_height = geometry.image_px
    x0 = max(0, int(np.floor(geometry.to_image_x(left, grid_px[0]) + 1e-6)))
    y0 = max(0, int(np.floor(geometry.to_image_y(top, grid_px[1]) + 1e-6)))
    x1 = min(image_width, int(np.ceil(geometry.to_image_x(left + width, grid_px[0]) - 1e-6)))
    y1 = min(image_height, int(np.ceil(geometry.to_image_y(top + height, grid_px[1]) - 1e-6)))
    if x1 <= x0 or y1 <= y0:
        return None
    return Region(label, score, x0, y0, x1 - x0, y1 - y0)
