"""This file decides how single rows of a sensor link become windows, and when a window is judged or refused.

State: a ring per channel, one slot per value of the window. For a machine cycle the slot follows from the phase, so the
window always reads from the start of the cycle; for a sliding window it follows from time. Nothing is copied per row;
a window is put together only when a decision is due.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.contract import Channel, TimeUnit, WindowKind
from inference.findings import Finding
from inference.reasons import Reason, ReasonCode
from inference.sequence_preprocessing import FloatSeries, count_samples, hold_over
from inference.sequence_runner import SequenceRunner

_TICK_S = 1e-6
"""Times closer than this are the same: recordings carry rounded decimals."""


class _Ring:
    """The last window of one channel."""

    def __init__(self, channel: Channel, column: int | None, count: int) -> None:
        self.channel = channel
        self.column = column
        self.values: FloatSeries = np.full(count, np.nan)
        self.stamps_s: FloatSeries = np.full(count, -np.inf)
        self.newest_s = -np.inf
        self.changed_s = -np.inf
        self.newest = float("nan")

    def put(self, slot: int, time_s: float, value: float) -> None:
        slot %= self.values.size
        self.values[slot] = value
        self.stamps_s[slot] = time_s
        if value != self.newest or not np.isfinite(self.newest_s):
            self.changed_s = time_s
        self.newest = value
        self.newest_s = time_s

    def read(self, since_s: float, newest_slot: int, max_held: int, count: int) -> FloatSeries:
        """The last *count* values in order of time, oldest first; NaN where one is missing for longer than may be held over."""
        order = (newest_slot + 1 + np.arange(self.values.size - count, self.values.size)) % self.values.size
        fresh = np.where(self.stamps_s[order] > since_s, self.values[order], np.nan)
        return hold_over(fresh, max_held)


class SequenceStream:
    """Feeds a :class:`SequenceRunner` row by row. One thread; time comes with the rows, never from a clock."""

    def __init__(self, runner: SequenceRunner, every_s: float, channels: Sequence[str]) -> None:
        """Make an empty stream.

        Args:
            runner: Judges the windows.
            every_s: A decision so often, in the source's time, s.
            channels: Names of the link's channels, in the order of the values of :meth:`push`. The pack's are picked by name.
        """
        self._runner = runner
        self._spec = runner.spec
        self._is_cycle = runner.spec.kind is WindowKind.CYCLE
        self._fastest_s = 1.0 / max(channel.rate_hz for channel in runner.spec.channels)
        self._every_s = every_s
        self._columns = {name: index for index, name in enumerate(channels)}
        self._rows = 0
        self.reset()

    @property
    def runner(self) -> SequenceRunner:
        """The runner it feeds."""
        return self._runner

    def reset(self) -> None:
        """Forget everything: the window fills from the beginning."""
        self._rings = [_Ring(c, self._columns.get(c.name), count_samples(c, self._spec)) for c in self._spec.channels]
        self._start_s: float | None = None
        self._last_s = -np.inf
        self._decided_s = -np.inf
        self._full = False
        self._step_s = np.inf

    def push(self, time_s: float, values: NDArray[np.float64], key: str = "", phase_s: float | None = None) -> tuple[Finding, ...] | None:
        """Take one row; judge when a decision is due.

        A decision falls due on the row that makes the window long enough, then every ``every_s``; until then NO VERDICT
        comes at the same pace. A gap or time running backwards empties the window and says so at once.

        Args:
            time_s: The source's own time line, s.
            values: float64 (channels,) in the link's order; NaN where a channel has no new value.
            key: The data's own id of the row, for reasons; empty: its number since the stream was made.
            phase_s: Seconds since the start of the machine's cycle; wanted by packs whose window is a cycle.

        Returns:
            One finding per target when a decision fell due, else None.

        Raises:
            ProviderError: The provider failed.
        """
        self._rows += 1
        if not math.isfinite(time_s):
            self.reset()
            return self._runner.refuse(Reason.of(ReasonCode.TIME_BACKWARDS, row=key or str(self._rows - 1)))
        broken = self._check_time(time_s, key)
        self._store(time_s, values, phase_s)
        if broken is not None:
            self._decided_s = time_s
            return self._runner.refuse(broken)
        have_s = time_s - (self._start_s or 0.0) + self._row_s()
        filled_now = not self._full and have_s >= self._spec.least_s - _TICK_S
        self._full = self._full or filled_now
        if not filled_now and time_s - self._decided_s < self._every_s - _TICK_S:
            return None
        self._decided_s = time_s
        if not self._full:
            return self._runner.refuse(self._say_filling(have_s))
        return self._decide(time_s, phase_s)

    def _check_time(self, time_s: float, key: str) -> Reason | None:
        broken: Reason | None = None
        if self._start_s is not None:
            step_s = time_s - self._last_s
            if step_s < -_TICK_S:
                broken = Reason.of(ReasonCode.TIME_BACKWARDS, row=key or str(self._rows - 1))
            elif step_s > self._spec.max_gap_s + self._row_s() + _TICK_S:
                broken = self._say_gap(step_s)
            elif step_s > _TICK_S:
                self._step_s = min(self._step_s, step_s)
        if broken is not None:
            self.reset()
        if self._start_s is None:
            self._start_s = time_s
        self._last_s = time_s
        return broken

    def _say_filling(self, have_s: float) -> Reason:
        need_s = self._spec.least_s
        have, need = f"{min(have_s, need_s):.0f}", f"{need_s:g}"
        if self._spec.time_unit is TimeUnit.CYCLE:
            return Reason.of(ReasonCode.CYCLES_FILLING, have=have, need=need)
        return Reason.of(ReasonCode.WINDOW_FILLING, have_s=have, need_s=need)

    def _say_gap(self, step_s: float) -> Reason:
        if self._spec.time_unit is TimeUnit.CYCLE:
            return Reason.of(ReasonCode.CYCLES_GAP, gap=f"{step_s - 1.0:.0f}")
        return Reason.of(ReasonCode.GAP, gap_s=f"{step_s:.1f}")

    def _row_s(self) -> float:
        """Time that one row stands for: the link's step, at least that of the pack's fastest channel."""
        return self._fastest_s if math.isinf(self._step_s) else max(self._fastest_s, self._step_s)

    def _store(self, time_s: float, values: NDArray[np.float64], phase_s: float | None) -> None:
        for ring in self._rings:
            if ring.column is None:
                continue
            value = float(values[ring.column])
            slot = self._slot(ring.channel, time_s, phase_s)
            beyond_cycle = self._is_cycle and slot >= ring.values.size
            if not math.isnan(value) and not beyond_cycle:
                ring.put(slot, time_s, value)

    def _slot(self, channel: Channel, time_s: float, phase_s: float | None) -> int:
        """Number of a value since the start of the cycle or of time; a ring takes it modulo its size."""
        place_s = phase_s if self._is_cycle and phase_s is not None else time_s
        return math.floor(place_s * channel.rate_hz + 1e-3)

    def _decide(self, time_s: float, phase_s: float | None) -> tuple[Finding, ...]:
        if self._is_cycle and phase_s is None:
            return self._runner.refuse(Reason.of(ReasonCode.CHANNEL_MISSING, channel="phase"))
        window: dict[str, FloatSeries] = {}
        for ring in self._rings:
            channel = ring.channel
            allowed_s = self._spec.max_gap_s + 1.0 / channel.rate_hz
            if ring.column is None or time_s - ring.newest_s > allowed_s + _TICK_S:
                return self._runner.refuse(Reason.of(ReasonCode.CHANNEL_MISSING, channel=channel.name))
            if channel.stuck_after_s is not None and time_s - ring.changed_s >= channel.stuck_after_s:
                return self._runner.refuse(Reason.of(ReasonCode.CHANNEL_STUCK, channel=channel.name, value=f"{ring.newest:g}"))
            newest_slot = self._slot(channel, time_s, phase_s)
            count = ring.values.size
            if self._spec.min_length_s is not None:
                # A window that is not full yet begins with the first row.
                count = min(count, newest_slot - self._slot(channel, self._start_s or 0.0, None) + 1)
            newest_slot = min(newest_slot, ring.values.size - 1) if self._is_cycle else newest_slot % ring.values.size
            # A machine cycle may last a little longer than the window; the same phase of the cycle before then stands in.
            spare_s = self._spec.max_gap_s if self._is_cycle else 0.0
            since_s = time_s - self._spec.length_s - spare_s - 0.5 / channel.rate_hz
            series = ring.read(since_s, newest_slot, max(1, round(self._spec.max_gap_s * channel.rate_hz)), count)
            if np.isnan(series).any():
                return self._runner.refuse(Reason.of(ReasonCode.CHANNEL_MISSING, channel=channel.name))
            window[channel.name] = np.roll(series, newest_slot + 1) if self._is_cycle else series
        return self._runner.judge_window(window)
