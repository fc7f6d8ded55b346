"""This file decides how the fits of a training run are shared out: two at a time, each in its own process with one thread.

Every fit has its own seed and its own generator, so what comes out does not depend on which process took it, or when.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from inference.findings import ImageU8
from training.options import TrainOptions
from training.surface_pitting.dataset import FrameRecord, Picture, load_pictures, mark_doubt, read_index
from training.surface_pitting.evaluation import FrameResult, judge_frame
from training.surface_pitting.familiarity import embed_images, fit_clouds, render_scene, tell_unlike
from training.surface_pitting.fitting import FitPlan, fit_network, predict_maps
from training.surface_pitting.network import PittingNet
from training.surface_pitting.simulated import render_training_parts
from training.surface_pitting.strangers import read_strangers

WORKERS = 2
QUICK_STRIDE = 6
"""A smoke run looks at every sixth frame."""


@dataclass(frozen=True, slots=True)
class Job:
    """One fit: to everything but *held_out*; *number* is its fold, and sets its seed."""

    number: int
    held_out: tuple[str, ...]
    plan: FitPlan
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of a job.

    Attributes:
        number: Of the job.
        weights: Of the fitted network.
        results: Of the held-out frames, in the order of the index; empty where none was held out.
        novelty: Of these frames, in the same order.
        scene_novelty: Of the demo line's pictures that the clouds were not fitted to.
        strangers: Novelty of pictures that show something else, by kind.
    """

    number: int
    weights: dict[str, NDArray[np.generic]]
    results: tuple[FrameResult, ...]
    novelty: tuple[float, ...]
    scene_novelty: tuple[float, ...]
    strangers: dict[str, tuple[float, ...]]

    def rebuild(self) -> PittingNet:
        """The fitted network."""
        network = PittingNet()
        network.load_state_dict({name: torch.from_numpy(weight) for name, weight in self.weights.items()})
        return network.eval()


def set_up_torch() -> None:
    """One thread, NumPy's linear algebra too, deterministic: the same seed gives the same network on the same kind of CPU."""
    torch.set_num_threads(1)
    threadpool_limits(limits=1)  # for the rest of the process
    cv2.setNumThreads(1)
    torch.use_deterministic_algorithms(mode=True)


def read_records(options: TrainOptions) -> tuple[FrameRecord, ...]:
    """The frames of this run."""
    return read_index(options.data_dir)[:: QUICK_STRIDE if options.quick else 1]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What every fit learns from."""

    pictures: Sequence[Picture]
    parts: Sequence[tuple[ImageU8, ImageU8]]
    scene: Sequence[ImageU8]

    @classmethod
    def load(cls, options: TrainOptions) -> Material:
        """Read and render everything."""
        return cls(mark_doubt(list(load_pictures(read_records(options)))), render_training_parts(options.seed), render_scene())

    @property
    def simulated(self) -> list[ImageU8]:
        """Simulated pictures that the novelty calls familiar."""
        return [*self.scene[::2], *(image for image, _ in self.parts[::4])]


def run_jobs(options: TrainOptions, jobs: Sequence[Job]) -> Iterator[Outcome]:
    """The outcomes of *jobs* in their order; two run at a time."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
        yield from pool.map(_run, [options] * len(jobs), jobs)


_MATERIAL: dict[TrainOptions, Material] = {}
"""Of this process: a second job need not read it again."""


def _run(options: TrainOptions, job: Job) -> Outcome:
    set_up_torch()
    if options not in _MATERIAL:
        _MATERIAL[options] = Material.load(options)
    return run_job(options, job, _MATERIAL[options])


def run_job(options: TrainOptions, job: Job, material: Material) -> Outcome:
    """Fit without the held-out positions, and judge these."""
    seen = [picture for picture in material.pictures if picture.record.position not in job.held_out]
    network = fit_network(seen, material.parts, job.plan, options.seed + job.number, job.title)
    unseen = [picture for picture in material.pictures if picture.record.position in job.held_out]
    results: list[FrameResult] = []
    for picture in unseen:
        maps = predict_maps(network, [picture.image, *picture.twins[:1]])
        results.append(judge_frame(picture, job.number, maps[0], maps[1] if picture.twins else None))
    weights = {name: weight.numpy() for name, weight in network.state_dict().items()}
    if not unseen:
        return Outcome(job.number, weights, (), (), (), {})
    clouds = fit_clouds(embed_images(network, [picture.image for picture in seen]), embed_images(network, material.simulated))
    frames = [picture.image for picture in unseen]
    strangers = {kind: tell_unlike(clouds, network, images) for kind, images in read_strangers(options.data_dir, frames).items()}
    novelty = tell_unlike(clouds, network, frames)
    return Outcome(job.number, weights, tuple(results), novelty, tell_unlike(clouds, network, material.scene[1::2]), strangers)
