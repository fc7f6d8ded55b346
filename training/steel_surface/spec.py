"""This file decides what the steel-surface network sees and says: 128 px gray pictures in, seven kinds of defect and a novelty out."""

from __future__ import annotations

from inference.contract import Colour, Gate, ImageInput, Interpolation, Label, Output, OutputKind, Resize, Text

PACK_NAME = "steel-surface"
SET_NAME = "x_sdd"
OPSET = 17
SIDE_PX = 128

KINDS: tuple[str, ...] = (
    "finishing_roll_printing",
    "iron_sheet_ash",
    "oxide_scale_of_plate_system",
    "oxide_scale_of_temperature_system",
    "red_iron",
    "slag_inclusion",
    "surface_scratch",
)
"""The classes of the data set; their order is the order of the network's outputs."""

TITLES: tuple[Text, ...] = (
    Text(en="Finishing roll printing", zh="精轧辊印"),
    Text(en="Iron sheet ash", zh="铁皮灰"),
    Text(en="Oxide scale of plate system", zh="板道系氧化铁皮"),
    Text(en="Oxide scale of temperature system", zh="温度系氧化铁皮"),
    Text(en="Red iron", zh="红铁"),
    Text(en="Slag inclusion", zh="夹渣"),
    Text(en="Surface scratch", zh="表面划伤"),
)

IMAGE_INPUT = ImageInput(
    name="image",
    colour=Colour.GRAY,
    width_px=SIDE_PX,
    height_px=SIDE_PX,
    resize=Resize.STRETCH,
    interpolation=Interpolation.AREA,
    mean=(0.52,),
    std=(0.08,),
)
"""Most pictures of the set have a mean of 128 to 135 and a spread of 4 to 20 of 255."""

KIND_NAME = "kind"
NOVELTY_NAME = "novelty"
EVIDENCE_NAME = "evidence"
EVIDENCE_SHAPE = (1, 1, 16, 16)
REGION_FROM = 0.4
"""Of the strongest place's evidence; what lies together from here on is a region."""

GATE = Gate(
    brightness_low=68.0,
    brightness_high=230.0,
    sharpness_low=6.0,
    min_width_px=64,
    min_height_px=64,
    max_megapixels=24.0,
    aspect_low=0.8,
    aspect_high=1.25,
)
"""Pictures of the set: brightness 71 to 205, sharpness 11 and more, aspect 0.95 to 1.02."""


def kind_output(unsure_below: float | None = None, refuse_below: float | None = None) -> Output:
    """Chances of the seven kinds. All are defects, so the score is 1 and the verdict DEFECT; the label says which.

    Threshold 0 says on purpose that there is no OK.

    Args:
        unsure_below: Chance under which a kind is a guess.
        refuse_below: Chance under which no kind is named: NO VERDICT.
    """
    labels = tuple(Label(name=name, title=title, severity=1.0) for name, title in zip(KINDS, TITLES, strict=True))
    return Output(
        name=KIND_NAME,
        kind=OutputKind.PROBABILITIES,
        shape=(1, len(KINDS)),
        target="surface",
        title=Text(en="Steel surface", zh="钢材表面"),
        labels=labels,
        threshold=0.0,
        unsure_below=unsure_below,
        refuse_below=refuse_below,
    )


def evidence_output() -> Output:
    """The places that speak for the kind that is named; they only explain."""
    return Output(name=EVIDENCE_NAME, kind=OutputKind.EVIDENCE_MAP, shape=EVIDENCE_SHAPE, map_threshold=REGION_FROM)


def novelty_output(limit: float) -> Output:
    """Distance from the pictures taught; at *limit* and above no kind is named."""
    return Output(name=NOVELTY_NAME, kind=OutputKind.NOVELTY, shape=(1, 1), novelty_limit=limit)
