"""This file decides how the past of the sensors is looked at: minutes to weeks, with warnings, risks and their drivers."""

from __future__ import annotations

import math
import time
from datetime import datetime
from functools import partial

import numpy as np
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from gui.controls import ButtonRole, KeyButton, LabelRole, Wrap, card, label
from gui.jobs import Jobs
from gui.language import pick
from gui.plotting import AXIS_PX
from gui.screen import Screen
from gui.theme import ThemeSource
from gui.trends_axis import Mark, TimeAxis
from gui.trends_data import EMPTY, LaneSpec, joined
from gui.trends_drivers import DriversPanel
from gui.trends_lane import NAME_PX, VALUE_PX, TrendLane
from gui.trends_lanes import Fetched, also_picked, fetch, first_picked, forecast_of, growth_specs, lane_specs
from gui.trends_picker import ChannelPicker
from station.port import LinePort
from station.view import LineSnapshot, RiskView, Trace

RANGES_S = (300.0, 3600.0, 8 * 3600.0, 86400.0, 7 * 86400.0)
"""Spans of the range buttons, s."""
_NARROWEST_S, _WIDEST_S = 2.0, 60 * 86400.0
_MEMORY_WINDOW_S = 2 * 3600.0
_FETCH_DELAY_MS = 150
_LANES_PER_TICK = 1
"""Live, so many lanes are drawn at a tick, in turn: seven at once would take a tick's whole time."""
_REFETCH_SHARE = 0.02


