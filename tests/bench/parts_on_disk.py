"""This file decides which pictures the benches use: rendered parts, the same on every machine."""

from __future__ import annotations

from pathlib import Path

import cv2

from inference.findings import ImageU8
from station.simulation.parts import PartsScene


def render_parts(count: int, width_px: int, height_px: int) -> list[ImageU8]:
    """*count* parts as uint8 BGR, every fourth or so with pits."""
    scene = PartsScene(seed=7, width_px=width_px, height_px=height_px, part_every_s=2.0, defect_share=0.25, burst_every_s=None)
    return [scene.render(number * 2.0 + 1.0).image for number in range(count)]


def write_parts(folder: Path, count: int) -> list[Path]:
    """*count* JPEG files of the size of the real set's pictures."""
    written = []
    for number, image in enumerate(render_parts(count, 1130, 460)):
        path = folder / f"part-{number:04d}.jpg"
        path.write_bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes())
        written.append(path)
    return written
