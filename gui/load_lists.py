"""This file decides how the lists on the load of warnings look: the most frequent ones with their share, and plain tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QHeaderView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget
from typing_extensions import override

from gui.symbols import paint_priority
from gui.theme import TOUCH_PX, TextSize, ThemeSource
from gui.time_text import grouped

_Index = QModelIndex | QPersistentModelIndex
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ROW = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True, slots=True)
class Bar:
    """One definition in a list: its bar is *share* of the longest."""

    definition_id: str
    title: str
    priority: int
    count: int
    share: float


class _Bars(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.bars: list[Bar] = []

    def show_bars(self, bars: list[Bar]) -> None:
        self.beginResetModel()
        self.bars = bars
        self.endResetModel()

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.bars)

    @override
    def data(self, index: _Index, role: int = _DISPLAY) -> object:
        bar = self.bars[index.row()]
        if role in (_DISPLAY, int(Qt.ItemDataRole.AccessibleTextRole), int(Qt.ItemDataRole.ToolTipRole)):
            return f"{bar.title}: {bar.count}"
        return bar if role == _ROW else None


class _BarCell(QStyledItemDelegate):
    def __init__(self, theme: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._source = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, TOUCH_PX)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        bar, theme = index.data(_ROW), self._source.theme
        line = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(line, QColor(theme.pressed))
            painter.fillRect(QRectF(line.left(), line.top(), 4.0, line.height()), QColor(theme.focus))
        font = self._source.font(TextSize.BODY)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        paint_priority(painter, QRectF(line.left() + 12.0, line.center().y() - 12.0, 24.0, 24.0), bar.priority, theme)
        numbers = metrics.horizontalAdvance("00 000") + 14.0
        shares = metrics.horizontalAdvance("100 %") + 14.0
        text = line.adjusted(48.0, 0.0, -numbers - shares, 0.0)
        painter.setPen(QColor(theme.ink))
        shown = metrics.elidedText(bar.title, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text.adjusted(0, 0, 0, -14.0), Qt.AlignmentFlag.AlignVCenter, shown)
        track = QRectF(text.left(), line.bottom() - 14.0, text.width(), 7.0)
        painter.fillRect(track, QColor(theme.line))
        painter.fillRect(QRectF(track.left(), track.top(), track.width() * bar.share, track.height()), QColor(theme.trace_muted))
        painter.setFont(font)
        painter.setPen(QColor(theme.ink))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line.adjusted(0, 0, -shares - 8.0, 0), right, grouped(bar.count))
        painter.setPen(QColor(theme.ink_muted))
        painter.drawText(line.adjusted(0, 0, -10.0, 0), right, f"{bar.share * 100:.0f} %")
        painter.restore()


class BarList(QListView):
    """Definitions with their counts and shares of the load; one is chosen."""

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars = _Bars(self)
        self.setModel(self._bars)
        self.setItemDelegate(_BarCell(theme, self))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(2 * TOUCH_PX)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Replace the rows; the chosen definition stays chosen where it is still there."""
        chosen = self.chosen
        self._bars.show_bars(list(bars))
        places = [place for place, bar in enumerate(bars) if bar.definition_id == chosen]
        if bars:
            self.setCurrentIndex(self._bars.index(places[0] if places else 0))

    @property
    def chosen(self) -> str:
        """Id of the chosen definition; empty without one."""
        row = self.currentIndex().row()
        return self._bars.bars[row].definition_id if 0 <= row < len(self._bars.bars) else ""

    def choose(self, definition_id: str) -> None:
        """Choose a definition where it is listed."""
        for place, bar in enumerate(self._bars.bars):
            if bar.definition_id == definition_id:
                self.setCurrentIndex(self._bars.index(place))

    def step(self, by: int) -> None:
        """Choose the next or a former one."""
        if self._bars.bars:
            row = min(max(self.currentIndex().row() + by, 0), len(self._bars.bars) - 1)
            self.setCurrentIndex(self._bars.index(row))


class _Rows(QAbstractTableModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._heads: tuple[str, ...] = ()
        self._rows: list[tuple[str, ...]] = []

    def show_rows(self, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        self.beginResetModel()
        self._heads, self._rows = heads, rows
        self.endResetModel()

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - as above
        return 0 if parent.isValid() else len(self._heads)

    @override
    def data(self, index: _Index, role: int = _DISPLAY) -> object:
        return self._rows[index.row()][index.column()] if role in (_DISPLAY, int(Qt.ItemDataRole.ToolTipRole)) else None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> object:
        return self._heads[section] if orientation is Qt.Orientation.Horizontal and role == _DISPLAY else None


class RowTable(QTableView):
    """A plain table: the first and the last column take what is left, the others what they need."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Rows(self)
        self.setModel(self._model)
        self.setSelectionMode(QTableView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(TOUCH_PX - 8)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumHeight(2 * TOUCH_PX)

    def show_rows(self, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        """Replace everything."""
        self._model.show_rows(heads, rows)
        header = self.horizontalHeader()
        for column in range(len(heads)):
            stretch = column in (0, len(heads) - 1)
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.ResizeToContents)
