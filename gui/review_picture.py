"""This file decides how an image is looked at closely: zoom and place are kept from one image to the next."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gui.kept_picture import PreparedPicture, paint_prepared, region_box
from gui.theme import TextSize, Theme, ThemeSource
from inference.findings import Region

_MOST_ZOOM = 16.0
_WIDE = 1.2


class ReviewPicture(QWidget):
    """One image with its regions; wheel or + and - zoom, dragging moves, a double tap fits.

    Zoom is relative to the fitted image and the place a share of its size, so that both mean the same for images
    of another size.

    Signals:
        zoom_changed: Zoom in percent of one image pixel per screen pixel.
    """

    zoom_changed = Signal(int)

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._picture: PreparedPicture | None = None
        self._regions: tuple[Region, ...] = ()
        self._message = ""
        self._caption = ""
        self._zoom = 1.0
        self._centre = QPointF(0.5, 0.5)
        self._heat_shown = False
        self._dragged_from: QPointF | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        theme.theme_changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(700, 500)

    @property
    def zoom(self) -> float:
        """Zoom relative to the fitted image, 1 to 16."""
        return self._zoom

    @property
    def centre(self) -> tuple[float, float]:
        """What stands in the middle, as shares of width and height."""
        return self._centre.x(), self._centre.y()

    @property
    def has_heat(self) -> bool:
        """Whether the image has a heatmap."""
        return self._picture is not None and self._picture.heat is not None

    @property
    def heat_shown(self) -> bool:
        """Whether the heatmap lies over the image."""
        return self._heat_shown

    def show_picture(self, picture: PreparedPicture | None, regions: tuple[Region, ...], message: str = "") -> None:
        """Show *picture* with *regions* at the zoom and place in force, or *message* where there is none."""
        self._picture, self._regions, self._message = picture, regions, message
        self._tell()
        self.update()

    def set_caption(self, caption: str) -> None:
        """Write *caption* over the lower left corner; empty for none."""
        if caption != self._caption:
            self._caption = caption
            self.update()

    @property
    def caption(self) -> str:
        """What stands over the lower left corner."""
        return self._caption

    @property
    def is_wide(self) -> bool:
        """Whether the image is clearly wider than high, so that another one stands better under it than beside it."""
        return self._picture is not None and self._picture.bgr.shape[1] > _WIDE * self._picture.bgr.shape[0]

    def look_like(self, other: ReviewPicture) -> None:
        """Take zoom and place of *other*, without telling anybody."""
        self._zoom, self._centre = other._zoom, QPointF(other._centre)
        self.update()

    def show_heat(self) -> None:
        """Lay the heatmap over the image."""
        self._heat_shown = True
        self.update()

    def hide_heat(self) -> None:
        """Take the heatmap away."""
        self._heat_shown = False
        self.update()

    def zoom_by(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom, keeping what is under *about* (widget px; the middle by default) where it is."""
        about = QPointF(self.rect().center()) if about is None else about
        before = self._share_at(about)
        self._zoom = min(max(self._zoom * factor, 1.0), _MOST_ZOOM)
        after = self._share_at(about)
        self._move(before - after)

    def fit(self) -> None:
        """Show the whole image."""
        self._zoom, self._centre = 1.0, QPointF(0.5, 0.5)
        self._tell()
        self.update()

    def _scale(self) -> float:
        """Screen pixels per prepared pixel."""
        if self._picture is None:
            return 1.0
        height, width = self._picture.bgr.shape[:2]
        return float(min(self.width() / width, self.height() / height)) * self._zoom

    def _target(self) -> QRectF:
        if self._picture is None:
            return QRectF(self.rect())
        height, width = self._picture.bgr.shape[:2]
        scale = self._scale()
        w, h = width * scale, height * scale
        return QRectF(self.width() / 2.0 - self._centre.x() * w, self.height() / 2.0 - self._centre.y() * h, w, h)

    def _share_at(self, where: QPointF) -> QPointF:
        target = self._target()
        return QPointF((where.x() - target.x()) / target.width(), (where.y() - target.y()) / target.height())

    def _move(self, by: QPointF) -> None:
        target = self._target()
        moved = self._centre + by
        self._centre = QPointF(
            *(
                _held(share, room / size)
                for share, room, size in (
                    (moved.x(), float(self.width()), target.width()),
                    (moved.y(), float(self.height()), target.height()),
                )
            )
        )
        self._tell()
        self.update()

    def _tell(self) -> None:
        if self._picture is not None:
            self.zoom_changed.emit(round(self._scale() * self._picture.factor * 100.0))

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        self.zoom_by(1.25 ** (event.angleDelta().y() / 120.0), event.position())

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the image."""
        self._dragged_from = event.position()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the image."""
        if self._dragged_from is not None:
            self._move(self._share_at(self._dragged_from) - self._share_at(event.position()))
            self._dragged_from = event.position()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the image."""
        del event
        self._dragged_from = None

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit, or look closely."""
        if self._zoom > 1.0:
            self.fit()
        else:
            self.zoom_by(4.0, event.position())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Image, heatmap, outlines with their labels."""
        del event
        painter = QPainter(self)
        theme = self._source.theme
        painter.fillRect(self.rect(), QColor(theme.pressed))
        if self._picture is None:
            painter.setPen(QColor(theme.ink_muted))
            painter.setFont(self._source.font(TextSize.LARGE))
            where = self.rect().adjusted(40, 20, -40, -20)
            painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._message)
            painter.end()
            return
        target = self._target()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._scale() < 3.0)
        paint_prepared(painter, target, self._picture, self._picture.heat if self._heat_shown else None)
        scale = self._scale() * self._picture.factor
        tags: list[QRectF] = []
        for region in self._regions:
            self._paint_region(painter, region, target, scale, theme, tags)
        if self._caption:
            self._paint_caption(painter, theme)
        painter.end()

    def _paint_caption(self, painter: QPainter, theme: Theme) -> None:
        font = self._source.font(TextSize.CAPTION)
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(self._caption, Qt.TextElideMode.ElideRight, self.width() - 20.0)
        box = QRectF(0.0, self.height() - metrics.height() - 8.0, metrics.horizontalAdvance(shown) + 18.0, metrics.height() + 8.0)
        painter.fillRect(box, QColor(theme.overlay))
        painter.setFont(font)
        painter.setPen(QColor(theme.overlay_ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_region(self, painter: QPainter, region: Region, target: QRectF, scale: float, theme: Theme, tags: list[QRectF]) -> None:
        box = region_box(region, target, scale, 3.0)
        painter.setPen(QPen(QColor(theme.defect), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        font = self._source.font(TextSize.CAPTION, QFont.Weight.DemiBold)
        metrics = QFontMetricsF(font)
        text = f"{region.label} {region.score:.2f}".strip()
        tag = QRectF(box.left() - 1.0, box.top() - metrics.height() - 6.0, metrics.horizontalAdvance(text) + 14.0, metrics.height() + 4.0)
        if tag.top() < 0.0:
            tag.moveTop(box.bottom() + 3.0)
        tag.moveLeft(min(max(tag.left(), 0.0), max(self.width() - tag.width(), 0.0)))
        if any(tag.intersects(other) for other in tags):  # the strongest come first; a tag never hides another
            return
        tags.append(tag)
        painter.fillRect(tag, QColor(theme.defect))
        painter.setFont(font)
        painter.setPen(QColor(theme.defect_ink))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)


def _held(share: float, visible: float) -> float:
    """Keep the image over the widget: no empty stripe beside it while it is larger than the widget."""
    if visible >= 1.0:
        return 0.5
    return min(max(share, visible / 2.0), 1.0 - visible / 2.0)
