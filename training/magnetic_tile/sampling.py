"""This file decides which crops a network learns from: real defects, moved ones, made ones, sound tiles, and how each is varied.

Scenes are drawn, then one of their exposures: six pictures of one tile teach no more than one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray, ImageU8
from station.simulation.parts_texture import stable_seed
from training.magnetic_tile.dataset import Tile
from training.magnetic_tile.made_defects import add_harmless, make_field, paint_defect
from training.magnetic_tile.pasting import Cutting, cut_defects, paste
from training.magnetic_tile.simulated import paint_tile
from training.magnetic_tile.spec import IMAGE_INPUT, KINDS, UNKNOWN

CROP_PX = 256
REAL_SHARE, PASTED_SHARE, MADE_SHARE, SIMULATED_SHARE = 0.34, 0.16, 0.20, 0.06
"""Of all crops; the rest are sound tiles."""
HARD_SHARE = 0.5
"""Of the sound crops, once hard places are known."""
KIND_ODDS: Mapping[int, float] = {1: 1.2, 2: 1.2, 3: 0.9, 4: 0.6, 5: 1.4}
"""How often each kind of defect is drawn, to each other: between equal and as often as pictures show it."""
_Item = TypeVar("_Item")
_GRAIN = np.random.default_rng(3).standard_normal((2 * CROP_PX, 2 * CROP_PX), dtype=np.float32)


class CropSampler:
    """Draws varied crops of training tiles. Not for several threads."""

    def __init__(self, tiles: Sequence[Tile], random: np.random.Generator) -> None:
        """Look through *tiles*; *random* decides all."""
        self.tiles = [tile for tile in tiles if not tile.faulty or tile.marked]
        self.random = random
        self.hard: list[tuple[int, int, int]] = []
        """Tile, x and y of places that look like a defect and are none."""
        self._sound = _by_scene(self.tiles, 0)
        self._faulty = {kind: _by_scene(self.tiles, kind) for kind in range(1, len(KINDS) + 1)}
        self._faulty = {kind: scenes for kind, scenes in self._faulty.items() if scenes}
        cuttings: dict[int, dict[str, list[Cutting]]] = defaultdict(lambda: defaultdict(list))
        for one in cut_defects(self.tiles):
            cuttings[one.kind][one.scene].append(one)
        self._cuttings = {kind: list(scenes.values()) for kind, scenes in sorted(cuttings.items())}

    def batch(self, size: int) -> tuple[FloatArray, NDArray[np.int64]]:
        """Network inputs, float32 (size, 1, 256, 256), and their kind maps, int64 (size, 128, 128), 255 where not taught."""
        crops = [self._crop() for _ in range(size)]
        images = np.stack([image for image, _ in crops])[:, None]
        tensors = (images / np.float32(255.0) - np.float32(IMAGE_INPUT.mean[0])) / np.float32(IMAGE_INPUT.std[0])
        return tensors, np.stack([halve(kinds) for _, kinds in crops]).astype(np.int64)

    def _crop(self) -> tuple[FloatArray, ImageU8]:
        kind = self.random.random()
        if kind < REAL_SHARE:
            tile = self._draw_faulty()
            gray, kinds = tile.gray.astype(np.float32), tile.kinds
            return self._vary(gray, kinds, self._spot(kinds, wanted=self.random.random() < 0.85))
        kind -= REAL_SHARE
        if kind < PASTED_SHARE + MADE_SHARE:
            tile = self._draw_sound()
            gray, kinds = tile.gray.astype(np.float32), tile.kinds.copy()
            if kind < PASTED_SHARE:
                scenes = self._cuttings[self._draw_kind(self._cuttings)]
                paste(self._pick(self._pick(scenes)), gray, kinds, self.random)
            else:
                paint_defect(gray, kinds, KINDS[self._draw_kind(KIND_ODDS) - 1], self.random)
            return self._vary(gray, kinds, self._spot(kinds, wanted=True))
        kind -= PASTED_SHARE + MADE_SHARE
        if kind < SIMULATED_SHARE:
            what = None if self.random.random() < 0.4 else self._pick(KINDS)
            size = (int(self.random.integers(110, 500)), int(self.random.integers(230, 400)))
            painted, kinds = paint_tile(stable_seed(int(self.random.integers(1 << 30)), 7), what, *size)
            return self._vary(painted.astype(np.float32), kinds, self._spot(kinds, wanted=what is not None))
        if self.hard and self.random.random() < HARD_SHARE:
            index, x, y = self._pick(self.hard)
            tile = self.tiles[index]
            near = (float(x + self.random.uniform(-70, 70)), float(y + self.random.uniform(-70, 70)))
            return self._vary(tile.gray.astype(np.float32), tile.kinds, near)
        tile = self._draw_sound()
        gray = tile.gray.astype(np.float32)
        if self.random.random() < 0.3:
            add_harmless(gray, self.random)
        return self._vary(gray, tile.kinds, self._spot(tile.kinds, wanted=False))

    def _pick(self, items: Sequence[_Item]) -> _Item:
        return items[int(self.random.integers(len(items)))]

    def _draw_kind(self, among: Iterable[int]) -> int:
        kinds = list(among)
        odds = np.asarray([KIND_ODDS[kind] for kind in kinds])
        return int(self.random.choice(kinds, p=odds / odds.sum()))

    def _draw_faulty(self) -> Tile:
        return self._pick(self._pick(self._faulty[self._draw_kind(self._faulty)]))

    def _draw_sound(self) -> Tile:
        return self._pick(self._pick(self._sound))

    def _spot(self, kinds: ImageU8, *, wanted: bool) -> tuple[float, float]:
        """A centre: so that a defect falls somewhere in the crop, or anywhere."""
        height, width = kinds.shape
        if wanted:
            places = cv2.findNonZero(((kinds > 0) & (kinds < UNKNOWN)).astype(np.uint8))
            if places is not None:
                x, y = places[int(self.random.integers(len(places)))].ravel()
                return float(x + self.random.uniform(-100, 100)), float(y + self.random.uniform(-100, 100))
        return float(self.random.uniform(0, width)), float(self.random.uniform(0, height))

    def _vary(self, gray: FloatArray, kinds: ImageU8, centre: tuple[float, float]) -> tuple[FloatArray, ImageU8]:
        """A crop around *centre*, mirrored, turned a little, stretched, in another light; zero where there is no tile."""
        random, half = self.random, CROP_PX / 2
        height, width = gray.shape
        x = float(np.clip(centre[0], min(half, width / 2) - 40, max(width - half, width / 2) + 40))
        y = float(np.clip(centre[1], min(half, height / 2) - 40, max(height - half, height / 2) + 40))
        stretch = np.exp(random.uniform(np.log(0.75), np.log(1.35)) + random.normal(0, 0.06, 2)) if random.random() < 0.6 else np.ones(2)
        lean = np.deg2rad(random.normal(0, 2.0)) if random.random() < 0.5 else 0.0
        stretch = stretch * np.where(random.random(2) < 0.5, -1.0, 1.0)
        turn = np.asarray([[np.cos(lean), -np.sin(lean)], [np.sin(lean), np.cos(lean)]]) * stretch[None, :]
        shift = half - turn @ np.asarray((round(x), round(y)), np.float64)
        move = np.concatenate([turn, shift[:, None]], axis=1)
        size = (CROP_PX, CROP_PX)
        crop = np.asarray(cv2.warpAffine(gray, move, size, flags=cv2.INTER_LINEAR, borderValue=0), np.float32)
        inside = cv2.warpAffine(np.full(gray.shape, 255, np.uint8), move, size, flags=cv2.INTER_NEAREST, borderValue=0) > 0
        crop_kinds = np.asarray(cv2.warpAffine(kinds, move, size, flags=cv2.INTER_NEAREST, borderValue=0), np.uint8)
        return np.where(inside, np.maximum(self._light(crop), 1.0), np.float32(0.0)), crop_kinds

    def _light(self, crop: FloatArray) -> FloatArray:
        """Exposure, gamma, an uneven lamp, blur and noise."""
        random = self.random
        crop = np.asarray(np.clip(crop, 0, 255) / np.float32(255.0), np.float32)
        if random.random() < 0.8:
            crop = np.power(crop, np.float32(np.exp(random.uniform(-0.3, 0.3))))
            bright = float(np.quantile(crop[::4, ::4], 0.95)) + 0.02
            crop = crop * np.float32(np.exp(random.uniform(-0.5, min(0.5, np.log(max(0.7, 1.1 / bright))))))
        if random.random() < 0.4:
            crop = crop * np.exp(make_field(random, crop.shape, 110) * np.float32(random.uniform(0.03, 0.2)))
        if random.random() < 0.2:
            crop = np.asarray(cv2.GaussianBlur(crop, (0, 0), random.uniform(0.4, 0.9)), np.float32)
        if random.random() < 0.3:
            left, top = (int(v) for v in random.integers(0, CROP_PX, 2))
            crop = crop + _GRAIN[top : top + CROP_PX, left : left + CROP_PX] * np.float32(random.uniform(0.003, 0.015))
        return np.asarray(np.clip(np.rint(crop * np.float32(255.0)), 0, 255), np.float32)


def halve(kinds: ImageU8) -> ImageU8:
    """A kind map at half its size, each side even: the highest kind of four pixels, where two of them are no sound ones."""
    quads = np.stack([kinds[0::2, 0::2], kinds[1::2, 0::2], kinds[0::2, 1::2], kinds[1::2, 1::2]])
    return np.asarray(np.where((quads > 0).sum(axis=0) >= 2, quads.max(axis=0), 0), np.uint8)


def _by_scene(tiles: Sequence[Tile], kind: int) -> list[list[Tile]]:
    scenes: dict[str, list[Tile]] = defaultdict(list)
    for tile in tiles:
        if tile.kind == kind:
            scenes[tile.scene].append(tile)
    return list(scenes.values())
