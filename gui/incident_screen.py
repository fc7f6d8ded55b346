"""This file decides how an incident, open or closed, fills the window: its seconds on the left, what it is and who did what right of it."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from gui.commands import Commands
from gui.controls import ButtonRole, KeyButton, LabelRole, Wrap, card, label, rule, set_role
from gui.feedback_bar import FeedbackBar
from gui.fix_buttons import FixButtons
from gui.incident_evidence import EvidenceView
from gui.incident_facts import IncidentFacts
from gui.incident_past import NO_PAST, IncidentPast, load_incident
from gui.incident_seconds import Rows
from gui.incident_words import seconds_shown, step_text
from gui.jobs import Jobs
from gui.language import BothLanguages, pick
from gui.screen import Screen
from gui.sentences import sentence_text
from gui.symbols import PrioritySign
from gui.theme import ThemeSource
from gui.time_text import clock_text, moment_text
from station.clock import Clock, SystemClock
from station.frames import AlarmId, IncidentId, SourceId
from station.incident_view import IncidentStep, IncidentView
from station.port import LinePort
from station.snapshots import target_titles
from station.view import AlarmView, LineSnapshot

_MOST_CURVES = 5
_MOST_SHORT = 2
_SHORT_PX = 900
"""In a window lower than this there are fewer traces, so that the picture stays large."""
_MOST_ALARMS = 4
_AGAIN_AFTER_S = (1.5, 7.5, 15.0)
"""The last seconds of a warning are on disk so long after it was raised."""


class IncidentScreen(Screen):
    """One incident in the whole room.

    Args:
        port: The line.
        theme: Colours and type sizes.
        jobs: Reads off the GUI thread.
        commands: Sends commands.
        clock: For times left.

    Signals:
        closed: The person has seen enough.
    """

    closed = Signal()

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
        self._people = {str(person.id): person.name for person in station.people}
        self._names: dict[str, BothLanguages] = {one.id: one.name for one in (*station.cameras, *station.sensors)}
        labels: dict[tuple[str, str], BothLanguages] = {
            (p.name, lab.name): lab.title for p in port.packs for o in p.outputs for lab in o.labels
        }
        self._risks: dict[tuple[str, str], BothLanguages] = {
            (p.name, target): title for p in port.packs for target, title in target_titles(p).items()
        }
        channels: dict[tuple[str, str], BothLanguages] = {
            (sensor.id, channel.id): channel.name for sensor in station.sensors for channel in sensor.channels
        }
        self._incident_id = IncidentId("")
        self._past: IncidentPast = NO_PAST
        self._live: dict[AlarmId, AlarmView] = {}
        self._live_view: IncidentView | None = None
        self._alarm_id: AlarmId | None = None
        self._moment = 0
        self._job: int | None = None
        self._due_s: list[float] = []
        self._why = ""
        self.view = EvidenceView(jobs, self._names, labels, theme)
        self.view.timeline.set_tall(tall=True)
        self.heat = KeyButton("H")
        self.heat.setCheckable(True)
        self.heat.toggled.connect(self.view.picture.set_heat_shown)
        self.view.heat_changed.connect(self._show_heat_button)
        self.camera, self.moment = KeyButton("G"), KeyButton("M")
        self.camera.clicked.connect(self._on_camera)
        self.moment.clicked.connect(self._on_moment)
        self.back = KeyButton("Esc", ButtonRole.PRIMARY)
        self.back.clicked.connect(self.closed)
        self._sign = PrioritySign(theme)
        self.title = label(LabelRole.TITLE, wrap=Wrap.WORDS)
        self._when = label(LabelRole.MUTED, wrap=Wrap.WORDS)
        self._missing = label(LabelRole.MUTED, wrap=Wrap.WORDS)
        self.alarms = [KeyButton(str(number + 1)) for number in range(_MOST_ALARMS)]
        for number, button in enumerate(self.alarms):
            button.setCheckable(True)
            button.clicked.connect(partial(self._on_alarm, number))
        self.facts = IncidentFacts(labels, channels)
        self._steps_head = label(LabelRole.SECTION)
        self.steps: list[QLabel] = []
        self.feedback = FeedbackBar(commands, self._people, FixButtons(port, jobs, self._people, channels))
        self._build()
        self.retranslate()

    def _build(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(self.camera)
        tools.addWidget(self.moment)
        tools.addWidget(self._missing, 1)
        tools.addWidget(self.heat)
        left = card()
        column = QVBoxLayout(left)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(8)
        column.addLayout(tools)
        column.addWidget(self.view, 1)
        column.addStretch(0)

        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._sign)
        head.addWidget(self.title, 1)
        head.addWidget(self.back)
        inner = QWidget()
        self._step_column = QVBoxLayout(inner)
        self._step_column.setContentsMargins(0, 0, 0, 0)
        self._step_column.setSpacing(4)
        self._step_column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setMinimumHeight(60)
        right = card()
        said = QVBoxLayout(right)
        said.setContentsMargins(14, 10, 14, 12)
        said.setSpacing(8)
        said.addLayout(head)
        said.addWidget(self._when)
        for button in self.alarms:
            said.addWidget(button)
        said.addWidget(self.facts)
        said.addWidget(rule())
        said.addWidget(self._steps_head)
        said.addWidget(self._scroll, 1)
        said.addWidget(self.feedback)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(12)
        layout.addWidget(left, 66)
        layout.addWidget(right, 34)
        for key, handler in (("Up", self._on_up), ("Down", self._on_down)):
            QShortcut(QKeySequence(key), self).activated.connect(handler)

    # ------------------------------------------------------------------ what is shown

    @property
    def incident_id(self) -> IncidentId:
        """The incident shown; empty before the first."""
        return self._incident_id

    def show_incident(self, incident_id: IncidentId) -> None:
        """Show an incident; it is read off the GUI thread."""
        if self._job is not None:
            self.jobs.cancel(self._job)
            self._job = None
        self._incident_id, self._past, self._live, self._live_view = incident_id, NO_PAST, {}, None
        self._alarm_id, self._moment, self._why = None, 0, ""
        self.heat.setChecked(False)
        self._read()
        self._due_s = [self._clock.monotonic_s() + after_s for after_s in _AGAIN_AFTER_S]
        self._fill()

    @override
    def refresh(self, snapshot: LineSnapshot) -> None:
        """Follow the incident while it is open; read again when its last seconds are on disk, and when something happened."""
        now_s = self._clock.monotonic_s()
        view = next((one for one in snapshot.incidents if one.incident_id == self._incident_id), None)
        if view != self._live_view:
            rang = view is None or self._live_view is None or view.alarms != self._live_view.alarms
            closed = view is None and self._live_view is not None
            self._live_view = view
            self._live = {} if view is None else {alarm.alarm_id: alarm for alarm in snapshot.alarms if alarm.alarm_id in view.alarms}
            if rang or closed:
                self._due_s = [now_s, *(now_s + after_s for after_s in _AGAIN_AFTER_S)]
            self._fill()
        if self._due_s and now_s >= self._due_s[0] and self._job is None:
            self._due_s.pop(0)
            self._read()
        alarm = self._alarm()
        if alarm is not None:
            self.facts.show_time(alarm, self._clock.utc())

    @override
    def retranslate(self) -> None:
        """Set every text in the current language."""
        self.heat.setText(self.tr("Heatmap"))
        self.back.setText(self.tr("Back"))
        self._steps_head.setText(self.tr("WHO DID WHAT"))
        self.facts.retranslate()
        self.feedback.retranslate()
        self.view.retranslate()
        self._fill()

    @override
    def keys(self) -> list[tuple[str, str]]:
        """Keys of the incident."""
        return [
            ("← →", self.tr("Go through the seconds around a warning")),
            ("Home", self.tr("Back to the moment of the warning")),
            ("G", self.tr("Pictures of the next camera")),
            ("M", self.tr("Seconds around the next warning of the incident")),
            ("H", self.tr("Heatmap over the picture")),
            ("↑ ↓", self.tr("Choose a warning of the incident")),
            ("Esc", self.tr("Back")),
        ]

    def _read(self) -> None:
        work = partial(load_incident, self.port, self._incident_id, self._risks)
        self._job = self.jobs.run(self, work, self._on_read, self._on_failed)

    def _on_read(self, past: IncidentPast) -> None:
        self._job = None
        self._past, self._why = past, ""
        if self._alarm_id is None and (alarm := self._alarm()) is not None:
            self._alarm_id = alarm.alarm_id
            own = past.moment_of(alarm.alarm_id)
            self._moment = 0 if own is None else past.moments.index(own)
        self._moment = min(self._moment, max(0, len(past.moments) - 1))
        self._fill()

    def _on_failed(self, sentence: str) -> None:
        self._job = None
        self._why = sentence
        self._fill()

    def _all(self) -> tuple[AlarmView, ...]:
        """The incident's warnings: from the records, those that are open as they stand now."""
        record = () if self._past.evidence is None else self._past.evidence.record.alarms
        known = {alarm.alarm_id for alarm in record}
        live = tuple(alarm for alarm in self._live.values() if alarm.alarm_id not in known)
        return (*(self._live.get(alarm.alarm_id, alarm) for alarm in record), *live)

    def _alarm(self) -> AlarmView | None:
        every = self._all()
        return next((alarm for alarm in every if alarm.alarm_id == self._alarm_id), every[0] if every else None)

    def _fill(self) -> None:
        alarm, every = self._alarm(), self._all()
        self.title.setText(sentence_text(self._why) if self._why else self.tr("Reading the records …"))
        self.facts.setVisible(alarm is not None)
        self.feedback.setVisible(alarm is not None and alarm.alarm_id in self._live)
        self._sign.setVisible(alarm is not None)
        if alarm is not None:
            self._sign.show_priority(alarm.priority)
            self.title.setText(pick(alarm.definition.title))
            self.facts.show_alarm(alarm)
            self.facts.show_time(alarm, self._clock.utc())
            self.feedback.show_alarm(self._live.get(alarm.alarm_id))
        for button, one in zip(self.alarms, every[:_MOST_ALARMS], strict=False):
            where = self._names.get(one.source_id)
            button.setText(f"{pick(one.definition.title)} · {pick(where)}" if where is not None else pick(one.definition.title))
            button.setChecked(alarm is not None and one.alarm_id == alarm.alarm_id)
        for number, button in enumerate(self.alarms):
            button.setVisible(len(every) > 1 and number < len(every))
        self._when.setText(self._when_text())
        self._fill_steps(every)
        self._fill_seconds(alarm)

    def _when_text(self) -> str:
        evidence, view, now = self._past.evidence, self._live_view, self._clock.utc()
        opened = view.opened_utc if view is not None else None if evidence is None else evidence.record.opened_utc
        if opened is None:
            return ""
        asset = view.asset if view is not None else "" if evidence is None else evidence.record.asset
        closed = None if view is not None or evidence is None else evidence.record.closed_utc
        if closed is None:
            return self.tr("{asset} · open since {begin}").format(asset=asset, begin=moment_text(opened, now))
        return self.tr("{asset} · {begin} to {end}").format(asset=asset, begin=moment_text(opened, now), end=moment_text(closed, now))

    def _fill_steps(self, every: tuple[AlarmView, ...]) -> None:
        evidence = self._past.evidence
        steps: tuple[IncidentStep, ...] = () if evidence is None else evidence.record.steps
        if self._live_view is not None:
            steps = (*steps, *_newer(self._live_view.steps, steps))
        definitions = {alarm.alarm_id: alarm.definition for alarm in every}
        lines = [step_text(step, self._people, definitions, name_warning=len(every) > 1) for step in reversed(steps)]
        while len(self.steps) < len(lines):
            line = label(LabelRole.SMALL, wrap=Wrap.WORDS)
            self._step_column.insertWidget(len(self.steps), line)
            self.steps.append(line)
        for line, text in zip(self.steps, lines, strict=False):
            line.setText(text)
        for number, line in enumerate(self.steps):
            line.setVisible(number < len(lines))
        for line, step in zip(self.steps, reversed(steps), strict=False):
            set_role(line, LabelRole.CAPTION if step.person_id is None else LabelRole.SMALL)

    def _fill_seconds(self, alarm: AlarmView | None) -> None:
        past = self._past
        evidence = past.evidence
        missing = sentence_text(self._why or past.missing)
        self._missing.setText(missing)
        if evidence is None and not missing:
            missing = self.tr("Reading the records …")
        if evidence is None or not past.moments or alarm is None:
            self.view.show_seconds(None, None, missing)
        else:
            moment = past.moments[self._moment]
            record = evidence.record
            priorities = {one.alarm_id: one.definition.priority for one in record.alarms}
            most = _MOST_CURVES if self.height() >= _SHORT_PX else _MOST_SHORT
            steps = record.steps if self._live_view is None else (*record.steps, *_newer(self._live_view.steps, record.steps))
            self.view.show_seconds(seconds_shown(moment, steps, self.port.station, priorities, most), SourceId(alarm.source_id), missing)
        self.view.show_rows(Rows.ALL, picture=not past.moments or bool(self.view.films), width=max(1, self.view.width()))
        films = self.view.films
        self.camera.setVisible(len(films) > 1)
        if self.view.camera is not None:
            name = self._names.get(self.view.camera)
            self.camera.setText(self.view.camera if name is None else pick(name))
        self.moment.setVisible(len(past.moments) > 1)
        if past.moments:
            at = past.moments[self._moment].moment.utc
            self.moment.setText(
                self.tr("{number} of {count}: {clock}").format(number=self._moment + 1, count=len(past.moments), clock=clock_text(at))
            )
        self._show_heat_button()

    @Slot()
    def _show_heat_button(self) -> None:
        self.heat.setEnabled(self.view.has_heat)

    # ------------------------------------------------------------------ what a person presses

    @Slot()
    def _on_camera(self) -> None:
        films = self.view.films
        if self.view.camera in films:
            self.view.show_camera(films[(films.index(self.view.camera) + 1) % len(films)])
            self._fill_seconds(self._alarm())

    @Slot()
    def _on_moment(self) -> None:
        if self._past.moments:
            self._moment = (self._moment + 1) % len(self._past.moments)
            self._fill_seconds(self._alarm())

    def _on_alarm(self, number: int) -> None:
        every = self._all()
        if number >= len(every):
            return
        self._alarm_id = every[number].alarm_id
        moment = self._past.moment_of(every[number].alarm_id)
        if moment is not None:
            self._moment = self._past.moments.index(moment)
        self._fill()

    def _step(self, by: int) -> None:
        every, alarm = self._all(), self._alarm()
        if alarm is not None:
            self._on_alarm(max(0, min(min(len(every), _MOST_ALARMS) - 1, every.index(alarm) + by)))

    @Slot()
    def _on_up(self) -> None:
        self._step(-1)

    @Slot()
    def _on_down(self) -> None:
        self._step(1)


def _newer(live: tuple[IncidentStep, ...], kept: tuple[IncidentStep, ...]) -> tuple[IncidentStep, ...]:
    """Steps that happened after the records were read."""
    until: datetime | None = kept[-1].utc if kept else None
    return tuple(step for step in live if until is None or step.utc > until)
