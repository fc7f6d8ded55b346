"""This file decides how the fits of a training run are shared out: two at a time, each in its own process with one thread.

Every fit has its own seed and its own generator, so what comes out does not depend on which process took it, or when.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from inference.findings import ImageU8
from station.simulation.parts_texture import stable_seed
from training.magnetic_tile.dataset import Tile, learn_from, load_tiles
from training.magnetic_tile.evaluation import TileResult, judge_tile
from training.magnetic_tile.familiarity import embed_pictures, fit_clouds
from training.magnetic_tile.fitting import FitPlan, fit_network, predict, set_up_torch
from training.magnetic_tile.network import TileNet
from training.magnetic_tile.simulated import paint_tile
from training.magnetic_tile.spec import KINDS
from training.magnetic_tile.strangers import read_strangers
from training.options import TrainOptions

WORKERS = 2
QUICK_STRIDE = 9
"""A smoke run looks at every ninth picture."""
SIMULATED_TILES = 120
FINAL = -1
"""The fold of the fit that holds nothing out."""


@dataclass(frozen=True, slots=True)
class Job:
    """One fit: to everything but *fold*."""

    fold: int
    plan: FitPlan
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of a job.

    Attributes:
        fold: That was held out.
        weights: Of the fitted network.
        results: Of the held-out pictures, in the order of the index; empty where none was held out.
        novelty: Of these pictures, in the same order.
        strangers: Novelty of pictures that show something else, by kind.
    """

    fold: int
    weights: dict[str, NDArray[np.generic]]
    results: tuple[TileResult, ...]
    novelty: tuple[float, ...]
    strangers: Mapping[str, tuple[float, ...]]

    def rebuild(self) -> TileNet:
        """The fitted network."""
        network = TileNet()
        network.load_state_dict({name: torch.from_numpy(weight) for name, weight in self.weights.items()})
        return network.eval()


def read_tiles(options: TrainOptions) -> list[Tile]:
    """The pictures of this run."""
    return load_tiles(options.data_dir)[:: QUICK_STRIDE if options.quick else 1]


def paint_familiar(seed: int) -> list[ImageU8]:
    """Simulated tiles, sound and faulty, in sizes of real ones and from a camera that sees more pixels: familiar to the novelty."""
    random = np.random.default_rng(seed)
    factors = np.where(np.arange(SIMULATED_TILES) % 4 == 3, 1.45, 1.0)
    sizes = [(int(random.integers(110, 620) * f), int(random.integers(230, 400) * f)) for f in factors]
    kinds = (None, *KINDS)
    return [paint_tile(stable_seed(seed, number, 500), kinds[number % len(kinds)], *size)[0] for number, size in enumerate(sizes)]


def run_jobs(options: TrainOptions, jobs: Sequence[Job]) -> Iterator[Outcome]:
    """The outcomes of *jobs* in their order; two run at a time."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
        yield from pool.map(_run, [options] * len(jobs), jobs)


_TILES: dict[TrainOptions, list[Tile]] = {}
"""Of this process: a second job need not read them again."""


def _run(options: TrainOptions, job: Job) -> Outcome:
    set_up_torch()
    if options not in _TILES:
        _TILES[options] = read_tiles(options)
    return run_job(options, job, _TILES[options])


def run_job(options: TrainOptions, job: Job, tiles: Sequence[Tile]) -> Outcome:
    """Fit without the held-out scenes, and judge these."""
    seen = learn_from(tiles, job.fold)
    network = fit_network(seen, job.plan, options.seed + 10 * (job.fold + 1), job.title)
    weights: dict[str, NDArray[np.generic]] = {name: weight.numpy() for name, weight in network.state_dict().items()}
    unseen = [tile for tile in tiles if tile.fold == job.fold]
    if not unseen:
        return Outcome(job.fold, weights, (), (), {})
    results = tuple(judge_tile(tile, predict(network, tile.gray)) for tile in unseen)
    clouds = fit_clouds(embed_pictures([tile.gray for tile in seen]), embed_pictures(paint_familiar(options.seed)))
    pictures = [tile.gray for tile in unseen]
    unlike = {
        kind: tuple(float(one) for one in clouds.measure(embed_pictures(images)))
        for kind, images in read_strangers(options.data_dir, pictures).items()
    }
    novelty = tuple(float(one) for one in clouds.measure(embed_pictures(pictures)))
    return Outcome(job.fold, weights, results, novelty, unlike)
