"""This file decides how what fixed it last time is offered: up to three actions, one tap each, and why each is suggested."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import partial

from PySide6.QtCore import QCoreApplication, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gui.controls import ButtonRole, KeyButton, LabelRole, Wrap, label
from gui.jobs import Jobs
from gui.language import BothLanguages, pick
from gui.time_text import day_text
from station.experience_view import Likeness, Suggestion
from station.frames import AlarmId
from station.port import LinePort
from station.view import AlarmView

_log = logging.getLogger(__name__)
_KEYS = ("J", "K", "L")
_MOST_IN_ROW = 2
_SETTLE_MS = 120
_SPACING_PX = 8
_BESIDE_TEXT_PX = 68
"""Margins and keycap of a button."""


class Room(Enum):
    """How much of the suggestions there is room for."""

    FULL = "full"
    """Three buttons, and why each is suggested."""
    ROW = "row"
    """Two buttons beside others, no words."""
    NONE = "none"


class FixButtons(QWidget):
    """What fixed the most similar incidents. Nothing is shown until something is known.

    Args:
        port: The line.
        jobs: Reads off the GUI thread.
        people: Name of each person.
        channel_titles: Name of each channel, by (source, channel).

    Signals:
        chosen: Id of the action that the person takes.
        changed: There is more or less to show.
    """

    chosen = Signal(str)
    changed = Signal()

    def __init__(
        self,
        port: LinePort,
        jobs: Jobs,
        people: Mapping[str, str],
        channel_titles: Mapping[tuple[str, str], BothLanguages],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._port, self._jobs, self._people, self._channels = port, jobs, people, channel_titles
        self._alarm: AlarmView | None = None
        self._of = ""
        self._job: int | None = None
        self._known: tuple[Suggestion, ...] = ()
        self._room = Room.FULL
        self._heading, self.why = label(LabelRole.CAPTION), label(LabelRole.SMALL, wrap=Wrap.WORDS)
        self.buttons = tuple(KeyButton(key, ButtonRole.PLAIN) for key in _KEYS)
        row = QHBoxLayout()
        row.setSpacing(_SPACING_PX)
        for place, button in enumerate(self.buttons):
            button.clicked.connect(partial(self._on_clicked, place))
            row.addWidget(button, 1)
        layout = self._rows = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._heading)
        layout.addLayout(row)
        layout.addWidget(self.why)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self._heading.setText(self.tr("What fixed it before: one tap answers Real with it"))
        self._fill()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not self._known

    @property
    def first_reason(self) -> str:
        """Why the first one is suggested; empty where none is."""
        return f"{pick(self._known[0].text)}: {self._why(self._known[0])}" if self._known else ""

    def show_in(self, room: Room) -> None:
        """Take as much room as there is."""
        if room is not self._room:
            self._room = room
            self._fill()

    def show_alarm(self, alarm: AlarmView | None) -> None:
        """Offer what fixed the like of *alarm*."""
        wanted = "" if alarm is None else f"{alarm.alarm_id} {alarm.activation}"
        self._alarm = alarm
        if wanted == self._of:
            return
        self._of, self._known = wanted, ()
        if self._job is not None:
            self._jobs.cancel(self._job)
            self._job = None
        self._fill()
        if alarm is not None:
            work = partial(self._port.experience.suggestions, AlarmId(alarm.alarm_id))
            self._job = self._jobs.run(self, work, self._on_read, self._on_failed)

    def _on_read(self, known: Sequence[Suggestion]) -> None:
        self._job = None
        # The definition's own advice stands above already, in "Do".
        self._known = tuple(one for one in known if one.action_id)
        self._fill()
        self.changed.emit()
        # Fonts and widths settle after the texts were set.
        QTimer.singleShot(_SETTLE_MS, self, self.changed.emit)

    def _on_failed(self, sentence: str) -> None:
        """The warning itself is what counts, and failing records are a warning of their own."""
        self._job = None
        _log.warning("what fixed the like of %s cannot be read: %s", self._of, sentence)

    def _fill(self) -> None:
        self.setVisible(bool(self._known) and self._room is not Room.NONE)
        self._heading.setVisible(self._room is Room.FULL)
        self.why.setVisible(self._room is Room.FULL)
        for place, button in enumerate(self.buttons):
            if place < len(self._known):
                one = self._known[place]
                button.setToolTip(self._why(one))
                horizontal = QSizePolicy.Policy.Preferred if self._room is Room.FULL else QSizePolicy.Policy.Ignored
                button.setSizePolicy(horizontal, QSizePolicy.Policy.Fixed)
        self._write_buttons()
        lines = [f"{pick(one.text)}: {self._why(one)}" for one in self._known]
        self.why.setText("\n".join(lines))
        self._rows.invalidate()
        self.updateGeometry()

    def _write_buttons(self) -> None:
        """The actions and how often they worked; in a row of other buttons only as many as can be read."""
        texts = [f"{pick(one.text)}  {one.worked}/{one.tried}" if one.tried else pick(one.text) for one in self._known]
        most = len(self.buttons)
        if self._room is not Room.FULL:
            wide = [self.buttons[0].fontMetrics().horizontalAdvance(text) + _BESIDE_TEXT_PX for text in texts[:_MOST_IN_ROW]]
            most = len(wide) if wide and max(wide) * len(wide) + _SPACING_PX <= self.width() else 1
        for place, button in enumerate(self.buttons):
            button.setVisible(place < min(most, len(texts)))
            if place < len(texts):
                button.setText(texts[place])

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, another part of the actions."""
        super().resizeEvent(event)
        self._write_buttons()

    def _why(self, one: Suggestion) -> str:
        name = partial(_channel_name, self._channels, "" if self._alarm is None else self._alarm.source_id)
        return why_text(one, name, self._people)

    def _on_clicked(self, place: int) -> None:
        if place < len(self._known):
            self.chosen.emit(self._known[place].action_id)


