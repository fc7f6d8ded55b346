"""This file decides how what happened in an incident reads: one line each, with person and local time; and its marks on the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication

from gui.incident_evidence import Seconds
from gui.incident_past import MomentPast
from gui.incident_seconds import Curve, EventMark
from gui.language import pick
from gui.sentences import sentence_text
from gui.time_text import clock_text
from gui.words import alarm_state_word, answer_word
from station.config import AlarmConfig, StationFile
from station.frames import AlarmId
from station.incident_view import IncidentStep, StepKind
from station.incidents.evidence import AFTER_S, BEFORE_S
from station.view import AlarmState, FeedbackAnswer

_RINGING = frozenset({StepKind.RAISED, StepKind.RAISED_AGAIN, StepKind.REALARMED, StepKind.PROMOTED})


def step_word(step: IncidentStep) -> str:
    """What happened, without who and when."""
    match step.kind:
        case StepKind.RAISED:
            return QCoreApplication.translate("IncidentSteps", "raised")
        case StepKind.RAISED_AGAIN:
            return QCoreApplication.translate("IncidentSteps", "raised again")
        case StepKind.RETURNED:
            return QCoreApplication.translate("IncidentSteps", "over")
        case StepKind.ACKNOWLEDGED:
            return QCoreApplication.translate("IncidentSteps", "acknowledged")
        case StepKind.RESET:
            return QCoreApplication.translate("IncidentSteps", "reset")
        case StepKind.RESTORED:
            return QCoreApplication.translate("IncidentSteps", "still open after a restart")
        case StepKind.WITHDRAWN:
            return QCoreApplication.translate("IncidentSteps", "withdrawn: the station file has it no more")
        case StepKind.REALARMED:
            return QCoreApplication.translate("IncidentSteps", "rings again: still there")
        case StepKind.PROMOTED:
            return QCoreApplication.translate("IncidentSteps", "full priority again: it is more than was seen as false")
        case StepKind.CHATTERING:
            return QCoreApplication.translate("IncidentSteps", "comes and goes too often")
        case StepKind.HELD:
            return _held_word(step.state)
        case StepKind.RELEASED:
            return QCoreApplication.translate("IncidentSteps", "no longer held back")
        case StepKind.ANSWERED:
            return QCoreApplication.translate("IncidentSteps", "answered")
        case StepKind.CLOSED:
            return QCoreApplication.translate("IncidentSteps", "incident closed")


def _held_word(state: str) -> str:
    known = AlarmState(state) if state in set(AlarmState) else None
    return QCoreApplication.translate("IncidentSteps", "held back") if known is None else alarm_state_word(known)


def step_text(step: IncidentStep, people: Mapping[str, str], definitions: Mapping[AlarmId, AlarmConfig], *, name_warning: bool) -> str:
    """One line: local time, what, who, and what was said.

    Args:
        step: What happened.
        people: Name of each person.
        definitions: Definitions of the incident's warnings, for the texts of causes and actions.
        name_warning: Say which warning it was: where the incident has several.
    """
    parts = [step_word(step)]
    if name_warning and step.kind is not StepKind.CLOSED:
        parts.insert(0, pick(step.title))
    if step.kind is StepKind.ANSWERED:
        definition = definitions.get(step.alarm_id)
        choices = {} if definition is None else {one.id: one.text for one in (*definition.causes, *definition.actions)}
        if step.answer in set(FeedbackAnswer):
            parts.append(answer_word(FeedbackAnswer(step.answer)))
        parts += [pick(choices[one]) for one in (step.cause_id, step.action_id) if one in choices]
    if step.person_id is not None:
        parts.append(people.get(step.person_id, str(step.person_id)))
    if step.note:
        parts.append(f"“{sentence_text(step.note)}”")
    return f"{clock_text(step.utc)}  " + " · ".join(parts)


def seconds_shown(
    past: MomentPast, steps: Sequence[IncidentStep], station: StationFile, priorities: Mapping[AlarmId, int], most: int
) -> Seconds:
    """The seconds of one raise as the timeline shows them, with at most *most* traces.

    Args:
        past: What was read.
        steps: What happened in the incident; those within the seconds become marks.
        station: Units and digits of the channels.
        priorities: Priority of each warning, for the colour of its mark.
        most: Traces at most.
    """
    curves = []
    channels = {(sensor.id, channel.id): channel for sensor in station.sensors for channel in sensor.channels}
    for one, trace in past.traces[:most]:
        name = pick(one.name)
        if one.is_risk:
            curves.append(Curve(QCoreApplication.translate("IncidentSteps", "Risk: {target}").format(target=name), "", 2, trace))
            continue
        config = channels.get((str(one.source_id), one.channel))
        curves.append(Curve(name, "" if config is None else config.unit, 1 if config is None else config.decimals, trace))
    marks = []
    for step in steps:
        at_s = (step.utc - past.moment.utc).total_seconds()
        if -BEFORE_S <= at_s <= AFTER_S:
            marks.append(EventMark(at_s, step_word(step), priorities.get(step.alarm_id, 4) if step.kind in _RINGING else 0))
    return Seconds(past.moment, past.films, tuple(curves), tuple(marks))
