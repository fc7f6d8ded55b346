"""This file decides how the fitted magnetic-tile network becomes ONNX, and that it says the same there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from inference.findings import ImageU8
from inference.providers import Provider
from inference.runtime import RuntimeSession, open_session
from training.exporting import export_onnx, refuse_difference
from training.magnetic_tile.evaluation import LEAST_MAP, SCORE_TOP_PX
from training.magnetic_tile.familiarity import TileNovelty
from training.magnetic_tile.network import Seeing, TileNet, mark_both_ways
from training.magnetic_tile.preparing import to_tensor
from training.magnetic_tile.spec import HEIGHT_PX, IMAGE_INPUT, KIND_NAME, MAP_NAME, NOVELTY_NAME, OPSET, PACK_NAME, WIDTH_PX
from training.novelty import Familiarity
from training.statistics import Calibration

LARGEST_DIFFERENCE = 2e-3
"""A chance, and the novelty as a share of itself, may differ by this much between PyTorch and onnxruntime."""

MAP_SLOPE = 2.0
"""Steepens the map around 0.5; regions stay what they are, the heatmap shows less of what hardly differs from a sound surface."""


class TileGraph(nn.Module):
    """The exported graph: float32 (1, 1, 416, 640) -> chances (1, 6), map (1, 1, 208, 320) and novelty (1, 1), in one pass."""

    def __init__(self, network: TileNet, calibration: Calibration, map_shares: Sequence[float], familiarity: Familiarity) -> None:
        super().__init__()
        self.seeing = Seeing()
        self.network = network
        self.novelty = TileNovelty(familiarity)
        self.register_buffer("map_shares", torch.tensor(map_shares, dtype=torch.float32))
        self._slope, self._offset = calibration.slope, calibration.offset

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Chances, map (a defect of the kind named from 0.5 on) and novelty of a picture."""
        logits = mark_both_ways(self.network, self.seeing(image))
        chances = torch.softmax(logits, dim=1)
        found = 1.0 - chances[:, :1]
        top = torch.topk(found.flatten(1), SCORE_TOP_PX, dim=1).values.mean(dim=1, keepdim=True).clamp(1e-7, 1.0 - 1e-7)
        score = torch.sigmoid(_log_odds(top) * self._slope + self._offset)
        mass = (chances[:, 1:] * found**3).sum(dim=(2, 3)) + 1e-6
        kinds = mass / mass.sum(dim=1, keepdim=True)
        least = (self.map_shares[kinds.argmax(dim=1)].reshape(-1, 1) * top).clamp(min=LEAST_MAP).reshape(-1, 1, 1, 1)
        shown = torch.sigmoid(MAP_SLOPE * (_log_odds(found) - _log_odds(least)))
        return torch.cat([1.0 - score, score * kinds], dim=1), shown, self.novelty(image)


def _log_odds(chances: Tensor) -> Tensor:
    bounded = chances.clamp(1e-6, 1.0 - 1e-6)
    return torch.log(bounded) - torch.log(1.0 - bounded)


def export_network(graph: TileGraph) -> bytes:
    """*graph* as an ONNX file's bytes: static shape, opset 17, batch norms folded into the convolutions."""
    example = torch.zeros(1, 1, HEIGHT_PX, WIDTH_PX)
    return export_onnx(graph, example, IMAGE_INPUT.name, (KIND_NAME, MAP_NAME, NOVELTY_NAME), opset=OPSET)


def open_exported(exported: bytes, threads: int = 1) -> RuntimeSession:
    """The exported network on the CPU."""
    return open_session(exported, Provider.CPU, threads=threads, where=PACK_NAME)


@torch.no_grad()
def check_export(graph: TileGraph, exported: bytes, pictures: Sequence[ImageU8]) -> float:
    """Largest difference of any chance, map pixel or novelty between PyTorch and onnxruntime over gray *pictures*.

    Raises:
        PackError: It is more than :data:`LARGEST_DIFFERENCE`.
    """
    session, largest = open_exported(exported), 0.0
    graph.eval()
    for gray in pictures:
        tensor = to_tensor(gray)
        wanted_kinds, wanted_map, wanted_novelty = (part.numpy() for part in graph(torch.from_numpy(tensor)))
        found = session.run({IMAGE_INPUT.name: tensor})
        unlike = float(np.abs(found[NOVELTY_NAME] / wanted_novelty - 1.0).max())
        apart = max(float(np.abs(found[KIND_NAME] - wanted_kinds).max()), float(np.abs(found[MAP_NAME] - wanted_map).max()))
        largest = max(largest, apart, unlike)
    return refuse_difference(largest, LARGEST_DIFFERENCE, PACK_NAME)
