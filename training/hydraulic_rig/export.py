"""This file decides how the fitted hydraulic-rig network becomes ONNX, and that it says the same there."""

from __future__ import annotations

import io
import warnings

import numpy as np
import torch

from inference.errors import PackError
from inference.findings import FloatArray
from inference.providers import Provider
from inference.runtime import open_session
from training.hydraulic_rig.cycles import TARGETS
from training.hydraulic_rig.judge import RigJudge
from training.hydraulic_rig.spec import NOVELTY, OPSET, PACK_NAME, SEQUENCE_INPUT

LARGEST_DIFFERENCE = 1e-4
"""An output may differ by this much between PyTorch and onnxruntime."""


def export_network(judge: RigJudge) -> bytes:
    """The judge as an ONNX file's bytes: static shape, opset 17."""
    buffer = io.BytesIO()
    example = torch.zeros(1, SEQUENCE_INPUT.steps, SEQUENCE_INPUT.features)
    with warnings.catch_warnings():
        # The TorchScript exporter is the one that still writes opset 17; torch calls it old, and warns that an LSTM's
        # batch is fixed, which is what the pack wants.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        torch.onnx.export(
            judge.eval(),
            (example,),
            buffer,
            opset_version=OPSET,
            input_names=[SEQUENCE_INPUT.name],
            output_names=[*TARGETS, NOVELTY],
            dynamo=False,
        )
    return buffer.getvalue()


@torch.no_grad()
def check_export(judge: RigJudge, exported: bytes, cycles: FloatArray) -> float:
    """Largest difference of any output between PyTorch and onnxruntime over *cycles*, float32 (n, steps, features).

    Raises:
        PackError: It is more than :data:`LARGEST_DIFFERENCE`.
    """
    session = open_session(exported, Provider.CPU, threads=1, where=PACK_NAME)
    wanted = [output.numpy() for output in judge.eval()(torch.from_numpy(cycles))]
    largest = 0.0
    for row in range(len(cycles)):
        found = session.run({SEQUENCE_INPUT.name: np.ascontiguousarray(cycles[row : row + 1])})
        for place, name in enumerate((*TARGETS, NOVELTY)):
            largest = max(largest, float(np.abs(found[name][0] - wanted[place][row]).max()))
    if largest > LARGEST_DIFFERENCE:
        raise PackError("the exported network says something else than the trained one", where=PACK_NAME, value=f"{largest:.6f}")
    return largest
