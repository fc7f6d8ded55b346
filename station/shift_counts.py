"""This file decides what the shift's counts are: what the records know of it, plus what this run has added."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping

from station.clock import Clock
from station.config import Shift
from station.counting import Tally
from station.frames import SourceId
from station.records.store import Records
from station.shifts import RunningShift, running_shift


class ShiftCounts:
    """Counts since the shift began, over restarts. Every method may be called from any thread.

    Args:
        shifts: As configured.
        records: Where counts are kept.
        parts: What this run has counted so far, by camera.
        labels: Defective parts of this run by label, by camera.
        clock: Source of time.
    """

    def __init__(
        self,
        shifts: tuple[Shift, ...],
        records: Records,
        parts: Callable[[], Mapping[SourceId, Tally]],
        labels: Callable[[], Mapping[SourceId, Counter[str]]],
        clock: Clock,
    ) -> None:
        self._shifts = shifts
        self._records = records
        self._parts = parts
        self._labels = labels
        self._kept_labels: dict[SourceId, Counter[str]] = {}
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[SourceId, Tally] = {}
        self._kept_utc = clock.utc()
        self._shift = running_shift(shifts, clock.utc())
        before = records.report(self._shift.began_utc, clock.utc())
        self._before = Tally(before.inspected, before.defects, before.no_verdict)
        self.false_alarms_before = before.false_alarms
        self._offset = Tally()

    @property
    def shift(self) -> RunningShift:
        """The shift that is on; a new one starts its counts at zero."""
        shift = running_shift(self._shifts, self._clock.utc())
        with self._lock:
            if shift != self._shift:
                self._shift, self._before, self.false_alarms_before = shift, Tally(), 0
                self._offset = self._total()
        return shift

    @property
    def tally(self) -> Tally:
        """Parts since the shift began."""
        return self._before + (self._total() - self._offset)

    def keep(self) -> None:
        """Give the records what was counted since the last time."""
        with self._lock:
            now_utc = self._clock.utc()
            labels = self._labels()
            for source_id, tally in self._parts().items():
                new = tally - self._kept.get(source_id, Tally())
                if new != Tally():
                    self._records.keep_verdict_counts(
                        source_id,
                        self._kept_utc,
                        now_utc,
                        inspected=new.inspected,
                        defects=new.defects,
                        no_verdict=new.no_verdict,
                        labels=dict(labels[source_id] - self._kept_labels.get(source_id, Counter())),
                    )
                self._kept[source_id] = tally
            self._kept_utc = now_utc
            self._kept_labels = dict(labels)

    def _total(self) -> Tally:
        total = Tally()
        for tally in self._parts().values():
            total += tally
        return total
