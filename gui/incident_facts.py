"""This file decides how a warning is put into words: found, likely cause, what it means, what to do, by when."""

from __future__ import annotations

import math
from datetime import datetime

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from gui.controls import LabelRole, Wrap, label, set_role
from gui.language import BothLanguages, driving_text, pick, reason_text
from gui.memory_page import seen_false_text
from gui.sentences import sentence_text
from gui.time_text import short_clock_text, span_text
from gui.words import label_words
from inference.findings import Verdict
from station.config import GrowthCondition, LimitCondition
from station.view import AlarmState, AlarmView

TitleOf = dict[tuple[str, str], BothLanguages]
"""Title of a label, by (pack, label); of a channel, by (source, channel)."""
_FOUND, _LIKELY, _MEANS, _DO, _BY = range(5)


class IncidentFacts(QWidget):
    """Five rows: a name and a text each.

    Args:
        label_titles: Titles of the packs' labels.
        channel_titles: Names of the sensor links' channels.
    """

    def __init__(self, label_titles: TitleOf, channel_titles: TitleOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label_titles, self._channel_titles = label_titles, channel_titles
        self._names = [label(LabelRole.MUTED) for _ in range(5)]
        self.texts: tuple[QLabel, ...] = tuple(label(wrap=Wrap.WORDS) for _ in range(5))
        set_role(self.texts[_DO], LabelRole.STRONG)
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(14)
        self._rows.setVerticalSpacing(3)
        self._rows.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        for row, (name, text) in enumerate(zip(self._names, self.texts, strict=True)):
            self._rows.addWidget(name, row, 0, top)
            self._rows.addWidget(text, row, 1, top)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every name in the current language."""
        names = (
            QCoreApplication.translate("IncidentPanel", "Found"),
            QCoreApplication.translate("IncidentPanel", "Likely"),
            QCoreApplication.translate("IncidentPanel", "Means"),
            QCoreApplication.translate("IncidentPanel", "Do"),
            QCoreApplication.translate("IncidentPanel", "By"),
        )
        for name, text in zip(self._names, names, strict=True):
            name.setText(text)

    def show_alarm(self, alarm: AlarmView) -> None:
        """Say what *alarm* is."""
        definition = alarm.definition
        shown = (self.found_text(alarm), pick(definition.cause), pick(definition.consequence), pick(definition.action))
        for text, said in zip(self.texts, shown, strict=False):
            text.setText(said)

    def show_rows(self, *, likely: bool, means: bool) -> None:
        """Leave rows out where room is short; found, do and by always stay."""
        for row, shown in ((_LIKELY, likely), (_MEANS, means)):
            self._names[row].setVisible(shown)
            self.texts[row].setVisible(shown)
        # A layout does not tell the layouts around it that a widget of its own was hidden.
        self._rows.invalidate()
        self.updateGeometry()

    def show_time(self, alarm: AlarmView, now: datetime) -> None:
        """Say by when somebody has to act."""
        text = self.texts[_BY]
        left_s = (alarm.respond_by_utc - now).total_seconds()
        by = short_clock_text(alarm.respond_by_utc)
        if alarm.state in (AlarmState.LATCHED, AlarmState.NORMAL):
            set_role(text, LabelRole.BODY)
            text.setText(QCoreApplication.translate("IncidentPanel", "over"))
        elif left_s >= 0:
            set_role(text, LabelRole.BODY)
            text.setText(QCoreApplication.translate("IncidentPanel", "{clock} · {left} left").format(clock=by, left=span_text(left_s)))
        else:
            set_role(text, LabelRole.ERROR)
            text.setText(QCoreApplication.translate("IncidentPanel", "{clock} · late by {span}").format(clock=by, span=span_text(-left_s)))

    def squeezed(self) -> bool:
        """Whether a text has less room than it needs."""
        return any(text.isVisible() and text.heightForWidth(text.width()) > text.height() for text in self.texts)

    def channel_text(self, alarm: AlarmView, channel: str) -> str:
        """How a channel of the warning's link is called."""
        title = self._channel_titles.get((alarm.source_id, channel))
        return channel if title is None else pick(title)

    def found_text(self, alarm: AlarmView) -> str:
        """What was found, in one line."""
        parts = []
        finding = alarm.finding
        # Of what grows, the one picture's score says nothing; the detail says what grew, how fast and since when.
        if finding is not None and not math.isnan(finding.score) and not isinstance(alarm.definition.when, GrowthCondition):
            title = self._label_titles.get((finding.model, finding.label))
            found = label_words(finding, finding.label if title is None else pick(title))
            said = QCoreApplication.translate("IncidentPanel", "{what} {score} (limit {limit})")
            parts.append(said.format(what=found, score=f"{finding.score:.2f}", limit=f"{finding.threshold:.2f}"))
        if finding is not None and finding.verdict is Verdict.FAULT:
            parts.append(driving_text(finding.contributors, lambda channel: self.channel_text(alarm, channel)))
        if alarm.reason is not None:
            parts.append(reason_text(alarm.reason))
        if alarm.detail:
            parts.append(self._detail_text(alarm))
        if alarm.count > 1:
            parts.append(QCoreApplication.translate("IncidentPanel", "{count} findings").format(count=alarm.count))
        parts.append(seen_false_text(alarm.seen_false))
        said_parts = [part for part in parts if part]
        return " · ".join(said_parts) if said_parts else pick(alarm.definition.title)

    def _detail_text(self, alarm: AlarmView) -> str:
        """The particulars; of a limit with the channel's name, as people call it, and the limit."""
        when = alarm.definition.when
        reading, _, more = alarm.detail.partition("; ")
        channel, equals, value = reading.partition(" = ")
        if not isinstance(when, LimitCondition) or not equals or channel != when.channel:
            return sentence_text(alarm.detail)
        said = QCoreApplication.translate("IncidentPanel", "{what} {score} (limit {limit})")
        name = self.channel_text(alarm, channel)
        return " · ".join(part for part in (said.format(what=name, score=value, limit=f"{when.raise_at:g}"), sentence_text(more)) if part)


def label_text(label_titles: TitleOf, model: str, found: str) -> str:
    """How a label that *model* found reads."""
    title = label_titles.get((model, found))
    return found if title is None else pick(title)
