"""This file decides the plain recipe that the pack is compared with: a small CNN on whole pictures, as in a tutorial, on the same folds.

It is told of every frame whether it has pits, and not where. Mirroring is its only augmentation, the last weights are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from inference.contract import Figure
from inference.findings import FloatArray, ImageU8
from inference.image_preprocessing import normalise_image
from training.options import TrainOptions
from training.statistics import auroc, bootstrap_groups, recall_at_false_alarms
from training.surface_pitting.dataset import NEVER_PITS, FrameRecord, paint_out, position_folds, read_image, read_mask
from training.surface_pitting.folds import read_records, set_up_torch
from training.surface_pitting.spec import IMAGE_INPUT

SIDE_PX = 224
EPOCHS, BATCH, RATE = 12, 32, 1e-3
FOLDS = 5
FALSE_ALARM_SHARE = 0.01
COMMAND = "nox -s train -- surface-pitting --recipe naive"


def make_plain() -> nn.Sequential:
    """(n, 3, 224, 224) -> (n, 1) logit: four convolutions with pooling between and one linear layer behind the mean."""
    layers: list[nn.Module] = []
    for ins, outs, stride in ((3, 16, 2), (16, 32, 1), (32, 64, 1), (64, 64, 1)):
        layers += [nn.Conv2d(ins, outs, 3, stride, 1), nn.BatchNorm2d(outs), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 1))


def prepare_plain(image: ImageU8) -> FloatArray:
    """A native frame as the plain network sees it: float32 (1, 3, 224, 224), both sides squeezed."""
    small = np.asarray(cv2.resize(image, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8)
    return normalise_image(small, IMAGE_INPUT)


@dataclass(frozen=True, slots=True, eq=False)
class _Frames:
    """*views* float32 (n, 3, 224, 224); *twins* the same with pits painted out, zero where there are none."""

    records: Sequence[FrameRecord]
    views: Tensor
    twins: Tensor
    pitted: NDArray[np.bool_]


def _load(records: Sequence[FrameRecord]) -> _Frames:
    views, twins = [], []
    for record in tqdm(records, desc="reading", unit="frame"):
        image = read_image(record)
        views.append(prepare_plain(image))
        twins.append(prepare_plain(paint_out(image, read_mask(record, *image.shape[:2]))) if record.pitted else np.zeros_like(views[-1]))
    pitted = np.asarray([record.pitted for record in records])
    return _Frames(records, torch.from_numpy(np.concatenate(views)), torch.from_numpy(np.concatenate(twins)), pitted)


def _fit(views: Tensor, pitted: Tensor, seed: int, epochs: int, title: str) -> nn.Sequential:
    torch.manual_seed(seed)
    network = make_plain()
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE)
    for _ in tqdm(range(epochs), desc=title, unit="epoch"):
        for rows in torch.randperm(len(views)).split(BATCH):
            batch = views[rows].flip(3) if float(torch.rand(1)) < 0.5 else views[rows]
            loss = nn.functional.binary_cross_entropy_with_logits(network(batch)[:, 0], pitted[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return network.eval()


@torch.no_grad()
def _score(network: nn.Sequential, views: Tensor) -> NDArray[np.float64]:
    return np.concatenate([torch.sigmoid(network(part))[:, 0].numpy() for part in views.split(64)]).astype(np.float64)


def measure_naive(options: TrainOptions) -> tuple[Figure, ...]:
    """Ranks of frames, and what painting the pits out changes, by the plain network with positions held out."""
    set_up_torch()
    frames = _load(read_records(options))
    score, twin = np.zeros(len(frames.records)), np.full(len(frames.records), np.nan)
    for number, held_out in enumerate(position_folds(frames.records, FOLDS), start=1):
        out = np.asarray([record.position in held_out for record in frames.records])
        targets = torch.from_numpy(frames.pitted[~out].astype(np.float32))
        title = f"fold {number} of {FOLDS}"
        network = _fit(frames.views[torch.from_numpy(~out)], targets, options.seed + number, 1 if options.quick else EPOCHS, title)
        score[out] = _score(network, frames.views[torch.from_numpy(out)])
        painted = out & frames.pitted
        twin[painted] = _score(network, frames.twins[torch.from_numpy(painted)])
    return _figures(frames, score, twin, options.seed)


def _figures(frames: _Frames, score: NDArray[np.float64], twin: NDArray[np.float64], seed: int) -> tuple[Figure, ...]:
    pitted, positions = frames.pitted, [record.position for record in frames.records]
    steps = np.asarray([record.step for record in frames.records])
    late = steps >= int(steps[pitted].min())
    witness = np.asarray([position == NEVER_PITS for position in positions])

    def clean(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        return score[rows[~pitted[rows]]]

    def pits(rows: NDArray[np.int64], of: NDArray[np.float64]) -> NDArray[np.float64]:
        return of[rows[pitted[rows]]]

    def turned(rows: NDArray[np.int64]) -> float:
        found = pits(rows, score) >= 0.5
        return float((pits(rows, twin)[found] < 0.5).mean()) if found.any() else float("nan")

    measures: dict[str, Callable[[NDArray[np.int64]], float]] = {
        "image AUROC": lambda rows: auroc(pits(rows, score), clean(rows)),
        "image AUROC, late frames only": lambda rows: auroc(pits(rows, score), score[rows[~pitted[rows] & late[rows]]]),
        "recall at 1 % false alarms": lambda rows: recall_at_false_alarms(pits(rows, score), clean(rows), FALSE_ALARM_SHARE),
        "AUROC against the painted twins": lambda rows: auroc(pits(rows, score), pits(rows, twin)),
        "painted twins whose DEFECT turns to OK": turned,
        f"false alarms of {NEVER_PITS}": lambda rows: (
            float((score[rows[witness[rows]]] >= 0.5).mean()) if witness[rows].any() else float("nan")
        ),
    }
    figures = []
    for name, measure in measures.items():
        interval = bootstrap_groups(positions, measure, seed=seed)
        figures.append(
            Figure(
                name=name,
                value=round(interval.value, 4),
                lower=round(interval.lower, 4),
                upper=round(interval.upper, 4),
                data="vision/ball_screw",
                split=f"positions held out, {FOLDS} folds",
                command=COMMAND,
            )
        )
    return tuple(figures)
