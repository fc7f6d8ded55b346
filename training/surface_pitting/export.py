"""This file decides how the fitted surface-pitting network becomes ONNX, and that it says the same there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from inference.findings import ImageU8
from inference.image_preprocessing import normalise_image
from inference.providers import Provider
from inference.runtime import open_session
from training.exporting import export_onnx, refuse_difference
from training.novelty import Familiarity
from training.statistics import Calibration
from training.surface_pitting.familiarity import PittingNovelty
from training.surface_pitting.network import PittingNet
from training.surface_pitting.place import across_grooves, encode_place
from training.surface_pitting.spec import EMBEDDING_NAME, HEIGHT_PX, IMAGE_INPUT, NOVELTY_NAME, OPSET, OUTPUT_NAME, PACK_NAME, WIDTH_PX

LARGEST_DIFFERENCE = 1e-3
"""A map pixel, and the novelty and the embedding as shares of their size, may differ by this much between PyTorch and onnxruntime."""


class PittingGraph(nn.Module):
    """The exported graph: float32 (1, 3, 336, 800) -> map (1, 1, 336, 800), novelty (1, 1), embedding (1, 64, 21, 50), in one pass."""

    def __init__(self, network: PittingNet, calibration: Calibration, familiarity: Familiarity) -> None:
        super().__init__()
        self.network = network
        self.novelty = PittingNovelty(familiarity)
        self._slope, self._offset = calibration.slope, calibration.offset
        self.register_buffer("place", torch.from_numpy(encode_place(across_grooves())[None]))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Map, novelty and embedding of a whole picture."""
        planes = self.network.see(image, self.place)
        return torch.sigmoid(self.network.mark(planes) * self._slope + self._offset), self.novelty(image, planes), planes.sixteenth


def export_network(graph: PittingGraph) -> bytes:
    """*graph* as an ONNX file's bytes: static shape, opset 17, batch norms folded into the convolutions."""
    example = torch.zeros(1, IMAGE_INPUT.channels, HEIGHT_PX, WIDTH_PX)
    return export_onnx(graph, example, IMAGE_INPUT.name, (OUTPUT_NAME, NOVELTY_NAME, EMBEDDING_NAME), opset=OPSET)


@torch.no_grad()
def check_export(graph: PittingGraph, exported: bytes, images: Sequence[ImageU8]) -> float:
    """Largest difference of any map pixel, novelty or embedding between PyTorch and onnxruntime over *images* (network size, BGR).

    Raises:
        PackError: It is more than :data:`LARGEST_DIFFERENCE`.
    """
    session = open_session(exported, Provider.CPU, threads=1, where=PACK_NAME)
    graph.eval()
    largest = 0.0
    for image in images:
        tensor = normalise_image(image, IMAGE_INPUT)
        wanted_map, wanted_novelty, wanted_planes = (part.numpy() for part in graph(torch.from_numpy(tensor)))
        found = session.run({IMAGE_INPUT.name: tensor})
        unlike = float(np.abs(found[NOVELTY_NAME] / wanted_novelty - 1.0).max())
        planes = float(np.abs(found[EMBEDDING_NAME] - wanted_planes).max() / np.abs(wanted_planes).max())
        largest = max(largest, float(np.abs(found[OUTPUT_NAME] - wanted_map).max()), unlike, planes)
    return refuse_difference(largest, LARGEST_DIFFERENCE, PACK_NAME)
