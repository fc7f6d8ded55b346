"""This file decides which settings of a warning can be turned on the page "What if", in which steps, and how they are said."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from gui.controls import KeyButton, LabelRole, label
from gui.theme import TOUCH_PX
from station.config import CRITICAL, AlarmConfig, GrowthCondition, LimitCondition, VerdictCondition
from station.load_view import Basis, Settings, WhatIf

_DELAYS_S = (0, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900, 1200, 1800, 3600)
_SCORE_STEP = 0.01
_MOST_COUNT = 100


class Knob(Enum):
    """A setting that can be turned."""

    ON_DELAY = "on_delay_s"
    OFF_DELAY = "off_delay_s"
    RAISE_AT = "raise_at"
    CLEAR_AT = "clear_at"
    RAISE_COUNT = "raise_count"
    OF_LAST = "of_last"
    MOST = "most_per_10_min"


@dataclass(frozen=True, slots=True)
class Scale:
    """What the knobs of a definition turn on.

    Attributes:
        definition: In force.
        basis: What the replay is made from; None before the first answer.
        threshold: The pack's, NaN where it is not known.
        step: Of the limits.
    """

    definition: AlarmConfig
    basis: Basis | None = None
    threshold: float = math.nan
    step: float = _SCORE_STEP

    @property
    def knobs(self) -> tuple[Knob, ...]:
        """Those that this definition has and the replay can answer for."""
        found = [Knob.ON_DELAY, Knob.OFF_DELAY]
        if self.basis is not Basis.JOURNAL and isinstance(self.definition.when, VerdictCondition | LimitCondition | GrowthCondition):
            found += [Knob.RAISE_AT, Knob.CLEAR_AT, Knob.RAISE_COUNT, Knob.OF_LAST]
        if self.definition.priority != CRITICAL:
            found.append(Knob.MOST)
        return tuple(found)

    @property
    def is_low(self) -> bool:
        """Whether low values are the bad ones."""
        return isinstance(self.definition.when, LimitCondition) and self.definition.when.side == "low"


def scale_of(definition: AlarmConfig, answer: WhatIf | None) -> Scale:
    """The scale of *definition*'s knobs, after the first answer with what was recorded."""
    step = _SCORE_STEP
    if isinstance(definition.when, LimitCondition | GrowthCondition):
        span = abs(definition.when.raise_at)
        if answer is not None and answer.highest > answer.lowest:
            span = answer.highest - answer.lowest
        step = _nice(span / 100.0) if span > 0.0 else 0.01
    if answer is None:
        return Scale(definition, step=step)
    return Scale(definition, answer.basis, answer.threshold, step)


def turned(settings: Settings, knob: Knob, steps: int, scale: Scale) -> Settings:
    """*settings* with *knob* turned by so many *steps*; what would contradict follows (N of M, clear limit behind raise limit)."""
    match knob:
        case Knob.ON_DELAY:
            return replace(settings, on_delay_s=_ladder(settings.on_delay_s, steps))
        case Knob.OFF_DELAY:
            return replace(settings, off_delay_s=_ladder(settings.off_delay_s, steps))
        case Knob.RAISE_COUNT:
            count = min(max(settings.raise_count + steps, 1), _MOST_COUNT)
            return replace(settings, raise_count=count, of_last=max(settings.of_last, count))
        case Knob.OF_LAST:
            last = min(max(settings.of_last + steps, 1), _MOST_COUNT)
            return replace(settings, of_last=last, raise_count=min(settings.raise_count, last))
        case Knob.MOST:
            return replace(settings, most_per_10_min=min(max(settings.most_per_10_min + steps, 2), _MOST_COUNT))
        case Knob.RAISE_AT:
            at = _moved(raise_limit(settings, scale), steps, scale)
            clear = settings.clear_at
            return replace(settings, raise_at=at, clear_at=None if clear is None else _behind(clear, at, scale))
        case Knob.CLEAR_AT:
            at = raise_limit(settings, scale)
            return replace(settings, clear_at=_behind(_moved(clear_limit(settings, scale), steps, scale), at, scale))


def raise_limit(settings: Settings, scale: Scale) -> float:
    """The limit that raises; the pack's threshold where the definition has none."""
    if settings.raise_at is not None:
        return settings.raise_at
    return 0.5 if math.isnan(scale.threshold) else scale.threshold


def clear_limit(settings: Settings, scale: Scale) -> float:
    """The limit that clears; the one that raises where the definition has none."""
    return raise_limit(settings, scale) if settings.clear_at is None else settings.clear_at


def knob_name(knob: Knob) -> str:
    """Name of a setting."""
    match knob:
        case Knob.ON_DELAY:
            return QCoreApplication.translate("Knob", "Warns after (on-delay)")
        case Knob.OFF_DELAY:
            return QCoreApplication.translate("Knob", "Clears after (off-delay)")
        case Knob.RAISE_AT:
            return QCoreApplication.translate("Knob", "Raise limit")
        case Knob.CLEAR_AT:
            return QCoreApplication.translate("Knob", "Clear limit")
        case Knob.RAISE_COUNT:
            return QCoreApplication.translate("Knob", "Findings needed (N)")
        case Knob.OF_LAST:
            return QCoreApplication.translate("Knob", "of the last (M)")
        case Knob.MOST:
            return QCoreApplication.translate("Knob", "Rings at most, per 10 min")


