"""This file decides how the naive recipes fit a plain network: Adam, shuffled batches, half of them mirrored, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

BATCH = 32
RATE = 1e-3


def fit_plain(network: nn.Module, images: Tensor, answers: Tensor, epochs: int, loss_of: Callable[[Tensor, Tensor], Tensor]) -> None:
    """Fit *network* to *images*, float32 (n, channels, height, width), and their *answers* (n, …), and leave it ready to judge.

    Args:
        network: Is changed.
        images: What it sees.
        answers: What *loss_of* compares its outputs with.
        epochs: Times that everything is seen.
        loss_of: Loss of a batch's outputs and answers.
    """
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE)
    for _ in range(epochs):
        for rows in torch.randperm(len(answers)).split(BATCH):
            batch = images[rows].flip(3) if float(torch.rand(1)) < 0.5 else images[rows]
            loss = loss_of(network(batch), answers[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    network.eval()
