"""This file decides the article's recipe, to compare with: a plain LSTM on raw windows of 30 flights, nothing chosen on held-out engines.

Zheng, Ristovski, Farahat, Gupta, *Long Short-Term Memory Network for Remaining Useful Life Estimation*, ICPHM 2017: channels
scaled to -1..1, windows of 30 flights, life capped at 130, two LSTMs of 32 and 64 units, two dense layers of 8, mean squared
error. Every flight of every engine is a window, so long lives weigh more; nothing is smoothed and short engines are padded with their
first flight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from inference.contract import Figure
from inference.findings import FloatArray
from training.exporting import time_plain
from training.options import TrainOptions
from training.statistics import Interval
from training.turbofan_life.engines import CHANNELS, SUBSETS, Engine, IntSeries, load_fleet, load_test_engines, take
from training.turbofan_life.evaluation import Series, Told, measure_lives
from training.turbofan_life.windows import Cuts, spread_cuts

COMMAND = "python -m training turbofan-life --recipe naive"
FLIGHTS = 30
CAP = 130.0
STEPS, QUICK_STEPS = 1000, 20
BATCH = 128
LEARNING_RATE = 1e-3


class ArticleNetwork(nn.Module):
    """(batch, 30, channels) scaled to -1..1 -> (batch,) remaining life over the cap."""

    def __init__(self) -> None:
        """Make the network; its weights come from torch's random numbers."""
        super().__init__()
        self.first = nn.LSTM(len(CHANNELS), 32, batch_first=True)
        self.second = nn.LSTM(32, 64, batch_first=True)
        self.head = nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, flights: Tensor) -> Tensor:
        """Remaining life, over the cap."""
        states, _ = self.first(flights)
        states, _ = self.second(states)
        return self.head(states[:, -1]).squeeze(1)


def time_article(opset: int) -> tuple[float, float]:
    """What the article's network takes for a window, ms at one and at two threads."""
    return time_plain(ArticleNetwork(), np.zeros((1, FLIGHTS, len(CHANNELS)), np.float32), opset=opset)


def measure(options: TrainOptions) -> Sequence[Figure]:
    """Cross-validate the article's recipe on the folds of the own one, then judge the published test engines."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    fleet = load_fleet(options.data_dir, options.seed)
    lengths = np.array([len(engine) for engine in fleet.engines], dtype=np.int64)
    steps = QUICK_STEPS if options.quick else STEPS
    every = np.arange(len(fleet.engines))
    cuts = spread_cuts(lengths, every, options.seed)
    value = np.zeros(len(cuts))
    for fold in np.unique(fleet.folds):
        unseen = fleet.folds[cuts.engines] == fold
        value[unseen] = _fit_and_tell(
            fleet.engines, every[fleet.folds != fold], fleet.engines, cuts.take(unseen), steps, options.seed + int(fold) + 1
        )
    figures = list(_figures(_told(fleet.engines, cuts, value), "engines held out, 5 folds", options.seed))
    tests = load_test_engines(options.data_dir)
    last = np.array([len(engine) for engine in tests], dtype=np.int64)
    ends = Cuts(np.arange(len(tests)), np.zeros_like(last), last, np.array([engine.life_after for engine in tests], dtype=np.int64))
    value = _fit_and_tell(fleet.engines, every, tests, ends, steps, options.seed)
    return [*figures, *_figures(_told(tests, ends, value), "published test engines", options.seed)]


def _fit_and_tell(taught: Sequence[Engine], places: IntSeries, judged: Sequence[Engine], cuts: Cuts, steps: int, seed: int) -> Series:
    """Fit to the engines at *places* and tell the lives at *cuts* of *judged*, flights."""
    known = take(taught, places)
    rows = np.concatenate([engine.rows for engine in known])
    low, high = rows.min(axis=0), rows.max(axis=0)
    scaled = [_scale(engine, low, high) for engine in known]
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    ends = np.concatenate([np.stack([np.full(len(one), place), np.arange(1, len(one) + 1)], axis=1) for place, one in enumerate(scaled)])
    network = ArticleNetwork()
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    for _ in tqdm(range(steps), desc="article's recipe", unit="step", mininterval=5.0):
        chosen = ends[random.integers(0, len(ends), BATCH)]
        windows = np.stack([_window(scaled[place], int(end)) for place, end in chosen])
        left = np.array([len(scaled[place]) - end for place, end in chosen], dtype=np.float32)
        loss = functional.mse_loss(network(torch.from_numpy(windows)), torch.from_numpy(np.minimum(left, CAP) / np.float32(CAP)))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    told = [_scale(engine, low, high) for engine in judged]
    windows = np.stack([_window(told[int(cuts.engines[row])], int(cuts.ends[row])) for row in range(len(cuts))])
    with torch.no_grad():
        return np.asarray(network(torch.from_numpy(windows)).numpy() * CAP, np.float64)


def _scale(engine: Engine, low: Series, high: Series) -> FloatArray:
    return (2.0 * (engine.rows - low) / (high - low) - 1.0).astype(np.float32)


def _window(rows: FloatArray, end: int) -> FloatArray:
    places = np.maximum(np.arange(end - FLIGHTS, end), 0)
    return np.asarray(rows[places])


def _told(engines: Sequence[Engine], cuts: Cuts, value: Series) -> Told:
    names = tuple(engines[int(place)].name for place in cuts.engines)
    subsets = np.array([engines[int(place)].subset for place in cuts.engines])
    return Told(names, subsets, cuts.left.astype(np.float64), np.maximum(value, 0.0), value, value)


def _figures(told: Told, split: str, seed: int) -> Iterator[Figure]:
    for subset in SUBSETS:
        found = measure_lives(told.of(subset), seed)
        named: dict[str, Interval] = {"RMSE, true life capped at 125": found.rmse_capped, "RMSE": found.rmse, "PHM score of 100": found.phm}
        for name, one in named.items():
            yield Figure(
                name=f"{subset}: {name} of the article's LSTM",
                value=round(one.value, 4),
                lower=round(one.lower, 4),
                upper=round(one.upper, 4),
                data="sensor/cmapss (simulated)",
                split=split,
                command=COMMAND,
            )
