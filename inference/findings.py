"""This file decides what a model's answer looks like to the rest of the house."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inference.reasons import Reason

ImageU8 = NDArray[np.uint8]
"""An image: uint8, H x W x 3, colour order BGR (or H x W for gray maps)."""

FloatArray = NDArray[np.float32]
"""Model-side numbers: float32."""


class Verdict(StrEnum):
    """What a model says of one input. A doubt is NO_VERDICT, never OK."""

    OK = "OK"
    DEFECT = "DEFECT"
    FAULT = "FAULT"
    NO_VERDICT = "NO_VERDICT"


@dataclass(frozen=True, slots=True)
class Region:
    """A found region, in pixels of the judged input image (not of the network's grid).

    Attributes:
        label: What was found there.
        score: Severity 0..1, highest inside the region.
        x, y: Upper left corner, px.
        width, height: Extent, px, at least 1.
    """

    label: str
    score: float
    x: int
    y: int
    width: int
    height: int


class MomentKind(StrEnum):
    """What the times of a :class:`Moment` count."""

    INTO_CYCLE_S = "into_cycle_s"
    """Seconds from the beginning of the machine's cycle."""
    BEFORE_NOW_S = "before_now_s"
    BEFORE_NOW_CYCLES = "before_now_cycles"


@dataclass(frozen=True, slots=True)
class Moment:
    """A part of the window, from *start* to *end*; before now, *start* is the longer ago."""

    kind: MomentKind
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much one channel drove a score.

    Attributes:
        channel: Its name.
        share: Of all that raised the score, 0..1.
        effect: How far the score falls without it, signed.
        value: What it read, in *unit*: mean of a machine cycle, else the newest; None for words and where not looked at.
        usual: The mean it was taught with, in *unit*.
        moment: The part of the window that counted most; None where that was not looked at.
    """

    channel: str
    share: float
    effect: float
    value: float | None = None
    usual: float | None = None
    unit: str = ""
    moment: Moment | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One model's answer on one input (and, for packs with several, one target).

    Attributes:
        target: What is judged, e.g. ``pump``; the pack's name for single-target packs.
        verdict: OK, DEFECT (images), FAULT (sensors) or NO_VERDICT.
        label: Class or condition found, e.g. ``pitting`` or ``severe leakage``; empty with NO_VERDICT.
        score: Severity 0..1 that *threshold* applies to; NaN with NO_VERDICT.
        threshold: Score at and above which the verdict is DEFECT or FAULT.
        confidence: Chance of *label* among the labels that the verdict leaves to choose from, 0..1; with NO VERDICT for an unsure kind that
            of the likeliest. NaN where there was nothing to choose, and for what is not told by classes.
        unsure: *confidence* lies below the pack's ``unsure_below``: the verdict stands, the label is a guess.
        reason: Why there is no verdict; None otherwise.
        regions: Found regions, strongest first; images only.
        heatmap: uint8 H x W at the size of the judged input, 0 (nothing) to 255 (certain), read-only; images only.
        contributors: Channels that drove the score, strongest first; sensors only.
        value, lower, upper: Estimated physical value with its interval, in *unit*; None where the pack gives none.
        forecast: float32 (steps,) of the value to come, read-only; None where the pack gives none.
        novelty: How unlike the training data the input is, as a share of what is accepted: 1 and above gets no verdict;
            None where the pack does not measure it or the input never reached the network.
        embeddings: What the network saw there, float32 (n, D), read-only, rows of unit length: of the first regions, in their
            order, or one row of the whole input where there are none. None where the pack has no such output or nothing was found.
        model, version, sha256: The pack that judged and the hash of its network. A version such as ``1.0.0+int8`` says that the
            pack's int8 variant of that network ran.
        provider: Execution provider that ran it, e.g. ``CPUExecutionProvider``.
        elapsed_ms: Preprocessing, network and post-processing together, ms.
    """

    target: str
    verdict: Verdict
    label: str
    score: float
    threshold: float
    model: str
    version: str
    sha256: str
    provider: str
    elapsed_ms: float
    reason: Reason | None = None
    regions: tuple[Region, ...] = ()
    heatmap: ImageU8 | None = None
    contributors: tuple[Contribution, ...] = ()
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    unit: str = ""
    forecast: FloatArray | None = None
    novelty: float | None = None
    confidence: float = math.nan
    unsure: bool = False
    embeddings: FloatArray | None = None

    @property
    def embedding(self) -> FloatArray | None:
        """What the network saw at the strongest region (or in the whole input): float32 (D,) of unit length, read-only; or None."""
        return None if self.embeddings is None else np.asarray(self.embeddings[0])
