"""This file decides what becomes of a sensor link's rows and decisions: limits, trends, counts and warnings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from station.alarm_desk import AlarmDesk
from station.clock import Clock
from station.counting import Tally, worst_verdict
from station.frames import JudgedSample, Sample, SourceId
from station.keeping import ContributionRule
from station.records.store import Records
from station.view import RISK_PREFIX


class RowDesk:
    """Takes the rows and decisions of every sensor judge, in the judges' threads.

    Args:
        channel_ids: The channels of a link, in the order of its values.
        limited: Channels of a link that a warning definition watches.
        trend_interval_s: Values are kept so often.
        alarms: Where warnings are raised.
        records: Where trends are kept.
        clock: Source of time.
    """

    def __init__(
        self,
        channel_ids: Callable[[SourceId], tuple[str, ...]],
        limited: Callable[[SourceId], frozenset[str]],
        trend_interval_s: float,
        alarms: AlarmDesk,
        records: Records,
        clock: Clock,
    ) -> None:
        self._channel_ids = channel_ids
        self._limited = limited
        self._trend_interval_s = trend_interval_s
        self._alarms = alarms
        self._records = records
        self._clock = clock
        self._gathered: dict[SourceId, list[NDArray[np.float64]]] = {}
        self._trend_due_s: dict[str, float] = {}
        self._contributions = ContributionRule()
        self._verdicts = Tally()
        self._lock = threading.Lock()

    def take_rows(self, source_id: SourceId, samples: Sequence[Sample]) -> None:
        """Hold rows against the limits, and keep the trend (last, lowest and highest value of each interval)."""
        channels = self._channel_ids(source_id)
        rows = np.stack([sample.values for sample in samples])
        values = {channel: rows[:, column] for column, channel in enumerate(channels)}
        watched = self._limited(source_id)
        if watched:
            limited = {channel: column for channel, column in values.items() if channel in watched}
            self._alarms.on_values(source_id, limited, samples[-1].sequence, np.array([sample.time_s for sample in samples]))
        gathered = self._gathered.setdefault(source_id, [])
        gathered.append(rows)
        if self._due(source_id):
            whole = np.concatenate(gathered)
            gathered.clear()
            self._records.keep_trend(source_id, {channel: whole[:, column] for column, channel in enumerate(channels)}, samples[-1].utc)

    def take_decision(self, judged: JudgedSample) -> None:
        """Count a decision, raise warnings, keep the risks' trend and what drives them."""
        source_id = judged.sample.source_id
        with self._lock:
            self._verdicts = self._verdicts.plus(worst_verdict(judged.findings))
        self._alarms.on_decision(judged)
        if self._due(f"risk of {source_id}"):
            risks = {f"{RISK_PREFIX}{finding.target}": finding.score for finding in judged.findings if not np.isnan(finding.score)}
            if risks:
                self._records.keep_trend(source_id, risks, judged.sample.utc)
        now_s = self._clock.monotonic_s()
        for finding in judged.findings:
            scored = not np.isnan(finding.score)
            if scored and self._contributions.wants(source_id, finding.target, finding.contributors, now_s):
                self._records.keep_contributions(source_id, finding.target, finding.contributors, judged.sample.utc)

    @property
    def verdicts(self) -> Tally:
        """Decisions in this run."""
        return self._verdicts

    def _due(self, what: str) -> bool:
        now_s = self._clock.monotonic_s()
        if now_s < self._trend_due_s.get(what, -np.inf):
            return False
        self._trend_due_s[what] = now_s + self._trend_interval_s
        return True
