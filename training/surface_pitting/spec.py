"""This file decides what the surface-pitting network sees and answers: sizes, colours and names shared by training and pack."""

from __future__ import annotations

from inference.contract import Colour, ImageInput, Interpolation, Resize

PACK_NAME = "surface-pitting"
OUTPUT_NAME = "pitting_map"
NOVELTY_NAME = "novelty"
EMBEDDING_NAME = "embedding"
WIDTH_PX = 800
HEIGHT_PX = 336

IMAGE_INPUT = ImageInput(
    name="image",
    colour=Colour.BGR,
    width_px=WIDTH_PX,
    height_px=HEIGHT_PX,
    resize=Resize.STRETCH,
    interpolation=Interpolation.AREA,
    mean=(0.40, 0.47, 0.50),
    std=(0.22, 0.22, 0.22),
)
"""Both crop sizes of the recordings (1130 x 460 and, for the last days, 1540 x 645) come to one grid, so size tells nothing of the date."""

MAP_THRESHOLD = 0.5
MIN_REGION_PX = 6
SCORE_TOP_PX = 12
"""The score is the mean of this many highest map pixels: about the smallest annotated pit on the network's grid (16 px)."""
EMBEDDING_SHAPE = (1, 64, HEIGHT_PX // 16, WIDTH_PX // 16)
"""The network's deepest planes: of those of every depth they tell a mark from another one best (docs/feedback.md)."""
OPSET = 17

PLACE_STRIDE = 8
PLACE_CHANNELS = 6
GROOVE_SLOPE = 0.23
"""The grooves fall by this many pixels per pixel to the left, on the network's grid."""
