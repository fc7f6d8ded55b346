"""This file decides how channels are picked for Trends, and how the drivers of a risk are shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from gui.theme import TOUCH_PX, TextSize, ThemeSource
from gui.trends_data import LaneSpec
from inference.findings import Contribution

_KEY_ROLE = int(Qt.ItemDataRole.UserRole)
_LEAST_SHARE = 0.01


class _TickedRow(QStyledItemDelegate):
    """Paints a row as a box, ticked or empty, and its text; legible in both themes."""

    def __init__(self, theme: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._source = theme

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        painter.save()
        theme = self._source.theme
        view = option.widget
        area = QRectF(option.rect)
        current = isinstance(view, QListWidget) and view.hasFocus() and view.currentIndex() == index
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if current:
            painter.setPen(QPen(QColor(theme.focus), 2.0))
            painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), 5, 5)
        side = 20.0
        box = QRectF(area.left() + 10.0, area.center().y() - side / 2.0, side, side)
        ticked = index.data(int(Qt.ItemDataRole.CheckStateRole)) in (Qt.CheckState.Checked, Qt.CheckState.Checked.value)
        painter.setPen(QPen(QColor(theme.primary if ticked else theme.line_strong), 1.5))
        painter.setBrush(QColor(theme.primary if ticked else theme.raised))
        painter.drawRoundedRect(box, 4.0, 4.0)
        if ticked:
            painter.setPen(QPen(QColor(theme.primary_ink), 2.2))
            at = box.topLeft()
            painter.drawPolyline([at + QPointF(5.0, 10.5), at + QPointF(8.6, 14.2), at + QPointF(15.0, 6.2)])
        text = area.adjusted(side + 20.0, 0.0, -6.0, 0.0)
        painter.setFont(self._source.font(TextSize.BODY))
        painter.setPen(QColor(theme.ink if ticked else theme.ink_muted))
        name = str(index.data(int(Qt.ItemDataRole.DisplayRole)))
        if QFontMetricsF(painter.font()).horizontalAdvance(name) > text.width():  # two lines: ends of names tell them apart
            painter.setFont(self._source.font(TextSize.SMALL))
        painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap), name)
        painter.restore()


class ChannelPicker(QListWidget):
    """A list of channels and risks, each ticked or not; a tap or Enter anywhere on a row changes it.

    Signals:
        picked_changed: Which lanes are wanted has changed.
    """

    picked_changed = Signal()

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_TickedRow(theme, self))
        self.setSelectionMode(QListWidget.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.itemClicked.connect(self._on_item_clicked)
        self.itemActivated.connect(self._on_item_activated)

    def show_lanes(self, lanes: Sequence[LaneSpec], picked: set[tuple[str, str]]) -> None:
        """List *lanes*; those in *picked* are ticked."""
        self.clear()
        for lane in lanes:
            item = QListWidgetItem(lane.title)
            item.setToolTip(f"{lane.title} · {lane.channel}")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if lane.key in picked else Qt.CheckState.Unchecked)
            item.setData(_KEY_ROLE, lane.key)
            item.setSizeHint(QSize(100, TOUCH_PX))
            self.addItem(item)
        self.setMaximumHeight(max(self.count(), 1) * TOUCH_PX + 2 * self.frameWidth() + 2)

    def picked(self) -> set[tuple[str, str]]:
        """Keys of the ticked lanes."""
        items = (self.item(row) for row in range(self.count()))
        return {tuple(item.data(_KEY_ROLE)) for item in items if item.checkState() is Qt.CheckState.Checked}

    @Slot(QListWidgetItem)
    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        self._toggle(item)

    @Slot(QListWidgetItem)
    def _on_item_activated(self, item: QListWidgetItem) -> None:
        self._toggle(item)

    def _toggle(self, item: QListWidgetItem) -> None:
        checked = item.checkState() is Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked)
        self.picked_changed.emit()


class ContributionBars(QWidget):
    """Which channels drove a risk, as bars of their share, strongest first."""

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._rows: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.theme_changed.connect(self.updateGeometry)

    @property
    def rows(self) -> tuple[tuple[str, float], ...]:
        """(channel, share 0..1) as shown."""
        return self._rows

    def show_contributions(self, contributions: Sequence[Contribution], names: dict[str, str]) -> None:
        """Show the five strongest of *contributions*; *names* translate channel ids."""
        rows = tuple((names.get(one.channel, one.channel), one.share) for one in contributions[:5] if one.share >= _LEAST_SHARE)
        if rows != self._rows:
            self._rows = rows
            self.updateGeometry()
            self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(180, len(self._rows) * self._row_px())

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _row_px(self) -> int:
        return self._source.px(TextSize.CAPTION) + self._source.space(22)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Name and share above a bar, per channel."""
        del event
        painter = QPainter(self)
        theme = self._source.theme
        font = self._source.font(TextSize.CAPTION)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        for number, (name, share) in enumerate(self._rows):
            top = float(number * self._row_px())
            text = QRectF(0.0, top, self.width(), metrics.height())
            percent = f"{share:.0%}"
            painter.setPen(QColor(theme.ink))
            painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent)
            room = self.width() - metrics.horizontalAdvance(percent) - 8.0
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(name, Qt.TextElideMode.ElideRight, room))
            bar = QRectF(0.0, top + metrics.height() + 2.0, self.width(), 6.0)
            painter.fillRect(bar, QColor(theme.pressed))
            bar.setWidth(bar.width() * min(max(share, 0.0), 1.0))
            painter.fillRect(bar, QColor(theme.trace))
        painter.end()
