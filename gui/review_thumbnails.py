"""This file decides how thumbnails are loaded off the GUI thread and how many of them stay in memory."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from gui.jobs import Jobs
from inference.errors import InputError
from inference.findings import ImageU8

THUMBNAIL_PX = 320
"""Longer side of a thumbnail, px."""
_MOST_WAITING = 48


def load_thumbnail(path: Path) -> ImageU8:
    """Read and shrink the picture at *path*; any thread.

    Returns:
        uint8 H x W x 3 BGR, contiguous, at most 320 px on the longer side.

    Raises:
        InputError: The file is missing or holds no picture.
    """
    try:
        data = np.fromfile(path, dtype=np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except (OSError, cv2.error) as error:
        raise InputError("The kept picture cannot be read", where=str(path), value=str(error), do="See the log") from error
    if image is None:
        raise InputError("The kept picture cannot be read", where=str(path), do="It may have been deleted by the retention")
    height, width = image.shape[:2]
    factor = min(1.0, THUMBNAIL_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.ascontiguousarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


class Thumbnails(QObject):
    """A bounded store of thumbnails, the least recently used one leaves first. Lives in the GUI thread.

    Signals:
        ready: Image id of a thumbnail that can be painted now (or has been found unreadable).

    Args:
        jobs: Loads off the GUI thread.
        capacity: Most thumbnails kept; 600 of them take about 150 MiB at worst.
    """

    ready = Signal(int)

    def __init__(self, jobs: Jobs, capacity: int = 600, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._capacity = capacity
        self._kept: OrderedDict[int, QPixmap | None] = OrderedDict()
        self._waiting: OrderedDict[int, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def waiting(self) -> int:
        """Thumbnails asked for and not there yet."""
        return len(self._waiting)

    def pixmap(self, image_id: int, path: Path) -> QPixmap | None:
        """The thumbnail; None while it is being loaded (then :attr:`ready` follows) or when there is none."""
        if image_id in self._kept:
            self._kept.move_to_end(image_id)
            return self._kept[image_id]
        if image_id not in self._waiting:
            if len(self._waiting) >= _MOST_WAITING:  # scrolled past: what was asked for first is out of sight
                _, job = self._waiting.popitem(last=False)
                self._jobs.cancel(job)
            self._waiting[image_id] = self._jobs.run(
                self, partial(load_thumbnail, path), partial(self._on_loaded, image_id), partial(self._on_failed, image_id)
            )
        return None

    def is_unreadable(self, image_id: int) -> bool:
        """Whether the picture was looked for and could not be read."""
        return image_id in self._kept and self._kept[image_id] is None

    def _on_loaded(self, image_id: int, bgr: ImageU8) -> None:
        height, width = bgr.shape[:2]
        self._keep(image_id, QPixmap.fromImage(QImage(bgr.data, width, height, bgr.strides[0], QImage.Format.Format_BGR888)))

    def _on_failed(self, image_id: int, _sentence: str) -> None:
        self._keep(image_id, None)

    def _keep(self, image_id: int, pixmap: QPixmap | None) -> None:
        self._waiting.pop(image_id, None)
        self._kept[image_id] = pixmap
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        self.ready.emit(image_id)