def knob_value(settings: Settings, knob: Knob, scale: Scale) -> str:
    """A setting's value."""
    match knob:
        case Knob.ON_DELAY:
            return f"{settings.on_delay_s:g} s"
        case Knob.OFF_DELAY:
            return f"{settings.off_delay_s:g} s"
        case Knob.RAISE_AT:
            return f"{raise_limit(settings, scale):.6g}"
        case Knob.CLEAR_AT:
            return f"{clear_limit(settings, scale):.6g}"
        case Knob.RAISE_COUNT:
            return str(settings.raise_count)
        case Knob.OF_LAST:
            return str(settings.of_last)
        case Knob.MOST:
            return str(settings.most_per_10_min)


def hysteresis_percent(settings: Settings, scale: Scale) -> float:
    """Distance of the limits in percent of the one that raises; 0 where that is 0."""
    at = raise_limit(settings, scale)
    return 0.0 if at == 0.0 else abs(at - clear_limit(settings, scale)) / abs(at) * 100.0


def _ladder(value: float, steps: int) -> float:
    place = bisect_right(_DELAYS_S, value) - 1 + steps if steps > 0 else bisect_left(_DELAYS_S, value) + steps
    return float(_DELAYS_S[min(max(place, 0), len(_DELAYS_S) - 1)])


def _moved(value: float, steps: int, scale: Scale) -> float:
    on_grid = round(value / scale.step)
    if abs(on_grid * scale.step - value) > scale.step * 1e-6:  # off the grid: the next place on it is a whole step
        on_grid = math.floor(value / scale.step) if steps > 0 else math.ceil(value / scale.step)
    moved = round((on_grid + steps) * scale.step, 9)
    return min(max(moved, 0.0), 1.0) if isinstance(scale.definition.when, VerdictCondition) else moved


def _behind(clear: float, at: float, scale: Scale) -> float:
    return max(clear, at) if scale.is_low else min(clear, at)


def _nice(value: float) -> float:
    """The nearest 1, 2 or 5 times a power of ten, not above *value*."""
    power = math.floor(math.log10(value))
    lead = value / 10.0**power
    return (5.0 if lead >= 5.0 else 2.0 if lead >= 2.0 else 1.0) * 10.0**power


class KnobRow(QFrame):
    """One setting with its two buttons.

    Signals:
        wanted: Steps to turn by.
        touched: The row was tapped: its setting is the one that the keys turn.
    """

    wanted = Signal(int)
    touched = Signal()

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.knob = knob
        self._name, self._former = label(), label(LabelRole.CAPTION)
        self._value = label(LabelRole.LARGE)
        self._value.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._less, self._more = KeyButton(), KeyButton()
        for button, text, steps in ((self._less, "\u2212", -1), (self._more, "+", 1)):
            button.setText(text)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAutoRepeat(True)
            button.setAutoRepeatDelay(400)
            button.setAutoRepeatInterval(90)
            button.prefer_size(TOUCH_PX, TOUCH_PX)
            button.clicked.connect(partial(self.wanted.emit, steps))
            button.pressed.connect(self.touched)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._name)
        names.addWidget(self._former)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 1, 4, 1)
        layout.setSpacing(6)
        layout.addLayout(names, 1)
        layout.addWidget(self._less)
        layout.addWidget(self._value)
        layout.addWidget(self._more)

    def show_value(self, settings: Settings, in_force: Settings, scale: Scale, value_px: int) -> None:
        """Show the value, and what is in force where that is another."""
        now, former = knob_value(settings, self.knob, scale), knob_value(in_force, self.knob, scale)
        self._name.setText(knob_name(self.knob))
        said = QCoreApplication.translate("Knob", "in force")
        if now != former:
            said = QCoreApplication.translate("Knob", "in force: {value}").format(value=former)
        if self.knob is Knob.CLEAR_AT:
            percent = f"{hysteresis_percent(settings, scale):.3g}"
            said = " · ".join((said, QCoreApplication.translate("Knob", "hysteresis {percent} %").format(percent=percent)))
        self._former.setText(said)
        self._value.setText(now)
        self._value.setFixedWidth(value_px)
        for button, text in ((self._less, "\u2212"), (self._more, "+")):
            button.setAccessibleName(f"{knob_name(self.knob)} {text}")

    def mark(self, *, chosen: bool) -> None:
        """Whether the keys turn this one."""
        self.setProperty("role", "card" if chosen else "")
        self.style().unpolish(self)
        self.style().polish(self)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A tap chooses it."""
        super().mousePressEvent(event)
        self.touched.emit()
