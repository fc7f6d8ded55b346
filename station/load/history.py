"""This file decides what of the journal the load of warnings is made from: columns, read once for a whole period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from station.config import Text
from station.frames import DefinitionId
from station.view import FeedbackAnswer

ACTIVATED, ACKNOWLEDGED, RETURNED = 0, 1, 2
"""Codes of :attr:`History.event_code`."""


@dataclass(frozen=True, slots=True)
class Named:
    """A definition as the journal knows it."""

    definition_id: DefinitionId
    title: Text


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One row of the holds; times as in the table."""

    definition_id: DefinitionId
    kind: str
    since_utc: datetime
    until_utc: datetime | None
    person_id: str
    reason: str
    ended_utc: datetime | None
    ended_by: str


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The journal of a period. Times are POSIX s; NaN where something has not happened.

    Attributes:
        since_utc, until_utc: The period, aware UTC.
        event_s: float64 (n,), ascending.
        event_code: int8 (n,), :data:`ACTIVATED`, :data:`ACKNOWLEDGED` or :data:`RETURNED`.
        event_of: int64 (n,), which occurrence (index into the columns below).
        alarm_ids: (m,), of the occurrences that were open at any time of the period.
        definition_of: int64 (m,), index into *named*.
        priority: int64 (m,), as shown.
        raised_s, returned_s, closed_s: float64 (m,).
        named: The definitions.
        holds: Those on at any time of the period, oldest first.
    """

    since_utc: datetime
    until_utc: datetime
    event_s: NDArray[np.float64]
    event_code: NDArray[np.int8]
    event_of: NDArray[np.int64]
    alarm_ids: tuple[str, ...]
    definition_of: NDArray[np.int64]
    priority: NDArray[np.int64]
    raised_s: NDArray[np.float64]
    returned_s: NDArray[np.float64]
    closed_s: NDArray[np.float64]
    named: tuple[Named, ...]
    holds: tuple[HoldRow, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Occurrences:
    """The journal of one definition in a period.

    Attributes:
        activated_s, returned_s: float64 (n,), each activation and when its condition was over (NaN: still stands).
        occurrence: int64 (n,), to which occurrence each belongs.
        answers: Newest answer on each occurrence that has one.
    """

    activated_s: NDArray[np.float64]
    returned_s: NDArray[np.float64]
    occurrence: NDArray[np.int64]
    answers: dict[int, FeedbackAnswer]
