"""This file decides what the simulated camera sees at a time: parts that stop before it, are judged, and move on."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from inference.findings import ImageU8
from station.simulation.joint_fault import JointFault
from station.simulation.parts_texture import PartKind, PartTexture, paint_gap, paint_part, stable_seed

BURST_PARTS = 3
"""Pitted parts in a row in a burst."""
MOVE_SHARE = 0.25
MOVE_LONGEST_S = 0.5
"""A part moves on in the last quarter of its time, at most half a second; the rest it stands still and sharp."""
GAP_SHARE = 0.14
"""Gap between two parts, as a share of the picture's width."""
NOISE_PX = 8
"""The sensor noise is one tile, shifted by up to this much from frame to frame."""


@dataclass(frozen=True, slots=True, eq=False)
class RenderedPart:
    """One rendered frame.

    Attributes:
        image: uint8 H x W x 3 BGR, read-only, newly made for this call.
        pits: True when a pit can be seen in this frame.
        pit_mask: uint8 H x W, 255 on pits, read-only.
        part_id: Number of the part in front of the camera, from 0.
        kind: What is on that part.
        moving: True while parts change.
    """

    image: ImageU8
    pits: bool
    pit_mask: ImageU8
    part_id: int
    kind: PartKind
    moving: bool


@dataclass(slots=True, eq=False)
class PartsScene:
    """A line of machined parts passing a camera; what is seen depends on nothing but the arguments and the time.

    One thread per scene (painted parts are kept for the next frame). A frame takes a few ms; the first frame of a part
    also paints it, about 30 ms for 1130 x 460.

    Attributes:
        seed: Same seed, same parts.
        width_px: Width of the picture, at least 64.
        height_px: Height of the picture, at least 32.
        part_every_s: A new part so often, s.
        defect_share: Share of parts with pits, 0..1.
        burst_every_s: Every so often :data:`BURST_PARTS` pitted parts follow each other, the first after a third of it, s; None: never.
        joint_fault: All parts are broken while it lasts; None: never.
    """

    seed: int
    width_px: int = 1130
    height_px: int = 460
    part_every_s: float = 2.0
    defect_share: float = 0.15
    burst_every_s: float | None = 60.0
    joint_fault: JointFault | None = None
    _painted: dict[int, PartTexture] = field(init=False, default_factory=dict)
    _noise: ImageU8 = field(init=False)
    _gap: ImageU8 = field(init=False)

    def __post_init__(self) -> None:
        random = np.random.default_rng(stable_seed(self.seed, -1))
        grain = random.normal(6.0, 2.0, (self.height_px + NOISE_PX, self.width_px + NOISE_PX, 3))
        self._noise = np.clip(np.rint(grain), 0, 12).astype(np.uint8)
        self._gap = paint_gap(max(2, round(GAP_SHARE * self.width_px)), self.height_px)

    def kind_of(self, part_id: int) -> PartKind:
        """What is on part *part_id*."""
        broken = self.joint_fault is not None and self.joint_fault.breaks(part_id * self.part_every_s)
        if broken or self._in_burst(part_id):
            return PartKind.PITTED
        random = np.random.default_rng(stable_seed(self.seed, part_id, 0))
        if random.random() < self.defect_share:
            return PartKind.PITTED
        return PartKind(random.choice([PartKind.CLEAN, PartKind.SCRATCHED, PartKind.STAINED], p=[0.5, 0.25, 0.25]))

    def render(self, time_s: float) -> RenderedPart:
        """The frame at *time_s* seconds (0 or later) after the line started."""
        part_id, inside = divmod(max(0.0, time_s), self.part_every_s)
        here = int(part_id)
        move_s = min(MOVE_LONGEST_S, MOVE_SHARE * self.part_every_s)
        moved = (inside - (self.part_every_s - move_s)) / move_s
        texture = self._texture(here)
        image, mask = texture.image, texture.pit_mask
        if moved > 0:
            share = moved * moved * (3 - 2 * moved)
            image, mask = self._between(texture, self._texture(here + 1), share, 6 * moved * (1 - moved))
            here, texture = (here, texture) if share < 0.5 else (here + 1, self._texture(here + 1))
        image = self._exposed(image, time_s)
        image.setflags(write=False)
        mask.setflags(write=False)
        return RenderedPart(image, bool(mask.any()), mask, here, texture.kind, moved > 0)

    def _in_burst(self, part_id: int) -> bool:
        if self.burst_every_s is None:
            return False
        since_s = (part_id * self.part_every_s - self.burst_every_s / 3) % self.burst_every_s
        return part_id * self.part_every_s >= self.burst_every_s / 3 and since_s < BURST_PARTS * self.part_every_s

    def _texture(self, part_id: int) -> PartTexture:
        if part_id not in self._painted:
            for old in [key for key in self._painted if abs(key - part_id) > 1]:
                del self._painted[old]
            seed = stable_seed(self.seed, part_id, 1)
            self._painted[part_id] = paint_part(seed, self.kind_of(part_id), self.width_px, self.height_px)
        return self._painted[part_id]

    def _between(self, leaving: PartTexture, coming: PartTexture, share: float, speed: float) -> tuple[ImageU8, ImageU8]:
        """Leaving part, gap and coming part side by side, moved on by *share* of the way and smeared by *speed*."""
        gap = self._gap.shape[1]
        window = slice(int(share * (self.width_px + gap)), int(share * (self.width_px + gap)) + self.width_px)
        image = np.concatenate((leaving.image, self._gap, coming.image), axis=1)[:, window]
        empty = np.zeros(self._gap.shape[:2], np.uint8)
        mask = np.concatenate((leaving.pit_mask, empty, coming.pit_mask), axis=1)[:, window]
        smear = max(1, int(0.02 * speed * self.width_px)) | 1
        return np.asarray(cv2.blur(image, (smear, 1)), np.uint8), mask

    def _exposed(self, image: ImageU8, time_s: float) -> ImageU8:
        """Sensor noise and the lamp's slight flicker."""
        random = np.random.default_rng(stable_seed(self.seed, round(time_s * 1000), 2))
        left, top = (int(v) for v in random.integers(0, NOISE_PX, 2))
        noise = self._noise[top : top + self.height_px, left : left + self.width_px]
        return np.asarray(cv2.addWeighted(image, 1.0 + 0.01 * float(random.normal()), noise, 1.0, -6.0), np.uint8)
