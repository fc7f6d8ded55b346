"""This file decides how the house's enums read on screen, in the current language."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from inference.findings import Finding, Verdict
from station.config import Role
from station.health import DeviceStatus
from station.view import AlarmState, FeedbackAnswer, LineState

_SURE = 0.995
"""From here on the share would be said as 100 %: nothing that a person could use."""


def verdict_word(verdict: Verdict) -> str:
    """A verdict as the tile says it."""
    match verdict:
        case Verdict.OK:
            return QCoreApplication.translate("Words", "OK")
        case Verdict.DEFECT:
            return QCoreApplication.translate("Words", "DEFECT")
        case Verdict.FAULT:
            return QCoreApplication.translate("Words", "FAULT")
        case Verdict.NO_VERDICT:
            return QCoreApplication.translate("Words", "NO VERDICT")


def label_words(finding: Finding, title: str) -> str:
    """What was found, with how sure its kind is where there was more than one to choose from; a guess carries a question mark.

    Args:
        finding: With a label.
        title: The label as the screen says it.
    """
    if math.isnan(finding.confidence) or (finding.confidence >= _SURE and not finding.unsure):
        return title
    share = f"{100 * finding.confidence:.0f}"
    if finding.unsure:
        return QCoreApplication.translate("Words", "{label}? ({share} % sure)").format(label=title, share=share)
    return QCoreApplication.translate("Words", "{label} ({share} % sure)").format(label=title, share=share)


def role_word(role: Role) -> str:
    """What a person is at the station."""
    match role:
        case Role.OPERATOR:
            return QCoreApplication.translate("Words", "operator")
        case Role.INSPECTOR:
            return QCoreApplication.translate("Words", "inspector")
        case Role.ENGINEER:
            return QCoreApplication.translate("Words", "engineer")


def line_state_word(state: LineState) -> str:
    """State of the whole line."""
    match state:
        case LineState.STARTING:
            return QCoreApplication.translate("Words", "STARTING")
        case LineState.RUNNING:
            return QCoreApplication.translate("Words", "RUNNING")
        case LineState.DEGRADED:
            return QCoreApplication.translate("Words", "DEGRADED")
        case LineState.STOPPED:
            return QCoreApplication.translate("Words", "STOPPED")
        case LineState.FINISHED:
            return QCoreApplication.translate("Words", "FINISHED")


def alarm_state_word(state: AlarmState) -> str:
    """State of a warning."""
    match state:
        case AlarmState.NORMAL:
            return QCoreApplication.translate("Words", "over")
        case AlarmState.UNACKNOWLEDGED_ACTIVE:
            return QCoreApplication.translate("Words", "new")
        case AlarmState.ACKNOWLEDGED_ACTIVE:
            return QCoreApplication.translate("Words", "acknowledged")
        case AlarmState.RETURNED_UNACKNOWLEDGED:
            return QCoreApplication.translate("Words", "over, not acknowledged")
        case AlarmState.LATCHED:
            return QCoreApplication.translate("Words", "over, to be reset")
        case AlarmState.SHELVED:
            return QCoreApplication.translate("Words", "put aside")
        case AlarmState.SUPPRESSED:
            return QCoreApplication.translate("Words", "suppressed by design")
        case AlarmState.OUT_OF_SERVICE:
            return QCoreApplication.translate("Words", "out of service")


def answer_word(answer: FeedbackAnswer) -> str:
    """What a person said of a warning."""
    match answer:
        case FeedbackAnswer.REAL:
            return QCoreApplication.translate("Words", "Real")
        case FeedbackAnswer.FALSE:
            return QCoreApplication.translate("Words", "False")
        case FeedbackAnswer.UNSURE:
            return QCoreApplication.translate("Words", "Unsure")


def status_word(status: DeviceStatus) -> str:
    """NE 107 status."""
    match status:
        case DeviceStatus.GOOD:
            return QCoreApplication.translate("Words", "good")
        case DeviceStatus.MAINTENANCE_REQUIRED:
            return QCoreApplication.translate("Words", "maintenance required")
        case DeviceStatus.OUT_OF_SPECIFICATION:
            return QCoreApplication.translate("Words", "out of specification")
        case DeviceStatus.FUNCTION_CHECK:
            return QCoreApplication.translate("Words", "function check")
        case DeviceStatus.FAILURE:
            return QCoreApplication.translate("Words", "failure")
