"""This file decides what a pack.toml may say: the contract between a network and everything that feeds it.

One model per concern; unknown keys are refused. Loading (hash, session check) is :mod:`inference.pack`'s work.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Strict(BaseModel):
    """Base of all contract parts: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Strict):
    """Text a person reads, in both languages."""

    en: Annotated[str, Field(min_length=1)]
    zh: Annotated[str, Field(min_length=1)]


class Task(StrEnum):
    """What kind of answer the network gives."""

    CLASSIFY = "classify"
    SEGMENT = "segment"
    ANOMALY = "anomaly"
    SEQUENCE = "sequence"
    TABLE = "table"


class Precision(StrEnum):
    """In which numbers a network computes."""

    FLOAT32 = "float32"
    INT8 = "int8"


class ModelVariant(Strict):
    """The same network in other numbers, for CPUs where that is faster; it must give the pack's golden verdicts."""

    file: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    precision: Precision


class ModelFile(Strict):
    """The network file and its fingerprint."""

    file: str = "model.onnx"
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    opset: Annotated[int, Field(ge=11, le=17)]
    variants: tuple[ModelVariant, ...] = ()


class Colour(StrEnum):
    """Colour order of the network's input planes."""

    RGB = "RGB"
    BGR = "BGR"
    GRAY = "GRAY"


class Resize(StrEnum):
    """How an image of any size becomes the network's size."""

    STRETCH = "stretch"
    """Both sides independently."""
    FIT = "fit"
    """Aspect kept; the rest filled with the border colour *pad_value*."""
    KEEP = "keep"
    """Pixels kept, so that small defects stay as large as they were; the rest filled with *pad_value*. Only what is larger than the
    network's input is shrunk, aspect kept; nothing is enlarged."""


class Interpolation(StrEnum):
    """Named as in OpenCV."""

    AREA = "area"
    LINEAR = "linear"
    CUBIC = "cubic"
    NEAREST = "nearest"


class ImageInput(Strict):
    """How an image is brought to the network: ``(pixels * scale - mean) / std`` per channel, float32."""

    name: str
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    dtype: Literal["float32"] = "float32"
    colour: Colour
    width_px: Annotated[int, Field(ge=8)]
    height_px: Annotated[int, Field(ge=8)]
    resize: Resize = Resize.STRETCH
    interpolation: Interpolation = Interpolation.AREA
    pad_value: Annotated[int, Field(ge=0, le=255)] = 0
    scale: float = 1.0 / 255.0
    mean: tuple[float, ...]
    std: tuple[Annotated[float, Field(gt=0)], ...]

    @property
    def channels(self) -> int:
        """Number of input planes: 1 for gray, else 3."""
        return 1 if self.colour is Colour.GRAY else 3

    @model_validator(mode="after")
    def _check_statistics(self) -> ImageInput:
        if len(self.mean) != self.channels or len(self.std) != self.channels:
            raise ValueError(f"mean and std want {self.channels} numbers each for colour {self.colour.value}")
        return self


class Channel(Strict):
    """One input channel of a sequence or table pack, with its normalisation ``(x - mean) / std``."""

    name: str
    unit: str
    rate_hz: Annotated[float, Field(gt=0)] = 1.0
    mean: float = 0.0
    std: Annotated[float, Field(gt=0)] = 1.0
    low: float | None = None
    """Below this the value is not believed: NO VERDICT."""
    high: float | None = None
    """Above this the value is not believed: NO VERDICT."""
    stuck_after_s: Annotated[float, Field(gt=0)] | None = None
    """Constant for this long means a dead sensor; None where a constant is normal. Tables count rows: ``rate_hz * stuck_after_s``
    of them that differ in another channel."""
    still_within: Annotated[float, Field(ge=0)] = 0.0
    """Table packs: values no farther apart than this count as the same for *stuck_after_s*: less than the sensor's own resolution."""
    title: Text | None = None
    values: tuple[str, ...] = ()
    """Table packs: the words of a categorical column, read as 0, 1, 2, …; empty for numbers."""


class WindowKind(StrEnum):
    """How a window of samples is cut."""

    CYCLE = "cycle"
    """One machine cycle; live, the last ``length_s`` arranged by the phase within the cycle."""
    SLIDING = "sliding"
    """The last ``length_s`` in order of time."""


class TimeUnit(StrEnum):
    """What times of a sequence pack count."""

    SECOND = "s"
    CYCLE = "cycle"
    """Flights, strokes, charges: rows carry their number as the source's time, and ``_s`` and ``_hz`` below are read as cycles."""


