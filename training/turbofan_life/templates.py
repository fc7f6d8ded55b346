"""This file decides what the simulated engine knows of NASA's: the new engine, how sisters differ, the course of each way to fail, noise.

``python -m training.turbofan_life.templates`` writes ``resources/demo/turbofan_templates.npz``. An engine's own level is the
mean of its first flights; what it adds to that, by flights left, is averaged over the engines that fail the same way. Which way is told
by the total pressure at the compressor's outlet (sensor 7): it falls when the compressor wears and rises when the fan does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from station.simulation.turbofan import FAULTS, TEMPLATES_FILE, TURBOFAN_CHANNELS, Fault, TurbofanTemplates, save_templates
from training.options import SEED, default_data_dir
from training.turbofan_life.engines import CHANNELS, Engine, Fleet, FloatRows, load_fleet

FIRST_FLIGHTS = 20
"""So many flights make an engine's own level."""
LAST_FLIGHTS = 5
SMOOTH = 4
"""A course is averaged over so many flights on either side."""
KNOTS = (200, 175, 150, 135, 120, 110, 100, 90, 80, 70, 60, 50, 42, 35, 28, 22, 16, 11, 7, 3, 0)
"""Flights left where the courses are kept."""


def find_fault(engine: Engine) -> Fault:
    """How *engine*, run to failure, failed."""
    column = engine.rows[:, CHANNELS.index("sensor_7")]
    return "fan" if column[-LAST_FLIGHTS:].mean() > column[:FIRST_FLIGHTS].mean() else "compressor"


def fit_templates(fleet: Fleet) -> TurbofanTemplates:
    """Fit the simulated engine to a fleet."""
    levels = np.stack([engine.rows[:FIRST_FLIGHTS].mean(axis=0) for engine in fleet.engines])
    steps = np.concatenate([np.diff(engine.rows, axis=0) for engine in fleet.engines])
    noise = np.cov(steps.T) / 2.0
    apart = np.cov((levels - levels.mean(axis=0)).T) - noise / FIRST_FLIGHTS
    courses: dict[str, FloatRows] = {}
    for fault in FAULTS:
        failed_so = [place for place, engine in enumerate(fleet.engines) if find_fault(engine) == fault]
        course = np.stack([_added(fleet, failed_so, levels, left) for left in KNOTS])
        courses[fault] = course - course[0]
    return TurbofanTemplates(
        base=levels.mean(axis=0),
        sisters=_root(apart),
        left=np.array(KNOTS, dtype=np.float64),
        courses=courses,
        noise=_root(noise),
        resolution=np.array([_resolution(fleet, column) for column in range(len(TURBOFAN_CHANNELS))]),
    )


def _root(covariance: FloatRows) -> FloatRows:
    """What independent normal numbers must be multiplied with for *covariance*, less what is negative in it: float64 (n, n)."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)), np.float64)


def _added(fleet: Fleet, places: list[int], levels: FloatRows, left: int) -> FloatRows:
    """Mean of what engines at *places* show above their own level with about *left* flights to go: float64 (channels,)."""
    around = min(SMOOTH, left) if left else 1
    found = []
    for place in places:
        rows = fleet.engines[place].rows
        stop = rows.shape[0] - max(0, left - around)
        start = rows.shape[0] - 1 - left - around
        if start >= FIRST_FLIGHTS:
            found.append(rows[start:stop].mean(axis=0) - levels[place])
    return np.asarray(np.mean(found, axis=0), np.float64)


def _resolution(fleet: Fleet, column: int) -> float:
    """Smallest step between two values of a channel: the recording's rounding."""
    values = np.unique(np.concatenate([engine.rows[:, column] for engine in fleet.engines]))
    return float(np.round(np.diff(values).min(), 4))


def main() -> None:
    """Fit and write the templates."""
    parser = argparse.ArgumentParser(description="Fit the simulated engine to NASA's.")
    parser.add_argument("--data", type=Path, default=default_data_dir(), help="folder of the real data sets")
    parser.add_argument("--out", type=Path, default=TEMPLATES_FILE, help="file to write (default: %(default)s)")
    asked = parser.parse_args()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    save_templates(fit_templates(load_fleet(asked.data, SEED)), asked.out)


if __name__ == "__main__":
    main()
