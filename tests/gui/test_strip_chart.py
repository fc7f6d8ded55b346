"""The strip: repaints only on change, colour only outside of the band, gaps, cheap."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.polyline import segments, thin
from gui.strip_chart import StripChart
from gui.theme import DARK, LIGHT, ThemeSource

SECONDS = np.linspace(-120.0, 0.0, 600)


def strip(qtbot: QtBot, low: float | None = 48.0, high: float | None = 55.0, threshold: float | None = None) -> StripChart:
    made = StripChart("Oil temperature", "°C", 1, low, high, threshold, ThemeSource(LIGHT), subtitle="TS1")
    qtbot.addWidget(made)
    made.setStyleSheet(f"background: {LIGHT.surface};")
    made.resize(900, 64)
    made.show()
    return made


def count(image: QImage, colour: str) -> int:
    wanted = QColor(colour).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def test_normal_is_grey(qtbot: QtBot) -> None:
    chart = strip(qtbot)
    chart.show_trace(SECONDS, 51.0 + np.sin(SECONDS), 51.4)
    picture = chart.grab().toImage()
    assert count(picture, LIGHT.priority[2]) == 0
    assert count(picture, LIGHT.priority_text[2]) == 0
    assert count(picture, LIGHT.trace) > 300
    assert not chart.is_abnormal


def test_only_what_is_outside_the_band_is_coloured(qtbot: QtBot) -> None:
    chart = strip(qtbot)
    values = np.where(SECONDS > -30.0, 58.0, 51.0)
    chart.show_trace(SECONDS, values, 58.0)
    picture = chart.grab().toImage()
    assert chart.is_abnormal
    assert count(picture, LIGHT.priority[2]) > 50
    assert count(picture, LIGHT.trace) > 3 * count(picture, LIGHT.priority[2]) / 2


@pytest.mark.parametrize(("value", "abnormal"), [(47.9, True), (48.0, False), (55.0, False), (55.1, True), (math.nan, False)])
def test_the_band_includes_its_ends(qtbot: QtBot, value: float, *, abnormal: bool) -> None:
    chart = strip(qtbot)
    chart.show_trace(SECONDS, np.full(600, 51.0), value)
    assert chart.is_abnormal is abnormal


@pytest.mark.parametrize(("score", "abnormal"), [(0.49, False), (0.5, True), (0.9, True)])
def test_a_risk_is_abnormal_at_its_threshold(qtbot: QtBot, score: float, *, abnormal: bool) -> None:
    chart = strip(qtbot, None, None, 0.5)
    chart.show_trace(SECONDS, np.full(600, score), score)
    assert chart.is_abnormal is abnormal


def test_same_data_is_not_painted_again(qtbot: QtBot) -> None:
    chart = strip(qtbot)
    chart.show_trace(SECONDS, np.full(600, 51.0), 51.0)
    qtbot.waitUntil(lambda: chart.paints > 0)
    qtbot.wait(50)
    painted = chart.paints
    for _ in range(5):
        chart.show_trace(SECONDS.copy(), np.full(600, 51.0), 51.0)
        qtbot.wait(10)
    assert chart.paints == painted
    chart.show_trace(SECONDS, np.full(600, 52.0), 52.0)
    qtbot.waitUntil(lambda: chart.paints == painted + 1)


def test_the_theme_is_followed(qtbot: QtBot) -> None:
    source = ThemeSource(LIGHT)
    chart = StripChart("a", "", 1, 0.0, 1.0, None, source)
    qtbot.addWidget(chart)
    chart.resize(600, 60)
    chart.show_trace(SECONDS, np.full(600, 0.5), 0.5)
    assert count(chart.grab().toImage(), LIGHT.band) > 100
    source.set_look(DARK, 1.0)
    assert count(chart.grab().toImage(), DARK.band) > 100


def test_a_gap_splits_the_line() -> None:
    y = np.array([1.0, 2.0, np.nan, np.nan, 3.0, np.nan, 4.0, 5.0])
    lines = segments(np.arange(8.0), y)
    assert [line.size() for line in lines] == [2, 2, 2]
    assert lines[1].at(0).x() == 4.0
    assert segments(np.arange(3.0), np.full(3, np.nan)) == []


def test_thinning_keeps_the_extremes_and_the_gap() -> None:
    x = np.linspace(0.0, 100.0, 50_000, endpoint=False)
    y = np.zeros(50_000)
    y[12_345], y[31_000] = 7.0, -3.0
    y[20_000:21_000] = np.nan
    thin_x, thin_y = thin(x, y, 100)
    assert thin_x.size <= 400
    assert np.nanmax(thin_y) == 7.0
    assert np.nanmin(thin_y) == -3.0
    assert len(segments(thin_x, thin_y)) == 2


def test_a_strip_costs_less_than_a_pyqtgraph_plot(qtbot: QtBot) -> None:
    """Processor time per tick, twelve of each, everything new at every tick; the ratio is what the docstring quotes."""
    import pyqtgraph as pg

    rng = np.random.default_rng(1)
    data = 51.0 + 2.0 * np.sin(np.arange(900) / 30.0) + rng.normal(0.0, 0.3, 900)
    strips = [StripChart(f"Sensor {i}", "bar", 1, 48.0, 55.0, None, ThemeSource(LIGHT), subtitle="PS") for i in range(12)]
    plots = [pg.PlotWidget() for _ in range(12)]
    curves = []
    for plot in plots:
        plot.hideAxis("left")
        plot.hideAxis("bottom")
        plot.setXRange(-120.0, 0.0)
        plot.setYRange(40.0, 60.0)
        curve = plot.plot(pen=pg.mkPen("k", width=1))
        curve.setClipToView(True)
        curves.append(curve)

    def cost_ms(widgets: list[QWidget], feed: Callable[[int], None]) -> float:
        box = QWidget()
        qtbot.addWidget(box)
        layout = QVBoxLayout(box)
        for widget in widgets:
            layout.addWidget(widget)
        box.resize(1000, 900)
        box.show()
        for k in range(3):
            feed(k)
            box.grab()
        costs = []
        for k in range(30):
            start = time.thread_time()
            feed(k)
            box.grab()
            costs.append(time.thread_time() - start)
        return float(np.median(costs)) * 1e3

    def feed_strips(k: int) -> None:
        for chart in strips:
            chart.show_trace(SECONDS, data[k : k + 600], float(data[k + 599]))

    def feed_plots(k: int) -> None:
        for curve in curves:
            curve.setData(SECONDS, data[k : k + 600])

    ours, theirs = cost_ms(list(strips), feed_strips), cost_ms(list(plots), feed_plots)
    print(f"12 strips: {ours:.1f} ms per tick; 12 pyqtgraph plots: {theirs:.1f} ms per tick")
    assert ours < theirs
