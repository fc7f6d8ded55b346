"""This file decides what the window may see of the line.

Everything here is immutable; a snapshot may be kept. It comes through :class:`station.port.LinePort`.
Texts are :class:`station.config.Text` (both languages); the window picks one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.findings import Finding, ImageU8, Verdict
from inference.reasons import Reason
from station.config import AlarmConfig, Text
from station.frames import NO_INCIDENT, AlarmId, DefinitionId, IncidentId, JudgedFrame, PersonId, SourceId
from station.growth_view import GrowthView
from station.health import DeviceStatus, SourceHealth
from station.horn_view import QUIET, HornView
from station.incident_view import IncidentView
from station.load_view import DefinitionChange
from station.past import PictureAnswers
from station.warning_view import FloodView, HoldView

RISK_PREFIX = "risk:"
"""Names of channels that begin so mean the score of a model's target."""


class LineState(StrEnum):
    """State of the whole line."""

    STARTING = "starting"
    RUNNING = "running"
    DEGRADED = "degraded"
    """Runs, but something gives no verdict; the snapshot says what."""
    STOPPED = "stopped"
    FINISHED = "finished"
    """Every replay reached its end."""


class AlarmState(StrEnum):
    """ISA-18.2 states; the life cycle is a table in :mod:`station.alarms.life_cycle`.

    The last three are holds: a warning in one of them is not among ``LineSnapshot.alarms`` but behind one of ``holds``.
    """

    NORMAL = "normal"
    UNACKNOWLEDGED_ACTIVE = "unacknowledged_active"
    ACKNOWLEDGED_ACTIVE = "acknowledged_active"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    LATCHED = "latched"
    """Returned and acknowledged, waits for a reset."""
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


class AlarmKind(StrEnum):
    """From which sense an alarm comes."""

    DEFECT = "defect"
    FAULT = "fault"
    SYSTEM = "system"


class FeedbackAnswer(StrEnum):
    """What a person says of a warning or an image."""

    REAL = "real"
    FALSE = "false"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One answer of one person.

    Attributes:
        alarm_id: The warning answered; None when an image was answered.
        image_id: The recorded image answered; None when a warning was answered.
        cause_id, action_id: Ids of the definition's choices; empty where not said.
        label: Relabelled class of an image; empty where not said.
    """

    answer: FeedbackAnswer
    person_id: PersonId
    alarm_id: AlarmId | None = None
    image_id: int | None = None
    cause_id: str = ""
    action_id: str = ""
    note: str = ""
    label: str = ""
    utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One open (or just closed) alarm as the screen shows it."""

    alarm_id: AlarmId
    definition: AlarmConfig
    kind: AlarmKind
    state: AlarmState
    source_id: SourceId
    raised_utc: datetime
    raised_monotonic_s: float
    count: int
    """How many findings stand behind it (sixty frames, one warning)."""
    respond_by_utc: datetime
    acknowledged_by: PersonId | None = None
    acknowledged_utc: datetime | None = None
    returned_utc: datetime | None = None
    feedback: Feedback | None = None
    image_path: Path | None = None
    """The judged frame kept with it; None for faults without a picture or while it is being written."""
    finding: Finding | None = None
    """The finding that raised it; after a restart as the records know it; its heatmap then lies beside the picture."""
    reason: Reason | None = None
    """For NO VERDICT and system alarms: why."""
    detail: str = ""
    incident_id: IncidentId = NO_INCIDENT
    """The incident it belongs to; ``LineSnapshot.incidents`` has those that are open."""
    demoted_to: int | None = None
    """Shown with this priority instead of the definition's, because its like was confirmed false before."""
    seen_false: int = 0
    """How often its like was confirmed false, as of when it was raised; 0 also after it was promoted."""
    activation: int = 1
    """How often it has asked for a person: counts up with everything that rings."""
    chattering: bool = False
    """Comes and goes too often: it is held open until it has calmed down, and does not ring anew."""

    @property
    def priority(self) -> int:
        """The priority to show and sort by: the definition's unless it is demoted."""
        return self.definition.priority if self.demoted_to is None else self.demoted_to


@dataclass(frozen=True, slots=True)
class CameraView:
    """One camera tile."""

    source_id: SourceId
    name: Text
    health: SourceHealth
    verdict: Verdict
    reason: Reason | None
    latest: JudgedFrame | None
    """Newest judged frame."""
    display_hz: float
    """Frames received per second."""
    verdict_hz: float
    latency_ms: float
    """Capture to verdict of the newest judged frame, ms."""
    age_s: float
    """Age of the newest frame, s; infinite before the first."""
    simulated: bool
    pack: str
    growth: tuple[GrowthView, ...] = ()
    """Trends by position; empty for a camera without a growth table."""


@dataclass(frozen=True, slots=True)
class RiskView:
    """One target of a sensor model."""

    target: str
    title: Text
    finding: Finding
    trace_time_s: NDArray[np.float64]
    """Seconds before now (negative), oldest first, read-only."""
    trace_score: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SensorView:
    """One sensor link."""

    source_id: SourceId
    name: Text
    health: SourceHealth
    verdict: Verdict
    reason: Reason | None
    values: NDArray[np.float64]
    """Newest value of each channel, in the order of the configured channels; NaN where there is none."""
    risks: tuple[RiskView, ...]
    simulated: bool
    pack: str
    age_s: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Counted since the start of the shift."""

    inspected: int = 0
    defects: int = 0
    no_verdict: int = 0
    false_alarms: int = 0
    warnings_per_10_min: float = 0.0
    """Mean over the shift, by the report's rule."""


