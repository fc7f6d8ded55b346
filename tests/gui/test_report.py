"""Report: figures against their formulas, periods in local time, exports whole or not at all, nothing empty shown."""

from __future__ import annotations

import csv
import dataclasses
import io
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from gui.jobs import Jobs
from gui.report_agreement import AnsweredThing, agreements, cohens_kappa, total_agreement, wilson
from gui.report_figures import Period, p_chart, pareto, period_bounds, report_csv, warning_load
from gui.report_pdf import report_pdf
from gui.report_screen import ReportScreen, write_whole
from gui.theme import TOUCH_PX, ThemeSource
from inference.errors import RecordsError
from station.config import Shift, Text
from station.frames import AlarmId, DefinitionId, PersonId, SourceId
from station.past import PictureAnswers
from station.view import AlarmKind, AlarmRecord, Feedback, FeedbackAnswer, PeriodReport
from tests.gui.fake_line import FakeLine

T0 = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def alarm(minute: float, note: str = "") -> AlarmRecord:
    said = Feedback(FeedbackAnswer.REAL, PersonId("wei"), AlarmId("a"), note=note) if note else None
    at = T0 + timedelta(minutes=minute)
    return AlarmRecord(
        AlarmId("a"),
        DefinitionId("pitting"),
        Text(en="Pits", zh="点蚀"),
        AlarmKind.DEFECT,
        2,
        SourceId("cam1"),
        "x",
        at,
        None,
        None,
        "",
        None,
        3,
        said,
    )


def report(**changes: object) -> PeriodReport:
    given_values: dict[str, object] = {
        "since_utc": T0,
        "until_utc": T0 + timedelta(hours=8),
        "inspected": 0,
        "defects": 0,
        "no_verdict": 0,
        "warnings": 0,
        "false_alarms": 0,
        "by_label": (),
        "by_interval": (),
        "alarms": (),
    }
    return PeriodReport(**{**given_values, **changes})  # type: ignore[arg-type]


def test_control_limits_follow_the_formula() -> None:
    chart = p_chart([(T0, 100, 2), (T0, 400, 12), (T0, 0, 0), (T0, 50, 9)])
    assert chart is not None
    mean = 23 / 550
    assert chart.mean == pytest.approx(mean)
    assert len(chart.points) == 3
    second = chart.points[1]
    assert second.upper == pytest.approx(mean + 3 * math.sqrt(mean * (1 - mean) / 400))
    assert second.lower == pytest.approx(mean - 3 * math.sqrt(mean * (1 - mean) / 400))
    assert chart.points[0].lower == 0.0
    assert [point.out_of_control for point in chart.points] == [False, False, True]


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(0, 1)), max_size=30))
def test_limits_hold_the_mean(rows: list[tuple[int, float]]) -> None:
    chart = p_chart([(T0, inspected, round(inspected * share)) for inspected, share in rows])
    if sum(inspected for inspected, _ in rows) == 0:
        assert chart is None
        return
    assert chart is not None
    for point in chart.points:
        assert 0.0 <= point.lower <= chart.mean + 1e-12
        assert chart.mean - 1e-12 <= point.upper <= 1.0


def test_pareto_orders_and_sums_up() -> None:
    bars = pareto([("a", 2), ("b", 6), ("none", 0)])
    assert [(bar.label, bar.count) for bar in bars] == [("b", 6), ("a", 2)]
    assert [bar.cumulative for bar in bars] == pytest.approx([0.75, 1.0])


def test_warning_load_counts_per_ten_minutes() -> None:
    load = warning_load([T0 + timedelta(minutes=at) for at in (*[1.0] * 11, 9.99, 10.0, -1.0, 700.0)], T0, T0 + timedelta(minutes=25))
    assert load.counts.tolist() == [12, 1, 0]
    assert (load.peak, load.floods) == (12, 1)
    assert load.mean == pytest.approx(13 / 3)


def test_periods_are_local_and_follow_each_other() -> None:
    now = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
    shifts = (Shift(name="A", start="06:00"), Shift(name="B", start="14:00"), Shift(name="C", start="22:00"))
    for period in Period:
        begin, end = period_bounds(period, 0, shifts, now)
        assert end == now
        earlier = period_bounds(period, 1, shifts, now)
        assert earlier[1] == begin
        assert earlier[0] < begin
    monday = period_bounds(Period.WEEK, 0, shifts, now)[0].astimezone()
    assert (monday.weekday(), monday.hour, monday.minute) == (0, 0, 0)
    shift = period_bounds(Period.SHIFT, 1, shifts, now)
    assert shift[1] - shift[0] == timedelta(hours=8)


