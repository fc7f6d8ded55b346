"""This file decides when a row of a table is not believed because of the rows around it: a channel is dead, or sensors are mixed up.

One row cannot tell a dead sensor that reads a usual number, nor swapped ones whose numbers happen to fit. Live, the rows before it can;
in a recording also the rows after it, so that a dead channel is refused from its first row on. How many rows are too many is the pack's:
``rate_hz * stuck_after_s`` of each channel, and ``doubt``. A row that repeats the last one in every channel is the same state
read again and tells nothing of a channel's death.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from inference.contract import Channel, TableInput
from inference.findings import Finding, Verdict
from inference.reasons import Reason, ReasonCode
from inference.sequence_preprocessing import FloatSeries
from inference.table_runner import TableRunner

_IMPOSSIBLE = frozenset({ReasonCode.CHANNEL_OUT_OF_RANGE, ReasonCode.UNLIKE_TRAINING})


@dataclass(slots=True)
class _Still:
    """How long one channel has stayed the same."""

    channel: Channel
    most: int
    anchor: float | None = None
    rows: int = 0
    """Differing rows."""
    first: int = 0
    """Number of the row it began with, as :class:`StillChannels` counts them."""

    def take(self, value: float | None, row: int) -> None:
        if value is not None and self.anchor is not None and abs(value - self.anchor) <= self.channel.still_within:
            self.rows += 1
            return
        self.anchor, self.rows, self.first = value, 1, row

    @property
    def reason(self) -> Reason | None:
        """Why it counts as dead; None where it does not."""
        if self.rows < self.most or self.anchor is None:
            return None
        return Reason.of(ReasonCode.CHANNEL_STUCK, channel=self.channel.name, value=f"{self.anchor:g}")


class StillChannels:
    """Follows which channels of a table stay the same while the rows differ."""

    def __init__(self, spec: TableInput) -> None:
        """Begin with no row."""
        self._names = tuple(channel.name for channel in spec.channels)
        self._still = tuple(
            _Still(channel, max(2, round(channel.rate_hz * channel.stuck_after_s)))
            for channel in spec.channels
            if channel.stuck_after_s is not None
        )
        self._last: tuple[float | None, ...] = ()
        self._row = -1

    def take(self, values: Mapping[str, float]) -> None:
        """Take note of the next row."""
        self._row += 1
        row = tuple(values.get(name) for name in self._names)
        if row == self._last:
            return
        self._last = row
        for one in self._still:
            one.take(values.get(one.channel.name), self._row)

    def list_dead(self) -> list[tuple[Reason, int]]:
        """Why channels count as dead at the row taken last, each with the number of the row that began it."""
        return [(one.reason, one.first) for one in self._still if one.reason is not None]


class RowStream:
    """Rows of one link in order, on their way to a :class:`TableRunner`. One thread."""

    def __init__(self, runner: TableRunner) -> None:
        """Begin with no row."""
        self._runner = runner
        self._still = StillChannels(runner.spec)
        doubt = runner.spec.doubt
        self._impossible: deque[bool] = deque(maxlen=1 if doubt is None else doubt.rows)

    @property
    def runner(self) -> TableRunner:
        """What judges."""
        return self._runner

    def observe(self, values: Mapping[str, float]) -> None:
        """Take note of a row, judged or not; call it once for every row, in order."""
        self._still.take(values)

    def judge(self, values: Mapping[str, float]) -> tuple[Finding, ...]:
        """Judge the row observed last; NO VERDICT where rows before it forbid it, unless the row says something worse of itself.

        Raises:
            ProviderError: The provider failed.
        """
        findings = self._runner.judge_row(values)
        self._impossible.append(is_impossible(findings))
        if _is_refused(findings):
            return findings
        dead = self._still.list_dead()
        reason = dead[0][0] if dead else _doubt(self._runner.spec, sum(self._impossible))
        return findings if reason is None else self._runner.refuse(reason)


def judge_recorded(
    runner: TableRunner, columns: Mapping[str, FloatSeries], judge: Callable[[Mapping[str, float]], tuple[Finding, ...]]
) -> Iterator[tuple[Finding, ...]]:
    """Judge the rows of a recorded table in order, each also by the rows after it.

    Args:
        runner: Whose pack it is; says NO VERDICT.
        columns: Per channel float64 (rows,), words read.
        judge: Judges a row by itself: *runner*'s, or one that makes a failed provider a finding.
    """
    spec = runner.spec
    dead = _find_dead_rows(spec, columns)
    around = 1 if spec.doubt is None else spec.doubt.rows
    waiting: deque[tuple[tuple[Finding, ...], Reason | None, int]] = deque()
    impossible: deque[bool] = deque(maxlen=around)
    for row, reason in enumerate(dead):
        findings = judge({name: float(column[row]) for name, column in columns.items()})
        impossible.append(is_impossible(findings))
        waiting.append((findings, reason, sum(impossible)))
        if len(waiting) == around:
            yield _conclude(runner, *waiting.popleft(), sum(impossible))
    while waiting:
        yield _conclude(runner, *waiting.popleft(), sum(list(impossible)[-len(waiting) - 1 :]))


def _conclude(runner: TableRunner, findings: tuple[Finding, ...], dead: Reason | None, before: int, after: int) -> tuple[Finding, ...]:
    if _is_refused(findings):
        return findings
    reason = dead or _doubt(runner.spec, max(before, after))
    return findings if reason is None else runner.refuse(reason)


def _find_dead_rows(spec: TableInput, columns: Mapping[str, FloatSeries]) -> list[Reason | None]:
    """Why each row is refused that lies in a time in which a channel was dead, from the first of its rows on."""
    still = StillChannels(spec)
    dead: list[Reason | None] = []
    told: dict[int, int] = {}  # where a dead time began -> the row after the last that it was told of
    for row in range(min((column.size for column in columns.values()), default=0)):
        still.take({name: float(column[row]) for name, column in columns.items()})
        dead.append(None)
        for reason, first in still.list_dead():
            since = max(first, told.get(first, 0))
            dead[since:] = [reason] * (row + 1 - since)
            told[first] = row + 1
    return dead


def is_impossible(findings: tuple[Finding, ...]) -> bool:
    """Whether a row, judged by itself, cannot be: no verdict for a reading out of its range, or unlike the training data."""
    return any(finding.reason is not None and finding.reason.code in _IMPOSSIBLE for finding in findings)


def _is_refused(findings: tuple[Finding, ...]) -> bool:
    return any(finding.verdict is Verdict.NO_VERDICT for finding in findings)


def _doubt(spec: TableInput, impossible: int) -> Reason | None:
    if spec.doubt is None or impossible < spec.doubt.impossible:
        return None
    return Reason.of(ReasonCode.ROWS_IMPOSSIBLE, rows=str(spec.doubt.rows), impossible=str(impossible))
