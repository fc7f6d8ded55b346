"""This file decides how the fitted device-state network becomes ONNX, and that it says the same there."""

from __future__ import annotations

import numpy as np
import torch

from inference.findings import FloatArray
from inference.providers import Provider
from inference.runtime import RuntimeSession, open_session
from training.device_state.network import DeviceState
from training.device_state.spec import NOVELTY_OUTPUT, OPSET, PACK_NAME, STATE_OUTPUT, TABLE_INPUT
from training.exporting import export_onnx, refuse_difference

LARGEST_DIFFERENCE = 1e-4
"""A probability may differ by this much between PyTorch and onnxruntime."""


def export_network(network: DeviceState) -> bytes:
    """The network as an ONNX file's bytes: one row, static shape, opset 17."""
    example = torch.zeros(1, len(TABLE_INPUT.channels))
    return export_onnx(network, example, TABLE_INPUT.name, (STATE_OUTPUT, NOVELTY_OUTPUT), opset=OPSET)


def open_exported(exported: bytes) -> RuntimeSession:
    """A session on one CPU thread."""
    return open_session(exported, Provider.CPU, threads=1, where=PACK_NAME)


@torch.no_grad()
def check_export(network: DeviceState, exported: bytes, rows: FloatArray) -> float:
    """Largest difference of any probability between PyTorch and onnxruntime over *rows*, float32 (n, 6).

    Raises:
        PackError: It is more than :data:`LARGEST_DIFFERENCE`.
    """
    session = open_exported(exported)
    wanted = network(torch.from_numpy(rows))[0].numpy()
    found = np.concatenate(
        [session.run({TABLE_INPUT.name: np.ascontiguousarray(rows[row : row + 1])})[STATE_OUTPUT] for row in range(len(rows))]
    )
    largest = float(np.abs(found - wanted).max())
    return refuse_difference(largest, LARGEST_DIFFERENCE, PACK_NAME)