def test_csv_holds_everything_and_runs_no_formula(fake_line: FakeLine) -> None:
    answers = PictureAnswers(SourceId("cam1"), both_defect=8, both_good=1, only_model=1)
    text = report_csv(
        report(
            inspected=100,
            defects=2,
            by_interval=((T0, 100, 2),),
            by_label=(("pitting", 2),),
            alarms=(alarm(1.0, "=1+1"),),
            pictures=(answers,),
        ),
        fake_line.station,
    )
    rows = list(csv.reader(io.StringIO(text)))
    assert ["figure", "inspected", "100", "", "", "", ""] in rows
    assert any(row[:2] == ["label", "pitting"] for row in rows)
    assert any(row[:1] == ["interval"] and row[3] == "100" for row in rows)
    (agreement,) = [row for row in rows if row[:1] == ["picture"]]
    assert agreement[3:8] == ["9", "1", "0", "0", "0.9000"]
    assert float(agreement[8]) == pytest.approx(0.5958, abs=1e-4)
    last = rows[-1]
    assert last[2] == "Pits"
    assert last[-1] == "'=1+1"


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert wilson(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson(0, 20)[1] == pytest.approx(0.1611, abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


@example(0, 161)
@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share(hits: int, more: int) -> None:
    low, high = wilson(hits, hits + more)
    assert 0.0 <= low <= hits / (hits + more) <= high <= 1.0


def test_kappa_is_agreement_beyond_chance() -> None:
    assert cohens_kappa(20, 15, 5, 10) == pytest.approx(0.4)  # 70 % seen, 50 % by chance
    assert cohens_kappa(10, 10, 0, 0) == 1.0
    assert cohens_kappa(25, 25, 25, 25) == pytest.approx(0.0)
    assert cohens_kappa(40, 0, 3, 0) is None
    assert cohens_kappa(0, 0, 0, 0) is None


def answered(name: str, answer: FeedbackAnswer | None, *, by_model: bool = True) -> AlarmRecord:
    said = None if answer is None else Feedback(answer, PersonId("wei"), AlarmId("a"))
    return dataclasses.replace(alarm(1.0), definition_id=DefinitionId(name), feedback=said, by_model=by_model)


def test_agreement_is_counted_by_warning_and_by_camera(fake_line: FakeLine) -> None:
    real, false, unsure = FeedbackAnswer.REAL, FeedbackAnswer.FALSE, FeedbackAnswer.UNSURE
    alarms = (
        *(answered("pitting", answer) for answer in (real, real, real, false, unsure, None, None)),
        *(answered("pump", answer) for answer in (real, real, real, real, real)),
        *(answered("hot", answer, by_model=False) for answer in (false, false)),
        answered("valve", None),
    )
    camera = fake_line.station.cameras[0].id
    pictures = (PictureAnswers(SourceId(camera), 20, 15, 5, 10, unsure=2), PictureAnswers(SourceId("gone"), both_defect=1))
    found = agreements(report(alarms=alarms, pictures=pictures), fake_line.station)
    assert [(one.thing, one.item_id, one.agreed, one.disagreed, one.unsure, one.unanswered) for one in found] == [
        (AnsweredThing.WARNING, "pump", 5, 0, 0, 0),
        (AnsweredThing.WARNING, "pitting", 3, 1, 1, 2),
        (AnsweredThing.PICTURE, camera, 35, 15, 2, 0),
        (AnsweredThing.PICTURE, "gone", 1, 0, 0, 0),
    ]
    assert found[2].name == fake_line.station.cameras[0].name.en
    assert found[2].kappa == pytest.approx(0.4)
    assert total_agreement(found) == (44, 60)


def test_the_page_is_one_page(fake_line: FakeLine, theme_source: ThemeSource) -> None:
    many = report(inspected=9, defects=1, by_interval=((T0, 9, 1),), alarms=tuple(alarm(n) for n in range(300)))
    fake_line.picture_answers = (PictureAnswers(SourceId("cam1"), both_defect=8, only_model=1),)
    for one in (report(), many, fake_line.report(T0, T0 + timedelta(hours=8))):
        pdf = report_pdf(one, fake_line.station, fake_line.packs, "x")
        assert pdf.startswith(b"%PDF-")
        assert pdf.count(b"/Type /Page\n") == 1


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    assert write_whole(tmp_path / "a.csv", b"x").read_bytes() == b"x"
    with pytest.raises(RecordsError, match="Choose another folder"):
        write_whole(tmp_path / "gone" / "a.csv", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.fixture
def screen(qtbot: QtBot, fake_line: FakeLine, theme_source: ThemeSource, jobs: Jobs, tmp_path: Path) -> ReportScreen:
    def choose(_parent: QWidget, suggested: Path, _kind: str) -> Path:
        return tmp_path / suggested.name

    made = ReportScreen(fake_line, theme_source, jobs, chooser=choose)
    qtbot.addWidget(made)
    made.resize(1824, 950)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.entered()
    qtbot.waitUntil(lambda: made._report is not None)
    return made


def test_figures_charts_and_warnings_are_shown(screen: ReportScreen, fake_line: FakeLine) -> None:
    shown = screen._report
    assert shown is not None
    assert screen._figure_labels[1][0].text() == str(shown.defects)
    assert [panel.isVisible() for panel in screen._panels] == [True, True, True, False]
    model = screen._table_model
    assert model.rowCount() == len(shown.alarms)
    assert model.data(model.index(0, 1)) == shown.alarms[0].title.en
    screen.grab()


def test_agreement_is_shown_once_somebody_answered(screen: ReportScreen, fake_line: FakeLine, qtbot: QtBot) -> None:
    fake_line.picture_answers = (PictureAnswers(SourceId(fake_line.station.cameras[0].id), 8, 1, 1, 0, unsure=3),)
    screen.entered()
    qtbot.waitUntil(lambda: screen._panels[3].isVisible())
    assert "9 of 10" in screen._panels[3].accessibleName()
    assert "3 unsure" in screen._panels[3].accessibleName()
    assert all(panel.height() >= 140 for panel in screen._panels)
    screen.grab()


def test_what_is_empty_is_not_shown(screen: ReportScreen) -> None:
    screen._on_report(report())
    assert not any(widget.isVisible() for widget in (*screen._panels, screen._table, screen._figures, screen._chart_box))
    assert "Nothing was recorded" in screen._note.text()
    screen._on_report(report(inspected=5, by_interval=((T0, 5, 0),)))
    assert screen._figures.isVisible()
    assert [panel.isVisible() for panel in screen._panels] == [False] * 4
    screen._on_report(report(inspected=9, defects=1, by_interval=((T0, 5, 0), (T0 + timedelta(hours=1), 4, 1))))
    assert [panel.isVisible() for panel in screen._panels] == [True, False, False, False]
    assert "No warnings" in screen._note.text()


@pytest.mark.parametrize(("key", "ending", "begins"), [(Qt.Key.Key_C, "csv", b"\xef\xbb\xbfsection"), (Qt.Key.Key_P, "pdf", b"%PDF")])
def test_keys_export(screen: ReportScreen, qtbot: QtBot, tmp_path: Path, key: Qt.Key, ending: str, begins: bytes) -> None:
    with qtbot.waitSignal(screen.told) as told:
        qtbot.keyClick(screen, key)
    written = next(tmp_path.glob(f"*.{ending}"))
    assert str(written) in told.args[0]
    assert written.read_bytes().startswith(begins)


def test_keys_choose_the_period(screen: ReportScreen, qtbot: QtBot) -> None:
    assert not screen._later.isEnabled()
    qtbot.keyClick(screen, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: screen._job is None)
    today = screen.title
    qtbot.keyClick(screen, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: screen._job is None)
    assert screen.title < today
    assert screen._later.isEnabled()
    qtbot.keyClick(screen, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: screen._job is None)
    assert screen.title == today


@pytest.mark.parametrize(("width", "height"), [(1824, 950), (1298, 650)])
def test_no_text_is_clipped(screen: ReportScreen, qtbot: QtBot, width: int, height: int) -> None:
    screen.resize(width, height)
    qtbot.wait(20)
    for one in screen.findChildren(QLabel):
        if one.isVisible() and one.text() and not one.wordWrap():
            assert one.width() >= one.sizeHint().width() - 1, one.text()
    assert min(screen._pdf.height(), screen._earlier.height()) >= TOUCH_PX