class TrendsScreen(Screen):
    """Lanes of sensor channels and risks over one time axis.

    While live, the view follows the clock; panning, zooming or Pause holds it. What memory holds is shown at once;
    older values come from the records, fetched by a job whenever the view comes to rest.
    """

    def __init__(self, port: LinePort, theme: ThemeSource, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(port, theme, jobs, parent)
        self._live = True
        self._span_s = RANGES_S[0]
        self._end_s = time.time()
        self._cursor_s: float | None = None
        self._snapshot: LineSnapshot | None = None
        self._history: dict[tuple[str, str], Trace] = {}
        self._fetched: tuple[float, float] = (0.0, 0.0)
        self._fetch_job: int | None = None
        self._drawn_at_s = -math.inf
        self._lanes: dict[tuple[str, str], TrendLane] = {}
        self._stale: list[TrendLane] = []
        self._growing: list[LaneSpec] = []
        self._picked = first_picked(self._specs())
        self._fetch_timer = QTimer(self)
        self._fetch_timer.setSingleShot(True)
        self._fetch_timer.setInterval(_FETCH_DELAY_MS)
        self._fetch_timer.timeout.connect(self._fetch)
        self._build()
        self._add_keys()
        self.retranslate()

    def _build(self) -> None:
        self._picker = ChannelPicker(self.theme_source)
        self._picker.picked_changed.connect(self._on_picked_changed)
        self._picker_title = label(LabelRole.SECTION)
        self._picker_hint = label(LabelRole.CAPTION, wrap=Wrap.WORDS)
        self._drivers = DriversPanel(self.port, self.theme_source, self.jobs)
        self._side = card()
        side = QVBoxLayout(self._side)
        side.addWidget(self._picker_title)
        side.addWidget(self._picker, 100)
        side.addWidget(self._picker_hint)
        side.addSpacing(10)
        side.addWidget(self._drivers)
        side.addStretch(1)

        self._range_buttons = [KeyButton(str(number + 1)) for number in range(len(RANGES_S))]
        for number, button in enumerate(self._range_buttons):
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.clicked.connect(partial(self._on_range, number))
        self._pause_button = KeyButton("P", ButtonRole.PRIMARY)
        self._pause_button.clicked.connect(self._on_pause)
        self._state = label(LabelRole.MUTED)
        self._mark_note: QLabel = label(LabelRole.STRONG)
        top = QHBoxLayout()
        for button in self._range_buttons:
            top.addWidget(button)
        top.addSpacing(12)
        top.addWidget(self._pause_button)
        top.addSpacing(12)
        top.addWidget(self._state)
        top.addStretch(1)
        top.addWidget(self._mark_note)

        self._lane_box = QWidget()
        self._lane_layout = QVBoxLayout(self._lane_box)
        self._lane_layout.setContentsMargins(0, 0, 0, 0)
        self._lane_layout.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._lane_box)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._axis = TimeAxis(self.theme_source)
        self._empty = label(LabelRole.LARGE, wrap=Wrap.WORDS)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._plots: QFrame = card()
        plots = QVBoxLayout(self._plots)
        plots.setSpacing(4)
        plots.addWidget(self._empty, 1)
        plots.addWidget(self._scroll, 1)
        plots.addWidget(self._axis)
        self._hints = label(LabelRole.CAPTION, wrap=Wrap.WORDS)
        middle = QVBoxLayout()
        middle.setSpacing(10)
        middle.addLayout(top)
        middle.addWidget(self._plots, 1)
        middle.addWidget(self._hints)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 10)
        layout.setSpacing(12)
        layout.addWidget(self._side)
        layout.addLayout(middle, 1)
        self.restyle()

    def _add_keys(self) -> None:
        for key, slot in (
            ("Left", partial(self._step_cursor, -1)),
            ("Right", partial(self._step_cursor, 1)),
            ("Shift+Left", partial(self.pan, -0.25)),
            ("Shift+Right", partial(self.pan, 0.25)),
            ("+", partial(self.zoom, 0.5)),
            ("=", partial(self.zoom, 0.5)),
            ("-", partial(self.zoom, 2.0)),
            ("C", self._picker.setFocus),
            ("X", self._clear_cursor),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(slot)

    # what there is to show

    def _specs(self) -> list[LaneSpec]:
        return self._growth_specs() + lane_specs(self.port.station, self.port.packs, self.tr("Risk: {name}"))

    def _growth_specs(self) -> list[LaneSpec]:
        return growth_specs(self._snapshot, self.tr("Found area: {name}"))

    @override
    def retranslate(self) -> None:
        """Set every text in the current language."""
        for button, text in zip(
            self._range_buttons, (self.tr("5 min"), self.tr("1 h"), self.tr("8 h"), self.tr("24 h"), self.tr("7 days")), strict=True
        ):
            button.setText(text)
        self._picker_title.setText(self.tr("SHOWN"))
        self._picker_hint.setText(self.tr("C: to the list · ↑ ↓: choose · Enter: show or hide"))
        self._drivers.retranslate()
        self._empty.setText(
            self.tr("Choose a channel on the left.")
            if self._specs()
            else self.tr("This station has no sensors. Add a [[sensors]] section to the station file.")
        )
        self._hints.setText(self.tr("← →: cursor · X: cursor away · Shift + ← →: earlier, later · + −: zoom · drag and wheel do the same"))
        specs = self._specs()
        for widget in (self._side, self._hints):
            widget.setVisible(bool(specs))
        self._picker.show_lanes(specs, self._picked)
        self._make_lanes()
        self._show_state()

    @override
    def restyle(self) -> None:
        """Take sizes from the theme source."""
        self._side.setFixedWidth(self.theme_source.space(290))
        for lane in self._lanes.values():
            lane.restyle()
        self._place_axis()
        self._draw()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the time axis under the plots."""
        super().resizeEvent(event)
        self._place_axis()

    def _place_axis(self) -> None:
        bar = self._scroll.verticalScrollBar()
        extra = bar.width() if bar.isVisible() else 0
        space = self.theme_source.space
        self._axis.set_margins(space(NAME_PX) + space(AXIS_PX), space(VALUE_PX) + extra)

    def _make_lanes(self) -> None:
        while (item := self._lane_layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._lanes = {}
        self._stale = []
        for spec in self._specs():
            if spec.key not in self._picked:
                continue
            lane = TrendLane(spec, self.theme_source)
            lane.plot.pan_wanted.connect(self._on_pan_wanted)
            lane.plot.zoom_wanted.connect(self._on_zoom_wanted)
            lane.plot.cursor_wanted.connect(self._on_cursor_wanted)
            self._lanes[spec.key] = lane
            self._lane_layout.addWidget(lane, 1)
        for widget in (self._scroll, self._axis):
            widget.setVisible(bool(self._lanes))
        self._empty.setVisible(not self._lanes)
        self._fetched = (0.0, 0.0)
        self._fetch_timer.start()
        self._draw()

    # following the line

    @override
    def refresh(self, snapshot: LineSnapshot) -> None:
        """Follow the line; redrawn only as often as a pixel of the time axis passes."""
        self._snapshot = snapshot
        now_s = self._now_s()
        if (growing := self._growth_specs()) != self._growing:
            self._picked, self._growing = also_picked(self._picked, self._growing, growing), growing
            self.retranslate()
        if not self._live:
            return
        due_s = max(0.1, self._span_s / max(self._plots.width() - 300, 300))
        if not self._stale and abs(now_s - self._drawn_at_s) >= due_s:
            self._drawn_at_s = now_s
            self._end_s = now_s
            self._stale = list(self._lanes.values())
            self._show_frame()
            if now_s - self._fetched[1] > max(10.0, _REFETCH_SHARE * self._span_s) and not self._fetch_timer.isActive():
                self._fetch_timer.start()
        for lane in self._stale[:_LANES_PER_TICK]:
            self._draw_lane(lane)
            lane.show_view(self._end_s - self._span_s, self._end_s, self._cursor_s)
        del self._stale[:_LANES_PER_TICK]

    def _now_s(self) -> float:
        """The line's own now: its newest sample plus that sample's age; the computer's clock before the first."""
        for sensor in () if self._snapshot is None else self._snapshot.sensors:
            config = next((one for one in self.port.station.sensors if one.id == sensor.source_id), None)
            if config is not None and config.channels and math.isfinite(sensor.age_s):
                trace = self.port.recent_trace(sensor.source_id, config.channels[0].id, 10.0 + sensor.age_s)
                if trace.utc_s.size:
                    return float(trace.utc_s[-1]) + sensor.age_s
        return time.time()

    def _recent(self, spec: LaneSpec) -> Trace:
        if not spec.target:
            seconds = min(max(self._now_s() - (self._end_s - self._span_s), 10.0) * 1.02, _MEMORY_WINDOW_S)
            return self.port.recent_trace(spec.sensor, spec.channel, seconds)
        risk = self._risk(spec)
        if risk is None:
            return EMPTY
        utc_s = self._now_s() + risk.trace_time_s
        return Trace(utc_s, risk.trace_score, risk.trace_score, risk.trace_score)

    def _risk(self, spec: LaneSpec) -> RiskView | None:
        for sensor in () if self._snapshot is None else self._snapshot.sensors:
            if sensor.source_id == spec.sensor:
                return next((risk for risk in sensor.risks if risk.target == spec.target), None)
        return None

    def _draw(self) -> None:
        for lane in self._lanes.values():
            self._draw_lane(lane)
        self._show_view()

    def _draw_lane(self, lane: TrendLane) -> None:
        in_memory = self._now_s() - _MEMORY_WINDOW_S < self._end_s
        recent = self._recent(lane.spec) if in_memory and self._snapshot is not None else EMPTY
        lane.show_trace(joined(self._history.get(lane.spec.key, EMPTY), recent))
        forecast = None if self._snapshot is None else forecast_of(self._snapshot, self.port.packs, lane.spec)
        if forecast is not None:
            lane.plot.show_forecast(self._now_s() + forecast.ahead_s, forecast.value, forecast.half_width)

    def _show_view(self) -> None:
        self._stale = []
        for lane in self._lanes.values():
            lane.show_view(self._end_s - self._span_s, self._end_s, self._cursor_s)
        self._show_frame()

    def _show_frame(self) -> None:
        self._axis.show_view(self._end_s - self._span_s, self._end_s, self._cursor_s)
        self._place_axis()
        self._show_drivers()

    def _show_drivers(self) -> None:
        at_s = self._end_s if self._cursor_s is None else self._cursor_s
        near = None if self._cursor_s is None else self._axis.mark_near(self._cursor_s)
        self._mark_note.setText("" if near is None else f"{near.title} · {datetime.fromtimestamp(near.utc_s).astimezone():%H:%M:%S}")
        risks = [lane for lane in self._lanes.values() if lane.spec.target]
        scored = [(lane.value(at_s, self._span_s), lane) for lane in risks]
        known = [(score, lane) for score, lane in scored if not math.isnan(score)]
        if not known:
            self._drivers.show_nothing(has_risks=bool(risks))
            return
        score, worst = max(known, key=lambda pair: pair[0])
        spec = worst.spec
        names = {one.id: pick(one.name) for sensor in self.port.station.sensors if sensor.id == spec.sensor for one in sensor.channels}
        risk = f"{spec.title} {score:.2f}"
        newest = self._risk(spec)
        if self._live and self._cursor_s is None and newest is not None:
            self._drivers.show_now(risk, newest.finding.contributors, names)
        else:
            self._drivers.show_past(risk, spec.sensor, spec.target, at_s, names)

    # older values and warnings, off the GUI thread

    @Slot()
    def _fetch(self) -> None:
        if self._fetch_job is not None:
            self.jobs.cancel(self._fetch_job)
        start_s, end_s = self._end_s - 1.1 * self._span_s, self._end_s + 0.1 * self._span_s
        keys = [lane.spec.key for lane in self._lanes.values()]
        work = partial(fetch, self.port, keys, start_s, end_s)
        self._fetch_job = self.jobs.run(self, work, partial(self._on_fetched, (start_s, self._end_s)))

    def _on_fetched(self, stretch: tuple[float, float], found: Fetched) -> None:
        self._fetch_job = None
        self._fetched = stretch
        self._history = found.traces
        marks = tuple(Mark(utc_s, priority, pick(title)) for utc_s, priority, title in found.warnings)
        self._axis.show_marks(marks)
        times = np.array([mark.utc_s for mark in marks])
        for lane in self._lanes.values():
            lane.plot.show_marks(times)
        self._draw()

    # what the person does

    @Slot()
    def _on_picked_changed(self) -> None:
        self._picked = self._picker.picked()
        self._make_lanes()

    def _on_range(self, number: int) -> None:
        centre_s = self._end_s - self._span_s / 2.0
        self._span_s = RANGES_S[number]
        if not self._live:
            self._end_s = min(centre_s + self._span_s / 2.0, self._now_s())
        self._moved()

    @Slot()
    def _on_pause(self) -> None:
        self._live = not self._live
        if self._live:
            self._cursor_s = None
            self._end_s = self._now_s()
        self._moved()

    def pan(self, share: float) -> None:
        """Move the view by *share* of its span (positive: later) and hold it."""
        self._on_pan_wanted(share * self._span_s)

    def zoom(self, factor: float) -> None:
        """Multiply the span by *factor*; live, the newest moment stays, else the middle (or the cursor)."""
        anchor = self._end_s if self._live else self._end_s - self._span_s / 2.0
        self._on_zoom_wanted(factor, anchor if self._cursor_s is None else self._cursor_s)

    @Slot(float)
    def _on_pan_wanted(self, seconds: float) -> None:
        self._live = False
        self._end_s = min(self._end_s + seconds, self._now_s() + 0.5 * self._span_s)
        self._moved()

    @Slot(float, float)
    def _on_zoom_wanted(self, factor: float, anchor_s: float) -> None:
        span_s = min(max(self._span_s * factor, _NARROWEST_S), _WIDEST_S)
        if not self._live:
            self._end_s = anchor_s + (self._end_s - anchor_s) * span_s / self._span_s
        self._span_s = span_s
        self._moved()

    @Slot(float)
    def _on_cursor_wanted(self, utc_s: float) -> None:
        self._cursor_s = utc_s
        self._show_view()

    def _step_cursor(self, steps: int) -> None:
        start_s = self._end_s - self._span_s
        at = self._end_s - self._span_s / 2.0 if self._cursor_s is None else self._cursor_s + steps * self._span_s / 200.0
        self._on_cursor_wanted(min(max(at, start_s), self._end_s))

    def _clear_cursor(self) -> None:
        self._cursor_s = None
        self._show_view()

    def _moved(self) -> None:
        self._drawn_at_s = self._now_s()
        for number, button in enumerate(self._range_buttons):
            button.setChecked(math.isclose(self._span_s, RANGES_S[number]))
        self._show_state()
        self._draw()
        self._fetch_timer.start()

    def _show_state(self) -> None:
        self._pause_button.setText(self.tr("Pause") if self._live else self.tr("Live"))
        self._state.setText(self.tr("live") if self._live else self.tr("held; the line runs on"))

    @property
    def is_live(self) -> bool:
        """Whether the view follows the clock."""
        return self._live

    @property
    def view(self) -> tuple[float, float]:
        """Start and end of what is in sight, POSIX s."""
        return self._end_s - self._span_s, self._end_s

    @override
    def left(self) -> None:
        """Ask for nothing while nobody looks."""
        self._fetch_timer.stop()

    @override
    def entered(self) -> None:
        """Fetch what came meanwhile."""
        self._fetch_timer.start()

    @override
    def keys(self) -> list[tuple[str, str]]:
        """Keys for the overlay."""
        return [
            ("1 … 5", self.tr("5 min, 1 h, 8 h, 24 h, 7 days")),
            ("P", self.tr("Pause or live")),
            ("← →", self.tr("Move the cursor")),
            ("X", self.tr("Take the cursor away")),
            ("Shift + ← →", self.tr("Earlier, later")),
            ("+ −", self.tr("Zoom")),
            ("C", self.tr("To the list of channels; Enter shows or hides")),
        ]
