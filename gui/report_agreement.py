"""This file decides how often people and models agree, by warning and by camera, and how sure that figure is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from gui.language import pick
from station.config import StationFile, Text
from station.frames import DefinitionId
from station.past import PictureAnswers
from station.view import AlarmRecord, FeedbackAnswer, PeriodReport

_Z95 = 1.959964


class AnsweredThing(Enum):
    """What people answered."""

    WARNING = "warning"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Answers on one warning's occurrences, or on one camera's pictures.

    Attributes:
        thing: Which of the two.
        item_id: Id of the definition or the camera.
        name: Title of the warning or name of the camera, in the reader's language.
        agreed, disagreed, unsure: Answers with, against and beside what the model said.
        unanswered: Occurrences without an answer; pictures are not counted (they are many).
        kappa: Cohen's kappa of person and model on pictures; None for warnings, and where one of them knows one answer only.
    """

    thing: AnsweredThing
    item_id: str
    name: str
    agreed: int
    disagreed: int
    unsure: int
    unanswered: int = 0
    kappa: float | None = None

    @property
    def decided(self) -> int:
        """Answers that are for or against."""
        return self.agreed + self.disagreed

    @property
    def share(self) -> float:
        """Share of agreement among the decided, 0..1; NaN where there are none."""
        return self.agreed / self.decided if self.decided else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of :attr:`share`; the whole range where nothing is decided."""
        return wilson(self.agreed, self.decided)


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % score interval of a share (Wilson 1927), 0..1; (0, 1) for a *total* of 0."""
    if not total:
        return 0.0, 1.0
    share, square = hits / total, _Z95**2 / total
    middle = share + square / 2.0
    half = _Z95 * math.sqrt(share * (1.0 - share) / total + square / (4.0 * total))
    # Rounding may put the share itself a hair outside at 0 and at 1.
    return min(share, max(0.0, (middle - half) / (1.0 + square))), max(share, min(1.0, (middle + half) / (1.0 + square)))


def cohens_kappa(both_defect: int, both_good: int, only_model: int, only_person: int) -> float | None:
    """Agreement beyond chance (Cohen 1960), -1..1; None where person or model gave only one kind of answer."""
    total = both_defect + both_good + only_model + only_person
    model, person = both_defect + only_model, both_defect + only_person
    if not 0 < model < total or not 0 < person < total:
        return None
    seen = (both_defect + both_good) / total
    chance = (model * person + (total - model) * (total - person)) / total**2
    return (seen - chance) / (1.0 - chance)


def agreements(report: PeriodReport, station: StationFile) -> tuple[Agreement, ...]:
    """Warnings that models raised, then cameras; each only where somebody answered, most answers first."""
    warnings = _of_warnings(report.alarms)
    pictures = [_of_pictures(one, station) for one in report.pictures]
    return tuple(
        one
        for group in (warnings, pictures)
        for one in sorted(group, key=lambda one: (-one.decided, one.item_id))
        if one.decided or one.unsure
    )


def total_agreement(found: Sequence[Agreement]) -> tuple[int, int]:
    """Agreed and decided answers of all together."""
    return sum(one.agreed for one in found), sum(one.decided for one in found)


def _of_warnings(alarms: Sequence[AlarmRecord]) -> list[Agreement]:
    said: dict[DefinitionId, Counter[FeedbackAnswer | None]] = {}
    titles: dict[DefinitionId, Text] = {}
    for alarm in alarms:
        if alarm.by_model:
            said.setdefault(alarm.definition_id, Counter())[alarm.feedback.answer if alarm.feedback else None] += 1
            titles.setdefault(alarm.definition_id, alarm.title)
    return [
        Agreement(
            AnsweredThing.WARNING,
            name,
            pick(titles[name]),
            counts[FeedbackAnswer.REAL],
            counts[FeedbackAnswer.FALSE],
            counts[FeedbackAnswer.UNSURE],
            counts[None],
        )
        for name, counts in said.items()
    ]


def _of_pictures(one: PictureAnswers, station: StationFile) -> Agreement:
    name = next((pick(camera.name) for camera in station.cameras if camera.id == one.source_id), str(one.source_id))
    return Agreement(
        AnsweredThing.PICTURE,
        one.source_id,
        name,
        one.both_defect + one.both_good,
        one.only_model + one.only_person,
        one.unsure,
        kappa=cohens_kappa(one.both_defect, one.both_good, one.only_model, one.only_person),
    )
