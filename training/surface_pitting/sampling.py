"""This file decides which crops a network learns from: pits, their painted twins, hard clean places and simulated parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray, ImageU8
from inference.image_preprocessing import normalise_image
from training.surface_pitting.augmentation import CROP_PX, Crop, add_dirt, cut_crop, vary_look
from training.surface_pitting.dataset import Picture
from training.surface_pitting.place import encode_place
from training.surface_pitting.spec import GROOVE_SLOPE, HEIGHT_PX, IMAGE_INPUT, WIDTH_PX

PIT_SHARE = 0.36
TWIN_SHARE = 0.14
PASTED_SHARE = 0.12
HARD_SHARE = 0.5
DIRT_CHANCE = 0.3
"""The rest are clean places: most of them where the network of the moment is wrong, once it has been asked."""

LATE_SHARE = 0.75
LAST_SHARE = 0.4
"""Of clean places drawn at random: from late frames, and of these from the last, dirtiest and most scratched ones."""
LATE_STEP = 36
LAST_STEP = 58

HARD_FROM = 0.15
"""Pit probability from which a clean place is kept as hard."""
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
    simulated_share: float = 0.10
    hard: list[tuple[int, int, int]] = field(default_factory=list)
    _pitted: NDArray[np.int64] = field(init=False)
    _pit_odds: NDArray[np.float64] = field(init=False)
    _clean: NDArray[np.int64] = field(init=False)
    _late: NDArray[np.int64] = field(init=False)
    _last: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self._pitted = np.asarray([i for i, p in enumerate(self.pictures) if p.mask.max() >= 128])
        areas = np.asarray([np.count_nonzero(self.pictures[i].mask >= 128) for i in self._pitted], np.float64)
        self._pit_odds = areas**-SMALL_PITS / np.sum(areas**-SMALL_PITS)
        self._clean = np.asarray([i for i, p in enumerate(self.pictures) if not p.record.pitted])
        self._late = np.asarray([i for i, p in enumerate(self.pictures) if p.record.step >= LATE_STEP])
        self._last = np.asarray([i for i, p in enumerate(self.pictures) if p.record.step >= LAST_STEP])

    def batch(self, size: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Tensors (size, 3, 128, 128) as the network sees them, their places (size, 6, 16, 16), shares of pit (size, 1, 128, 128), 0..1.

        And where that is sure, (size, 1, 128, 128), 0 or 1.
        """
        images = np.empty((size, IMAGE_INPUT.channels, CROP_PX, CROP_PX), np.float32)
        across = np.empty((size, CROP_PX, CROP_PX), np.float32)
        targets = np.empty((size, 1, CROP_PX, CROP_PX), np.float32)
        sure = np.empty((size, 1, CROP_PX, CROP_PX), np.float32)
        for row in range(size):
            crop = self._crop()
            images[row] = normalise_image(vary_look(crop.image, self.random), IMAGE_INPUT)[0]
            across[row] = crop.across
            targets[row, 0] = crop.mask.astype(np.float32) / 255.0
            sure[row, 0] = crop.doubt == 0
        return images, encode_place(across), targets, sure

    def remember_hard(self, chosen: Sequence[int], maps: Sequence[FloatArray]) -> None:
        """Keep the places that look most like pits and are none; *maps* are probability maps of :meth:`clean_view` of *chosen*."""
        self.hard = []
        for index, found in zip(chosen, maps, strict=True):
            doubt = self.pictures[index].doubt
            left = found.copy() if doubt is None else np.where(doubt > 0, np.float32(0), found)
            for _ in range(4):
                y, x = divmod(int(left.argmax()), WIDTH_PX)
                if left[y, x] < HARD_FROM:
                    break
                self.hard.append((index, x, y))
                left[max(0, y - 24) : y + 24, max(0, x - 24) : x + 24] = 0.0

    def choose_to_mine(self, count: int) -> list[int]:
        """Numbers of *count* pictures to look for hard places in: half of them from the last, dirtiest frames, as far as there are."""
        last = self.random.permutation(self._last)[: count // 2]
        others = self.random.permutation(np.setdiff1d(np.arange(len(self.pictures)), last))[: count - last.size]
        return [int(index) for index in (*last, *others)]

    def clean_view(self, index: int) -> ImageU8:
        """A picture without its pits: itself, or its first painted twin."""
        picture = self.pictures[index]
        return picture.twins[0] if picture.twins else picture.image

    def _crop(self) -> Crop:
        if self.simulated and self.random.random() < self.simulated_share:
            image, mask = self.simulated[int(self.random.integers(len(self.simulated)))]
            return cut_crop(image, mask, self._spot(mask if self.random.random() < 0.7 else None), self.random)
        kind = self.random.random()
        if kind < PIT_SHARE + PASTED_SHARE:
            picture = self.pictures[self.random.choice(self._pitted, p=self._pit_odds)]
            crop = cut_crop(picture.image, picture.mask, self._spot(picture.mask), self.random, picture.doubt)
            if kind >= PIT_SHARE:
                crop = self._paste(crop)
        elif kind < PIT_SHARE + PASTED_SHARE + TWIN_SHARE:
            picture = self.pictures[self.random.choice(self._pitted, p=self._pit_odds)]
            twin = picture.twins[self.random.integers(len(picture.twins))]
            crop = cut_crop(twin, np.zeros_like(picture.mask), self._spot(picture.mask), self.random, picture.doubt)
        else:
            crop = self._clean_crop()
        if self.random.random() < DIRT_CHANCE:
            kept = cv2.dilate(crop.mask, np.ones((5, 5), np.uint8))[..., None] > 0
            crop = replace(crop, image=np.where(kept, crop.image, add_dirt(crop.image, self.random)))
        return crop

    def _clean_crop(self) -> Crop:
        if self.hard and self.random.random() < HARD_SHARE:
            index, x, y = self.hard[self.random.integers(len(self.hard))]
            centre = (x + self.random.uniform(-40, 40), y + self.random.uniform(-40, 40))
            return cut_crop(
                self.clean_view(index), np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8), centre, self.random, self.pictures[index].doubt
            )
        picture = self.pictures[int(self.random.choice(self._draw_clean_frames()))]
        return cut_crop(picture.image, picture.mask, self._spot(None), self.random, picture.doubt)

    def _draw_clean_frames(self) -> NDArray[np.int64]:
        kind = self.random.random()
        if kind < LAST_SHARE and self._last.size:
            return self._last
        return self._late if kind < LATE_SHARE else self._clean

    def _spot(self, mask: ImageU8 | None) -> tuple[float, float]:
        """A centre: so that a pit pixel of *mask* falls somewhere in the crop, or anywhere."""
        if mask is not None:
            pits = cv2.findNonZero(np.asarray(mask >= 128).view(np.uint8))
            if pits is not None:
                x, y = pits[self.random.integers(len(pits))].ravel()
                return float(x + self.random.uniform(-48, 48)), float(y + self.random.uniform(-48, 48))
        half = CROP_PX / 2
        return float(self.random.uniform(half, WIDTH_PX - half)), float(self.random.uniform(half, HEIGHT_PX - half))

    def _paste(self, crop: Crop) -> Crop:
        """The pits of *crop* on clean metal elsewhere along the same groove, feathered and brought to its brightness."""
        if crop.mask.max() < 128:
            return crop
        across = float(crop.across[crop.mask >= 128].mean())
        x = self.random.uniform(CROP_PX / 2, WIDTH_PX - CROP_PX / 2)
        picture = self.pictures[self.random.choice(self._clean)]
        ground = cut_crop(picture.image, picture.mask, (x, across * HEIGHT_PX - GROOVE_SLOPE * x), self.random, picture.doubt)
        grown = cv2.dilate(crop.mask, np.ones((5, 5), np.uint8))
        cover = cv2.GaussianBlur(grown, (0, 0), 1.2).astype(np.float32)[..., None] / 255.0
        rim = (cv2.dilate(crop.mask, np.ones((11, 11), np.uint8)) > 0) & (crop.mask == 0)
        change = (ground.image[rim].mean(axis=0) + 8.0) / (crop.image[rim].mean(axis=0) + 8.0)
        pasted = ground.image * (1 - cover) + np.clip(crop.image * np.clip(change, 0.6, 1.6), 0, 255) * cover
        return Crop(
            np.asarray(pasted, np.uint8), np.maximum(crop.mask, ground.mask), ground.across, np.where(grown > 0, np.uint8(0), ground.doubt)
        )
