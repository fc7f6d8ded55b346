"""This file decides what a simulated turbofan engine measures on a flight: an engine that wears until it fails.

Everything is a function of the seed and the number of the flight: asking twice, or in another order, gives the same rows. An
engine differs from its sisters from the start, wears along the mean course of its way to fail, and is measured with noise. The
statistics come from NASA's C-MAPSS engines, which are simulated themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.errors import InputError
from station.paths import resources_dir

TURBOFAN_CHANNELS = tuple(f"sensor_{number}" for number in (2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20, 21))
"""Channels of the engine, in the order of its rows."""
Fault = Literal["compressor", "fan"]
"""What wears."""
FAULTS: tuple[Fault, ...] = ("compressor", "fan")
TEMPLATES_FILE = resources_dir() / "demo" / "turbofan_templates.npz"
"""Written by ``python -m training.turbofan_life.templates``."""

FloatVector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TurbofanTemplates:
    """Statistics of a fleet.

    Attributes:
        base: float64 (16,): the mean of new engines.
        sisters: float64 (16, 16): times independent normal numbers, how far an engine lies from that.
        left: float64 (knots,): remaining flights for which *courses* are known, falling to 0.
        courses: Per fault float64 (knots, 16): what wear adds.
        noise: float64 (16, 16): times independent normal numbers, what changes from flight to flight; sensors share a part of it.
        resolution: float64 (16,): rounding of each channel.
    """

    base: FloatVector
    sisters: FloatVector
    left: FloatVector
    courses: Mapping[str, FloatVector]
    noise: FloatVector
    resolution: FloatVector


class TurbofanModel:
    """A simulated engine; any thread. Two alike give the same rows."""

    def __init__(self, seed: int, fault: Fault = "compressor", life: int = 200, templates: TurbofanTemplates | None = None) -> None:
        """Make the engine.

        Args:
            seed: Same seed, same engine.
            fault: What wears.
            life: Flights until it fails; afterwards it stays as it is.
            templates: Statistics to build from; None: those that ship with the program.

        Raises:
            InputError: The templates cannot be read.
        """
        self._seed = seed
        self._fault = fault
        self._life = life
        self._templates = load_templates() if templates is None else templates
        self._own = self._templates.sisters @ np.random.default_rng([seed, 0]).normal(size=len(TURBOFAN_CHANNELS))

    def remaining_at(self, flight: int) -> int:
        """Flights left after *flight* (the first is 1), never under 0."""
        return max(0, self._life - flight)

    def rows(self, first: int, count: int) -> tuple[FloatVector, FloatVector]:
        """Flights *first* (from 1 on) up to, not including, *first* + *count*.

        Returns:
            Number of each flight, float64 (count,); values float64 (count, 16) in the order of :data:`TURBOFAN_CHANNELS`.
        """
        known = self._templates
        flights = np.arange(first, first + count)
        left = np.maximum(0, self._life - flights)
        course = known.courses[self._fault]
        # np.interp wants rising places.
        wear = np.stack([np.interp(left, known.left[::-1], column[::-1]) for column in course.T], axis=1)
        noise = np.stack([np.random.default_rng([self._seed, 1, int(flight)]).normal(size=len(TURBOFAN_CHANNELS)) for flight in flights])
        values = known.base + self._own + wear + noise @ known.noise.T
        return flights.astype(np.float64), np.round(np.round(values / known.resolution) * known.resolution, 4)

    def window(self, last: int, count: int) -> dict[str, FloatVector]:
        """The *count* flights up to and with *last*: channel name -> float64 (count,)."""
        _, values = self.rows(last - count + 1, count)
        return {name: values[:, column] for column, name in enumerate(TURBOFAN_CHANNELS)}


def save_templates(templates: TurbofanTemplates, path: Path) -> None:
    """Write *templates* to *path*, npz."""
    np.savez_compressed(
        path,
        allow_pickle=False,
        base=templates.base,
        sisters=templates.sisters,
        left=templates.left,
        noise=templates.noise,
        resolution=templates.resolution,
        **{f"course_{fault}": templates.courses[fault] for fault in FAULTS},
    )


def load_templates(path: Path = TEMPLATES_FILE) -> TurbofanTemplates:
    """Read templates.

    Raises:
        InputError: The file is missing or not what :func:`save_templates` writes.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return TurbofanTemplates(
                base=stored["base"],
                sisters=stored["sisters"],
                left=stored["left"],
                courses={fault: stored[f"course_{fault}"] for fault in FAULTS},
                noise=stored["noise"],
                resolution=stored["resolution"],
            )
    except (OSError, KeyError, ValueError) as error:
        raise InputError("The simulated engine's templates cannot be read", where=str(path), value=str(error), do="Install again") from None
