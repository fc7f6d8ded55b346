"""This file decides the top bar: station, product, shift, line state with its reason, device lights, person, clock, switches."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from gui.controls import ButtonRole, KeyButton, LabelRole, label, set_role
from gui.elided import ElidedLabel
from gui.language import Language, current_language, pick, reason_text
from gui.sentences import sentence_text
from gui.symbols import StatusLight
from gui.theme import TextSize, ThemeSource
from gui.time_text import clock_text, hours_text
from gui.words import line_state_word, role_word, status_word
from inference.findings import Verdict
from station.config import StationFile
from station.frames import PersonId
from station.view import CameraView, LineSnapshot, LineState, SensorView

_NAME_SHARE = 0.2
"""A station's name takes at most this share of the bar."""
_WIDE_PX = 1600
"""Below this the reason of a line that does not run takes the place of the product."""


class Badge(QWidget):
    """A word in a frame: filled when it is something a person must not miss.

    Args:
        theme: Colours and type sizes.
    """

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._text = ""
        self._fill: str | None = None
        self._ink = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.theme_changed.connect(self.updateGeometry)

    @property
    def text(self) -> str:
        """The word."""
        return self._text

    def show_word(self, text: str, fill: str | None, ink: str) -> None:
        """Show *text* in colour *ink* on *fill*; without *fill* only a frame is drawn."""
        if (text, fill, ink) != (self._text, self._fill, self._ink):
            self._text, self._fill, self._ink = text, fill, ink
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def _font(self) -> QFont:
        return self._source.font(TextSize.BODY, QFont.Weight.Bold)

    @override
    def sizeHint(self) -> QSize:
        """The word and its frame."""
        metrics = QFontMetricsF(self._font())
        return QSize(
            round(metrics.horizontalAdvance(self._text)) + self._source.space(28), round(metrics.height()) + self._source.space(14)
        )

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """One word."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = self.rect().adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(self._fill or self._source.theme.line_strong), 1.5))
        painter.setBrush(QColor(self._fill) if self._fill else QColor(self._source.theme.surface))
        painter.drawRoundedRect(frame, 5, 5)
        painter.setPen(QColor(self._ink))
        painter.setFont(self._font())
        painter.drawText(frame, 0x84, self._text)
        painter.end()


class TopBar(QFrame):
    """The bar over every screen.

    Args:
        station: Its names and people.
        theme: Colours and type sizes.

    Signals:
        person_pressed: Somebody wants to sign in or out.
        theme_pressed, language_pressed, keys_pressed: The switches.
    """

    person_pressed = Signal()
    theme_pressed = Signal()
    language_pressed = Signal()
    keys_pressed = Signal()

    def __init__(self, station: StationFile, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "chrome")
        self._station, self._source = station, theme
        self._people = {person.id: person for person in station.people}
        self._snapshot: LineSnapshot | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._name = ElidedLabel(TextSize.LARGE, theme, QFont.Weight.DemiBold)
        self._name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._product, self._shift = label(), label(LabelRole.MUTED)
        self.state, self.simulated = Badge(theme), Badge(theme)
        self.reason = ElidedLabel(TextSize.SMALL, theme)
        self.lights = {name: StatusLight(theme) for name in ("cameras", "sensors", "disk")}
        self.person = KeyButton("F10")
        self.theme_switch, self.language_switch = KeyButton("F8", ButtonRole.QUIET), KeyButton("F9", ButtonRole.QUIET)
        self.keys = KeyButton("F1", ButtonRole.QUIET)
        self.clock = label(LabelRole.LARGE)
        for button, signal in (
            (self.person, self.person_pressed),
            (self.theme_switch, self.theme_pressed),
            (self.language_switch, self.language_pressed),
            (self.keys, self.keys_pressed),
        ):
            button.clicked.connect(signal)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 3, 16, 3)
        self._row = layout
        first: tuple[QWidget, ...] = (self._name, self._product, self._shift, self.state, self.reason, self.simulated)
        last: tuple[QWidget, ...] = (self.person, self.theme_switch, self.language_switch, self.keys, self.clock)
        for widget in first:
            layout.addWidget(widget, 1 if widget is self.reason else 0)
        for light in self.lights.values():
            layout.addWidget(light)
        for widget in last:
            layout.addWidget(widget)
        self._respace()
        theme.theme_changed.connect(self._respace)
        self.retranslate()

    def _respace(self) -> None:
        self._row.setSpacing(self._source.space(14))
        self._fill()

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self._name.set_text(pick(self._station.station.name))
        self._product.setText(pick(self._station.station.product))
        for light, name in zip(self.lights.values(), (self.tr("cameras"), self.tr("sensors"), self.tr("disk")), strict=True):
            light.set_name(name)
        self.theme_switch.setText("◐")
        self.theme_switch.setToolTip(self.tr("Light or dark"))
        self.language_switch.setText("EN" if current_language() is Language.CHINESE else "中")
        self.language_switch.setToolTip("English" if current_language() is Language.CHINESE else "中文")
        self.keys.setText("?")
        self.keys.setToolTip(self.tr("All keys"))
        self._fill()

    def refresh(self, snapshot: LineSnapshot, now: datetime) -> None:
        """Show *snapshot* and the time."""
        self._snapshot = snapshot
        self.clock.setText(clock_text(now))
        self._fill()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """A long name leaves room for the state of the line and its reason."""
        super().resizeEvent(event)
        self._fit_name()

    def _fit_name(self) -> None:
        self._name.setFixedWidth(min(self._name.sizeHint().width(), round(self.width() * _NAME_SHARE)))

    def _fill(self) -> None:
        self._fit_name()
        snapshot = self._snapshot
        if snapshot is None:
            return
        theme = self._source.theme
        elapsed = hours_text(snapshot.shift_elapsed_s)
        self._shift.setText(self.tr("Shift {name} · {elapsed}").format(name=snapshot.shift, elapsed=elapsed) if snapshot.shift else elapsed)
        abnormal = snapshot.state in (LineState.DEGRADED, LineState.STOPPED)
        fill, ink = (theme.out_of_specification, theme.priority_ink[2]) if abnormal else (None, theme.ink)
        self.state.show_word(line_state_word(snapshot.state), fill, ink)
        reason = self._reason(snapshot)
        self.reason.set_text(reason)
        squeezed = self._name.sizeHint().width() > self._name.width()
        self._product.setVisible(not reason or (self.width() >= _WIDE_PX and not squeezed))
        self.simulated.setVisible(snapshot.simulated)
        self.simulated.show_word(self.tr("SIMULATED"), theme.maintenance, theme.surface if theme.dark else "#ffffff")
        for name, status, detail in (
            ("cameras", snapshot.camera_status, ""),
            ("sensors", snapshot.sensor_status, ""),
            ("disk", snapshot.disk.status, sentence_text(snapshot.disk.detail)),
        ):
            word = status_word(status)
            self.lights[name].show_status(status, f"{word}: {detail}" if detail else word)
        person = self._people.get(snapshot.person_id or PersonId(""))
        # Signing in is what a newcomer must find; a name is only a name.
        set_role(self.person, ButtonRole.PLAIN if person is None else ButtonRole.QUIET)
        self.person.setText(self.tr("Sign in") if person is None else f"{person.name} · {role_word(person.role)}")

    def _reason(self, snapshot: LineSnapshot) -> str:
        if snapshot.state is LineState.RUNNING:
            return ""
        silent = [pick(camera.name) for camera in snapshot.cameras if camera.verdict is Verdict.NO_VERDICT]
        silent += [pick(sensor.name) for sensor in snapshot.sensors if sensor.verdict is Verdict.NO_VERDICT]
        if snapshot.state is LineState.DEGRADED and silent:
            return self.tr("No verdict: {names}").format(names=", ".join(silent))
        if snapshot.state is LineState.STARTING:
            views: tuple[CameraView | SensorView, ...] = (*snapshot.cameras, *snapshot.sensors)
            return next((f"{pick(view.name)}: {reason_text(view.reason)}" for view in views if view.reason is not None), "")
        return sentence_text(snapshot.reason)
