"""This file decides how the fitted device-state network becomes ONNX, and that it says the same there."""

from __future__ import annotations

import io
import warnings

import numpy as np
import torch

from inference.errors import PackError
from inference.findings import FloatArray
from inference.providers import Provider
from inference.runtime import RuntimeSession, open_session
from training.device_state.network import DeviceState
from training.device_state.spec import NOVELTY_OUTPUT, OPSET, PACK_NAME, STATE_OUTPUT, TABLE_INPUT

LARGEST_DIFFERENCE = 1e-4
"""A probability may differ by this much between PyTorch and onnxruntime."""


def export_network(network: DeviceState) -> bytes:
    """The network as an ONNX file's bytes: one row, static shape, opset 17."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The TorchScript exporter is the one that still writes opset 17; torch calls it old.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network.eval(),
            (torch.zeros(1, len(TABLE_INPUT.channels)),),
            buffer,
            opset_version=OPSET,
            input_names=[TABLE_INPUT.name],
            output_names=[STATE_OUTPUT, NOVELTY_OUTPUT],
            dynamo=False,
        )
    return buffer.getvalue()


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
    if largest > LARGEST_DIFFERENCE:
        raise PackError("the exported network says something else than the trained one", where=PACK_NAME, value=f"{largest:.6f}")
    return largest
