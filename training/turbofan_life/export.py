"""This file decides how the fitted turbofan-life network becomes ONNX, and that it says the same there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from inference.findings import FloatArray
from inference.providers import Provider
from inference.runtime import RuntimeSession, open_session
from training.exporting import export_onnx, refuse_difference
from training.turbofan_life.engines import CHANNELS
from training.turbofan_life.familiarity import FlightFamiliarity, FlightNovelty
from training.turbofan_life.interval import LifeEnds
from training.turbofan_life.network import LifeInterval, LifeNetwork
from training.turbofan_life.spec import LENGTH, LIFE, NOVELTY, OPSET, PACK_NAME, SEQUENCE_INPUT

LARGEST_DIFFERENCE = 0.01
"""Flights: a life may differ by this much between PyTorch and onnxruntime."""


class TurbofanLife(nn.Module):
    """What is exported: (1, LENGTH, channels) -> life (1, 3), novelty (1, 1)."""

    def __init__(self, members: Sequence[LifeNetwork], ends: LifeEnds, familiarity: FlightFamiliarity) -> None:
        """Wrap *members*; *ends* as for :class:`LifeInterval`."""
        super().__init__()
        self.life = LifeInterval(members, ends)
        self.novelty = FlightNovelty(familiarity)

    def forward(self, flights: Tensor) -> tuple[Tensor, Tensor]:
        """Life with its interval, and novelty."""
        return self.life(flights), self.novelty(flights)


def export_network(whole: TurbofanLife) -> bytes:
    """The ONNX file's bytes: static shape, opset 17."""
    return export_onnx(whole, torch.zeros(1, LENGTH, len(CHANNELS)), SEQUENCE_INPUT.name, (LIFE, NOVELTY), opset=OPSET)


def open_exported(exported: bytes, threads: int = 1) -> RuntimeSession:
    """Open the network as the station does, on the CPU."""
    return open_session(exported, Provider.CPU, threads=threads, where=PACK_NAME)


def run_exported(session: RuntimeSession, windows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lives, float32 (windows, 3), and novelties, float32 (windows,), of *windows*, one after the other as the station runs them."""
    told = [session.run({SEQUENCE_INPUT.name: np.ascontiguousarray(windows[row : row + 1])}) for row in range(len(windows))]
    return np.concatenate([one[LIFE] for one in told]), np.concatenate([one[NOVELTY][:, 0] for one in told])


@torch.no_grad()
def check_export(whole: TurbofanLife, session: RuntimeSession, windows: FloatArray) -> float:
    """Largest difference of any life between PyTorch and onnxruntime over *windows*, flights.

    Raises:
        PackError: It is more than :data:`LARGEST_DIFFERENCE`.
    """
    wanted = whole.eval().life(torch.from_numpy(windows)).numpy()
    largest = float(np.abs(run_exported(session, windows)[0] - wanted).max())
    return refuse_difference(largest, LARGEST_DIFFERENCE, PACK_NAME)