@dataclass(frozen=True, slots=True)
class DiskView:
    """The records' disk."""

    status: DeviceStatus
    free_mib: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LineSnapshot:
    """Everything the screens repaint from; taken at ~30 Hz, costs well under a millisecond."""

    state: LineState
    reason: str
    """Exactly why the line is not RUNNING, in English; empty when it is."""
    started_utc: datetime
    shift: str
    shift_elapsed_s: float
    cameras: tuple[CameraView, ...]
    sensors: tuple[SensorView, ...]
    alarms: tuple[AlarmView, ...]
    """Open alarms: unacknowledged first, then priority, then newest."""
    counts: Counts
    disk: DiskView
    camera_status: DeviceStatus
    sensor_status: DeviceStatus
    simulated: bool
    person_id: PersonId | None = None
    horn: HornView = QUIET
    provider_notes: tuple[str, ...] = ()
    """What changed about providers, e.g. a fall back to CPU; English."""
    changed: int = 0
    """Counts up whenever anything but ages changed; equal numbers mean nothing to repaint."""
    holds: tuple[HoldView, ...] = ()
    """Definitions that are held back: shelved, suppressed by design, out of service; oldest first."""
    flood: FloodView | None = None
    """Set while more warnings ring than a person can answer."""
    incidents: tuple[IncidentView, ...] = ()
    """Open incidents, in the order of their most urgent warning."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Values of one channel (or score of one target) over time.

    Attributes:
        utc_s: float64 (n,), POSIX seconds UTC, ascending, read-only.
        value: float64 (n,), NaN where there was a gap, read-only.
        low, high: float64 (n,) extremes of thinned buckets, or the same as *value*.
    """

    utc_s: NDArray[np.float64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One recorded image as Review lists it."""

    image_id: int
    path: Path
    utc: datetime
    source_id: SourceId
    verdict: Verdict
    label: str
    score: float
    threshold: float
    regions_json: str
    why_kept: str
    """``alarm``, ``defect``, ``near_miss``, ``random_ok`` or ``no_verdict``."""
    pack: str
    sha256: str
    reason: str = ""
    feedback: Feedback | None = None
    heatmap_path: Path | None = None


@dataclass(frozen=True, slots=True)
class ImageQuery:
    """What Review asks for; None means any."""

    source_id: SourceId | None = None
    why_kept: str | None = None
    label: str | None = None
    reviewed: bool | None = None
    since_utc: datetime | None = None
    limit: int = 500
    offset: int = 0


@dataclass(frozen=True, slots=True)
class AlarmRecord:
    """One alarm of the past, for Report and marks in Trends."""

    alarm_id: AlarmId
    definition_id: DefinitionId
    title: Text
    kind: AlarmKind
    priority: int
    source_id: SourceId
    asset: str
    raised_utc: datetime
    returned_utc: datetime | None
    acknowledged_utc: datetime | None
    acknowledged_by: str
    closed_utc: datetime | None
    count: int
    feedback: Feedback | None = None
    by_model: bool = False
    """A model's finding raised it; not a limit, a missing verdict or the station itself."""
    incident_id: IncidentId = NO_INCIDENT
    """Empty for warnings that were kept before there were incidents."""


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """Figures of a shift, a day or a week, from the records."""

    since_utc: datetime
    until_utc: datetime
    inspected: int
    defects: int
    no_verdict: int
    warnings: int
    false_alarms: int
    by_label: tuple[tuple[str, int], ...]
    """Defects by label, most frequent first (Pareto)."""
    by_interval: tuple[tuple[datetime, int, int], ...]
    """(start of interval, inspected, defects), for the p-chart."""
    alarms: tuple[AlarmRecord, ...]
    pictures: tuple[PictureAnswers, ...] = ()
    """Answers on pictures of the period, by camera; cameras without any are left out."""
    activations: tuple[datetime, ...] = ()
    """When warnings called for a person, oldest first: what the load of warnings counts (station.load.limits)."""
    changes: tuple[DefinitionChange, ...] = ()
    """Who changed which settings of a warning, and why; newest first."""


@dataclass(frozen=True, slots=True)
class LiveTest:
    """Result of a live test in Setup."""

    ok: bool
    sentence: str
    """One English sentence: what was seen, or what is wrong and what to do."""
    image: ImageU8 | None = None
    findings: tuple[Finding, ...] = ()
    values: tuple[tuple[str, float], ...] = ()
    elapsed_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Answer to a command. When *ok*, what was commanded is on disk."""

    ok: bool
    sentence: str = ""
    """Why not, in English; empty when ok."""


@dataclass(frozen=True, slots=True)
class ReviewLoad:
    """How many images wait, by why they were kept."""

    by_kind: tuple[tuple[str, int], ...] = field(default=())
    unreviewed: int = 0
