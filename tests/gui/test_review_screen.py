"""Review: one key per decision, nothing shown as saved before it is on disk, zoom kept, heatmap while held, undo."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.commands import Commands
from gui.jobs import Jobs
from gui.kept_picture import prepare
from gui.review_grid import AnswerMark, ImageModel
from gui.review_picture import ReviewPicture
from gui.review_query import (
    Choice,
    Reviewed,
    Show,
    Since,
    begin_utc,
    defect_labels,
    fetch_images,
    nearest_good,
    prepare_record,
    regions_of,
)
from gui.review_screen import ReviewScreen
from gui.review_thumbnails import Thumbnails
from gui.theme import LIGHT, TOUCH_PX, ThemeSource
from inference.errors import InputError
from station.config import Shift
from station.frames import PersonId
from station.view import Feedback, FeedbackAnswer, ImageQuery, ImageRecord
from tests.gui.fake_line import FakeLine


@pytest.fixture
def line(tmp_path: Path) -> FakeLine:
    made = FakeLine(3, tmp_path)
    gray = np.full((230, 565, 3), 120, np.uint8)
    for number in range(60):
        cv2.imwrite(str(tmp_path / f"{number}.png"), gray)
    return made


@pytest.fixture
def screen(qtbot: QtBot, line: FakeLine, theme_source: ThemeSource, jobs: Jobs) -> ReviewScreen:
    commands = Commands(line, jobs)
    commands.refresh(line.snapshot())
    made = ReviewScreen(line, theme_source, jobs, commands)
    commands.setParent(made)
    qtbot.addWidget(made)
    made.resize(1824, 950)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.entered()
    qtbot.waitUntil(lambda: made._model.rowCount() == 60 and made._detail.picture._picture is not None)
    return made


def row(screen: ReviewScreen) -> int:
    return screen._grid.currentIndex().row()


def record(screen: ReviewScreen, number: int) -> ImageRecord:
    found = screen._model.record(number)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("key", "answer", "mark"),
    [
        (Qt.Key.Key_J, FeedbackAnswer.REAL, AnswerMark.DEFECT),
        (Qt.Key.Key_F, FeedbackAnswer.FALSE, AnswerMark.GOOD),
        (Qt.Key.Key_U, FeedbackAnswer.UNSURE, AnswerMark.UNSURE),
    ],
)
def test_one_key_answers_and_goes_on(
    screen: ReviewScreen, line: FakeLine, qtbot: QtBot, key: Qt.Key, answer: FeedbackAnswer, mark: AnswerMark
) -> None:
    first = record(screen, 0)
    line.gate.clear()
    qtbot.keyClick(screen, key)
    assert row(screen) == 1
    assert screen._model.mark(record(screen, 0)) is AnswerMark.SAVING
    assert line.feedback == []
    line.gate.set()
    qtbot.waitUntil(lambda: screen._model.mark(record(screen, 0)) is mark)
    assert [(one.image_id, one.answer, one.person_id) for one in line.feedback] == [(first.image_id, answer, PersonId("wei"))]
    assert screen._model.answered == 1


def test_a_number_answers_with_its_label(screen: ReviewScreen, line: FakeLine, qtbot: QtBot) -> None:
    qtbot.keyClick(screen, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: len(line.feedback) == 1)
    assert (line.feedback[0].answer, line.feedback[0].label) == (FeedbackAnswer.REAL, "pitting")


def test_what_could_not_be_saved_comes_back(screen: ReviewScreen, line: FakeLine, qtbot: QtBot) -> None:
    line.fail_with = "The disk is full. Free space on it."
    with qtbot.waitSignal(screen.told) as told:
        qtbot.keyClick(screen, Qt.Key.Key_J)
    assert "The disk is full" in told.args[0]
    assert row(screen) == 0
    assert screen._model.mark(record(screen, 0)) is AnswerMark.NONE
    assert screen._model.answered == 0


def test_undo_takes_the_newest_answer_back_and_returns_to_it(screen: ReviewScreen, line: FakeLine, qtbot: QtBot) -> None:
    qtbot.keyClick(screen, Qt.Key.Key_J)
    qtbot.keyClick(screen, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: screen._model.answered == 2)
    qtbot.keyClick(screen, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: screen._model.answered == 1)
    assert line.undone == [record(screen, 1).image_id]
    assert row(screen) == 1
    qtbot.keyClick(screen, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: screen._model.answered == 0)
    with qtbot.waitSignal(screen.told):
        qtbot.keyClick(screen, Qt.Key.Key_Z)


def test_without_a_person_the_image_stays_until_somebody_signs_in(screen: ReviewScreen, line: FakeLine, qtbot: QtBot) -> None:
    screen._commands._person = None
    with qtbot.waitSignal(screen._commands.person_wanted):
        qtbot.keyClick(screen, Qt.Key.Key_J)
    assert row(screen) == 0
    assert screen._model.mark(record(screen, 0)) is AnswerMark.NONE
    screen._commands.sign_in(PersonId("anna"), "1234", lambda _: None, lambda _: None)
    qtbot.waitUntil(lambda: screen._model.answered == 1)
    assert row(screen) == 1
    assert line.feedback[0].person_id == "anna"


def test_arrows_walk(screen: ReviewScreen, qtbot: QtBot) -> None:
    qtbot.keyClick(screen, Qt.Key.Key_Right)
    assert row(screen) == 1
    qtbot.keyClick(screen, Qt.Key.Key_Down)
    assert row(screen) == 1 + screen._grid.columns
    qtbot.keyClick(screen, Qt.Key.Key_Up)
    qtbot.keyClick(screen, Qt.Key.Key_Left)
    qtbot.keyClick(screen, Qt.Key.Key_Left)
    assert row(screen) == 0
    assert screen._detail._progress.text() == "1 of 60"


def test_the_heatmap_lies_over_the_image_only_while_the_key_is_held(screen: ReviewScreen, qtbot: QtBot) -> None:
    qtbot.keyPress(screen, Qt.Key.Key_H)
    assert not screen._detail.picture.heat_shown, "there is no heatmap to show"
    screen._detail.show_picture(prepare(np.zeros((30, 40, 3), np.uint8), np.full((30, 40), 200, np.uint8)), ())
    qtbot.keyPress(screen, Qt.Key.Key_H)
    assert screen._detail.picture.heat_shown
    repeated = QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_H, Qt.KeyboardModifier.NoModifier, "h", True)
    QApplication.sendEvent(screen, repeated)
    assert screen._detail.picture.heat_shown
    qtbot.keyRelease(screen, Qt.Key.Key_H)
    assert not screen._detail.picture.heat_shown


def test_zoom_and_place_are_kept_from_image_to_image(screen: ReviewScreen, qtbot: QtBot) -> None:
    picture = screen._detail.picture
    picture.zoom_by(4.0, QPointF(picture.width() * 0.25, picture.height() * 0.5))
    zoom, centre = picture.zoom, picture.centre
    assert zoom == 4.0
    before = picture._picture
    qtbot.keyClick(screen, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: picture._picture is not before)
    assert (picture.zoom, picture.centre) == (zoom, centre)
    qtbot.keyClick(screen, Qt.Key.Key_0)
    assert picture.zoom == 1.0


def test_zooming_keeps_what_is_under_the_pointer(qtbot: QtBot) -> None:
    picture = ReviewPicture(ThemeSource(LIGHT))
    qtbot.addWidget(picture)
    picture.resize(800, 600)
    picture.show_picture(prepare(np.zeros((300, 400, 3), np.uint8), None), ())
    spot = QPointF(300.0, 250.0)
    before = picture._share_at(spot)
    picture.zoom_by(3.0, spot)
    after = picture._share_at(spot)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))


@pytest.mark.parametrize(
    ("key", "kinds"), [(Qt.Key.Key_W, {"alarm", "defect"}), (Qt.Key.Key_E, {"near_miss"}), (Qt.Key.Key_T, {"no_verdict"})]
)
def test_every_kind_has_its_key(screen: ReviewScreen, qtbot: QtBot, jobs: Jobs, key: Qt.Key, kinds: set[str]) -> None:
    qtbot.keyClick(screen, key)
    qtbot.waitUntil(lambda: screen._list_job is None)
    listed = [record(screen, number) for number in range(screen._model.rowCount())]
    assert {one.why_kept for one in listed} <= kinds
    assert screen._empty.isVisible() == (not listed)


def test_the_rail_learns_how_many_wait(line: FakeLine, theme_source: ThemeSource, jobs: Jobs, qtbot: QtBot) -> None:
    made = ReviewScreen(line, theme_source, jobs)
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.badge_changed) as badge:
        made.entered()
    assert badge.args == [214]
    qtbot.waitUntil(lambda: jobs.waiting == 0)


def test_a_picture_that_is_gone_says_so(screen: ReviewScreen, line: FakeLine, qtbot: QtBot) -> None:
    record(screen, 5).path.unlink()
    screen._select(5)
    qtbot.waitUntil(lambda: "cannot be read" in screen._detail.picture._message)


def test_fetching_filters_and_sorts(line: FakeLine) -> None:
    defects = fetch_images(line, Choice(Show.DEFECTS), 500)
    assert defects.complete
    assert {one.why_kept for one in defects.records} <= {"alarm", "defect"}
    assert [one.utc for one in defects.records] == sorted((one.utc for one in defects.records), reverse=True)
    few = fetch_images(line, Choice(Show.TO_REVIEW), 10)
    assert len(few.records) == 10
    assert not few.complete
    assert fetch_images(line, Choice(Show.DEFECTS, reviewed=Reviewed.SOMEBODY), 500).records == ()


def test_since_begins_where_it_says() -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert begin_utc(Since.ANY, (), now) is None
    day, week = begin_utc(Since.DAY, (), now), begin_utc(Since.WEEK, (), now)
    assert day is not None
    assert week is not None
    assert (now - day).total_seconds() == 86400
    assert (now - week).days == 7
    shift = begin_utc(Since.SHIFT, (Shift(name="A", start="06:00"),), now)
    assert shift is not None
    assert 0 <= (now - shift).total_seconds() < 86400


@pytest.mark.parametrize("broken", ["", "[]", "nonsense", '[{"label": "x"}]', '{"a": 1}', "[1]"])
def test_broken_regions_are_no_regions(line: FakeLine, broken: str) -> None:
    base = fetch_images(line, Choice(), 1).records[0]
    assert regions_of(replace(base, regions_json=broken), {}) == ()


def test_regions_come_strongest_first_and_the_heatmap_with_them(line: FakeLine, tmp_path: Path) -> None:
    base = fetch_images(line, Choice(), 1).records[0]
    rows = [{"label": "a", "score": score, "x": 1, "y": 2, "w": 3, "h": 4} for score in (0.2, 0.9)]
    assert [region.score for region in regions_of(replace(base, regions_json=json.dumps(rows)), {})] == [0.9, 0.2]
    heat = tmp_path / "heat.png"
    cv2.imwrite(str(heat), np.full((230, 565), 200, np.uint8))
    assert prepare_record(base).heat is None
    with_heat = prepare_record(replace(base, heatmap_path=heat)).heat
    assert with_heat is not None
    assert with_heat.max() > 0
    with pytest.raises(InputError, match="cannot be read"):
        prepare_record(replace(base, path=tmp_path / "gone.png"))


def test_thumbnails_are_bounded_and_the_oldest_leaves(line: FakeLine, jobs: Jobs, qtbot: QtBot) -> None:
    thumbnails = Thumbnails(jobs, capacity=5)
    records = fetch_images(line, Choice(), 12).records
    for one in records:
        thumbnails.pixmap(one.image_id, one.path)
    qtbot.waitUntil(lambda: thumbnails.waiting == 0)
    assert len(thumbnails) == 5
    newest = records[-1]
    assert thumbnails.pixmap(newest.image_id, newest.path) is not None


def test_scrolling_past_does_not_pile_up_work(line: FakeLine, jobs: Jobs, qtbot: QtBot) -> None:
    thumbnails = Thumbnails(jobs)
    for number in range(400):
        thumbnails.pixmap(number, Path(f"nowhere/{number}.png"))
    assert thumbnails.waiting <= 48
    qtbot.waitUntil(lambda: thumbnails.waiting == 0)
    assert thumbnails.is_unreadable(399)


def test_more_is_asked_for_only_while_there_is_more(line: FakeLine, qtbot: QtBot) -> None:
    model = ImageModel()
    records = fetch_images(line, Choice(), 20).records
    model.show_records(records[:10], complete=False)
    with qtbot.waitSignal(model.more_wanted):
        assert model.canFetchMore(model.index(-1))
        model.fetchMore(model.index(-1))
    assert not model.canFetchMore(model.index(-1))
    model.show_records(records, complete=True)
    assert model.rowCount() == 20
    assert not model.canFetchMore(model.index(-1))


def test_targets_can_be_touched(screen: ReviewScreen) -> None:
    detail = screen._detail
    for button in (detail._defect, detail._good, detail._unsure, detail._undo, detail._heat, *screen._filters._buttons.values()):
        assert min(button.width(), button.height()) >= TOUCH_PX
        assert button.key


def test_the_nearest_good_image_stands_beside_a_flagged_one(screen: ReviewScreen, qtbot: QtBot, line: FakeLine) -> None:
    detail = screen._detail
    qtbot.waitUntil(detail.good.isVisible)
    shown = record(screen, 0)
    good = nearest_good(line, shown)
    assert good is not None
    assert (good.source_id, good.why_kept) == (shown.source_id, "random_ok")
    others = [one for one in line.images(ImageQuery(source_id=shown.source_id, why_kept="random_ok")) if one.image_id != good.image_id]
    assert all(abs(good.utc - shown.utc) <= abs(one.utc - shown.utc) for one in others)
    assert f"{good.utc.astimezone():%H:%M:%S}" in detail.good.caption
    detail.picture.zoom_by(2.0)
    assert (detail.good.zoom, detail.good.centre) == (detail.picture.zoom, detail.picture.centre)
    detail.good.fit()
    assert detail.picture.zoom == 1.0


def test_a_good_image_is_compared_with_none(screen: ReviewScreen, line: FakeLine) -> None:
    random_ok = next(one for one in line.images(ImageQuery()) if one.why_kept == "random_ok")
    assert nearest_good(line, random_ok) is None
    line.give_feedback(Feedback(FeedbackAnswer.REAL, PersonId("wei"), image_id=random_ok.image_id))
    flagged = next(one for one in line.images(ImageQuery(source_id=random_ok.source_id)) if one.why_kept == "alarm")
    found = nearest_good(line, flagged)
    assert found is None or found.image_id != random_ok.image_id, "somebody called it a defect"


def test_scores_are_filtered_by_dragging_by_key_and_reset_by_a_tap(screen: ReviewScreen, qtbot: QtBot) -> None:
    scores = screen._filters.scores
    everything = screen._model.rowCount()
    assert int(scores._counts.sum()) == everything
    assert scores._thresholds == (0.5,)
    middle, right = QPoint(scores.width() // 2, scores.height() - 10), QPoint(scores.width() - 2, scores.height() - 10)
    qtbot.mousePress(scores, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseRelease(scores, Qt.MouseButton.LeftButton, pos=right)
    qtbot.waitUntil(lambda: 0 < screen._model.rowCount() < everything)
    assert all(record(screen, number).score >= 0.5 for number in range(screen._model.rowCount()))
    assert int(scores._counts.sum()) == everything, "the histogram shows what the range leaves out as well"
    qtbot.mouseClick(scores, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.waitUntil(lambda: screen._model.rowCount() == everything)
    qtbot.keyClick(screen, Qt.Key.Key_BracketRight)
    assert scores.range == (0.05, 1.0)
    qtbot.waitUntil(lambda: screen._model.rowCount() < everything)


def test_only_defects_of_the_cameras_models_are_offered(line: FakeLine) -> None:
    used = {camera.model for camera in line.station.cameras}
    [pack] = [pack for pack in line.packs if pack.name in used]
    output = pack.outputs[0]
    strange = output.labels[-1].model_copy(update={"name": "red iron"})
    other = pack.model_copy(update={"name": "steel", "outputs": (output.model_copy(update={"labels": (strange,)}),)})
    offered = defect_labels((pack, other), line.station)
    assert "red iron" not in offered
    assert set(offered) == {label.name for label in output.labels if label.severity > 0.0}
