"""This file decides how recorded images stand in a grid: a model of records, a delegate that paints them, a view."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from enum import Enum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from gui.review_thumbnails import Thumbnails
from gui.theme import TextSize, Theme, ThemeSource
from gui.words import verdict_word
from inference.findings import Verdict
from station.view import Feedback, FeedbackAnswer, ImageRecord

_Index = QModelIndex | QPersistentModelIndex
_CELL_PX = 178
_RECORD_ROLE = int(Qt.ItemDataRole.UserRole)


class AnswerMark(Enum):
    """What stands in the corner of a thumbnail."""

    NONE = ""
    SAVING = "…"
    DEFECT = "✗"
    GOOD = "✓"
    UNSURE = "?"


class ImageModel(QAbstractListModel):
    """The records of a list, newest first; more are asked for when the end comes into sight.

    Signals:
        more_wanted: The end of what is loaded came into sight.
    """

    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records: list[ImageRecord] = []
        self._row_of: dict[int, int] = {}
        self._saving: set[int] = set()
        self._complete = True
        self._asked = False
        self.titles: Mapping[str, str] = {}
        """What labels are called in the reader's language."""

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._records)

    @override
    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= len(self._records):
            return None
        record = self._records[index.row()]
        if role == _RECORD_ROLE:
            return record
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return caption(record, self.titles)
        return None

    @override
    def canFetchMore(self, parent: _Index) -> bool:
        return not parent.isValid() and not self._complete and not self._asked

    @override
    def fetchMore(self, parent: _Index) -> None:
        self._asked = True
        self.more_wanted.emit()

    def show_records(self, records: Sequence[ImageRecord], *, complete: bool) -> None:
        """Replace what is listed; *complete* says that there are no more."""
        known = [record.image_id for record in records[: len(self._records)]]
        if known == [record.image_id for record in self._records] and self._records:
            first = len(self._records)
            self._records[:] = records[:first]
            if len(records) > first:
                self.beginInsertRows(QModelIndex(), first, len(records) - 1)
                self._records.extend(records[first:])
                self.endInsertRows()
            self.dataChanged.emit(self.index(0), self.index(len(self._records) - 1))
        else:
            self.beginResetModel()
            self._records = list(records)
            self.endResetModel()
        self._row_of = {record.image_id: row for row, record in enumerate(self._records)}
        self._complete, self._asked = complete, False

    def record(self, row: int) -> ImageRecord | None:
        """The record in *row*; None where there is no such row."""
        return self._records[row] if 0 <= row < len(self._records) else None

    def row_of(self, image_id: int) -> int | None:
        """Row of an image; None where it is not listed."""
        return self._row_of.get(image_id)

    def set_saving(self, image_id: int, *, saving: bool) -> None:
        """Mark an image as being answered, not yet on disk."""
        (self._saving.add if saving else self._saving.discard)(image_id)
        self._touch(image_id)

    def set_feedback(self, image_id: int, feedback: Feedback | None) -> None:
        """Show the answer that is on disk, or none."""
        self._saving.discard(image_id)
        row = self._row_of.get(image_id)
        if row is not None:
            self._records[row] = dataclasses.replace(self._records[row], feedback=feedback)
        self._touch(image_id)

    def mark(self, record: ImageRecord) -> AnswerMark:
        """What stands in the corner of *record*."""
        if record.image_id in self._saving:
            return AnswerMark.SAVING
        if record.feedback is None:
            return AnswerMark.NONE
        answers = {FeedbackAnswer.REAL: AnswerMark.DEFECT, FeedbackAnswer.FALSE: AnswerMark.GOOD}
        return answers.get(record.feedback.answer, AnswerMark.UNSURE)

    @property
    def answered(self) -> int:
        """How many of the listed images have an answer on disk."""
        return sum(record.feedback is not None for record in self._records)

    @property
    def is_complete(self) -> bool:
        """Whether everything there is is listed."""
        return self._complete

    def _touch(self, image_id: int) -> None:
        row = self._row_of.get(image_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    @Slot(int)
    def on_thumbnail_ready(self, image_id: int) -> None:
        """Repaint the cell of an image."""
        self._touch(image_id)


def caption(record: ImageRecord, titles: Mapping[str, str]) -> str:
    """Label and score as they stand under a picture; *titles* translate labels."""
    if record.verdict is Verdict.NO_VERDICT or math.isnan(record.score):
        return verdict_word(Verdict.NO_VERDICT)
    word = titles.get(record.label, record.label) if record.verdict is not Verdict.OK and record.label else verdict_word(record.verdict)
    return f"{word} {record.score:.2f}"


class _Cell(QStyledItemDelegate):
    def __init__(self, theme: ThemeSource, thumbnails: Thumbnails, model: ImageModel, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self._source, self._thumbnails, self._model = theme, thumbnails, model

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        del option, index
        return self._view.gridSize()

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        record = self._model.record(index.row())
        if record is None:
            return
        theme = self._source.theme
        cell = QRectF(option.rect).adjusted(4.0, 4.0, -4.0, -4.0)
        font = self._source.font(TextSize.CAPTION)
        metrics = QFontMetricsF(font)
        foot = metrics.height() + 10.0
        picture = cell.adjusted(0.0, 0.0, 0.0, -foot)
        painter.save()
        painter.fillRect(cell, QColor(theme.surface))
        self._paint_picture(painter, picture, record, theme)
        defect = record.verdict in (Verdict.DEFECT, Verdict.FAULT)
        if defect:
            painter.fillRect(QRectF(cell.left(), cell.bottom() - 4.0, cell.width(), 4.0), QColor(theme.defect))
        mark = self._model.mark(record).value
        text = QRectF(cell.left() + 6.0, picture.bottom(), cell.width() - 12.0, foot - 3.0)
        painter.setFont(font)
        painter.setPen(QColor(theme.ink))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, mark)
        painter.setPen(QColor(theme.ink_muted if mark else theme.ink))
        room = text.width() - metrics.horizontalAdvance(mark) - 6.0
        shown = metrics.elidedText(caption(record, self._model.titles), Qt.TextElideMode.ElideRight, room)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.focus), 4.0))
            painter.drawRoundedRect(cell.adjusted(-1.0, -1.0, 1.0, 1.0), 4.0, 4.0)
        painter.restore()

    def _paint_picture(self, painter: QPainter, area: QRectF, record: ImageRecord, theme: Theme) -> None:
        pixmap: QPixmap | None = self._thumbnails.pixmap(record.image_id, record.path)
        if pixmap is None:
            painter.fillRect(area, QColor(theme.hatch))
            if self._thumbnails.is_unreadable(record.image_id):
                painter.setPen(QPen(QColor(theme.hatch_line), 3.0))
                painter.drawLine(area.topLeft(), area.bottomRight())
                painter.drawLine(area.topRight(), area.bottomLeft())
            return
        factor = max(area.width() / pixmap.width(), area.height() / pixmap.height())
        size = area.size() / factor
        corner = QPointF((pixmap.width() - size.width()) / 2.0, (pixmap.height() - size.height()) / 2.0)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(area, pixmap, QRectF(corner, size))


class ImageGrid(QListView):
    """Thumbnails in as many columns as fit; only those in sight are painted and loaded."""

    def __init__(self, model: ImageModel, thumbnails: Thumbnails, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._columns = 1
        self.setModel(model)
        self.setItemDelegate(_Cell(theme, thumbnails, model, self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setStyleSheet("QListView { background: transparent; border: none; }")
        thumbnails.ready.connect(model.on_thumbnail_ready)

    @property
    def columns(self) -> int:
        """Columns in sight."""
        return self._columns

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the width with whole columns."""
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Choose the columns anew for width and scale."""
        width = self.viewport().width()
        self._columns = max(1, width // self._source.space(_CELL_PX))
        # One pixel less: a row that fills the width to the last pixel is broken before its last image.
        side = max((width - 1) // self._columns, 40)
        self.setGridSize(QSize(side, round(side * 0.62) + self._source.px(TextSize.CAPTION) + 18))

    @override
    def keyboardSearch(self, search: str) -> None:
        """Letters answer images; they do not search."""
