"""This file decides how the answer of a replay is said and shown: how many warnings less, what it would have cost, how far to trust it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gui.controls import LabelRole, Wrap, label
from gui.load_charts import before_after_painting
from gui.report_panels import Chart, ChartPanel
from gui.theme import ThemeSource
from gui.time_text import grouped, moment_text
from station.load_view import Basis, Caveat, Effect, WhatIf


def headline(answer: WhatIf) -> str:
    """The answer in a few words: ``41 instead of 212``."""
    if answer.tried == answer.in_force:
        return QCoreApplication.translate("WhatIf", "{count} warnings, as now").format(count=grouped(answer.tried))
    return QCoreApplication.translate("WhatIf", "{tried} instead of {before}").format(
        tried=grouped(answer.tried), before=grouped(answer.in_force)
    )


def real_text(effect: Effect) -> str:
    """What it would have cost."""
    if not effect.total:
        return QCoreApplication.translate("WhatIf", "Nobody has answered one of them with Real: what it would cost cannot be told.")
    if not effect.missed and not effect.later:
        return QCoreApplication.translate("WhatIf", "All {total} confirmed real ones would have come, none later.").format(
            total=effect.total
        )
    seconds = {"mean": f"{effect.mean_later_s:.1f}", "worst": f"{effect.worst_later_s:.1f}"}
    if not effect.missed:
        text = QCoreApplication.translate(
            "WhatIf", "All {total} confirmed real ones would have come, on average {mean} s later, at most {worst} s."
        )
    elif effect.missed == effect.total:
        text = QCoreApplication.translate("WhatIf", "All {total} confirmed real ones would be missed.")
    elif effect.later:
        text = QCoreApplication.translate(
            "WhatIf", "{missed} of {total} confirmed real ones would be missed, the others on average {mean} s later, at most {worst} s."
        )
    else:
        text = QCoreApplication.translate("WhatIf", "{missed} of {total} confirmed real ones would be missed, the others not later.")
    return text.format(missed=effect.missed, total=effect.total, **seconds)


def false_text(effect: Effect) -> str:
    """What it would have saved; empty where nobody answered False."""
    if not effect.total:
        return ""
    text = QCoreApplication.translate("WhatIf", "{missed} of {total} confirmed false ones would not have come.")
    return text.format(missed=effect.missed, total=effect.total)


def trust_text(answer: WhatIf) -> str:
    """How the replay was checked, and what it is made from."""
    checked = QCoreApplication.translate(
        "WhatIf", "Checked: with the settings in force the replay gives {replay}, the journal has {journal}."
    )
    made = {
        Basis.SCORES: QCoreApplication.translate("WhatIf", "Replayed on every recorded score."),
        Basis.TREND: QCoreApplication.translate(
            "WhatIf", "Replayed on the recorded lowest and highest values, right within {tolerance} s."
        ),
        Basis.JOURNAL: QCoreApplication.translate("WhatIf", "Replayed on the journal's own begins and ends."),
    }[answer.basis]
    return " ".join((checked, made)).format(
        replay=grouped(answer.in_force), journal=grouped(answer.journal), tolerance=f"{answer.tolerance_s:.2g}"
    )


def caveat_text(caveat: Caveat, answer: WhatIf) -> str:
    """What limits the answer."""
    match caveat:
        case Caveat.STARTS_LATER:
            return QCoreApplication.translate("WhatIf", "Recorded from {since} on only: all figures are from then on.").format(
                since=moment_text(answer.since_utc)
            )
        case Caveat.CHANGED_WITHIN:
            return QCoreApplication.translate(
                "WhatIf", "The settings were changed within this period, so the journal counts by others than the replay."
            )
        case Caveat.DIFFERS:
            return QCoreApplication.translate("WhatIf", "The two differ: take the answer as a hint, not as a figure.")
        case Caveat.DELAYS_ONLY:
            return QCoreApplication.translate("WhatIf", "No values are recorded for this warning: only delays can be tried.")
        case Caveat.AT_LEAST:
            return QCoreApplication.translate(
                "WhatIf", "A shorter delay lets through what was never recorded: it would be at least so many."
            )
        case Caveat.COARSE_COUNTS:
            return QCoreApplication.translate("WhatIf", "N of M is counted on one point per interval here, not on every row.")


class AnswerPanel(QFrame):
    """The answer of a replay: headline, before and after, what it would have cost, how far to trust it."""

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headline = label(LabelRole.DISPLAY)
        self._real, self._false = label(LabelRole.STRONG, wrap=Wrap.WORDS), label(LabelRole.BODY, wrap=Wrap.WORDS)
        self._trust = label(LabelRole.CAPTION, wrap=Wrap.WORDS)
        self._chart = ChartPanel(theme, self)
        self._chart.setProperty("role", "")
        self._chart.setMinimumHeight(90)
        self._chart.setMinimumWidth(200)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._headline)
        layout.addWidget(self._real)
        layout.addWidget(self._false)
        layout.addWidget(self._chart, 1)
        layout.addWidget(self._trust)
        self._headline.setAlignment(Qt.AlignmentFlag.AlignLeft)

    @property
    def text(self) -> str:
        """All that is said."""
        return "\n".join(one.text() for one in (self._headline, self._real, self._false, self._trust) if not one.isHidden())

    def show_nothing(self, sentence: str) -> None:
        """No answer yet, or none that can be had."""
        self._headline.setText("")
        self._real.setText(sentence)
        self._chart.show_chart(None)
        for one in (self._headline, self._false, self._trust):
            one.hide()

    def show_answer(self, answer: WhatIf) -> None:
        """Show *answer*."""
        self._headline.setText(headline(answer))
        self._real.setText(real_text(answer.real))
        self._false.setText(false_text(answer.false))
        self._trust.setText(" ".join((trust_text(answer), *(caveat_text(one, answer) for one in answer.caveats))))
        self._chart.show_chart(
            Chart(
                QCoreApplication.translate("WhatIf", "Warnings, as they were and as they would have been"),
                before_after_painting(answer, _names()),
            )
        )
        for one in (self._headline, self._trust):
            one.show()
        self._false.setVisible(bool(self._false.text()))


def _names() -> tuple[str, str]:
    return QCoreApplication.translate("WhatIf", "in force"), QCoreApplication.translate("WhatIf", "tried")
