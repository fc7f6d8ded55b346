"""This file decides what the magnetic-tile network sees and answers: sizes, kinds and names shared by training and pack."""

from __future__ import annotations

from collections.abc import Mapping

from inference.contract import Colour, Gate, ImageInput, Interpolation, Label, Output, OutputKind, Resize, Text

PACK_NAME = "magnetic-tile"
SET_NAME = "magnetic_tile"
KIND_NAME = "kind"
MAP_NAME = "defect_map"
NOVELTY_NAME = "novelty"
WIDTH_PX = 640
HEIGHT_PX = 416
MAP_STRIDE = 2
"""The map has half as many rows and columns as the picture."""
MAP_THRESHOLD = 0.5
MIN_REGION_PX = 4
"""On the map's grid: the smallest marked blowhole has about 40 px of the picture, 10 of the map."""
OPSET = 17

IMAGE_INPUT = ImageInput(
    name="image",
    colour=Colour.GRAY,
    width_px=WIDTH_PX,
    height_px=HEIGHT_PX,
    resize=Resize.KEEP,
    interpolation=Interpolation.AREA,
    pad_value=0,
    mean=(0.42,),
    std=(0.2,),
)
"""Tiles are 105 to 632 px wide and 222 to 403 px high: all fit as they are, no pixel is lost. Zero is no tile."""

FREE = "free"
KINDS: tuple[str, ...] = ("blowhole", "break", "crack", "fray", "uneven")
"""Kinds of defect, as in the data set; number 1 to 5 in a kind map, 0 is sound, :data:`UNKNOWN` is not taught."""
UNKNOWN = 255

TITLES: Mapping[str, Text] = {
    "ok": Text(en="OK", zh="正常"),
    "blowhole": Text(en="Blowhole", zh="气孔"),
    "break": Text(en="Break", zh="崩缺"),
    "crack": Text(en="Crack", zh="裂纹"),
    "fray": Text(en="Fray", zh="磨损"),
    "uneven": Text(en="Uneven grinding", zh="磨削不均"),
}

GATE = Gate(
    brightness_low=35.0,
    brightness_high=240.0,
    sharpness_low=30.0,
    min_width_px=90,
    min_height_px=190,
    max_megapixels=0.6,
    aspect_low=0.3,
    aspect_high=3.2,
)
"""Tiles: brightness 49 to 222, sharpness 62 and more, aspect 0.37 to 2.68, 105 px wide, 222 px high, 0.22 megapixels. Much larger pictures
would be shrunk until blowholes vanish."""


def kind_output(threshold: float, near_miss: float) -> Output:
    """The verdict: sound or which kind of defect."""
    labels = [Label(name="ok", title=TITLES["ok"], severity=0.0)]
    labels += [Label(name=kind, title=TITLES[kind], severity=1.0) for kind in KINDS]
    return Output(
        name=KIND_NAME,
        kind=OutputKind.PROBABILITIES,
        shape=(1, len(labels)),
        labels=tuple(labels),
        threshold=threshold,
        near_miss=near_miss,
    )


def map_output() -> Output:
    """Where: pixels at and above 0.5 are the defect; the graph holds what that means for each kind."""
    return Output(
        name=MAP_NAME,
        kind=OutputKind.PROBABILITY_MAP,
        shape=(1, 1, HEIGHT_PX // MAP_STRIDE, WIDTH_PX // MAP_STRIDE),
        map_threshold=MAP_THRESHOLD,
        min_region_px=MIN_REGION_PX,
    )


def novelty_output(limit: float) -> Output:
    """How unlike the taught tiles a picture is."""
    return Output(name=NOVELTY_NAME, kind=OutputKind.NOVELTY, shape=(1, 1), novelty_limit=limit)
