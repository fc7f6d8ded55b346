"""This file decides the naive recipe of the rig: the article's LSTM of 128 units on one value a second, measured on the same folds.

No weight of its own for the phase, no 10 Hz, no variation, no weights for long blocks: a network as tutorials make it.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from inference.contract import Figure
from inference.findings import FloatArray
from training.exporting import time_plain
from training.hydraulic_rig.cycles import CHANNELS, LEVELS, TARGETS, Cycles
from training.hydraulic_rig.evaluation import macro_f1
from training.hydraulic_rig.spec import CLASS_COUNTS
from training.statistics import bootstrap_groups

UNITS = 128
EPOCHS = 20
BATCH = 32
LEARNING_RATE = 1e-3
COMMAND = "nox -s train -- hydraulic-rig --recipe naive"


class NaiveNetwork(nn.Module):
    """(n, 60, 10) -> logits of every target from the LSTM's last state."""

    def __init__(self) -> None:
        """Make the network; its weights come from torch's random numbers."""
        super().__init__()
        self.lstm = nn.LSTM(len(CHANNELS), UNITS, batch_first=True)
        self.heads = nn.ModuleList(nn.Linear(UNITS, count) for count in CLASS_COUNTS)

    def forward(self, cycles: Tensor) -> list[Tensor]:
        """Logits of every target."""
        states, _ = self.lstm(cycles)
        return [head(states[:, -1]) for head in self.heads]


class _Joined(nn.Module):
    """All logits of a network side by side, so that it gives one tensor."""

    def __init__(self, network: NaiveNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, cycles: Tensor) -> Tensor:
        return torch.cat(self.network(cycles), dim=1)


def time_naive(opset: int) -> tuple[float, float]:
    """What the article's network takes for a cycle, ms at one and at two threads."""
    return time_plain(_Joined(NaiveNetwork()), np.zeros((1, 60, len(CHANNELS)), np.float32), opset=opset)


def hold_out_naive(cycles: Cycles, folds: NDArray[np.int64], seed: int, *, quick: bool) -> tuple[Figure, ...]:
    """Macro-F1 of every target with blocks held out."""
    told = np.zeros_like(cycles.classes)
    seconds = np.stack([cycles.series[name].reshape(len(cycles), 60, -1).mean(axis=2) for name in CHANNELS], axis=2)
    for fold in tqdm(folds, desc="naive", unit="fold"):
        unseen = cycles.folds == fold
        mean, spread = seconds[~unseen].mean(axis=(0, 1)), seconds[~unseen].std(axis=(0, 1))
        rows = ((seconds - mean) / spread).astype(np.float32)
        network = _fit(rows[~unseen], cycles.classes[~unseen], seed + int(fold), 1 if quick else EPOCHS)
        with torch.no_grad():
            for place, logits in enumerate(network(torch.from_numpy(rows[unseen]))):
                told[unseen, place] = logits.argmax(dim=1).numpy()
    seen = np.isin(cycles.folds, folds)
    groups = [str(block) for block in cycles.blocks[seen]]
    figures: list[Figure] = []
    for place, target in enumerate(TARGETS):
        true, given, count = cycles.classes[seen, place], told[seen, place], len(LEVELS[target])

        def measure(rows: NDArray[np.int64], true: NDArray[np.int64] = true, given: NDArray[np.int64] = given, count: int = count) -> float:
            return macro_f1(true[rows], given[rows], count)

        found = bootstrap_groups(groups, measure, seed=seed)
        figures.append(
            Figure(
                name=f"{target}: macro-F1 of the article's LSTM",
                value=round(found.value, 4),
                lower=round(found.lower, 4),
                upper=round(found.upper, 4),
                data="sensor/hydraulic",
                split="blocks held out, 5 folds",
                command=COMMAND,
            )
        )
    return tuple(figures)


def _fit(rows: FloatArray, classes: NDArray[np.int64], seed: int, epochs: int) -> NaiveNetwork:
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = NaiveNetwork().train()
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    inputs, wanted = torch.from_numpy(rows), torch.from_numpy(classes)
    for _ in range(epochs):
        order = random.permutation(len(rows))
        for start in range(0, len(rows), BATCH):
            picked = order[start : start + BATCH]
            logits = network(inputs[picked])
            loss = torch.stack([functional.cross_entropy(one, wanted[picked, place]) for place, one in enumerate(logits)]).sum()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
    return network.eval()