class SequenceInput(Strict):
    """A window of channels. Tensor: float32 (1, steps, features), features = sum over channels of rate_hz * step_s.

    A channel faster than one value per step is folded: its values within a step stand side by side, in order of time.
    """

    name: str
    dtype: Literal["float32"] = "float32"
    kind: WindowKind
    time_unit: TimeUnit = TimeUnit.SECOND
    length_s: Annotated[float, Field(gt=0)]
    min_length_s: Annotated[float, Field(gt=0)] | None = None
    """Sliding windows: judged from so much on. Steps before the first row are zero in the tensor, in all features, which the
    network was taught to pass over. None: only a full window is judged."""
    step_s: Annotated[float, Field(gt=0)] = 1.0
    max_gap_s: Annotated[float, Field(gt=0)]
    """A hole longer than this resets the window: NO VERDICT until it is long enough again; a shorter one is held over."""
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    reference: Annotated[str, Field(pattern=r"^golden/[A-Za-z0-9._-]+\.npz$")] | None = None
    """A usual, healthy window among the golden inputs: what explanations put in a channel's place. None: the channel's mean."""

    @property
    def least_s(self) -> float:
        """What a window must hold to be judged: *min_length_s*, else all of it."""
        return self.length_s if self.min_length_s is None else self.min_length_s

    @property
    def steps(self) -> int:
        """Time steps of the tensor."""
        return round(self.length_s / self.step_s)

    @property
    def features(self) -> int:
        """Features per time step of the tensor."""
        return sum(max(1, round(c.rate_hz * self.step_s)) for c in self.channels)

    @model_validator(mode="after")
    def _check_least(self) -> SequenceInput:
        if self.min_length_s is not None and (self.kind is not WindowKind.SLIDING or self.min_length_s > self.length_s):
            raise ValueError("min_length_s belongs to kind sliding and is not longer than length_s")
        return self


class RowDoubt(Strict):
    """A row is not believed, NO VERDICT, where *impossible* of the *rows* rows that end with it cannot be, or of those that begin with it.

    Rows that follow are known in a recording only. A sensor that is swapped or noisy now and then reads what it might.
    """

    rows: Annotated[int, Field(ge=2)]
    impossible: Annotated[int, Field(ge=1)]
    """Rows with a reading out of its range, or unlike the training data."""

    @model_validator(mode="after")
    def _check_impossible(self) -> RowDoubt:
        if self.impossible > self.rows:
            raise ValueError("impossible is not more than rows")
        return self


class TableInput(Strict):
    """One row. Tensor: float32 (1, channels + derived)."""

    name: str
    dtype: Literal["float32"] = "float32"
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    doubt: RowDoubt | None = None
    """When impossible rows bring the ones around them into doubt. None: every row stands for itself."""


class OutputKind(StrEnum):
    """What an output tensor holds."""

    PROBABILITIES = "probabilities"
    """(1, classes): softmax already applied in the graph."""
    PROBABILITY_MAP = "probability_map"
    """(1, 1, h, w): per-pixel probability of the defect."""
    ANOMALY_MAP = "anomaly_map"
    """(1, 1, h, w): per-pixel distance from good, scaled by *scale_low*..*scale_high* to 0..1."""
    EVIDENCE_MAP = "evidence_map"
    """(1, 1, h, w): how much each place speaks for the class that is named, 1 where most does. It explains a class output and has
    no threshold; its area says nothing of how large a defect is, so no growth is measured on it."""
    RISK = "risk"
    """(1, 1): probability of a fault."""
    REMAINING_LIFE = "remaining_life"
    """(1, 1) value, or (1, 3): value, lower, upper; in *unit*."""
    FORECAST = "forecast"
    """(1, steps): values to come, in *unit*."""
    NOVELTY = "novelty"
    """(1, 1): how far the input lies from what the network was taught, about 1 for a usual one. At and above
    *novelty_limit* no target of the pack gets a verdict. Computed in the network itself, so it costs no second run."""
    EMBEDDING = "embedding"
    """(1, D), or a map (1, D, h, w) over the network's input: what the network sees, as numbers in which alike things lie close
    together. It judges nothing; findings carry it (:mod:`inference.embedding`). At most one in a pack."""


class Label(Strict):
    """One class of an output."""

    name: str
    title: Text
    severity: Annotated[float, Field(ge=0, le=1)]
    """0 for the healthy class, 1 for the worst. The score of a class output is 1 - P(severity-0 classes)."""
    value: float | None = None
    """Physical value the class stands for, e.g. 73 (% valve opening)."""


