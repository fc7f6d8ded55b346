"""This file decides what a person sees of the chosen warning: its seconds, what was found, what it means, what to do, by when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Flag, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from gui.commands import Commands
from gui.contribution_bars import ContributionBars
from gui.controls import KeyButton, LabelRole, Wrap, label, rule
from gui.feedback_bar import FeedbackBar
from gui.fix_buttons import FixButtons
from gui.glyph_button import GlyphButton
from gui.icons import Icon
from gui.incident_evidence import EvidenceView
from gui.incident_facts import IncidentFacts, TitleOf
from gui.incident_past import NO_PAST, IncidentPast, PastReader, last_time_text
from gui.incident_seconds import Rows
from gui.incident_timeline import IncidentTimeline
from gui.incident_words import seconds_shown, step_text
from gui.jobs import Jobs
from gui.kept_picture import KeptPicture, PreparedPicture, prepare_warning
from gui.language import BothLanguages, pick
from gui.sentences import sentence_text
from gui.symbols import PrioritySign
from gui.theme import ThemeSource
from inference.findings import Region
from station.frames import AlarmId, IncidentId
from station.incident_view import IncidentView
from station.port import LinePort
from station.view import AlarmKind, AlarmState, AlarmView

__all__ = ["IncidentPanel", "TitleOf"]

_RETRY_AFTER = timedelta(seconds=0.5)
_MOST_TRIES = 8
_MARGINS_PX = 24
_GOOD_PICTURE_PX = 110
"""Rather than have the picture lower than this, the likely cause goes."""
_MOST_CURVES = 2
_MOST_STEPS = 2


class _Part(Flag):
    """What the panel shows beside the warning itself and its answer."""

    LIKELY = auto()
    BARS = auto()
    """Which channels drive a risk, as bars; the sentence says it as well."""
    MEANS = auto()
    PICTURE = auto()
    FILM = auto()
    TRACES = auto()
    STEPS = auto()
    TIMES = auto()
    ROOM = auto()
    """Room to spare, so that the picture is of :data:`_GOOD_PICTURE_PX`."""


_SECONDS = _Part.FILM | _Part.TRACES
_SAID = _Part.MEANS | _Part.PICTURE
_WAYS = (
    _SAID | _Part.LIKELY | _Part.BARS | _Part.ROOM | _SECONDS | _Part.STEPS | _Part.TIMES,
    _SAID | _Part.BARS | _Part.ROOM | _SECONDS | _Part.STEPS | _Part.TIMES,
    _SAID | _Part.BARS | _Part.ROOM | _SECONDS | _Part.TIMES,
    _SAID | _Part.BARS | _SECONDS | _Part.TIMES,
    _SAID | _Part.BARS | _Part.FILM | _Part.TIMES,
    _SAID | _Part.BARS | _Part.FILM,
    _SAID | _Part.BARS,
    _SAID,
    _Part.MEANS,
    _Part(0),
)
"""Ways to fill the panel; the first that has room is taken. The full window shows everything."""


class IncidentPanel(QFrame):
    """The chosen warning, the seconds around it, and its answer.

    Args:
        port: Where traces and earlier warnings are read.
        commands: Sends commands.
        jobs: Reads off the GUI thread.
        label_titles: Titles of the packs' labels.
        risk_titles: Titles of the packs' targets, by (pack, target).
        channel_titles: Names of the sensor links' channels.
        people: Name of each person.
        theme: Colours and type sizes.

    Signals:
        enlarged: Id of the incident that is to be shown in the full window.
    """

    enlarged = Signal(str)

    def __init__(
        self,
        port: LinePort,
        commands: Commands,
        jobs: Jobs,
        label_titles: TitleOf,
        risk_titles: TitleOf,
        channel_titles: TitleOf,
        people: dict[str, str],
        theme: ThemeSource,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._port, self._commands, self._jobs, self._source = port, commands, jobs, theme
        self._people = people
        self._past = NO_PAST
        self._past_reader = PastReader(port, jobs, risk_titles, self._on_past, self)
        self._fitting = False
        self._alarm: AlarmView | None = None
        self._incident: IncidentView | None = None
        self._picture_of: tuple[AlarmId, Path] | None = None
        self._tried_of: tuple[AlarmId, Path] | None = None
        self._picture_job: int | None = None
        self._tries = 0
        self._signed_in: bool | None = None
        self._has_bars = False
        self._now = datetime.now(UTC)
        self._retry_at: datetime | None = None
        self._sign = PrioritySign(theme)
        self._title = label(LabelRole.TITLE, wrap=Wrap.WORDS)
        names: dict[str, BothLanguages] = {one.id: one.name for one in port.station.cameras}
        self.view = EvidenceView(jobs, names, label_titles, theme)
        self.heat = GlyphButton(Icon.HEAT, "H")
        self.heat.setCheckable(True)
        self.heat.toggled.connect(self.view.picture.set_heat_shown)
        self.view.heat_changed.connect(self._show_heat_button)
        self.enlarge = GlyphButton(Icon.ENLARGE, "I")
        self.enlarge.clicked.connect(self._on_enlarge)
        self._bars = ContributionBars(theme)
        self._facts = IncidentFacts(label_titles, channel_titles)
        self.steps = label(LabelRole.SMALL, wrap=Wrap.WORDS)
        self.times = label(LabelRole.SMALL, wrap=Wrap.WORDS)
        self.reset = KeyButton("X")
        self.reset.clicked.connect(self._on_reset)
        fixes = FixButtons(port, jobs, people, channel_titles)
        self.feedback = FeedbackBar(commands, people, fixes, port.experience.take_back)
        fixes.changed.connect(self._fit, Qt.ConnectionType.QueuedConnection)
        self._empty = label(LabelRole.MUTED, wrap=Wrap.WORDS)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._build()
        self.retranslate()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._sign)
        head.addWidget(self._title, 1)
        head.addWidget(self.heat)
        head.addWidget(self.enlarge)
        head.addWidget(self.reset)
        self._body = QWidget()
        layout = QVBoxLayout(self._body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.view, 60)
        layout.addWidget(self._bars)
        layout.addWidget(self._facts)
        layout.addWidget(self.steps)
        layout.addWidget(self.times)
        layout.addStretch(1)
        layout.addWidget(rule())
        layout.addWidget(self.feedback)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 10, 14, 12)
        outer.addWidget(self._body, 1)
        outer.addWidget(self._empty, 1)

    @property
    def alarm(self) -> AlarmView | None:
        """The warning shown."""
        return self._alarm

    @property
    def facts(self) -> tuple[QLabel, ...]:
        """The texts of Found, Likely, Means, Do, By."""
        return self._facts.texts

    @property
    def picture(self) -> KeptPicture:
        """The picture at the cursor."""
        return self.view.picture

    @property
    def timeline(self) -> IncidentTimeline:
        """Film, traces and events."""
        return self.view.timeline

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self._facts.retranslate()
        self.heat.set_word(self.tr("Heatmap"))
        self.reset.setText(self.tr("Reset"))
        self.enlarge.set_word(self.tr("Enlarge"))
        self.view.retranslate()
        self._fill_past()
        self._signed_in = None
        self._fill_empty()
        self.feedback.retranslate()
        self._fill()

    def show_alarm(self, alarm: AlarmView | None, now: datetime, incident: IncidentView | None = None) -> None:
        """Show *alarm* and its *incident*; only the time left changes when they are the same."""
        self._now = now
        if alarm is None:
            self._fill_empty()
        changed = not _says_the_same(alarm, self._alarm) or incident != self._incident
        self._alarm, self._incident = alarm, incident
        if changed:
            self.feedback.show_alarm(alarm)
            self._fill()
            self._load_picture()
        elif self._retry_at is not None and now >= self._retry_at:
            self._retry_at = None
            self._picture_of = None
            self._load_picture()
        if alarm is not None:
            rang = () if incident is None else (incident.alarms, alarm.activation)
            self._past_reader.show(alarm, now, rang)
            self._facts.show_time(alarm, now)
            # Fonts and widths settle after the texts were set: look again while the panel is on screen.
            if self._squeezed:
                self._fit()

    @property
    def _squeezed(self) -> bool:
        texts = (self.times, self.steps, *self.feedback.texts)
        if self._facts.squeezed() or any(text.isVisible() and text.heightForWidth(text.width()) > text.height() for text in texts):
            return True
        return self.feedback.isVisible() and self.feedback.height() < self.feedback.minimumSizeHint().height()

    def _fill_empty(self) -> None:
        signed_in = self._commands.person_id is not None
        if signed_in != self._signed_in:
            self._signed_in = signed_in
            nothing = self.tr("Nothing needs you now.")
            wanted = self.tr("Sign in with F10, so that you can answer warnings.")
            self._empty.setText(nothing if signed_in else f"{nothing}\n\n{wanted}")

    def _fill(self) -> None:
        alarm = self._alarm
        self._body.setVisible(alarm is not None)
        self._empty.setVisible(alarm is None)
        if alarm is None:
            return
        self._sign.show_priority(alarm.priority)
        self._title.setText(pick(alarm.definition.title))
        self._facts.show_alarm(alarm)
        self.reset.setVisible(alarm.state is AlarmState.LATCHED)
        finding = alarm.finding
        driving = () if finding is None else tuple(one for one in finding.contributors if one.share > 0)
        bars = tuple((self._facts.channel_text(alarm, one.channel), one.share) for one in driving)
        self._has_bars = bool(bars)
        self._bars.show_bars(bars)
        self._fill_steps()
        self._fit()

    def _fill_steps(self) -> None:
        """The newest lines of who did what; that a warning was raised says the list already."""
        incident = self._incident
        steps = () if incident is None else incident.steps
        definitions = {} if self._alarm is None else {self._alarm.alarm_id: self._alarm.definition}
        many = incident is not None and len(incident.alarms) > 1
        lines = [step_text(step, self._people, definitions, name_warning=many) for step in steps[-_MOST_STEPS:]]
        self.steps.setText("\n".join(lines) if len(steps) > 1 else "")

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Less is shown where room is short."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """Where room is short the likely cause goes first, then what the full window shows; what to do and the answer never."""
        layout = self._body.layout()
        if layout is None or self._alarm is None or self._fitting:
            return
        alarm = self._alarm
        pictured = alarm.kind is AlarmKind.DEFECT or alarm.image_path is not None or self.view.shown is not None
        room = self.contentsRect().height() - _MARGINS_PX
        width = max(1, self.contentsRect().width() - 28)
        extra_px = _GOOD_PICTURE_PX - self.picture.minimumHeight() if pictured else 0
        self._fitting = True
        for way in _WAYS:
            picture = _Part.PICTURE in way
            rows = (Rows.FILM if _Part.FILM in way else Rows(0)) | (Rows.TRACES | Rows.EVENTS if _Part.TRACES in way else Rows(0))
            self._facts.show_rows(likely=_Part.LIKELY in way, means=_Part.MEANS in way)
            self.view.show_rows(rows, picture=pictured and picture, width=width)
            self._bars.setVisible(self._has_bars and _Part.BARS in way)
            self.steps.setVisible(_Part.STEPS in way and bool(self.steps.text()))
            self.times.setVisible(_Part.TIMES in way and bool(self.times.text()))
            self._show_heat_button()
            layout.invalidate()
            if layout.minimumHeightForWidth(width) + (extra_px if _Part.ROOM in way else 0) <= room:
                break
        self._fitting = False

    @Slot()
    def _show_heat_button(self) -> None:
        self.heat.setVisible(self.view.picture.isVisibleTo(self) and self.view.has_heat)
        self.enlarge.setVisible(self._alarm is not None and bool(self._alarm.incident_id))

    def _on_past(self, past: IncidentPast) -> None:
        self._past = past
        self._fill_past()
        self._fit()

    def _fill_past(self) -> None:
        past, alarm = self._past, self._alarm
        if alarm is None:
            return
        moment = past.moment_of(alarm.alarm_id)
        if moment is None or past.evidence is None:
            self.view.show_seconds(None, None, sentence_text(past.missing))
        else:
            record = past.evidence.record
            priorities = {one.alarm_id: one.definition.priority for one in record.alarms}
            shown = seconds_shown(moment, record.steps, self._port.station, priorities, _MOST_CURVES)
            self.view.show_seconds(shown, alarm.source_id, sentence_text(past.missing))
        lines = [last_time_text(one, alarm.definition) for one in past.times]
        self.times.setText("\n".join([self.tr("The last times:"), *lines]) if lines else "")

    def _load_picture(self) -> None:
        alarm = self._alarm
        wanted = None if alarm is None or alarm.image_path is None else (alarm.alarm_id, alarm.image_path)
        if wanted is not None and wanted == self._picture_of:
            return
        if self._picture_job is not None:
            self._jobs.cancel(self._picture_job)
            self._picture_job = None
        if wanted is None or self._picture_of is not None or self._tried_of != wanted:
            self._tries = 0
        self._picture_of, self._tried_of, self._retry_at = wanted, wanted, None
        if alarm is None:
            return
        if wanted is None:
            self.view.show_base("", None, (), self.tr("The picture is being kept."))
            return
        # The finding goes with the job: a warning raised again gets another picture with other regions.
        heatmap, regions = (None, ()) if alarm.finding is None else (alarm.finding.heatmap, alarm.finding.regions)
        work = partial(prepare_warning, wanted[1], heatmap)
        self._picture_job = self._jobs.run(self, work, partial(self._on_picture, wanted[1], regions), self._on_picture_failed)

    def _on_picture(self, path: Path, regions: tuple[Region, ...], picture: PreparedPicture) -> None:
        self._picture_job = None
        self.view.show_base(str(path), picture, regions)

    def _on_picture_failed(self, sentence: str) -> None:
        self._picture_job = None
        self._tries += 1
        if self._tries >= _MOST_TRIES:
            self.view.show_base("", None, (), sentence_text(sentence))
            return
        # The path is known as soon as the picture is on its way to the disk.
        self._retry_at = self._now + _RETRY_AFTER
        self.view.show_base("", None, (), self.tr("The picture is being kept."))

    @Slot()
    def _on_reset(self) -> None:
        if self._alarm is not None:
            self._commands.reset(self._alarm.alarm_id)

    @Slot()
    def _on_enlarge(self) -> None:
        if self._alarm is not None and self._alarm.incident_id:
            self.enlarged.emit(IncidentId(self._alarm.incident_id))


def _says_the_same(one: AlarmView | None, other: AlarmView | None) -> bool:
    """Whether two views look the same here; a snapshot makes its views anew every time."""
    if one is None or other is None:
        return one is other
    mine = (one.alarm_id, one.state, one.count, one.image_path, one.reason, one.detail, one.feedback, one.priority, one.seen_false)
    theirs = (
        other.alarm_id,
        other.state,
        other.count,
        other.image_path,
        other.reason,
        other.detail,
        other.feedback,
        other.priority,
        other.seen_false,
    )
    return one.finding is other.finding and mine == theirs
