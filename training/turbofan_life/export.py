"""This file decides how the fitted turbofan-life network becomes ONNX, and that it says the same there."""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from inference.errors import PackError
from inference.findings import FloatArray
from inference.providers import Provider
from inference.runtime import RuntimeSession, open_session
from training.turbofan_life.engines import CHANNELS
from training.turbofan_life.evaluation import Widening
from training.turbofan_life.familiarity import FlightFamiliarity, FlightNovelty
from training.turbofan_life.network import LifeInterval, LifeNetwork
from training.turbofan_life.spec import LENGTH, LIFE, NOVELTY, OPSET, PACK_NAME, SEQUENCE_INPUT

LARGEST_DIFFERENCE = 0.01
"""Flights: a life may differ by this much between PyTorch and onnxruntime."""
_TIMED_RUNS = 50


class TurbofanLife(nn.Module):
    """What is exported: (1, LENGTH, channels) -> life (1, 3), novelty (1, 1)."""

    def __init__(self, members: Sequence[LifeNetwork], widening: Widening, familiarity: FlightFamiliarity) -> None:
        """Wrap *members*; *widening* as for :class:`LifeInterval`."""
        super().__init__()
        self.life = LifeInterval(members, widening)
        self.novelty = FlightNovelty(familiarity)

    def forward(self, flights: Tensor) -> tuple[Tensor, Tensor]:
        """Life with its interval, and novelty."""
        return self.life(flights), self.novelty(flights)


def export_network(whole: TurbofanLife) -> bytes:
    """The ONNX file's bytes: static shape, opset 17."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The TorchScript exporter is the one that still writes opset 17; torch calls it old, and warns that an LSTM's
        # batch is fixed, which is what the pack wants.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        torch.onnx.export(
            whole.eval(),
            (torch.zeros(1, LENGTH, len(CHANNELS)),),
            buffer,
            opset_version=OPSET,
            input_names=[SEQUENCE_INPUT.name],
            output_names=[LIFE, NOVELTY],
            dynamo=False,
        )
    return buffer.getvalue()


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
    if largest > LARGEST_DIFFERENCE:
        raise PackError("the exported network says something else than the trained one", where=PACK_NAME, value=f"{largest:.6f}")
    return largest


def time_inference(session: RuntimeSession, window: FloatArray) -> float:
    """Shortest of some runs of one window, ms."""
    taken: list[float] = []
    for _ in range(_TIMED_RUNS):
        begin = time.perf_counter()
        session.run({SEQUENCE_INPUT.name: np.ascontiguousarray(window)})
        taken.append(1e3 * (time.perf_counter() - begin))
    return min(taken)
