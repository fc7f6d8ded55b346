"""This file decides how the fitted members become one ONNX network, and that it says the same there."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.providers import Provider
from inference.runtime import RuntimeSession, open_session
from training.exporting import export_onnx, refuse_difference
from training.novelty import Familiarity
from training.novelty_graph import MahalanobisNovelty
from training.steel_surface.evidence import Evidence
from training.steel_surface.familiarity import DOUBT_WEIGHT, Embedding, embed
from training.steel_surface.head import Head
from training.steel_surface.judge import Judge
from training.steel_surface.network import Scattering
from training.steel_surface.spec import EVIDENCE_NAME, IMAGE_INPUT, KIND_NAME, NOVELTY_NAME, OPSET, PACK_NAME, SIDE_PX

LARGEST_DIFFERENCE = 1e-3
"""A chance or a place's evidence, and the novelty as a share of itself, may differ by this much between PyTorch and onnxruntime."""


class SteelGraph(nn.Module):
    """The exported graph: float32 (1, 1, 128, 128) -> chances (1, 7), novelty (1, 1) and evidence (1, 1, 16, 16), in one pass."""

    def __init__(self, judge: Judge, temperature: float, familiarity: Familiarity) -> None:
        super().__init__()
        self.scattering = Scattering()
        self.statistics = Embedding()
        self.distance = MahalanobisNovelty(familiarity)
        self.head = Head(judge, temperature)
        self.evidence = Evidence(self.head)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Chances, novelty and evidence of a picture."""
        first = self.scattering.first(image)
        planes = self.scattering.planes(first)
        features = self.scattering.describe(image, planes)
        standard = self.head.standardise(features)
        hidden = self.head.hidden(standard)
        logits = self.head.logits(standard, hidden)
        chances = torch.softmax(logits, dim=1)
        doubt = 1.0 - chances.amax(dim=1, keepdim=True)
        novelty = self.distance(embed(self.statistics, image, first)) + DOUBT_WEIGHT * doubt
        return chances, novelty, self.evidence(planes, features, self.head.slope(logits, hidden))


def export_network(graph: SteelGraph) -> bytes:
    """*graph* as an ONNX file's bytes: static shape, opset 17."""
    return export_onnx(graph, torch.zeros(1, 1, SIDE_PX, SIDE_PX), IMAGE_INPUT.name, (KIND_NAME, NOVELTY_NAME, EVIDENCE_NAME), opset=OPSET)


def open_exported(exported: bytes, threads: int = 1) -> RuntimeSession:
    """The exported network on the CPU."""
    return open_session(exported, Provider.CPU, threads=threads, where=PACK_NAME)


@torch.no_grad()
def check_export(graph: SteelGraph, exported: bytes, tensors: NDArray[np.float32]) -> float:
    """Largest difference of any chance, novelty or evidence between PyTorch and onnxruntime over *tensors*, float32 (n, 1, 128, 128).

    Raises:
        PackError: It is more than :data:`LARGEST_DIFFERENCE`.
    """
    session, largest = open_exported(exported), 0.0
    graph.eval()
    for tensor in tensors:
        wanted, novelty, evidence = (part.numpy() for part in graph(torch.from_numpy(tensor[None])))
        found = session.run({IMAGE_INPUT.name: np.ascontiguousarray(tensor[None])})
        unlike = float(np.abs(found[NOVELTY_NAME] / novelty - 1.0).max())
        places = float(np.abs(found[EVIDENCE_NAME] - evidence).max())
        largest = max(largest, float(np.abs(found[KIND_NAME] - wanted).max()), unlike, places)
    return refuse_difference(largest, LARGEST_DIFFERENCE, PACK_NAME)