class Output(Strict):
    """One output tensor and how it becomes a score."""

    name: str
    kind: OutputKind
    shape: tuple[int, ...]
    dtype: Literal["float32"] = "float32"
    target: str = ""
    """What it judges (``pump``); empty: the pack's name."""
    title: Text | None = None
    labels: tuple[Label, ...] = ()
    unit: str = ""
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    """DEFECT/FAULT at and above; None for outputs that only inform (a map beside class probabilities, a forecast)."""
    near_miss: Annotated[float, Field(ge=0, le=1)] | None = None
    """Scores from here to *threshold* are OK but worth a look in Review."""
    map_threshold: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Maps: pixels at and above form regions."""
    min_region_px: Annotated[int, Field(ge=1)] = 1
    """Maps: smaller regions (area on the map's grid) are dropped."""
    score_top_px: Annotated[int, Field(ge=1)] = 1
    """Maps: the score is the mean of this many highest pixels (1: the maximum)."""
    scale_low: float = 0.0
    scale_high: float = 1.0
    unsure_below: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Class outputs: where the label's confidence (:attr:`inference.findings.Finding.confidence`) lies below this, the verdict stands
    and the label is shown as a guess. An unsure kind alone never makes an OK or a DEFECT a NO VERDICT. None: labels are never guesses."""
    refuse_below: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Class outputs of packs that only name kinds (threshold 0, no healthy label), where the label is all there is to say: below this
    confidence there is NO VERDICT. None: never for that."""
    life_full: float | None = None
    """Remaining life at which the score is 0; at zero life the score is 1."""
    novelty_limit: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Novelty outputs: at and above this the input is not what the network was taught: NO VERDICT."""

    @model_validator(mode="after")
    def _check_novelty(self) -> Output:
        if (self.kind is OutputKind.NOVELTY) != (self.novelty_limit is not None):
            raise ValueError(f"output {self.name}: novelty_limit belongs to kind novelty, and to no other")
        if self.kind is OutputKind.NOVELTY and (self.threshold is not None or self.near_miss is not None):
            raise ValueError(f"output {self.name}: novelty has novelty_limit and neither threshold nor near_miss")
        if self.kind is OutputKind.NOVELTY and (self.target or self.labels):
            raise ValueError(f"output {self.name}: novelty speaks of the whole input: it has no target and no labels")
        return self

    @model_validator(mode="after")
    def _check_unsure(self) -> Output:
        if self.kind is not OutputKind.PROBABILITIES and (self.unsure_below is not None or self.refuse_below is not None):
            raise ValueError(f"output {self.name}: unsure_below and refuse_below belong to kind probabilities")
        if self.refuse_below is not None and (self.threshold != 0 or any(label.severity == 0 for label in self.labels)):
            raise ValueError(f"output {self.name}: refuse_below belongs to threshold 0 and no healthy label: elsewhere the verdict stands")
        if self.kind is OutputKind.EVIDENCE_MAP and (self.threshold is not None or self.near_miss is not None):
            raise ValueError(f"output {self.name}: an evidence map explains and has neither threshold nor near_miss")
        return self

    @model_validator(mode="after")
    def _check_embedding(self) -> Output:
        if self.kind is OutputKind.EMBEDDING and (self.threshold is not None or self.near_miss is not None or self.target or self.labels):
            raise ValueError(f"output {self.name}: an embedding judges nothing: it has no threshold, near_miss, target or labels")
        return self


class Gate(Strict):
    """Input limits outside of which there is no verdict."""

    brightness_low: Annotated[float, Field(ge=0, le=255)] = 0.0
    brightness_high: Annotated[float, Field(ge=0, le=255)] = 255.0
    sharpness_low: Annotated[float, Field(ge=0)] = 0.0
    """Variance of the Laplacian of the gray network-size input (0..255 units)."""
    min_width_px: Annotated[int, Field(ge=1)] = 8
    min_height_px: Annotated[int, Field(ge=1)] = 8
    max_megapixels: Annotated[float, Field(gt=0)] = 64.0
    aspect_low: Annotated[float, Field(gt=0)] = 0.01
    aspect_high: Annotated[float, Field(gt=0)] = 100.0


class Golden(Strict):
    """The golden set: ``golden/*.png`` (images) or ``*.npz`` (sequences, key per channel) with ``golden/expected.json``.

    ``expected.json``: list of {"input": file, "target": str, "verdict": str, "label": str, "score": float}.
    """

    tolerance: Annotated[float, Field(gt=0, lt=0.5)] = 0.02


class Figure(Strict):
    """A measured figure with its interval and the command that measures it."""

    name: str
    value: float
    lower: float | None = None
    upper: float | None = None
    data: str
    split: str
    command: str


class PackContract(Strict):
    """The whole pack.toml."""

    format: Literal[1]
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    task: Task
    title: Text
    experimental: bool = False
    data_licence: str
    simulated_training_data: bool = False
    model: ModelFile
    image: ImageInput | None = None
    sequence: SequenceInput | None = None
    table: TableInput | None = None
    outputs: Annotated[tuple[Output, ...], Field(min_length=1)]
    gate: Gate = Gate()
    golden: Golden = Golden()
    figures: tuple[Figure, ...] = ()

    @model_validator(mode="after")
    def _check_input_fits_task(self) -> PackContract:
        wanted = {Task.SEQUENCE: "sequence", Task.TABLE: "table"}.get(self.task, "image")
        given = [n for n in ("image", "sequence", "table") if getattr(self, n) is not None]
        if given != [wanted]:
            raise ValueError(f"task {self.task.value} wants exactly the input table [{wanted}], found {given or 'none'}")
        if not any(o.threshold is not None for o in self.outputs):
            raise ValueError("at least one output must carry a threshold")
        if sum(o.kind is OutputKind.EMBEDDING for o in self.outputs) > 1:
            raise ValueError("at most one output is an embedding")
        return self
