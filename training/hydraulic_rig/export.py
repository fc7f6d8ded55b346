"""This file decides how the fitted hydraulic-rig network becomes ONNX, and that it says the same there."""

from __future__ import annotations

import numpy as np
import torch

from inference.findings import FloatArray
from inference.providers import Provider
from inference.runtime import open_session
from training.exporting import export_onnx, refuse_difference
from training.hydraulic_rig.cycles import TARGETS
from training.hydraulic_rig.judge import RigJudge
from training.hydraulic_rig.spec import NOVELTY, OPSET, PACK_NAME, SEQUENCE_INPUT

LARGEST_DIFFERENCE = 1e-4
"""An output may differ by this much between PyTorch and onnxruntime."""


def export_network(judge: RigJudge) -> bytes:
    """The judge as an ONNX file's bytes: static shape, opset 17."""
    example = torch.zeros(1, SEQUENCE_INPUT.steps, SEQUENCE_INPUT.features)
    return export_onnx(judge, example, SEQUENCE_INPUT.name, (*TARGETS, NOVELTY), opset=OPSET)


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
    return refuse_difference(largest, LARGEST_DIFFERENCE, PACK_NAME)
