"""This file decides how the chosen image stands in Review: what was said of it, the image, and the answers."""

from __future__ import annotations

import math
from datetime import datetime
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gui.controls import ButtonRole, KeyButton, LabelRole, Wrap, label
from gui.kept_picture import PreparedPicture
from gui.language import pick
from gui.review_grid import caption
from gui.review_picture import ReviewPicture
from gui.review_query import defect_labels, label_titles
from gui.theme import ThemeSource
from inference.contract import PackContract
from inference.findings import Region, Verdict
from station.config import StationFile
from station.view import FeedbackAnswer, ImageRecord

_MOST_LABELS = 9
_LABEL_COLUMNS = 4


class ReviewDetail(QFrame):
    """The right half of Review.

    Signals:
        answered: An answer and the label chosen with it (empty for none).
        undo_wanted: The newest answer shall be taken back.
        large_wanted: The image large, or with the list again.
        heat_pressed: The heatmap shall lie over the image until its key is let go.

    Args:
        station: Names of the cameras.
        packs: Their labels become keys.
        theme: Colours and sizes.
    """

    answered = Signal(FeedbackAnswer, str)
    undo_wanted = Signal()
    large_wanted = Signal()
    heat_pressed = Signal()

    def __init__(self, station: StationFile, packs: tuple[PackContract, ...], theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._station = station
        self._packs = packs
        self._record: ImageRecord | None = None
        self.picture = ReviewPicture(theme)
        self._title = label(LabelRole.LARGE)
        self._about = label(LabelRole.MUTED, wrap=Wrap.WORDS)
        self._said = label(LabelRole.STRONG)
        self._progress = label(LabelRole.MUTED)
        self.good = ReviewPicture(theme)
        self.good.hide()
        self._pictures = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pictures.setSpacing(8)
        self._pictures.addWidget(self.picture, 1)
        self._pictures.addWidget(self.good, 1)
        self._bar = _ProgressBar(theme)
        self._zoom = label(LabelRole.CAPTION)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self._title)
        head.addWidget(self._about, 1)
        head.addWidget(self._said)
        head.addWidget(self._progress)
        head.addWidget(self._bar)
        self._defect, self._good = KeyButton("J", ButtonRole.BIG), KeyButton("F", ButtonRole.BIG)
        self._unsure, self._undo = KeyButton("U", ButtonRole.BIG), KeyButton("Z", ButtonRole.BIG)
        answers = QHBoxLayout()
        answers.setSpacing(10)
        for button, answer in (
            (self._defect, FeedbackAnswer.REAL),
            (self._good, FeedbackAnswer.FALSE),
            (self._unsure, FeedbackAnswer.UNSURE),
        ):
            button.clicked.connect(partial(self._answer, answer, ""))
            answers.addWidget(button, 1)
        self._undo.clicked.connect(self.undo_wanted)
        answers.addWidget(self._undo, 1)
        self._labels: list[tuple[str, KeyButton]] = []
        self._label_row = QGridLayout()
        self._label_row.setSpacing(10)
        self._add_labels()
        self._heat = KeyButton("H", ButtonRole.QUIET)
        self._heat.pressed.connect(self.heat_pressed)
        self._heat.released.connect(self._on_heat_released)
        for shortcut in self._heat.findChildren(QShortcut):  # a click would let go at once; the key is held
            shortcut.activated.disconnect()
            shortcut.activated.connect(self.heat_pressed)
        self._closer, self._farther = KeyButton("+", ButtonRole.QUIET), KeyButton("-", ButtonRole.QUIET)
        self._whole, self._large = KeyButton("0", ButtonRole.QUIET), KeyButton("G", ButtonRole.QUIET)
        self._closer.clicked.connect(partial(self._zoom_by, 1.25))
        self._farther.clicked.connect(partial(self._zoom_by, 0.8))
        self._whole.clicked.connect(self.picture.fit)
        self._large.clicked.connect(self.large_wanted)
        shortcut = QShortcut(QKeySequence("="), self)
        shortcut.activated.connect(partial(self._zoom_by, 1.25))
        tools = QHBoxLayout()
        tools.setSpacing(4)
        for button in (self._heat, self._closer, self._farther, self._whole, self._large):
            tools.addWidget(button)
        tools.addStretch(1)
        tools.addWidget(self._zoom)
        self._hints: QLabel = label(LabelRole.CAPTION, wrap=Wrap.WORDS)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addLayout(self._pictures, 1)
        layout.addLayout(tools)
        layout.addLayout(answers)
        layout.addLayout(self._label_row)
        layout.addWidget(self._hints)
        self.picture.zoom_changed.connect(self._on_zoom_changed)
        self.good.zoom_changed.connect(self._on_good_moved)

    def _add_labels(self) -> None:
        for number, name in enumerate(defect_labels(self._packs, self._station)):
            if number >= _MOST_LABELS:
                break
            button = KeyButton(str(number + 1))
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(partial(self._answer, FeedbackAnswer.REAL, name))
            self._labels.append((name, button))
            self._label_row.addWidget(button, number // _LABEL_COLUMNS, number % _LABEL_COLUMNS)

        for column in range(_LABEL_COLUMNS):
            self._label_row.setColumnStretch(column, 1)

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self._defect.setText(self.tr("Defect"))
        self._good.setText(self.tr("Good"))
        self._unsure.setText(self.tr("Unsure"))
        self._undo.setText(self.tr("Undo"))
        self._heat.setText(self.tr("hold: heatmap"))
        self._closer.setText(self.tr("closer"))
        self._farther.setText(self.tr("farther"))
        self._whole.setText(self.tr("whole image"))
        self._large.setText(self.tr("large"))
        self._hints.setText(self.tr("← →: previous, next · ↑ ↓: a row · a number: defect with this label · wheel: zoom · drag: move"))
        titles = label_titles(self._packs)
        for name, button in self._labels:
            button.setText(titles.get(name, name))
        self.show_record(self._record)

    def show_record(self, record: ImageRecord | None) -> None:
        """Write what was found and what was answered."""
        self._record = record
        for button in (self._defect, self._good, self._unsure, *(button for _, button in self._labels)):
            button.setEnabled(record is not None)
        if record is None:
            for one in (self._title, self._about, self._said, self._zoom):
                one.setText("")
            return
        self._title.setText(caption(record, label_titles(self._packs)))
        local = record.utc.astimezone()
        names = {one.id: pick(one.name) for one in self._station.cameras}
        parts = [names.get(record.source_id, str(record.source_id)), f"{local:%Y-%m-%d %H:%M:%S}", record.pack]
        if not math.isnan(record.threshold) and record.verdict is not Verdict.NO_VERDICT:
            parts.append(self.tr("threshold {number}").format(number=f"{record.threshold:.2f}"))
        if record.reason:
            parts.append(record.reason)
        self._about.setText(" · ".join(part for part in parts if part))
        self._said.setText("" if record.feedback is None else self._answer_text(record.feedback.answer, record.feedback.label))

    def _answer_text(self, answer: FeedbackAnswer, label_name: str) -> str:
        match answer:
            case FeedbackAnswer.REAL:
                word = self.tr("✗ defect")
            case FeedbackAnswer.FALSE:
                word = self.tr("✓ good")
            case FeedbackAnswer.UNSURE:
                word = self.tr("? unsure")
        return f"{word}: {label_titles(self._packs).get(label_name, label_name)}" if label_name else word

    def show_picture(self, picture: PreparedPicture | None, regions: tuple[Region, ...], message: str = "") -> None:
        """Show the image, or *message* where there is none; the heatmap's button works only where there is a heatmap."""
        self.picture.show_picture(picture, regions, message)
        self.picture.set_caption("")
        self.good.hide()
        self._heat.setEnabled(self.picture.has_heat)

    def show_good(self, picture: PreparedPicture, taken_utc: datetime) -> None:
        """Show a good image of the same camera for comparison, at the same zoom and place: under a wide image, else beside it."""
        wide = self.picture.is_wide
        self._pictures.setDirection(QBoxLayout.Direction.TopToBottom if wide else QBoxLayout.Direction.LeftToRight)
        self.good.show_picture(picture, ())
        self.good.look_like(self.picture)
        self.good.set_caption(self.tr("nearest good image · {time}").format(time=f"{taken_utc.astimezone():%m-%d %H:%M:%S}"))
        self.picture.set_caption(self.tr("this image"))
        self.good.show()

    def show_progress(self, number: int, listed: int, answered: int, *, complete: bool) -> None:
        """Write which image of how many this is, and fill the bar by those that are answered."""
        total = f"{listed}" if complete else f"{listed}+"
        self._progress.setText(self.tr("{number} of {total}").format(number=number, total=total) if listed else "")
        self._bar.show_share(answered / listed if listed else 0.0)
        self._bar.setToolTip(self.tr("{answered} of {total} answered").format(answered=answered, total=total))

    def _answer(self, answer: FeedbackAnswer, label_name: str) -> None:
        self.answered.emit(answer, label_name)

    def _zoom_by(self, factor: float) -> None:
        self.picture.zoom_by(factor)

    def _on_zoom_changed(self, percent: int) -> None:
        self._zoom.setText(f"{percent} %")
        self.good.look_like(self.picture)

    def _on_good_moved(self, percent: int) -> None:
        del percent
        self.picture.look_like(self.good)

    def _on_heat_released(self) -> None:
        self.picture.hide_heat()


class _ProgressBar(QWidget):
    """A short bar, filled by what is answered."""

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._source.space(90), 24)

    def show_share(self, share: float) -> None:
        """Fill *share* of the bar, 0 to 1."""
        if share != self._share:
            self._share = share
            self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Track and filling."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0.0, self.height() / 2.0 - 4.0, self.width(), 8.0)
        painter.setBrush(QColor(self._source.theme.pressed))
        painter.drawRoundedRect(track, 4.0, 4.0)
        if self._share > 0.0:
            painter.setBrush(QColor(self._source.theme.primary))
            painter.drawRoundedRect(QRectF(track.topLeft(), QSize(max(round(track.width() * self._share), 8), 8)), 4.0, 4.0)
        painter.end()
