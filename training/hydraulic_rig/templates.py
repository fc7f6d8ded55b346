"""This file decides what the simulated rig knows of the real one: templates of a cycle, effects of wear, spread.

``python -m training.hydraulic_rig.templates`` writes ``resources/demo/rig_templates.npz``. A cycle is one vector of
1680 numbers, the channels one after the other. For every cooler level a linear model (base + valve + pump + accumulator,
one effect per level, least squares) is fitted to the settled cycles; the effects kept are those at a healthy cooler, the valve's
only where it switches. What the model leaves over with healthy cooler and valve is kept as a few principal components
(slow, common to channels) and a white spread per place.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station.simulation.rig_templates import CHANNEL_RATES_HZ, RIG_TARGETS, TEMPLATES_FILE, RigTemplates, channel_places, save_templates
from training.hydraulic_rig.cycles import CHANNELS, LEVELS, TARGETS, Cycles, load_cycles
from training.options import default_data_dir

COMPONENTS = 6
"""Principal components of the residual that are kept."""
BOTH_WORN_WEIGHT = 0.03
MARGIN_SHARE = 0.1
SWITCH_FROM_S, SWITCH_TO_S = 8.0, 12.0
"""The load is switched on at second 9 of the cycle."""
COLLAPSED_FLOW_LPM = 6.0
"""With a failed cooler the rig sometimes falls into another state, seen by a low flow FS1 at second 25; it is not simulated."""


def fit_templates(cycles: Cycles) -> RigTemplates:
    """Fit the simulated rig to real cycles."""
    settled = ~cycles.unstable & (cycles.series["FS1"][:, 250] > COLLAPSED_FLOW_LPM)
    known = cycles.take(settled)
    vectors = np.concatenate([known.series[name] for name in CHANNELS], axis=1)
    cooler = known.classes[:, TARGETS.index("cooler")]
    bases: list[NDArray[np.float64]] = []
    effects: dict[str, NDArray[np.float64]] = {}
    residuals = np.zeros_like(vectors)
    for level in range(len(LEVELS["cooler"])):
        rows = np.flatnonzero(cooler == level)
        design = _design(known.classes[rows])
        weight = np.sqrt(_importance(known.classes[rows]))[:, None]
        solution, *_ = np.linalg.lstsq(design * weight, vectors[rows] * weight, rcond=None)
        bases.append(solution[0])
        residuals[rows] = vectors[rows] - design @ solution
        if level == 0:
            place = 1
            for target in TARGETS[1:]:
                count = len(LEVELS[target]) - 1
                effects[target] = np.vstack([np.zeros(vectors.shape[1]), solution[place : place + count]])
                place += count
    effects["valve"] = effects["valve"] * _switching()
    effects["cooler"] = np.stack([base - bases[0] for base in bases])
    healthy = residuals[(cooler == 0) & (known.classes[:, TARGETS.index("valve")] == 0)]
    scale = healthy.std(axis=0) + 1e-3
    _, singular, rows_v = np.linalg.svd(healthy / scale, full_matrices=False)
    scores = singular[:COMPONENTS] / np.sqrt(healthy.shape[0])
    components = rows_v[:COMPONENTS] * scores[:, None] * scale
    projected = (healthy / scale) @ rows_v[:COMPONENTS].T @ rows_v[:COMPONENTS] * scale
    noise = _restlessness(healthy - projected)
    steps = {name: _resolution(known.series[name]) for name in CHANNELS}
    return RigTemplates(
        base=bases[0].astype(np.float32),
        effects={target: effects[target].astype(np.float32) for target in RIG_TARGETS},
        components=components.astype(np.float32),
        noise=noise.astype(np.float32),
        lowest=_limits(known, -1.0),
        highest=_limits(known, 1.0),
        resolution=np.array([steps[name] for name in CHANNELS], dtype=np.float32),
    )


def _limits(known: Cycles, side: float) -> NDArray[np.float32]:
    """Smallest (*side* -1) or largest (1) value of each channel with a tenth of its range to spare, never under 0. float32 (1680,)."""
    parts = []
    for name in CHANNELS:
        series = known.series[name]
        seen = series.max() if side > 0 else series.min()
        parts.append(np.full(series.shape[1], max(0.0, seen + side * MARGIN_SHARE * np.ptp(series))))
    return np.concatenate(parts).astype(np.float32)


def _switching() -> NDArray[np.float64]:
    """1 where the load is switched on, 0 elsewhere: a lagging valve shows there, in flow FS1 and efficiency SE. float64 (1680,)."""
    places = channel_places()
    window = np.zeros(places[CHANNELS[-1]].stop)
    for name in ("FS1", "SE"):
        rate_hz = CHANNEL_RATES_HZ[name]
        window[places[name].start + round(SWITCH_FROM_S * rate_hz) : places[name].start + round(SWITCH_TO_S * rate_hz)] = 1.0
    return window


def _importance(classes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weight of every cycle: those with valve and accumulator both worn count little, for the two effects do not simply add up."""
    both = (classes[:, TARGETS.index("valve")] > 0) & (classes[:, TARGETS.index("accumulator")] > 0)
    return np.where(both, BOTH_WORN_WEIGHT, 1.0)


def _restlessness(rest: NDArray[np.float64]) -> NDArray[np.float64]:
    """White spread of every place, from the steps between neighbours: slow parts of *rest* (cycles, 1680) do not count."""
    spread = np.zeros(rest.shape[1])
    for part in channel_places().values():
        steps = np.diff(rest[:, part], axis=1, prepend=rest[:, part][:, 1:2])
        spread[part] = np.minimum(steps.std(axis=0) / np.sqrt(2.0), rest[:, part].std(axis=0))
    return spread


def _design(classes: NDArray[np.int64]) -> NDArray[np.float64]:
    columns = [np.ones(classes.shape[0])]
    for target in TARGETS[1:]:
        place = TARGETS.index(target)
        columns += [(classes[:, place] == level).astype(np.float64) for level in range(1, len(LEVELS[target]))]
    return np.stack(columns, axis=1)


def _resolution(series: NDArray[np.float64]) -> float:
    """Smallest step between two values of a channel: the recording's rounding."""
    return float(np.round(np.diff(np.unique(np.round(series.ravel()[:20000], 3))).min(), 3))


def main() -> None:
    """Fit and write the templates."""
    parser = argparse.ArgumentParser(description="Fit the simulated rig to the real one.")
    parser.add_argument("--data", type=Path, default=default_data_dir(), help="folder of the real data sets")
    parser.add_argument("--out", type=Path, default=TEMPLATES_FILE, help="file to write (default: %(default)s)")
    asked = parser.parse_args()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    save_templates(fit_templates(load_cycles(asked.data)), asked.out)


if __name__ == "__main__":
    main()