def why_text(one: Suggestion, channel: Callable[[str], str], people: Mapping[str, str]) -> str:
    """Why an action is suggested: how often it worked, after what, who chose it last."""
    parts = []
    if one.tried:
        parts.append(
            QCoreApplication.translate("FixButtons", "worked {worked} of {tried} times {after}").format(
                worked=one.worked, tried=one.tried, after=_after(one, channel)
            )
        )
    if one.pending:
        parts.append(QCoreApplication.translate("FixButtons", "chosen {pending} times too recently to tell").format(pending=one.pending))
    if one.last_utc is not None:
        who = people.get(one.last_person_id or "", one.last_person_id or "")
        parts.append(QCoreApplication.translate("FixButtons", "last by {who} on {day}").format(who=who, day=day_text(one.last_utc)))
    return "; ".join(parts)


def _after(one: Suggestion, channel: Callable[[str], str]) -> str:
    match one.likeness:
        case Likeness.SAME_DRIVERS if one.drivers:
            moved = QCoreApplication.translate("FixButtons", " and ").join(
                (
                    QCoreApplication.translate("FixButtons", "{channel} rose")
                    if sign > 0
                    else QCoreApplication.translate("FixButtons", "{channel} fell")
                ).format(channel=channel(name))
                for name, sign in one.drivers
            )
            return QCoreApplication.translate("FixButtons", "after {moved} the same way").format(moved=moved)
        case Likeness.SAME_DRIVERS | Likeness.LOOKS_ALIKE:
            return QCoreApplication.translate("FixButtons", "when it looked alike")
        case Likeness.SAME_KIND:
            return QCoreApplication.translate("FixButtons", "for the same kind elsewhere")
        case _:
            return QCoreApplication.translate("FixButtons", "for this warning")


def _channel_name(channels: Mapping[tuple[str, str], BothLanguages], source_id: str, channel: str) -> str:
    title = channels.get((source_id, channel))
    return channel if title is None else f"{pick(title)} ({channel})" if pick(title) != channel else channel
