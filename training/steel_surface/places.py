"""This file decides how it is proven that the map of evidence lies on what the answer rests on: take it away, and ask again.

The data set has no masks. So the tenth of each held-out picture that the map marks most is replaced by the picture's own texture from
elsewhere, and the log odds of the kind that was named fall; that is compared with what places of the same shape and area do, put there
at random. Made surfaces have masks: there the map's peak and its heat are looked for in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from inference.findings import FloatArray, ImageU8
from inference.image_preprocessing import resize_image
from station.simulation.parts_texture import stable_seed
from training.statistics import Interval, bootstrap_groups
from training.steel_surface.evidence import Evidence
from training.steel_surface.head import Head
from training.steel_surface.judge import Judge
from training.steel_surface.network import Scattering
from training.steel_surface.pictures import Pictures, to_tensors
from training.steel_surface.simulated import paint_surface
from training.steel_surface.spec import IMAGE_INPUT, KINDS, SIDE_PX

TAKEN_SHARE = 0.1
RANDOM_PLACES = 3
SURFACES = 24
"""Made surfaces of every kind."""
NEAR_PX = 5
"""A peak this close to the painted defect, on the network's grid, is on it: half a tile and what the painter's mask leaves out."""
_ROLL_PX = 32
_SOFT_PX = 1.5
_HEAT_FLOOR = 0.05
"""As :data:`inference.regions.HEAT_FLOOR`."""


class Explainer:
    """A judge with its map, one picture at a time."""

    def __init__(self, judge: Judge, temperature: float) -> None:
        """Look with *judge*."""
        self._scattering = Scattering().eval()
        self._head = Head(judge, temperature)
        self._evidence = Evidence(self._head)

    @torch.no_grad()
    def explain(self, tensor: FloatArray) -> tuple[int, FloatArray]:
        """The kind named of float32 (1, 128, 128), and the map on the picture's grid as the screen shows it, float32 (128, 128)."""
        image = torch.from_numpy(tensor[None])
        planes = self._scattering.planes(self._scattering.first(image))
        features = self._scattering.describe(image, planes)
        standard = self._head.standardise(features)
        hidden = self._head.hidden(standard)
        logits = self._head.logits(standard, hidden)
        places = self._evidence(planes, features, self._head.slope(logits, hidden))[0, 0].numpy()
        shown = cv2.resize(places, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR)
        return int(logits.argmax()), np.asarray(shown, np.float32)

    @torch.no_grad()
    def log_odds(self, tensors: FloatArray, kind: int) -> NDArray[np.float64]:
        """Log odds of *kind* against all others, of float32 (n, 1, 128, 128)."""
        logits = self._head(self._scattering(torch.from_numpy(tensors))).double()
        others = torch.cat([logits[:, :kind], logits[:, kind + 1 :]], dim=1)
        return np.asarray((logits[:, kind] - torch.logsumexp(others, dim=1)).numpy(), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Deletion:
    """What taking places away did to each held-out picture, float64 (n,): fall of the log odds, and whether another kind was named then.

    *random_fall* and *random_lost* are means over some random places.
    """

    fall: NDArray[np.float64]
    random_fall: NDArray[np.float64]
    lost: NDArray[np.float64]
    random_lost: NDArray[np.float64]


def delete_places(pictures: Pictures, judges: Sequence[Judge], temperatures: Sequence[float], seed: int) -> Deletion:
    """Take the marked tenth, and as much anywhere, out of every picture; judges and temperatures by fold."""
    random = np.random.default_rng(seed)
    rows = np.zeros((len(pictures), 4))
    folds = np.unique(pictures.folds)
    tensors = pictures.tensors
    for fold, judge, temperature in zip(folds, judges, temperatures, strict=True):
        explainer = Explainer(judge, temperature)
        for number in np.flatnonzero(pictures.folds == fold):
            rows[number] = _delete(explainer, pictures.images[number], tensors[number], random)
    return Deletion(*(rows[:, column] for column in range(4)))


def _delete(explainer: Explainer, image: ImageU8, tensor: FloatArray, random: np.random.Generator) -> tuple[float, float, float, float]:
    kind, shown = explainer.explain(tensor)
    most = shown >= np.partition(shown, -int(TAKEN_SHARE * shown.size), axis=None)[-int(TAKEN_SHARE * shown.size)]
    shifts = random.integers(SIDE_PX // 5, SIDE_PX - SIDE_PX // 5, (RANDOM_PLACES, 2))
    taken = [most, *(np.roll(most, (int(down), int(across)), (0, 1)) for down, across in shifts)]
    changed = to_tensors(np.stack([replace_texture(image, place, shown) for place in taken]))
    odds = explainer.log_odds(np.concatenate([tensor[None], changed]), kind)
    falls, lost = odds[0] - odds[1:], odds[1:] < 0.0
    return float(falls[0]), float(falls[1:].mean()), float(lost[0]), float(lost[1:].mean())


def replace_texture(image: ImageU8, place: NDArray[np.bool_], evidence: FloatArray) -> ImageU8:
    """The picture with *place* filled with its own texture from where *evidence* is least, soft at the edge: uint8 128 x 128 x 3."""
    best, source = np.inf, (0, 0)
    for down in range(0, SIDE_PX, _ROLL_PX):
        for across in range(0, SIDE_PX, _ROLL_PX):
            moved = np.roll(place, (down, across), (0, 1))
            if not (down or across):
                continue
            cost = float(np.roll(evidence, (down, across), (0, 1))[place].sum()) + float((moved & place).sum())
            if cost < best:
                best, source = cost, (down, across)
    weight = np.maximum(cv2.GaussianBlur(place.astype(np.float32), (0, 0), _SOFT_PX), place)[..., None]
    filled = image * (1.0 - weight) + np.roll(image, source, (0, 1)) * weight
    return np.asarray(np.clip(filled + 0.5, 0, 255), np.uint8)


def measure_deletion(pictures: Pictures, deletion: Deletion, seed: int) -> dict[str, Interval]:
    """Figures of *deletion*, by name."""
    share = f"{100 * TAKEN_SHARE:.0f} %"
    named = {
        f"fall of the named kind's log odds, {share} most marked taken away": deletion.fall,
        f"the same, {share} taken away at random": deletion.random_fall,
        f"another kind named, {share} most marked taken away": deletion.lost,
        f"another kind named, {share} taken away at random": deletion.random_lost,
    }

    def mean_of(values: NDArray[np.float64]) -> Interval:
        return bootstrap_groups(pictures.groups, lambda rows: float(values[rows].mean()), seed=seed)

    ratio = bootstrap_groups(
        pictures.groups, lambda rows: float(deletion.fall[rows].mean() / max(1e-9, deletion.random_fall[rows].mean())), seed=seed
    )
    return {name: mean_of(values) for name, values in named.items()} | {"marked places count so many times as much as random ones": ratio}


def measure_made_places(judge: Judge, temperature: float, seed: int) -> dict[str, Interval]:
    """Whether the map lies on painted defects of made surfaces that are named rightly, by figure's name."""
    explainer = Explainer(judge, temperature)
    rows: list[tuple[float, float, float]] = []
    for place, kind in enumerate(KINDS):
        for number in range(SURFACES):
            surface = paint_surface(stable_seed(seed, place, number, 500), (kind,))
            image = resize_image(surface.image, IMAGE_INPUT)
            named, shown = explainer.explain(to_tensors(image[None])[0])
            if named != place:
                continue
            mask = cv2.resize(surface.mask.astype(np.uint8) * 255, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA) >= 128
            near = cv2.dilate(mask.astype(np.uint8), np.ones((2 * NEAR_PX + 1,) * 2, np.uint8)) > 0
            heat = np.where(shown >= _HEAT_FLOOR, shown, 0.0)
            peak = divmod(int(shown.argmax()), SIDE_PX)
            rows.append((float(near[peak]), float(heat[near].sum() / max(1e-9, heat.sum())), float(near.mean())))
    values = np.asarray(rows)
    names = [str(number) for number in range(len(rows))]

    def mean_of(column: int) -> Interval:
        return bootstrap_groups(names, lambda chosen: float(values[chosen, column].mean()), seed=seed)

    said = ("pointing game, made surfaces", "heat on the painted defect, made surfaces", "area of the painted defect, made surfaces")
    return {name: mean_of(column) for column, name in enumerate(said)}
