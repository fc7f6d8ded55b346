"""This file decides what the shift's counts are: what the records know of it, plus what this run has added."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta

from inference.errors import RecordsError
from station.clock import Clock
from station.config import Shift
from station.counting import Tally, per_10_min
from station.frames import SourceId
from station.records.store import Records
from station.shifts import RunningShift, running_shift

_log = logging.getLogger(__name__)
_PATIENCE_S = 2.0
"""The supervisor waits at most about so long for the disk, at the change of shifts, s."""


class ShiftCounts:
    """Counts since the shift began, over restarts, by the same rules as the report.

    The properties are cheap and may be read from any thread; the methods are for worker threads.

    Args:
        shifts: As configured.
        records: Where counts are kept.
        parts: What this run has counted so far, by camera.
        labels: Defective parts of this run by label, by camera.
        raised: How often warnings have called for a person in this run so far (station.load.limits).
        clock: Source of time.
    """

    def __init__(
        self,
        shifts: tuple[Shift, ...],
        records: Records,
        parts: Callable[[], Mapping[SourceId, Tally]],
        labels: Callable[[], Mapping[SourceId, Counter[str]]],
        raised: Callable[[], int],
        clock: Clock,
    ) -> None:
        self._shifts = shifts
        self._records = records
        self._parts = parts
        self._labels = labels
        self._raised = raised
        self._kept_labels: dict[SourceId, Counter[str]] = {}
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[SourceId, Tally] = {}
        self._kept_s = clock.monotonic_s()
        self._shift = running_shift(shifts, clock.utc())
        before = records.report(self._shift.began_utc, clock.utc())
        self._before = Tally(before.inspected, before.defects, before.no_verdict)
        self._false_alarms = before.false_alarms
        self._warnings_before = len(before.activations)
        self._offset = Tally()
        self._warnings_offset = raised()

    @property
    def shift(self) -> RunningShift:
        """The shift that is on, as of the last look at the clock."""
        return self._shift

    @property
    def tally(self) -> Tally:
        """Parts since the shift began."""
        return self._before + (self._total() - self._offset)

    @property
    def false_alarms(self) -> int:
        """Warnings of this shift whose newest answer is False: each once, however often it was answered."""
        return self._false_alarms

    @property
    def warnings_per_10_min(self) -> float:
        """Warnings raised since the shift began, per ten minutes, as the report has it."""
        since_s = (self._clock.utc() - self._shift.began_utc).total_seconds()
        return per_10_min(self._warnings_before + self._raised() - self._warnings_offset, since_s)

    def keep(self) -> None:
        """Give the records what was counted since the last time; where another shift is on, go over to it."""
        with self._lock:
            total = self._keep()
            shift = running_shift(self._shifts, self._clock.utc())
            if shift != self._shift:
                # A clock that was set may lead into a shift that the records know already.
                self._warnings_offset = self._raised()
                self._before, self._false_alarms, self._warnings_before = self._known_of(shift)
                self._shift, self._offset = shift, total

    def look_at_clock(self) -> None:
        """Where another shift is on, go over to it. Cheap where not; call it several times a second."""
        if running_shift(self._shifts, self._clock.utc()) != self._shift:
            self.keep()

    def look_at_answers(self) -> None:
        """A warning was answered: see how many of this shift's are false alarms now."""
        with self._lock:
            self._false_alarms = self._known_of(self._shift, otherwise=self._false_alarms)[1]

    def _known_of(self, shift: RunningShift, otherwise: int = 0) -> tuple[Tally, int, int]:
        """Counts, false alarms and warnings of *shift* in the records; nothing and *otherwise* where they cannot be read."""
        try:
            self._records.flush(_PATIENCE_S)
            known = self._records.report(shift.began_utc, self._clock.utc() + timedelta(microseconds=1))
        except RecordsError as error:
            _log.warning("what the shift has counted could not be read: %s", error)
            return Tally(), otherwise, 0
        return Tally(known.inspected, known.defects, known.no_verdict), known.false_alarms, len(known.activations)

    def _keep(self) -> Tally:
        """Journal what is new; returns everything counted in this run. The caller holds the lock."""
        now_s, now_utc = self._clock.monotonic_s(), self._clock.utc()
        # The length of the interval is told by the clock that nobody sets.
        start_utc = now_utc - timedelta(seconds=now_s - self._kept_s)
        labels = self._labels()
        total = Tally()
        for source_id, tally in self._parts().items():
            new = tally - self._kept.get(source_id, Tally())
            new_labels = labels[source_id] - self._kept_labels.get(source_id, Counter())
            if new != Tally() or new_labels:
                self._records.keep_verdict_counts(
                    source_id,
                    start_utc,
                    now_utc,
                    inspected=new.inspected,
                    defects=new.defects,
                    no_verdict=new.no_verdict,
                    labels=dict(new_labels),
                )
            self._kept[source_id] = tally
            total += tally
        self._kept_s = now_s
        self._kept_labels = dict(labels)
        return total

    def _total(self) -> Tally:
        total = Tally()
        for tally in self._parts().values():
            total += tally
        return total
