"""This file decides how what the records know of reasons and answers of the past is told to the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inference.findings import Contribution
from station.frames import SourceId


@dataclass(frozen=True, slots=True)
class Drivers:
    """Which channels drove a target's score at a moment of the past.

    Attributes:
        utc: When it was judged so, aware UTC; at or before the moment asked for.
        contributions: Strongest first; empty where none stood out.
    """

    utc: datetime
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class PictureAnswers:
    """What people said of the pictures of one camera, beside what its model said of them.

    Attributes:
        source_id: The camera.
        both_defect, both_good: People and model agree.
        only_model: Called a defect by the model, good by a person.
        only_person: Called OK by the model, a defect by a person.
        unsure: Answered with Unsure.
    """

    source_id: SourceId
    both_defect: int = 0
    both_good: int = 0
    only_model: int = 0
    only_person: int = 0
    unsure: int = 0
