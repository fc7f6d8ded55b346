"""This file decides when a channel of a table is dead: it stays the same while the rows around it differ.

One row cannot tell a dead sensor that reads a usual number. A row that repeats the last one in every channel is the same state read
again and tells nothing. How many rows are too many is the pack's: ``rate_hz * stuck_after_s`` of each channel.
"""

from __future__ import annotations

from collections.abc import Mapping

from inference.findings import Finding, Verdict
from inference.reasons import Reason, ReasonCode
from inference.table_runner import TableRunner


class RowStream:
    """Rows of one table or link in order, on their way to a :class:`TableRunner`. One thread."""

    def __init__(self, runner: TableRunner) -> None:
        """Begin with no row."""
        self._runner = runner
        self._limits = {
            channel.name: max(2, round(channel.rate_hz * channel.stuck_after_s))
            for channel in runner.spec.channels
            if channel.stuck_after_s is not None
        }
        self._names = tuple(channel.name for channel in runner.spec.channels)
        self._last: tuple[float | None, ...] = ()
        self._same = dict.fromkeys(self._limits, 1)

    @property
    def runner(self) -> TableRunner:
        """What judges."""
        return self._runner

    def observe(self, values: Mapping[str, float]) -> None:
        """Take note of a row, judged or not; call it once for every row, in order."""
        row = tuple(values.get(name) for name in self._names)
        if row == self._last:
            return
        for name, now, before in zip(self._names, row, self._last or (None,) * len(row), strict=True):
            if name in self._same:
                self._same[name] = self._same[name] + 1 if now is not None and now == before else 1
        self._last = row

    def judge(self, values: Mapping[str, float]) -> tuple[Finding, ...]:
        """Judge the row observed last; NO VERDICT where a channel is stuck, unless the row says something worse of itself.

        Raises:
            ProviderError: The provider failed.
        """
        findings = self._runner.judge_row(values)
        if any(finding.verdict is Verdict.NO_VERDICT for finding in findings):
            return findings
        for name, limit in self._limits.items():
            if self._same[name] >= limit:
                return self._runner.refuse(Reason.of(ReasonCode.CHANNEL_STUCK, channel=name, value=f"{values[name]:g}"))
        return findings
