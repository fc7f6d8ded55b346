"""This file decides how a kept picture is shown: fitted, with the found regions outlined and the heatmap laid over it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gui.shrinking import shrink
from gui.theme import TextSize, ThemeSource
from inference.errors import InputError
from inference.findings import ImageU8, Region
from station.paths import heat_path

_LONGEST_PX = 1600
_EMPTY_PX = 110
_HEAT_RGB = (255, 96, 0)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPicture:
    """A picture ready to paint.

    Attributes:
        bgr: uint8 H x W x 3, at most 1600 px on the longer side.
        heat: uint8 H x W x 4 premultiplied RGBA of the same size; None where there is no heatmap.
        factor: Prepared pixels per pixel of the judged image; regions are scaled by it.
    """

    bgr: ImageU8
    heat: NDArray[np.uint8] | None
    factor: float


def prepare_file(path: Path, heatmap: ImageU8 | None) -> PreparedPicture:
    """Read and prepare the picture at *path*; any thread.

    Raises:
        InputError: The file is missing or holds no picture.
    """
    try:
        # Not cv2.imread: it cannot open paths outside of the ANSI code page on Windows.
        image = cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error) as error:
        raise InputError("The kept picture cannot be read", where=str(path), value=str(error), do="See the log") from error
    if image is None:
        raise InputError("The kept picture cannot be read", where=str(path), do="It may have been deleted by the retention")
    return prepare(np.asarray(image, dtype=np.uint8), heatmap)


def prepare_warning(path: Path, heatmap: ImageU8 | None) -> PreparedPicture:
    """Read and prepare a warning's picture; after a restart its heatmap is the one kept beside it. Any thread.

    Raises:
        InputError: The picture is missing or is none; a heatmap that cannot be read is left out.
    """
    return prepare_file(path, read_heatmap(heat_path(path)) if heatmap is None else heatmap)


def read_heatmap(path: Path) -> ImageU8 | None:
    """The heatmap kept at *path*, uint8 H x W; None where there is none that can be read. Any thread."""
    try:
        data = np.fromfile(path, dtype=np.uint8)
        read = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    except (OSError, cv2.error):
        return None
    return None if read is None else np.asarray(read, dtype=np.uint8)


def prepare(image: ImageU8, heatmap: ImageU8 | None) -> PreparedPicture:
    """Shrink *image* to what a screen shows and colour *heatmap* (uint8 H x W, 0..255); any thread."""
    height, width = image.shape[:2]
    factor = min(1.0, _LONGEST_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = shrink(image, *size) if factor < 1.0 else image
    heat = None
    if heatmap is not None and heatmap.size:
        level = cv2.resize(heatmap, size, interpolation=cv2.INTER_LINEAR).astype(np.uint16) * 7 // 10
        heat = np.empty((*level.shape, 4), np.uint8)
        for plane, value in enumerate(_HEAT_RGB):
            heat[..., plane] = level * value // 255
        heat[..., 3] = level
    return PreparedPicture(np.ascontiguousarray(small, dtype=np.uint8), heat, factor)


def paint_prepared(painter: QPainter, target: QRectF, picture: PreparedPicture, heat: NDArray[np.uint8] | None) -> None:
    """Paint *picture* into *target*, and *heat* (its own, or None) over it; GUI thread."""
    height, width = picture.bgr.shape[:2]
    painter.drawImage(target, QImage(picture.bgr.data, width, height, picture.bgr.strides[0], QImage.Format.Format_BGR888))
    if heat is not None:
        painter.drawImage(target, QImage(heat.data, width, height, heat.strides[0], QImage.Format.Format_RGBA8888_Premultiplied))


def region_box(region: Region, target: QRectF, scale: float, margin_px: float) -> QRectF:
    """Where *region* lies on the widget, *margin_px* larger on every side.

    Args:
        region: In pixels of the judged image.
        target: Where the picture is painted.
        scale: Screen pixels per pixel of the judged image.
        margin_px: In screen pixels.
    """
    box = QRectF(target.x() + region.x * scale, target.y() + region.y * scale, region.width * scale, region.height * scale)
    return box.adjusted(-margin_px, -margin_px, margin_px, margin_px)


class KeptPicture(QWidget):
    """Shows one prepared picture.

    Args:
        theme: Colours and type sizes.
    """

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._picture: PreparedPicture | None = None
        self._regions: tuple[Region, ...] = ()
        self._heat_shown = False
        self._message = ""
        self._caption = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(60)
        theme.theme_changed.connect(self.update)

    @property
    def has_heat(self) -> bool:
        """Whether the picture has a heatmap."""
        return self._picture is not None and self._picture.heat is not None

    @property
    def heat_shown(self) -> bool:
        """Whether the heatmap lies over the picture."""
        return self._heat_shown

    def show_picture(self, picture: PreparedPicture | None, regions: tuple[Region, ...], message: str = "") -> None:
        """Show *picture* with *regions*, or *message* where there is none."""
        self._picture, self._regions, self._message = picture, regions, message
        self._fit_height()
        self.update()

    @property
    def caption(self) -> str:
        """What is written into the picture."""
        return self._caption

    def show_caption(self, text: str) -> None:
        """Write one line into the picture's lower edge; nothing for an empty one."""
        if text != self._caption:
            self._caption = text
            self.setAccessibleName(text)
            self.update()

    def set_heat_shown(self, shown: bool) -> None:  # noqa: FBT001 - a Qt toggle slot
        """Lay the heatmap over the picture, or take it away."""
        if shown != self._heat_shown:
            self._heat_shown = shown
            self.update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """No higher than the picture needs."""
        del event
        self._fit_height()

    def height_at(self, width_px: int) -> int:
        """How high it is at most at a width."""
        if self._picture is None:
            return _EMPTY_PX
        height, width = self._picture.bgr.shape[:2]
        return max(_EMPTY_PX, int(width_px * height / width + 0.5))

    def _fit_height(self) -> None:
        self.setMaximumHeight(self.height_at(self.width()))

    @override
    def sizeHint(self) -> QSize:
        """Room for a picture."""
        return QSize(400, 180)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, heatmap, outlines."""
        del event
        painter = QPainter(self)
        theme = self._source.theme
        painter.fillRect(self.rect(), QColor(theme.overlay))
        if self._picture is None:
            painter.setPen(QColor(theme.overlay_ink))
            painter.setFont(self._source.font(TextSize.SMALL))
            painter.drawText(
                self.rect().adjusted(8, 4, -8, -4), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._message
            )
            painter.end()
            return
        height, width = self._picture.bgr.shape[:2]
        fit = min(self.width() / width, self.height() / height)
        target = QRectF((self.width() - width * fit) / 2, (self.height() - height * fit) / 2, width * fit, height * fit)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paint_prepared(painter, target, self._picture, self._picture.heat if self._heat_shown else None)
        painter.setPen(QPen(QColor(theme.defect), 2.5))
        for region in self._regions:
            painter.drawRect(region_box(region, target, fit * self._picture.factor, 2.0))
        self._paint_caption(painter)
        painter.end()

    def _paint_caption(self, painter: QPainter) -> None:
        if not self._caption:
            return
        theme = self._source.theme
        font = self._source.font(TextSize.CAPTION)
        metrics = QFontMetricsF(font)
        room = self.width() - 12.0
        text = metrics.elidedText(self._caption, Qt.TextElideMode.ElideRight, room)
        where = QRectF(0.0, self.height() - metrics.height() - 4.0, metrics.horizontalAdvance(text) + 12.0, metrics.height() + 4.0)
        band = QColor(theme.overlay)
        band.setAlphaF(0.82)
        painter.fillRect(where, band)
        painter.setPen(QColor(theme.overlay_ink))
        painter.setFont(font)
        painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), text)
