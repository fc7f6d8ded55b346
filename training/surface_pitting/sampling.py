"""This file decides which crops a network learns from: pits, their painted twins, hard clean places and simulated parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray, ImageU8
from inference.image_preprocessing import normalise_image
from training.surface_pitting.augmentation import CROP_PX, add_dirt, cut_crop, vary_look
from training.surface_pitting.dataset import Picture
from training.surface_pitting.spec import HEIGHT_PX, IMAGE_INPUT, WIDTH_PX

PIT_SHARE = 0.35
TWIN_SHARE = 0.20
PASTED_SHARE = 0.10
"""The rest are clean places: half of them where the network of the moment is wrong, once it has been asked."""

SMALL_PITS = 0.35
"""A frame is drawn in proportion to its pits' area to the minus this: the first, smallest pits are the ones that are missed."""


@dataclass(slots=True, eq=False)
class CropSampler:
    """Draws crops from training pictures; one generator, so a seed fixes them all.

    Attributes:
        pictures: The pictures of the training positions.
        simulated: Rendered parts on the network's grid, as (image, mask).
        random: The only source of chance.
        hard: Clean places (picture, x, y) that the network took for pits; replaced by :meth:`remember_hard`.
    """

    pictures: Sequence[Picture]
    simulated: Sequence[tuple[ImageU8, ImageU8]]
    random: np.random.Generator
    simulated_share: float = 0.12
    hard: list[tuple[int, int, int]] = field(default_factory=list)
    _pitted: NDArray[np.int64] = field(init=False)
    _pit_odds: NDArray[np.float64] = field(init=False)
    _clean: NDArray[np.int64] = field(init=False)
    _late: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self._pitted = np.asarray([i for i, p in enumerate(self.pictures) if p.mask.max() >= 128])
        areas = np.asarray([np.count_nonzero(self.pictures[i].mask >= 128) for i in self._pitted], np.float64)
        self._pit_odds = areas**-SMALL_PITS / np.sum(areas**-SMALL_PITS)
        self._clean = np.asarray([i for i, p in enumerate(self.pictures) if not p.record.pitted])
        self._late = np.asarray([i for i, p in enumerate(self.pictures) if p.record.step >= 36])

    def batch(self, size: int) -> tuple[FloatArray, FloatArray]:
        """Tensors (size, 3, 128, 128) as the network sees them and (size, 1, 128, 128) shares of pit, 0..1."""
        images = np.empty((size, IMAGE_INPUT.channels, CROP_PX, CROP_PX), np.float32)
        targets = np.empty((size, 1, CROP_PX, CROP_PX), np.float32)
        for row in range(size):
            crop, mask = self._crop()
            images[row] = normalise_image(vary_look(crop, self.random), IMAGE_INPUT)[0]
            targets[row, 0] = mask.astype(np.float32) / 255.0
        return images, targets

    def remember_hard(self, chosen: Sequence[int], maps: Sequence[FloatArray]) -> None:
        """Keep the clean places that look most like pits; *maps* are probability maps of the *chosen* pictures."""
        self.hard = []
        for index, found in zip(chosen, maps, strict=True):
            picture = self.pictures[index]
            clean = np.where(cv2.dilate(picture.mask, np.ones((9, 9), np.uint8)) > 0, 0.0, found)
            for _ in range(3):
                y, x = divmod(int(clean.argmax()), WIDTH_PX)
                if clean[y, x] < 0.15:
                    break
                self.hard.append((index, x, y))
                clean[max(0, y - 20) : y + 20, max(0, x - 20) : x + 20] = 0.0

    def _crop(self) -> tuple[ImageU8, ImageU8]:
        kind = self.random.random()
        if self.simulated and kind < self.simulated_share:
            image, mask = self.simulated[self.random.integers(len(self.simulated))]
            return cut_crop(image, mask, self._spot(mask if self.random.random() < 0.7 else None), self.random)
        kind = self.random.random()
        if kind < PIT_SHARE + PASTED_SHARE:
            picture = self.pictures[self.random.choice(self._pitted, p=self._pit_odds)]
            crop, mask = cut_crop(picture.image, picture.mask, self._spot(picture.mask), self.random)
            if kind >= PIT_SHARE:
                crop, mask = self._paste(crop, mask)
        elif kind < PIT_SHARE + PASTED_SHARE + TWIN_SHARE:
            picture = self.pictures[self.random.choice(self._pitted, p=self._pit_odds)]
            twin = picture.twins[self.random.integers(len(picture.twins))]
            crop, mask = cut_crop(twin, np.zeros_like(picture.mask), self._spot(picture.mask), self.random)
        else:
            crop, mask = self._clean_crop()
        if self.random.random() < 0.3:
            dirty = add_dirt(crop, self.random)
            crop = np.where(cv2.dilate(mask, np.ones((5, 5), np.uint8))[..., None] > 0, crop, dirty)
        return crop, mask

    def _clean_crop(self) -> tuple[ImageU8, ImageU8]:
        if self.hard and self.random.random() < 0.5:
            index, x, y = self.hard[self.random.integers(len(self.hard))]
            centre = (x + self.random.uniform(-30, 30), y + self.random.uniform(-30, 30))
        else:
            index, centre = int(self.random.choice(self._late if self.random.random() < 0.7 else self._clean)), self._spot(None)
        picture = self.pictures[index]
        return cut_crop(picture.image, picture.mask, centre, self.random)

    def _spot(self, mask: ImageU8 | None) -> tuple[float, float]:
        """A centre: so that a pit pixel of *mask* falls somewhere in the crop, or anywhere."""
        if mask is not None:
            y, x = np.nonzero(mask >= 128)
            if len(x):
                pick = self.random.integers(len(x))
                return float(x[pick] + self.random.uniform(-48, 48)), float(y[pick] + self.random.uniform(-48, 48))
        half = CROP_PX / 2
        return float(self.random.uniform(half, WIDTH_PX - half)), float(self.random.uniform(half, HEIGHT_PX - half))

    def _paste(self, crop: ImageU8, mask: ImageU8) -> tuple[ImageU8, ImageU8]:
        """The pits of *crop* on a clean crop of anywhere, feathered and brought to its brightness."""
        if mask.max() < 128:
            return crop, mask
        ground, ground_mask = self._clean_crop()
        cover = cv2.GaussianBlur(cv2.dilate(mask, np.ones((5, 5), np.uint8)), (0, 0), 1.2).astype(np.float32)[..., None] / 255.0
        rim = (cv2.dilate(mask, np.ones((11, 11), np.uint8)) > 0) & (mask == 0)
        change = (ground[rim].mean(axis=0) + 8.0) / (crop[rim].mean(axis=0) + 8.0)
        pasted = ground * (1 - cover) + np.clip(crop * np.clip(change, 0.6, 1.6), 0, 255) * cover
        return np.asarray(pasted, np.uint8), np.maximum(mask, ground_mask)
