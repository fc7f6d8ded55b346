"""This file decides what the pitting network calls familiar: the recordings and the demo line's pictures, each a cloud of its own.

The network's deepest planes have learnt to look past light and colour, so pictures' own statistics stand beside them: brightness,
spread, fine structure and colour, in small cells and in tiles, because something before the lens changes a part of the view.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.findings import FloatArray, ImageU8
from inference.image_preprocessing import normalise_image, resize_image
from station.simulation.parts import PartsScene
from training.novelty import Familiarity, fit_familiarity
from training.novelty_graph import MahalanobisNovelty
from training.surface_pitting.network import PittingNet, Planes
from training.surface_pitting.place import across_grooves, encode_place
from training.surface_pitting.spec import IMAGE_INPUT

SCENE_FRAMES = 120
_SCENE_SEED = 91
_SCENE_STEP_S = 1.73
"""Between two looks at the demo line: no multiple of its rhythm, so that parts are met everywhere on their way."""

_CELL_PX = 16
_TILE_CELLS = (7, 10)
"""Cells of 16 px; tiles of 7 x 10 cells, 3 x 5 of them in a picture."""


class Embedding(nn.Module):
    """What the novelty looks at: (n, 3, 336, 800) and the planes of the way down -> (n, 213)."""

    def forward(self, image: Tensor, planes: Planes) -> Tensor:
        """Features of each picture."""
        mean = functional.avg_pool2d(image, _CELL_PX)
        spread = torch.sqrt(torch.relu(functional.avg_pool2d(image * image, _CELL_PX) - mean * mean) + 1e-4)
        across = functional.avg_pool2d(functional.pad((image[:, :, :, 1:] - image[:, :, :, :-1]).abs(), (0, 1)), _CELL_PX)
        down = functional.avg_pool2d(functional.pad((image[:, :, 1:] - image[:, :, :-1]).abs(), (0, 0, 0, 1)), _CELL_PX)
        colour = torch.cat([mean[:, 0:1] - mean[:, 1:2], mean[:, 2:3] - mean[:, 1:2]], dim=1)
        fine = torch.log(functional.avg_pool2d(down.mean(dim=1, keepdim=True), _TILE_CELLS) + 1e-2)
        parts = [planes.sixteenth, mean, spread, across, down, torch.log(torch.cat([across, down], dim=1) + 1e-2), colour]
        tiles = [fine.flatten(1), functional.avg_pool2d(colour, _TILE_CELLS).flatten(1)]
        return torch.cat([_mean_and_spread(torch.cat(parts, dim=1)), *tiles], dim=1)


def _mean_and_spread(cells: Tensor) -> Tensor:
    mean = cells.mean(dim=(2, 3), keepdim=True)
    away = cells - mean
    return torch.cat([mean.flatten(1), torch.sqrt((away * away).mean(dim=(2, 3)) + 1e-8)], dim=1)


class PittingNovelty(nn.Module):
    """The novelty in the exported graph, from the same planes as the map: (1, 3, 336, 800) -> (1, 1)."""

    def __init__(self, familiarity: Familiarity) -> None:
        super().__init__()
        self.embedding = Embedding()
        self.distance = MahalanobisNovelty(familiarity)

    def forward(self, image: Tensor, planes: Planes) -> Tensor:
        """Novelty of each picture."""
        novelty: Tensor = self.distance(self.embedding(image, planes))
        return novelty


def render_scene() -> list[ImageU8]:
    """What the demo line's camera sees, parts on the move and none, on the network's grid."""
    scene = PartsScene(seed=_SCENE_SEED)
    return [resize_image(scene.render(number * _SCENE_STEP_S).image, IMAGE_INPUT) for number in range(SCENE_FRAMES)]


@torch.no_grad()
def embed_images(network: PittingNet, images: Sequence[ImageU8]) -> FloatArray:
    """Features of images on the network's grid: float32 (n, 213)."""
    embedding = Embedding().eval()
    place = torch.from_numpy(encode_place(across_grooves())[None])
    rows = []
    for image in images:
        tensor = torch.from_numpy(normalise_image(image, IMAGE_INPUT)).contiguous(memory_format=torch.channels_last)
        rows.append(embedding(tensor, network.see(tensor, place))[0].numpy())
    return np.asarray(rows, np.float32)


def fit_clouds(recordings: FloatArray, simulated: FloatArray) -> Familiarity:
    """The two clouds of genuine pictures from the features of both."""
    classes = np.repeat((0, 1), (len(recordings), len(simulated)))
    return fit_familiarity(np.concatenate([recordings, simulated]), classes)


def tell_unlike(clouds: Familiarity, network: PittingNet, images: Sequence[ImageU8]) -> tuple[float, ...]:
    """Novelty of images on the network's grid, as the exported graph tells it."""
    return tuple(float(value) for value in clouds.measure(embed_images(network, images)))
