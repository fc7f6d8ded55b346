"""This file decides how images are filtered in Review: kinds as buttons with their counts, the rest as lists."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QPalette, QShortcut
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gui.controls import KeyButton, LabelRole, keycap_width, label, paint_keycap
from gui.language import pick
from gui.review_query import Choice, Reviewed, Show, Since, defect_labels
from gui.review_scores import ScoreRange
from gui.theme import TOUCH_PX, ThemeSource
from inference.contract import PackContract
from station.config import StationFile
from station.frames import PersonId, SourceId
from station.view import ReviewLoad

_LEAST_GAP_PX = 6
_KEYS = {Show.TO_REVIEW: "Q", Show.DEFECTS: "W", Show.NEAR_MISSES: "E", Show.RANDOM_OK: "R", Show.NO_VERDICT: "T"}


class _List(QComboBox):
    """A list that shows its key, and that it opens.

    Args:
        key: The key that opens it.
    """

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        muted = self.palette().color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(muted)
        painter.drawText(self.rect().adjusted(0, 0, -12, 0), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), "▾")
        cap, height = keycap_width(self._key, self), self.fontMetrics().height()
        room = self.width() - 44 - cap - self.fontMetrics().horizontalAdvance(self.currentText())
        if room >= _LEAST_GAP_PX:  # a long camera's name needs the place; the key is in the list of F1 as well
            paint_keycap(painter, QRectF(self.width() - 32 - cap, (self.height() - height) / 2, cap, height), self._key, muted)
        painter.end()


class ReviewFilters(QFrame):
    """The left column of Review.

    Signals:
        changed: Another choice is set.

    Args:
        station: Cameras and people.
        packs: Their labels.
        theme: Colours and type sizes.
    """

    changed = Signal()

    def __init__(self, station: StationFile, packs: tuple[PackContract, ...], theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._station = station
        self._packs = packs
        self._load = ReviewLoad()
        self._titles: dict[str, QLabel] = {}
        self._buttons: dict[Show, KeyButton] = {}
        self._group = QButtonGroup(self)
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(6)
        self._add_title("show")
        for show, key in _KEYS.items():
            button = KeyButton(key)
            button.setCheckable(True)
            button.setChecked(show is Show.TO_REVIEW)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._group.addButton(button)
            self._buttons[show] = button
            self._layout.addWidget(button)
        self._group.buttonClicked.connect(self.changed)
        self._label = self._add_list("label", "L")
        self._camera = self._add_list("camera", "K")
        self._since = self._add_list("since", "D")
        self._reviewed = self._add_list("reviewed", "B")
        self.scores = ScoreRange(theme)
        self.scores.changed.connect(self.changed)
        self._layout.addWidget(self.scores)
        self._layout.addStretch(1)

    def _add_title(self, name: str) -> None:
        self._titles[name] = label(LabelRole.SECTION)
        self._layout.addWidget(self._titles[name])

    def _add_list(self, name: str, key: str) -> QComboBox:
        self._add_title(name)
        box = _List(key)
        box.setMinimumHeight(TOUCH_PX)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(6)
        box.currentIndexChanged.connect(self._on_index_changed)
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(box.showPopup)
        self._layout.addWidget(box)
        return box

    def _on_index_changed(self, _index: int) -> None:
        self.changed.emit()

    def retranslate(self) -> None:
        """Set every text in the current language; the choice stays."""
        for name, text in {
            "show": self.tr("SHOW"),
            "label": self.tr("LABEL"),
            "camera": self.tr("CAMERA"),
            "since": self.tr("TIME"),
            "reviewed": self.tr("REVIEWED BY"),
        }.items():
            self._titles[name].setText(text)
        self.scores.update()
        titles = defect_labels(self._packs, self._station)
        _fill(self._label, [(self.tr("Any label"), None), *((title, name) for name, title in titles.items())])
        _fill(self._camera, [(self.tr("All cameras"), None), *((pick(one.name), one.id) for one in self._station.cameras)])
        _fill(
            self._since,
            [
                (self.tr("Any time"), Since.ANY),
                (self.tr("This shift"), Since.SHIFT),
                (self.tr("24 hours"), Since.DAY),
                (self.tr("7 days"), Since.WEEK),
            ],
        )
        people = [(one.name, PersonId(one.id)) for one in self._station.people]
        _fill(
            self._reviewed,
            [
                (self.tr("Any answer"), Reviewed.ANY),
                (self.tr("Nobody yet"), Reviewed.NOBODY),
                (self.tr("Somebody"), Reviewed.SOMEBODY),
                *people,
            ],
        )
        self.show_load(self._load)

    def set_titles_shown(self, *, shown: bool) -> None:
        """Show the titles over the lists, or leave them out where there is little room."""
        for name, title in self._titles.items():
            title.setVisible(shown or name == "show")

    def show_load(self, load: ReviewLoad) -> None:
        """Write how many images of each kind wait."""
        self._load = load
        counts = dict(load.by_kind)
        names = {
            Show.TO_REVIEW: self.tr("To review"),
            Show.DEFECTS: self.tr("Defects"),
            Show.NEAR_MISSES: self.tr("Near misses"),
            Show.RANDOM_OK: self.tr("Random OK"),
            Show.NO_VERDICT: self.tr("No verdict"),
        }
        for show, button in self._buttons.items():
            waiting = load.unreviewed if show is Show.TO_REVIEW else sum(counts.get(kind, 0) for kind in show.value)
            button.setText(f"{names[show]}  {waiting}" if waiting else names[show])

    @property
    def choice(self) -> Choice:
        """What is chosen."""
        show = next((one for one, button in self._buttons.items() if button.isChecked()), Show.TO_REVIEW)
        camera, who = self._camera.currentData(), self._reviewed.currentData()
        return Choice(
            show=show,
            label=self._label.currentData(),
            source_id=None if camera is None else SourceId(camera),
            since=self._since.currentData() or Since.ANY,
            reviewed=who if isinstance(who, Reviewed) else Reviewed.SOMEBODY,
            reviewer=None if who is None or isinstance(who, Reviewed) else PersonId(who),
            scores=self.scores.range,
        )

    def choose(self, show: Show) -> None:
        """Show another kind."""
        self._buttons[show].click()


def _fill(box: QComboBox, entries: list[tuple[str, object]]) -> None:
    chosen = max(box.currentIndex(), 0)
    box.blockSignals(True)  # noqa: FBT003 - Qt's own signature
    box.clear()
    for text, data in entries:
        box.addItem(text, data)
    box.setCurrentIndex(min(chosen, box.count() - 1))
    box.blockSignals(False)  # noqa: FBT003 - as above
