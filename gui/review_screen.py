"""This file decides how recorded images are reviewed: one key per decision, and the next image is there."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from gui.commands import Commands
from gui.controls import LabelRole, Wrap, label
from gui.jobs import Jobs
from gui.kept_picture import PreparedPicture
from gui.review_detail import ReviewDetail
from gui.review_filters import ReviewFilters
from gui.review_grid import ImageGrid, ImageModel
from gui.review_query import PAGE, Page, fetch_images, label_titles, prepare_good, prepare_record, regions_of
from gui.review_thumbnails import Thumbnails
from gui.screen import Screen
from gui.sentences import sentence_text
from gui.theme import ThemeSource
from station.frames import PersonId
from station.port import LinePort
from station.view import Feedback, FeedbackAnswer, ImageRecord, LineSnapshot, Outcome, ReviewLoad

_ROOMY_SCALE = 0.9
"""From this scale on there is room for titles over the lists of the filters."""


class ReviewScreen(Screen):
    """Filters, a grid of recorded images, and the chosen one with its answer.

    Of an image, REAL means that there is a defect in it, FALSE that it is good. An answer moves on to the next image
    at once; its thumbnail shows "…" until the answer is on disk, and only then its mark. While nobody is signed in,
    the image stays until somebody is and the answer is kept.

    Args:
        commands: Sends answers, and has somebody sign in first where nobody is.
    """

    def __init__(
        self, port: LinePort, theme: ThemeSource, jobs: Jobs, commands: Commands | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(port, theme, jobs, parent)
        self._commands = commands or self._own_commands()
        self._follows_line = commands is None
        self._limit = PAGE
        self._list_job: int | None = None
        self._picture_job: int | None = None
        self._shown_id: int | None = None
        self._answered: list[int] = []
        self._wanted_id: int | None = None
        self._model = ImageModel(self)
        self._model.more_wanted.connect(self._on_more_wanted)
        self._thumbnails = Thumbnails(jobs, parent=self)
        self._filters = ReviewFilters(port.station, port.packs, theme)
        self._filters.changed.connect(self._on_filters_changed)
        self._grid = ImageGrid(self._model, self._thumbnails, theme)
        self._grid.selectionModel().currentChanged.connect(self._on_current_changed)
        self._detail = ReviewDetail(port.station, port.packs, theme)
        self._detail.answered.connect(self._on_answered)
        self._detail.undo_wanted.connect(self._on_undo)
        self._detail.large_wanted.connect(self._on_large)
        self._detail.heat_pressed.connect(self._on_heat_pressed)
        self._empty = label(LabelRole.LARGE, wrap=Wrap.WORDS)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.hide()
        middle = QVBoxLayout()
        middle.addWidget(self._grid, 1)
        middle.addWidget(self._empty, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(12)
        layout.addWidget(self._filters)
        layout.addLayout(middle, 4)
        layout.addWidget(self._detail, 5)
        self._add_keys()
        self.restyle()
        self.retranslate()
        self._ask_load()

    def _own_commands(self) -> Commands:
        made = Commands(self.port, self.jobs, self)
        made.person_wanted.connect(self._on_person_wanted)
        return made

    def _add_keys(self) -> None:
        for key, rows in (("Left", -1), ("Right", 1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(partial(self.step, rows))
        for key, lines in (("Up", -1), ("Down", 1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(partial(self._step_line, lines))

    @override
    def retranslate(self) -> None:
        """Set every text in the current language."""
        self._model.titles = label_titles(self.port.packs)
        self._filters.retranslate()
        self._detail.retranslate()
        self._empty.setText(self.tr("Nothing here. Images appear when the line flags one, or choose another filter."))
        self._show_progress()
        if self._shown_id is not None:  # the labels of its regions are texts as well
            self._shown_id = None
            self._show(self._model.record(self._grid.currentIndex().row()))

    @override
    def restyle(self) -> None:
        """Take sizes from the theme source."""
        self._filters.setFixedWidth(self.theme_source.space(250))
        self._filters.set_titles_shown(shown=self.theme_source.scale >= _ROOMY_SCALE)
        self._grid.fit_columns()

    @override
    def refresh(self, snapshot: LineSnapshot) -> None:
        """Images do not move; only who is at the station is followed."""
        if self._follows_line:
            self._commands.refresh(snapshot)

    @override
    def entered(self) -> None:
        """List what has been recorded meanwhile; the chosen image stays chosen."""
        self._wanted_id = self._shown_id
        self._ask_list()
        self._ask_load()
        self._grid.setFocus()

    # lists

    def _ask_list(self) -> None:
        if self._list_job is not None:
            self.jobs.cancel(self._list_job)
        work = partial(fetch_images, self.port, self._filters.choice, self._limit)
        self._list_job = self.jobs.run(self, work, self._on_listed)

    def _ask_load(self) -> None:
        self.jobs.run(self, self.port.review_load, self._on_load)

    def _on_load(self, load: ReviewLoad) -> None:
        self._filters.show_load(load)
        self.badge_changed.emit(load.unreviewed)

    def _on_listed(self, page: Page) -> None:
        self._list_job = None
        self._filters.scores.show_scores(page.scores, page.thresholds)
        self._model.show_records(page.records, complete=page.complete)
        self._grid.setVisible(bool(page.records))
        self._empty.setVisible(not page.records)
        row = None if self._wanted_id is None else self._model.row_of(self._wanted_id)
        if page.records:
            self._select(row if row is not None else max(self._grid.currentIndex().row(), 0))
        else:
            self._show(None)
        self._show_progress()

    @Slot()
    def _on_filters_changed(self) -> None:
        self._limit, self._wanted_id = PAGE, None
        self._ask_list()

    @Slot()
    def _on_more_wanted(self) -> None:
        self._limit += PAGE
        self._wanted_id = self._shown_id
        self._ask_list()

    # the chosen image

    def _select(self, row: int) -> None:
        self._grid.setCurrentIndex(self._model.index(row))
        self._show(self._model.record(row))

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        del previous
        self._show(self._model.record(current.row()))
        self._show_progress()

    def _show(self, record: ImageRecord | None) -> None:
        image_id = None if record is None else record.image_id
        self._detail.show_record(record)
        if image_id == self._shown_id and record is not None:
            return
        self._shown_id = image_id
        if self._picture_job is not None:
            self.jobs.cancel(self._picture_job)
            self._picture_job = None
        if record is None:
            self._detail.show_picture(None, ())
            return
        self._picture_job = self.jobs.run(
            self, partial(prepare_record, record), partial(self._on_picture, record), partial(self._on_picture_failed, record)
        )

    def _on_picture(self, record: ImageRecord, picture: PreparedPicture) -> None:
        self._picture_job = None
        self._detail.show_picture(picture, regions_of(record, self._model.titles))
        self._picture_job = self.jobs.run(self, partial(prepare_good, self.port, record), self._on_good)

    def _on_good(self, found: tuple[ImageRecord, PreparedPicture] | None) -> None:
        self._picture_job = None
        if found is not None:
            self._detail.show_good(found[1], found[0].utc)

    def _on_picture_failed(self, record: ImageRecord, sentence: str) -> None:
        del record
        self._picture_job = None
        self._detail.show_picture(None, (), sentence_text(sentence))

    def step(self, rows: int) -> None:
        """Go *rows* images on (negative: back), held at the ends."""
        row = min(max(self._grid.currentIndex().row() + rows, 0), self._model.rowCount() - 1)
        if row >= 0:
            self._grid.setCurrentIndex(self._model.index(row))

    def _step_line(self, lines: int) -> None:
        self.step(lines * self._grid.columns)

    def _show_progress(self) -> None:
        self._detail.show_progress(
            self._grid.currentIndex().row() + 1, self._model.rowCount(), self._model.answered, complete=self._model.is_complete
        )

    @Slot()
    def _on_large(self) -> None:
        large = self._filters.isVisible()
        self._filters.setVisible(not large)
        self._grid.setVisible(not large and self._model.rowCount() > 0)

    # answers

    @Slot(FeedbackAnswer, str)
    def _on_answered(self, answer: FeedbackAnswer, label_name: str) -> None:
        record = self._model.record(self._grid.currentIndex().row())
        if record is None:
            return
        feedback = Feedback(answer, PersonId(""), image_id=record.image_id, label=label_name, utc=datetime.now(UTC))
        signed_in = self._commands.person_id is not None
        if signed_in:
            self._model.set_saving(record.image_id, saving=True)
            self.step(1)
        saved = partial(self._on_saved if signed_in else self._on_saved_after_sign_in, record.image_id)
        self._commands.give_feedback(feedback, saved, partial(self._on_not_saved, record.image_id))

    def _on_saved(self, image_id: int, feedback: Feedback) -> None:
        self._answered.append(image_id)
        self._model.set_feedback(image_id, feedback)
        self._after_change(image_id)

    def _on_saved_after_sign_in(self, image_id: int, feedback: Feedback) -> None:
        self._on_saved(image_id, feedback)
        if image_id == self._shown_id:
            self.step(1)

    def _on_not_saved(self, image_id: int, sentence: str) -> None:
        self._model.set_saving(image_id, saving=False)
        row = self._model.row_of(image_id)
        if row is not None:
            self._select(row)
        self.told.emit(self.tr("Not saved: {why}").format(why=sentence_text(sentence)))

    @Slot()
    def _on_undo(self) -> None:
        record = self._model.record(self._grid.currentIndex().row())
        image_id = self._answered[-1] if self._answered else None
        if image_id is None and record is not None and record.feedback is not None:
            image_id = record.image_id
        if image_id is None:
            self.told.emit(self.tr("There is no answer to undo."))
            return
        work = partial(self.port.undo_image_feedback, image_id)
        self.jobs.run(self, work, partial(self._on_undone, image_id), partial(self._on_not_saved, image_id))

    def _on_undone(self, image_id: int, outcome: Outcome) -> None:
        if not outcome.ok:
            self._on_not_saved(image_id, outcome.sentence)
            return
        if image_id in self._answered:
            self._answered.remove(image_id)
        self._model.set_feedback(image_id, None)
        row = self._model.row_of(image_id)
        if row is not None:
            self._select(row)
        self._after_change(image_id)

    def _after_change(self, image_id: int) -> None:
        if image_id == self._shown_id:
            self._detail.show_record(self._model.record(self._grid.currentIndex().row()))
        self._show_progress()
        self._ask_load()

    @Slot()
    def _on_person_wanted(self) -> None:
        self._commands.forget_waiting()
        self.told.emit(self.tr("Sign in first; the answer was not saved."))

    # the heatmap lies over the image while H is held

    @Slot()
    def _on_heat_pressed(self) -> None:
        self._detail.picture.show_heat()
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While the heatmap is held, wait for the key to be let go, wherever the focus is."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyRelease:
            if event.key() == Qt.Key.Key_H and not event.isAutoRepeat():
                self._let_heat_go()
        elif event.type() in (QEvent.Type.ApplicationDeactivate, QEvent.Type.WindowDeactivate):
            self._let_heat_go()
        return super().eventFilter(watched, event)

    def _let_heat_go(self) -> None:
        self._detail.picture.hide_heat()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    @override
    def left(self) -> None:
        """Let everything go that is held."""
        self._let_heat_go()

    @override
    def keys(self) -> list[tuple[str, str]]:
        """Keys for the overlay."""
        return [
            ("J", self.tr("Defect")),
            ("F", self.tr("Good")),
            ("U", self.tr("Unsure")),
            ("Z", self.tr("Undo")),
            ("1 … 9", self.tr("Defect, with this label")),
            ("← →", self.tr("Previous, next image")),
            ("↑ ↓", self.tr("A row up, down")),
            ("H", self.tr("Hold: heatmap")),
            ("+ − 0", self.tr("Closer, farther, whole image")),
            ("G", self.tr("Image large, or with the list")),
            ("Q W E R T", self.tr("Which images are listed")),
            ("L K D B", self.tr("Lists of label, camera, time, person")),
            ("[ ]", self.tr("Lowest score shown: down, up")),
        ]
