"""This file decides the Line screen: cameras, sensor strips and counts on the left, warnings and the chosen one on the right."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from gui.attention import Attention
from gui.camera_grid import CameraGrid
from gui.commands import Commands
from gui.counts_bar import CountsBar
from gui.incident_panel import IncidentPanel
from gui.jobs import Jobs
from gui.screen import Screen
from gui.sensor_lanes import SensorLanes
from gui.theme import ThemeSource
from gui.warning_controls import WarningControls
from gui.warning_list import WarningList
from station.clock import Clock, SystemClock
from station.frames import AlarmId
from station.port import LinePort
from station.snapshots import target_titles
from station.view import LineSnapshot

_TEXTS_EVERY_S = 0.5


class LineScreen(Screen):
    """What an operator looks at.

    Args:
        port: The line.
        theme: Colours and type sizes.
        jobs: Runs what touches the disk.
        commands: Sends commands.
        clock: For ages and times left.
    """

    def __init__(
        self,
        port: LinePort,
        theme: ThemeSource,
        jobs: Jobs,
        commands: Commands,
        clock: Clock | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(port, theme, jobs, parent)
        self._clock = clock or SystemClock()
        station = port.station
        people = {str(person.id): person.name for person in station.people}
        names = {one.id: one.name for one in (*station.cameras, *station.sensors)}
        labels = {(p.name, lab.name): lab.title for p in port.packs for out in p.outputs for lab in out.labels}
        risks = {(p.name, target): title for p in port.packs for target, title in target_titles(p).items()}
        channels = {(sensor.id, channel.id): channel.name for sensor in station.sensors for channel in sensor.channels}
        self.cameras = CameraGrid(port, theme)
        self.lanes = SensorLanes(port, theme)
        self.counts = CountsBar(theme)
        self.controls = WarningControls(port, commands, dict(names), people, theme, self._clock, self)
        self.warnings = WarningList(dict(names), people, theme, self.controls.head)
        self.incident = IncidentPanel(port, commands, jobs, dict(labels), dict(risks), dict(channels), people, theme)
        self._attention = Attention(self._clock)
        self._texts_at_s = -1.0
        self._changed = -1
        self.warnings.selected.connect(self._on_selected)
        self.controls.start_wanted.connect(self._on_selected)
        self.controls.told.connect(self.told)
        self.incident.feedback.pressed.connect(self._on_answered)
        commands.acknowledged.connect(self._on_acknowledged)
        self.incident.timeline.touched.connect(self._on_answered)
        self.incident.enlarged.connect(self.incident_wanted)
        self._build()

    def _build(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(10)
        right.setSpacing(10)
        self.cameras.setVisible(bool(self.port.station.cameras))
        self.lanes.setVisible(self.lanes.lanes > 0)
        left.addWidget(self.cameras, 10)
        left.addWidget(self.lanes, 8 if self.lanes.lanes <= 6 else 10)
        left.addWidget(self.counts)
        right.addWidget(self.warnings)
        right.addWidget(self.incident, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(12)
        layout.addLayout(left, 70)
        layout.addLayout(right, 30)

    @property
    def chosen(self) -> AlarmId | None:
        """The warning shown in the incident panel."""
        return self._attention.chosen

    @override
    def refresh(self, snapshot: LineSnapshot) -> None:
        """Pictures at every call, each strip at every other; texts when something changed, or twice a second."""
        now_s = self._clock.monotonic_s()
        self.cameras.show_cameras(snapshot, now_s)
        self.lanes.show_sensors(snapshot, self._clock.utc())
        if snapshot.changed != self._changed or abs(now_s - self._texts_at_s) >= _TEXTS_EVERY_S:
            self._changed, self._texts_at_s = snapshot.changed, now_s
            self._show_texts(snapshot)

    def _show_texts(self, snapshot: LineSnapshot) -> None:
        self.counts.show_counts(snapshot.counts)
        now = self._clock.utc()
        chosen = self._attention.look(
            snapshot.alarms,
            held={hold.definition.id for hold in snapshot.holds},
            is_asking=QApplication.activeModalWidget() is not None,
            in_flood=snapshot.flood is not None,
        )
        self.warnings.show_alarms(snapshot.alarms, self._attention.chosen, now)
        self.controls.refresh(snapshot, chosen)
        mine = "" if chosen is None else chosen.incident_id
        self.incident.show_alarm(chosen, now, next((one for one in snapshot.incidents if mine and one.incident_id == mine), None))
        self.incident.feedback.setEnabled(self._attention.may_answer)

    @override
    def keys(self) -> list[tuple[str, str]]:
        """Keys of the Line screen."""
        cameras = len(self.cameras.tiles)
        keys = [("R", self.tr("Real")), ("F", self.tr("False alarm")), ("U", self.tr("Unsure"))]
        keys += [("C", self.tr("Cause")), ("A", self.tr("Action taken")), ("N", self.tr("Note")), ("Z", self.tr("Take the answer back"))]
        keys += [("J K L", self.tr("Answer Real with what fixed it before"))]
        keys += [("← →", self.tr("Go through the seconds around a warning")), ("Home", self.tr("Back to the moment of the warning"))]
        keys += [("I", self.tr("Enlarge the incident")), ("H", self.tr("Heatmap over the picture"))]
        keys += [("X", self.tr("Reset a latched warning"))]
        keys += [("↑ ↓", self.tr("Choose a warning")), *self.controls.keys()]
        if cameras > 1:
            keys += [(f"1–{min(9, cameras)}", self.tr("Enlarge a camera")), ("Esc", self.tr("Show all cameras"))]
        return keys

    @override
    def retranslate(self) -> None:
        """Set every text in the current language."""
        self.cameras.forget_texts()
        self.lanes.retranslate()
        self.counts.retranslate()
        self.controls.head.retranslate()
        self.warnings.retranslate()
        self.incident.retranslate()
        self._changed = -1

    @Slot(str)
    def _on_selected(self, alarm: str) -> None:
        self._attention.choose(AlarmId(alarm))
        self._changed = -1

    @Slot()
    def _on_answered(self) -> None:
        self._attention.touch()

    @Slot(str)
    def _on_acknowledged(self, alarm: str) -> None:
        if alarm == self._attention.chosen:
            self._attention.touch()
