"""This file decides how rows of a sensor link meet their model: in order, window by window, one thread per link."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference.findings import Finding
from inference.reasons import Reason
from station.channels import BoundedQueue, Overflow
from station.clock import Clock
from station.config import Sensor
from station.frames import JudgedSample, Sample, SourceId
from station.model_slot import ModelSlot
from station.sources.sensor_kinds import is_real_time
from station.trace_ring import NO_TRACE, TraceRing
from station.view import RISK_PREFIX, Trace

_log = logging.getLogger(__name__)
_IDLE_S = 0.1
_LIVE_BATCHES = 256
_REPLAY_BATCHES = 8
_SCORES_KEPT = 8192


class SensorModel(Protocol):
    """What a judge needs of a sensor model (``inference.sequence_stream.SequenceStream``)."""

    def push(self, time_s: float, values: NDArray[np.float64], key: str = "", phase_s: float | None = None) -> tuple[Finding, ...] | None:
        """Take one row; findings when a decision is due."""
        ...


class SensorJudge:
    """The sink of one link's reader and its judge: keeps the traces, passes rows on, judges windows.

    For live links the oldest rows go when judging cannot keep up, and are counted; the reader of a replay waits.

    Args:
        sensor: As configured.
        open_model: Opens the model for the link's channels, in the judge's thread; None: shown, not judged.
        deliver_rows: Called with every batch of rows, in the judge's thread (limits, trends).
        deliver: Called with every decision, in the judge's thread.
        clock: Source of time.
    """

    def __init__(
        self,
        sensor: Sensor,
        *,
        open_model: Callable[[], SensorModel] | None,
        deliver_rows: Callable[[SourceId, Sequence[Sample]], None],
        deliver: Callable[[JudgedSample], None],
        clock: Clock,
    ) -> None:
        self.sensor = sensor
        self.source_id = SourceId(sensor.id)
        self.real_time = is_real_time(sensor)
        self.ring: TraceRing | None = None
        self._slot = ModelSlot(sensor.model or "", open_model, clock) if open_model is not None else None
        self._deliver_rows = deliver_rows
        self._deliver = deliver
        self._clock = clock
        self._queue: BoundedQueue[Sequence[Sample]] = BoundedQueue(
            _LIVE_BATCHES if self.real_time else _REPLAY_BATCHES,
            Overflow.DROP_OLDEST if self.real_time else Overflow.BLOCK,
        )
        self._stopping = threading.Event()
        self._received = 0
        self._taken_in = 0
        self._dropped = 0
        self.newest_s = -math.inf
        """When the newest row was read, monotonic, s."""
        self._values: NDArray[np.float64] = np.empty(0)
        self._latest: JudgedSample | None = None
        self._targets: tuple[str, ...] = ()
        self._scores: TraceRing | None = None
        self._thread = threading.Thread(target=self._work, name=f"judge-{sensor.id}", daemon=True)

    def deliver(self, samples: Sequence[Sample]) -> None:
        """Take a batch from the reader's thread; blocks for replays until there is room."""
        self._received += len(samples)
        before = self._queue.dropped
        self._queue.put(samples)
        self._dropped += (self._queue.dropped - before) * len(samples)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, deadline_s: float) -> bool:
        """End the thread, waiting at most *deadline_s*; True when it has ended. May be called twice."""
        self._stopping.set()
        self._queue.close()
        if self._thread.is_alive():
            self._thread.join(deadline_s)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Let a reader go that waits for room."""
        self._queue.close()

    @property
    def name(self) -> str:
        """For messages."""
        return self._thread.name

    @property
    def idle(self) -> bool:
        """True when every row that came in was judged (or dropped)."""
        return self._taken_in + self._dropped >= self._received

    @property
    def failure(self) -> Reason | None:
        """Why the model cannot be used; None when it can."""
        return self._slot.failure if self._slot is not None else None

    @property
    def received(self) -> int:
        """Rows received."""
        return self._received

    @property
    def dropped(self) -> int:
        """Rows lost because judging could not keep up (whole batches, taken to be as long as the one that pushed them out)."""
        return self._dropped

    @property
    def values(self) -> NDArray[np.float64]:
        """Newest value of each channel, read-only; NaN where none came yet, empty before the first row."""
        return self._values

    @property
    def latest(self) -> JudgedSample | None:
        """The newest decision."""
        return self._latest

    @property
    def targets(self) -> tuple[str, ...]:
        """What its model judges; empty before the first decision."""
        return self._targets

    def recent_trace(self, channel: str, channel_ids: tuple[str, ...], seconds: float, now_utc_s: float) -> Trace:
        """The last *seconds* of a channel, or of a target's score (``risk:TARGET``); empty for an unknown one."""
        if channel.startswith(RISK_PREFIX):
            target = channel.removeprefix(RISK_PREFIX)
            if self._scores is None or target not in self._targets:
                return NO_TRACE
            return self._scores.recent(self._targets.index(target), seconds, now_utc_s)
        if self.ring is None or channel not in channel_ids:
            return NO_TRACE
        return self.ring.recent(channel_ids.index(channel), seconds, now_utc_s)

    def _work(self) -> None:
        if self._slot is not None:
            self._slot.ready()
        while not self._stopping.is_set():
            samples = self._queue.take(_IDLE_S)
            if samples is None:
                continue
            try:
                self._take_in(samples)
            except Exception:  # noqa: BLE001 - top of a worker loop
                _log.exception("Rows of %s could not be taken in", self.source_id)
            self._taken_in += len(samples)

    def _take_in(self, samples: Sequence[Sample]) -> None:
        rows = np.stack([sample.values for sample in samples])
        if self.ring is None:
            self.ring, self._values = TraceRing(rows.shape[1]), np.full(rows.shape[1], np.nan)
        self.ring.append(np.array([sample.utc.timestamp() for sample in samples]), rows)
        self._values = _newest(self._values, rows)
        self.newest_s = samples[-1].monotonic_s
        self._deliver_rows(self.source_id, samples)
        if self._slot is None:
            return
        for sample in samples:
            findings = self._findings(self._slot, sample)
            if findings is None:
                continue
            now_s = self._clock.monotonic_s()
            self._latest = JudgedSample(sample, findings, now_s)
            self._keep_scores(findings)
            self._deliver(self._latest)

    def _findings(self, slot: ModelSlot[SensorModel], sample: Sample) -> tuple[Finding, ...] | None:
        model = slot.ready()
        if model is None:
            return (slot.without_verdict(),) if self._due() else None
        try:
            return model.push(sample.time_s, sample.values, sample.key, sample.phase_s)
        except Exception as error:  # noqa: BLE001 - top of a worker: becomes NO VERDICT with the reason
            _log.exception("Pack %s failed on row %s of %s", slot.pack, sample.sequence, self.source_id)
            return (slot.failed(error),)

    def _keep_scores(self, findings: tuple[Finding, ...]) -> None:
        if self._scores is None and not math.isnan(findings[0].threshold):
            self._targets = tuple(finding.target for finding in findings)
            self._scores = TraceRing(len(findings), _SCORES_KEPT)
        if self._scores is not None and len(findings) == len(self._targets):
            self._scores.append(np.array([self._clock.utc().timestamp()]), np.array([[finding.score for finding in findings]]))

    def _due(self) -> bool:
        """Without a model: say NO VERDICT once a second, not on every row."""
        return self._latest is None or self._clock.monotonic_s() - self._latest.judged_monotonic_s >= 1.0


def _newest(before: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The newest known value of each column: the last finite one of *rows*, else what was there."""
    known = ~np.isnan(rows)
    last = rows.shape[0] - 1 - np.argmax(known[::-1], axis=0)
    newest = np.where(known.any(axis=0), rows[last, np.arange(rows.shape[1])], before)
    newest.flags.writeable = False
    return newest
