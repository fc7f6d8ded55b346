"""This file decides what travels from a source: frames and samples, with their identities and times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from inference.findings import Finding, ImageU8

SourceId = NewType("SourceId", str)
"""Id of a camera or sensor link, as in the station file."""
AlarmId = NewType("AlarmId", str)
"""Id of one occurrence of an alarm (a UUID in text form)."""
IncidentId = NewType("IncidentId", str)
"""Id of one incident (a UUID in text form): the warnings of one cause on one asset."""
NO_INCIDENT = IncidentId("")
DefinitionId = NewType("DefinitionId", str)
"""Id of an alarm definition, as in the station file."""
PersonId = NewType("PersonId", str)
"""Id of a person, as in the station file."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One image of one camera.

    Attributes:
        source_id: The camera.
        sequence: Number counted by the reader since start, from 0.
        monotonic_s: When it was read, monotonic clock, s.
        utc: When it was read, aware UTC.
        image: uint8 H x W x 3 BGR, read-only; None where a file could not be read (then *unreadable* says why).
        name: File or part name where there is one.
        unreadable: Why there is no image; empty otherwise.
        simulated: True for pictures that no camera took.
        time_s: The recording's own time, s; None for live cameras and for recordings without one.
    """

    source_id: SourceId
    sequence: int
    monotonic_s: float
    utc: datetime
    image: ImageU8 | None
    name: str = ""
    unreadable: str = ""
    simulated: bool = False
    time_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One row of one sensor link.

    Attributes:
        source_id: The link.
        sequence: Number counted by the reader since start, from 0.
        monotonic_s: When it was read, monotonic clock, s.
        utc: When it was read, aware UTC.
        time_s: The source's own time line, s; a replay faster than real time keeps the recording's spacing here.
        values: float64 (channels,) in the order of the link's channels, read-only; NaN where a channel has no new value.
        key: The data's own id of the row (cycle, unit, …); empty where there is none.
        phase_s: Time within the machine's cycle, s; None for machines without cycles.
    """

    source_id: SourceId
    sequence: int
    monotonic_s: float
    utc: datetime
    time_s: float
    values: NDArray[np.float64]
    key: str = ""
    phase_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class JudgedFrame:
    """A frame together with what was said of that very frame (one finding per target)."""

    frame: Frame
    findings: tuple[Finding, ...]
    judged_monotonic_s: float


@dataclass(frozen=True, slots=True, eq=False)
class JudgedSample:
    """A decision of a sequence or table model, at the sample that completed its window."""

    sample: Sample
    findings: tuple[Finding, ...]
    judged_monotonic_s: float
