"""This file decides how sensor links are shown on the Line screen: a strip per channel, a lane per risk, and why there is no verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from gui.controls import LabelRole, Wrap, label
from gui.language import pick, reason_text
from gui.strip_chart import StripChart
from gui.theme import ThemeSource
from gui.words import verdict_word
from inference.findings import Verdict
from station.frames import SourceId
from station.port import LinePort
from station.view import LineSnapshot, RiskView, SensorView

_WINDOW_S = 120.0
_ONE_COLUMN_LANE_PX = 46
_SMALLEST_LANE_PX = 26
_MOST_NAMED_CHANNELS = 2
_LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class _ChannelLane:
    source: SourceId
    channel: str
    index: int
    strip: StripChart


class SensorLanes(QFrame):
    """The strips of every sensor link.

    Args:
        port: Where traces come from.
        theme: Colours and type sizes.
    """

    def __init__(self, port: LinePort, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._port, self._source = port, theme
        self._channels: list[_ChannelLane] = []
        self._risks: dict[tuple[SourceId, str], StripChart] = {}
        self._outputs = {p.name: {o.target or p.name: o for o in p.outputs if o.threshold is not None} for p in port.packs}
        self._columns = 0
        self._calls = 0
        self.notes: dict[SourceId, QLabel] = {}
        inner = QWidget()
        self._grid = QGridLayout(inner)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidget(inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(4)
        for sensor in port.station.sensors:
            note = label(LabelRole.STRONG, wrap=Wrap.WORDS)
            note.setProperty("role", "note")
            # Height for width would make the whole left side of the screen ask for its full wish.
            policy = note.sizePolicy()
            policy.setHeightForWidth(False)
            note.setSizePolicy(policy)
            note.hide()
            self.notes[SourceId(sensor.id)] = note
            layout.addWidget(note)
        layout.addWidget(self._scroll, 1)
        self.retranslate()

    @property
    def lanes(self) -> int:
        """Number of strips and lanes."""
        return len(self._channels) + len(self._risks)

    def retranslate(self) -> None:
        """Build the strips anew: their names are in the current language."""
        for strip in [*(lane.strip for lane in self._channels), *self._risks.values()]:
            self._grid.removeWidget(strip)
            strip.deleteLater()
        self._channels.clear()
        self._risks.clear()
        for sensor in self._port.station.sensors:
            source = SourceId(sensor.id)
            for index, channel in enumerate(sensor.channels):
                if channel.shown:
                    strip = StripChart(
                        pick(channel.name),
                        channel.unit,
                        channel.decimals,
                        channel.normal_low,
                        channel.normal_high,
                        None,
                        self._source,
                        subtitle=channel.id,
                        window_s=_WINDOW_S,
                    )
                    self._channels.append(_ChannelLane(source, channel.id, index, strip))
            for target, output in self._outputs.get(sensor.model or "", {}).items():
                title = target if output.title is None else pick(output.title)
                lane = StripChart(title, "", 2, None, None, output.threshold, self._source, subtitle=self.tr("risk"), window_s=_WINDOW_S)
                self._risks[source, target] = lane
        self._columns = self._calls = 0
        self._arrange()

    def show_sensors(self, snapshot: LineSnapshot, now: datetime) -> None:
        """Show the sensor links of *snapshot*: every other strip at each call, so that no call is long."""
        views = {view.source_id: view for view in snapshot.sensors}
        now_s = now.timestamp()
        self._calls += 1
        for number, lane in enumerate(self._channels):
            view = views.get(lane.source)
            if view is None or (self._calls > 1 and (number + self._calls) % 2):
                continue
            trace = self._port.recent_trace(lane.source, lane.channel, _WINDOW_S)
            current = float(view.values[lane.index]) if lane.index < len(view.values) else float("nan")
            lane.strip.show_trace(trace.utc_s - now_s, trace.value, current)
        for view in snapshot.sensors:
            self._show_note(view)
            for number, risk in enumerate(view.risks):
                strip = self._risks.get((view.source_id, risk.target))
                if strip is not None and (self._calls == 1 or (number + self._calls) % 2):
                    strip.show_trace(risk.trace_time_s, risk.trace_score, float(np.float64(risk.finding.score)))
                    strip.set_subtitle(self._drivers(risk))

    def _show_note(self, view: SensorView) -> None:
        note = self.notes.get(view.source_id)
        if note is None:
            return
        silent = view.verdict is Verdict.NO_VERDICT
        if silent:
            why = "" if view.reason is None else reason_text(view.reason)
            note.setText(" · ".join(part for part in (pick(view.name), verdict_word(view.verdict), why) if part))
            note.setFixedHeight(max(1, note.heightForWidth(max(1, self.width() - 12))))
        note.setVisible(silent)

    def _drivers(self, risk: RiskView) -> str:
        if risk.finding.verdict is not Verdict.FAULT:
            return self.tr("risk")
        driving = [one for one in risk.finding.contributors if one.share >= _LEAST_SHARE][:_MOST_NAMED_CHANNELS]
        if not driving:
            return self.tr("risk")
        return self.tr("risk: {channels}").format(channels=", ".join(one.channel for one in driving))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where one would make the strips too low."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        strips = [*(lane.strip for lane in self._channels), *self._risks.values()]
        notes = sum(note.sizeHint().height() + 4 for note in self.notes.values() if not note.isHidden())
        room = self.height() - 14 - notes
        columns = 1 if room >= len(strips) * self._source.space(_ONE_COLUMN_LANE_PX) else 2
        if columns == self._columns:
            return
        self._columns = columns
        rows_before = -(-len(self._channels) // columns)
        for strip in strips:
            self._grid.removeWidget(strip)
            strip.setMinimumHeight(_SMALLEST_LANE_PX)
        for number, strip in enumerate(strips):
            at, first = (number, 0) if number < len(self._channels) else (number - len(self._channels), rows_before)
            self._grid.addWidget(strip, first + at // columns, at % columns)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
