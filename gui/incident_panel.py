"""This file decides what a person sees of the chosen warning: its picture, what was found, what it means, what to do, by when."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from enum import Flag, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from gui.commands import Commands
from gui.contribution_bars import ContributionBars
from gui.controls import KeyButton, LabelRole, Wrap, label, rule, set_role
from gui.feedback_bar import FeedbackBar
from gui.incident_past import AFTER_S, BEFORE_S, NO_PAST, IncidentPast, PastReader, last_time_text
from gui.incident_strip import IncidentStrip, IncidentTraces, seconds_text
from gui.jobs import Jobs
from gui.kept_picture import KeptPicture, PreparedPicture, prepare_warning
from gui.language import BothLanguages, driving_text, pick, reason_text
from gui.sentences import sentence_text
from gui.symbols import PrioritySign
from gui.theme import ThemeSource
from gui.time_text import short_clock_text, span_text
from inference.findings import Region, Verdict
from station.config import GrowthCondition
from station.frames import AlarmId
from station.port import LinePort
from station.view import AlarmKind, AlarmState, AlarmView

_RETRY_AFTER = timedelta(seconds=0.5)
_MOST_TRIES = 8
_MARGINS_PX = 24
_GOOD_PICTURE_PX = 110
"""Rather than have the picture lower than this, the likely cause goes."""


class _Part(Flag):
    """What the panel shows beside the warning itself and its answer."""

    LIKELY = auto()
    PICTURE = auto()
    STRIP = auto()
    TRACES = auto()
    TIMES = auto()
    PAST = STRIP | TRACES | TIMES
    ROOM = auto()
    """Room to spare, so that the picture is of :data:`_GOOD_PICTURE_PX`."""


_WAYS = (
    _Part.LIKELY | _Part.PICTURE | _Part.ROOM | _Part.PAST,
    _Part.PICTURE | _Part.ROOM | _Part.PAST,
    _Part.LIKELY | _Part.PICTURE | _Part.ROOM,
    _Part.PICTURE,
    _Part(0),
)
"""Ways to fill the panel; the first that has room is taken."""
_WAYS_AROUND = (_Part.LIKELY | _Part.PAST, _Part.PAST, _Part.STRIP | _Part.TIMES, _Part.STRIP)
"""The same while a person wants to see what happened around the warning."""

TitleOf = dict[tuple[str, str], BothLanguages]
"""Title of a label, by (pack, label); of a channel, by (source, channel)."""


class IncidentPanel(QFrame):
    """The chosen warning and its answer.

    Args:
        port: Where traces and earlier warnings are read.
        commands: Sends commands.
        jobs: Reads the kept picture off the GUI thread.
        label_titles: Titles of the packs' labels.
        risk_titles: Titles of the packs' targets, by (pack, target).
        channel_titles: Names of the sensor links' channels.
        people: Name of each person.
        theme: Colours and type sizes.
    """

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
        self._commands, self._jobs, self._source = commands, jobs, theme
        self._past = NO_PAST
        self._past_reader = PastReader(port, jobs, risk_titles, self._on_past, self)
        self._fitting = False
        self._label_titles, self._channel_titles = label_titles, channel_titles
        self._alarm: AlarmView | None = None
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
        self.picture = KeptPicture(theme)
        self.heat = KeyButton("H")
        self.heat.setCheckable(True)
        self.heat.toggled.connect(self.picture.set_heat_shown)
        self._bars = ContributionBars(theme)
        self.strip, self.traces = IncidentStrip(theme), IncidentTraces(theme)
        self.times = label(LabelRole.SMALL, wrap=Wrap.WORDS)
        self.around = KeyButton("V")
        self.around.setCheckable(True)
        self.around.toggled.connect(self._fit)
        self._names = [label(LabelRole.MUTED) for _ in range(5)]
        self._texts = [label(wrap=Wrap.WORDS) for _ in range(5)]
        set_role(self._texts[3], LabelRole.STRONG)
        self.reset = KeyButton("X")
        self.reset.clicked.connect(self._on_reset)
        self.feedback = FeedbackBar(commands, people)
        self._empty = label(LabelRole.MUTED, wrap=Wrap.WORDS)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._build()
        self.retranslate()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._sign)
        head.addWidget(self._title, 1)
        head.addWidget(self.around)
        head.addWidget(self.heat)
        head.addWidget(self.reset)
        facts = self._rows = QGridLayout()
        facts.setHorizontalSpacing(14)
        facts.setVerticalSpacing(3)
        facts.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        for row, (name, text) in enumerate(zip(self._names, self._texts, strict=True)):
            facts.addWidget(name, row, 0, top)
            facts.addWidget(text, row, 1, top)
        self._body = QWidget()
        layout = QVBoxLayout(self._body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.picture, 60)
        layout.addWidget(self.strip)
        layout.addWidget(self._bars)
        layout.addLayout(facts)
        layout.addWidget(self.traces)
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
        return tuple(self._texts)

    def retranslate(self) -> None:
        """Set every text in the current language."""
        for name, text in zip(
            self._names, (self.tr("Found"), self.tr("Likely"), self.tr("Means"), self.tr("Do"), self.tr("By")), strict=True
        ):
            name.setText(text)
        self.heat.setText(self.tr("Heatmap"))
        self.reset.setText(self.tr("Reset"))
        self.around.setText(f"{seconds_text(-BEFORE_S)} … {seconds_text(AFTER_S)}")
        self.around.setAccessibleName(self.tr("What happened before and after"))
        self._fill_past()
        self._signed_in = None
        self._fill_empty()
        self.feedback.retranslate()
        self._fill()

    def show_alarm(self, alarm: AlarmView | None, now: datetime) -> None:
        """Show *alarm*; only the time left changes when it is the same."""
        self._now = now
        if alarm is None:
            self._fill_empty()
        changed = not _says_the_same(alarm, self._alarm)
        self._alarm = alarm
        if changed:
            self.feedback.show_alarm(alarm)
            self._fill()
            self._load_picture()
        elif self._retry_at is not None and now >= self._retry_at:
            self._retry_at = None
            self._picture_of = None
            self._load_picture()
        if alarm is not None:
            if self._past_reader.show(alarm, now):
                self.around.setChecked(False)
            self._fill_time(alarm, now)
            # Fonts and widths settle after the texts were set: look again while the panel is on screen.
            if self._squeezed:
                self._fit()

    @property
    def _squeezed(self) -> bool:
        texts = (*self._texts, self.times)
        if any(text.isVisible() and text.heightForWidth(text.width()) > text.height() for text in texts):
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
        definition = alarm.definition
        self._sign.show_priority(definition.priority)
        self._title.setText(pick(definition.title))
        for text, shown in zip(
            self._texts,
            (self._found(alarm), pick(definition.cause), pick(definition.consequence), pick(definition.action)),
            strict=False,
        ):
            text.setText(shown)
        self.reset.setVisible(alarm.state is AlarmState.LATCHED)
        finding = alarm.finding
        driving = () if finding is None else tuple(one for one in finding.contributors if one.share > 0)
        bars = tuple((self._channel(alarm, one.channel), one.share) for one in driving)
        self._has_bars = bool(bars)
        self._bars.show_bars(bars)
        pictured = alarm.kind is AlarmKind.DEFECT or alarm.image_path is not None
        self.heat.setVisible(pictured and self.picture.has_heat)
        self._fit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Less is shown where room is short."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """Where room is short the likely cause goes first, then what a key press brings back; what to do and the answer never."""
        layout = self._body.layout()
        if layout is None or self._alarm is None or self._fitting:
            return
        alarm = self._alarm
        pictured = alarm.kind is AlarmKind.DEFECT or alarm.image_path is not None
        room = self.contentsRect().height() - _MARGINS_PX
        width = max(1, self.contentsRect().width() - 28)
        has_past = bool(self._past.times or self._past.traces or self._past.strip is not None)
        extra_px = _GOOD_PICTURE_PX - self.picture.minimumHeight() if pictured else 0
        self._fitting = True
        for way in _WAYS_AROUND if self.around.isChecked() and has_past else _WAYS:
            past, picture = bool(_Part.PAST & way), _Part.PICTURE in way
            for row, shown in ((1, _Part.LIKELY in way), (2, picture or not past or _Part.LIKELY in way)):
                self._names[row].setVisible(shown)
                self._texts[row].setVisible(shown)
            self.picture.setVisible(pictured and picture)
            self._bars.setVisible(self._has_bars and (picture or not past))
            self.strip.setVisible(_Part.STRIP in way and self._past.strip is not None)
            self.traces.setVisible(_Part.TRACES in way and bool(self._past.traces))
            self.times.setVisible(_Part.TIMES in way and bool(self._past.times))
            self.around.setVisible(has_past and not (past and picture))
            self.heat.setVisible(pictured and picture and self.picture.has_heat)
            # A layout does not tell the layouts in it that a widget of theirs was hidden.
            self._rows.invalidate()
            layout.invalidate()
            if layout.minimumHeightForWidth(width) + (extra_px if _Part.ROOM in way else 0) <= room:
                break
        self._fitting = False

    def _on_past(self, past: IncidentPast) -> None:
        self._past = past
        self._fill_past()
        self._fit()

    def _fill_past(self) -> None:
        past, alarm = self._past, self._alarm
        self.strip.show_row(past.strip)
        if alarm is None:
            return
        named = (
            (self.tr("Risk: {target}").format(target=pick(one.name)) if one.is_risk else pick(one.name), trace)
            for one, trace in past.traces
        )
        self.traces.show_traces(tuple(named), alarm.raised_utc.timestamp())
        lines = [last_time_text(one, alarm.definition) for one in past.times]
        self.times.setText("\n".join([self.tr("The last times:"), *lines]) if lines else "")

    def _found(self, alarm: AlarmView) -> str:
        parts = []
        finding = alarm.finding
        # Of what grows, the one picture's score says nothing; the detail says what grew, how fast and since when.
        if finding is not None and not math.isnan(finding.score) and not isinstance(alarm.definition.when, GrowthCondition):
            title = self._label_titles.get((finding.model, finding.label))
            found = finding.label if title is None else pick(title)
            parts.append(
                self.tr("{what} {score} (limit {limit})").format(what=found, score=f"{finding.score:.2f}", limit=f"{finding.threshold:.2f}")
            )
        if finding is not None and finding.verdict is Verdict.FAULT:
            parts.append(driving_text(finding.contributors, lambda channel: self._channel(alarm, channel)))
        if alarm.reason is not None:
            parts.append(reason_text(alarm.reason))
        if alarm.detail:
            parts.append(sentence_text(alarm.detail))
        if alarm.count > 1:
            parts.append(self.tr("{count} findings").format(count=alarm.count))
        said = [part for part in parts if part]
        return " · ".join(said) if said else pick(alarm.definition.title)

    def _channel(self, alarm: AlarmView, channel: str) -> str:
        title = self._channel_titles.get((alarm.source_id, channel))
        return channel if title is None else pick(title)

    def _fill_time(self, alarm: AlarmView, now: datetime) -> None:
        left_s = (alarm.respond_by_utc - now).total_seconds()
        by = short_clock_text(alarm.respond_by_utc)
        if alarm.state in (AlarmState.LATCHED, AlarmState.NORMAL):
            set_role(self._texts[4], LabelRole.BODY)
            self._texts[4].setText(self.tr("over"))
        elif left_s >= 0:
            set_role(self._texts[4], LabelRole.BODY)
            self._texts[4].setText(self.tr("{clock} · {left} left").format(clock=by, left=span_text(left_s)))
        else:
            set_role(self._texts[4], LabelRole.ERROR)
            self._texts[4].setText(self.tr("{clock} · late by {span}").format(clock=by, span=span_text(-left_s)))

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
        self.heat.setVisible(False)
        if alarm is None:
            return
        if wanted is None:
            self.picture.show_picture(None, (), self.tr("The picture is being kept."))
            return
        # The finding goes with the job: a warning raised again gets another picture with other regions.
        heatmap, regions = (None, ()) if alarm.finding is None else (alarm.finding.heatmap, alarm.finding.regions)
        work = partial(prepare_warning, wanted[1], heatmap)
        self._picture_job = self._jobs.run(self, work, partial(self._on_picture, regions), self._on_picture_failed)

    def _on_picture(self, regions: tuple[Region, ...], picture: PreparedPicture) -> None:
        self._picture_job = None
        self.picture.show_picture(picture, regions)
        self.heat.setVisible(self.picture.has_heat)

    def _on_picture_failed(self, sentence: str) -> None:
        self._picture_job = None
        self._tries += 1
        if self._tries >= _MOST_TRIES:
            self.picture.show_picture(None, (), sentence_text(sentence))
            return
        # The path is known as soon as the picture is on its way to the disk.
        self._retry_at = self._now + _RETRY_AFTER
        self.picture.show_picture(None, (), self.tr("The picture is being kept."))

    @Slot()
    def _on_reset(self) -> None:
        if self._alarm is not None:
            self._commands.reset(self._alarm.alarm_id)


def _says_the_same(one: AlarmView | None, other: AlarmView | None) -> bool:
    """Whether two views look the same here; a snapshot makes its views anew every time."""
    if one is None or other is None:
        return one is other
    mine = (one.alarm_id, one.state, one.count, one.image_path, one.reason, one.detail, one.feedback)
    theirs = (other.alarm_id, other.state, other.count, other.image_path, other.reason, other.detail, other.feedback)
    return one.finding is other.finding and mine == theirs
