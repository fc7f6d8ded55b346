"""This file decides the pictures in the CARD: simulated tiles that show what the pack is likely to miss or to take for a defect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from inference.findings import ImageU8
from training.magnetic_tile.made_defects import make_field
from training.magnetic_tile.simulated import Judged, paint_ground

CARD_FOLDER = "card"
_SIZE = (200, 240)
_SEED = 20_181_204


def faint_uneven() -> ImageU8:
    """An area that was ground a little deeper: hardly another brightness, the same grooves."""
    gray = paint_ground(np.random.default_rng(_SEED), *_SIZE)
    step = 70 + 4 * make_field(np.random.default_rng(_SEED + 1), (1, _SIZE[0]), 70)[0]
    gray[np.arange(_SIZE[1])[:, None] < step] *= np.float32(1.06)
    return _finish(gray)


def shallow_crack() -> ImageU8:
    """A crack as thin as a groove, and parallel to the grooves."""
    gray = paint_ground(np.random.default_rng(_SEED + 2), *_SIZE)
    mask = np.zeros(gray.shape, np.uint8)
    cv2.polylines(
        mask, [np.asarray([(118, 0), (119, 24), (117, 52)], np.int32)], isClosed=False, color=255, thickness=1, lineType=cv2.LINE_AA
    )
    gray *= 1.0 - cv2.GaussianBlur(mask, (0, 0), 0.8).astype(np.float32) / 255.0 * 0.3
    return _finish(gray)


def dark_stain() -> ImageU8:
    """A sound tile with a dark, sharp stain: it looks like a blowhole and is none."""
    gray = paint_ground(np.random.default_rng(_SEED + 3), *_SIZE)
    mask = np.zeros(gray.shape, np.uint8)
    cv2.ellipse(mask, (92, 134), (7, 5), 20, 0, 360, 255, -1, cv2.LINE_AA)
    gray *= 1.0 - cv2.GaussianBlur(mask, (0, 0), 1.6).astype(np.float32) / 255.0 * 0.45
    return _finish(gray)


PICTURES = {"faint-uneven": faint_uneven, "shallow-crack": shallow_crack, "dark-stain": dark_stain}
"""Name of the file without suffix -> what paints it."""


def judge_pictures(judge: Callable[[ImageU8], Judged]) -> dict[str, str]:
    """What the pack says of each picture, in a few words, for the CARD: name with underscores -> text."""
    said = {}
    for name, paint in PICTURES.items():
        judged = judge(paint())
        said[name.replace("-", "_")] = f"this pack says {judged.label or 'NO VERDICT'}, score {judged.score:.2f}"
    return said


def write_pictures(pack_folder: Path) -> None:
    """Paint the pictures into ``card/`` of the pack."""
    folder = pack_folder / CARD_FOLDER
    folder.mkdir(exist_ok=True)
    for name, paint in PICTURES.items():
        (folder / f"{name}.png").write_bytes(cv2.imencode(".png", paint(), [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes())


def _finish(gray: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> ImageU8:
    return np.asarray(np.clip(gray, 0, 255), np.uint8) & np.uint8(0xFC)
