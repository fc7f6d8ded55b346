"""This file decides what the simulated rig is built from: templates fitted to a real rig, and how they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.errors import InputError
from station.paths import resources_dir

RIG_CHANNELS = ("TS1", "TS2", "TS3", "TS4", "VS1", "CE", "CP", "SE", "FS1", "FS2")
"""Channels of the rig, in the order of its rows."""
Component = Literal["pump", "cooler", "valve", "accumulator"]
"""A component that wears."""
RIG_TARGETS: tuple[Component, ...] = ("pump", "cooler", "valve", "accumulator")
"""Components that wear, in the order in which they do."""
CYCLE_S = 60.0
"""Length of a load cycle."""
CHANNEL_RATES_HZ: Mapping[str, int] = {name: 10 if name.startswith("FS") else 1 for name in RIG_CHANNELS}
"""How often each channel has a new value."""
TEMPLATES_FILE = resources_dir() / "demo" / "rig_templates.npz"
"""Written by ``python -m training.hydraulic_rig.templates``."""

FloatVector = NDArray[np.float32]


def channel_places() -> dict[str, slice]:
    """Where each channel lies in the vector of a cycle: 60 values for a channel at 1 Hz, 600 for one at 10 Hz."""
    places: dict[str, slice] = {}
    start = 0
    for name in RIG_CHANNELS:
        stop = start + round(CYCLE_S * CHANNEL_RATES_HZ[name])
        places[name] = slice(start, stop)
        start = stop
    return places


@dataclass(frozen=True, slots=True, eq=False)
class RigTemplates:
    """Statistics of a real rig; a cycle is a vector of 1680 values as :func:`channel_places` orders them.

    Attributes:
        base: float32 (1680,): the healthy cycle.
        effects: Per component float32 (levels, 1680): what each condition adds, healthiest (zeros) first, evenly spaced in severity.
        components: float32 (k, 1680): directions in which whole cycles differ, each as long as one standard deviation.
        noise: float32 (1680,): standard deviation of what is left, independent from value to value.
        lowest, highest: float32 (1680,): smallest and largest value of the channel, a little beyond what was seen.
        resolution: float32 (10,): rounding of each channel.
    """

    base: FloatVector
    effects: Mapping[str, FloatVector]
    components: FloatVector
    noise: FloatVector
    lowest: FloatVector
    highest: FloatVector
    resolution: FloatVector


def save_templates(templates: RigTemplates, path: Path) -> None:
    """Write *templates* to *path*, npz."""
    effects = {f"effect_{target}": templates.effects[target] for target in RIG_TARGETS}
    np.savez_compressed(
        path,
        allow_pickle=False,
        base=templates.base,
        components=templates.components,
        noise=templates.noise,
        lowest=templates.lowest,
        highest=templates.highest,
        resolution=templates.resolution,
        **effects,
    )


def load_templates(path: Path = TEMPLATES_FILE) -> RigTemplates:
    """Read templates.

    Raises:
        InputError: The file is missing or not what :func:`save_templates` writes.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return RigTemplates(
                base=stored["base"],
                effects={target: stored[f"effect_{target}"] for target in RIG_TARGETS},
                components=stored["components"],
                noise=stored["noise"],
                lowest=stored["lowest"],
                highest=stored["highest"],
                resolution=stored["resolution"],
            )
    except (OSError, KeyError, ValueError) as error:
        raise InputError("The simulated rig's templates cannot be read", where=str(path), value=str(error), do="Install again") from None
