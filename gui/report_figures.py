"""This file decides the figures of a report: reject rate with its limits, Pareto, warning load, and the CSV of them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from gui.report_agreement import Agreement, agreements
from station.config import Shift, StationFile
from station.counting import begun_10_min, per_10_min
from station.load.limits import FLOOD_PER_10_MIN
from station.load.settings import changed_keys
from station.shifts import running_shift
from station.view import PeriodReport

_BUCKET_S = 600.0


class Period(Enum):
    """Length of a report."""

    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class PPoint:
    """One interval of the p-chart.

    Attributes:
        start: When the interval began, aware UTC.
        inspected, defects: Counts.
        share: Share of defects, 0..1.
        lower, upper: Control limits for this interval's number of parts, 0..1.
    """

    start: datetime
    inspected: int
    defects: int
    share: float
    lower: float
    upper: float

    @property
    def out_of_control(self) -> bool:
        """Whether the share lies outside of its limits."""
        return not self.lower <= self.share <= self.upper


@dataclass(frozen=True, slots=True)
class PChart:
    """Shares of defects per interval around their mean."""

    mean: float
    points: tuple[PPoint, ...]


@dataclass(frozen=True, slots=True)
class ParetoBar:
    """One label: its defects and the share of all defects up to and with it."""

    label: str
    count: int
    cumulative: float


@dataclass(frozen=True, slots=True, eq=False)
class WarningLoad:
    """Warnings per ten minutes.

    Attributes:
        starts_s: float64 (n,), beginnings of the ten minutes, POSIX s.
        counts: int64 (n,), warnings raised in each.
        mean: Warnings per ten minutes.
        peak: Most in one ten minutes.
        floods: How many of the ten minutes are a flood.
    """

    starts_s: NDArray[np.float64]
    counts: NDArray[np.int64]
    mean: float
    peak: int
    floods: int


def p_chart(rows: Sequence[tuple[datetime, int, int]]) -> PChart | None:
    """Control chart for shares of defects with a varying number of parts.

    ``p_mean = sum(d) / sum(n)``; limits ``p_mean +- 3 * sqrt(p_mean * (1 - p_mean) / n_i)``, held within 0..1
    (Montgomery, Introduction to Statistical Quality Control, 8th ed., section 7.2.2; ISO 7870-2).

    Args:
        rows: (start, inspected, defects) of each interval; intervals without parts are left out.

    Returns:
        None where nothing was inspected.
    """
    used = [row for row in rows if row[1] > 0]
    total = sum(row[1] for row in used)
    if not total:
        return None
    mean = sum(row[2] for row in used) / total
    points = []
    for start, inspected, defects in used:
        width = 3.0 * math.sqrt(mean * (1.0 - mean) / inspected)
        points.append(PPoint(start, inspected, defects, defects / inspected, max(mean - width, 0.0), min(mean + width, 1.0)))
    return PChart(mean, tuple(points))


def pareto(by_label: Sequence[tuple[str, int]]) -> tuple[ParetoBar, ...]:
    """Bars by count, most frequent first, with cumulative shares; labels without defects are left out."""
    ordered = sorted((pair for pair in by_label if pair[1] > 0), key=lambda pair: -pair[1])
    total = sum(count for _, count in ordered)
    bars, so_far = [], 0
    for name, count in ordered:
        so_far += count
        bars.append(ParetoBar(name, count, so_far / total))
    return tuple(bars)


def warning_load(called: Sequence[datetime], since: datetime, until: datetime) -> WarningLoad:
    """Count how often warnings called, per ten minutes from *since* to *until*; the last, begun ten minutes count as whole.

    Args:
        called: When, aware UTC (``PeriodReport.activations``).
        since, until: The period, aware UTC.
    """
    start = since.timestamp()
    buckets = begun_10_min(until.timestamp() - start)
    times = np.array([at.timestamp() for at in called], np.float64)
    places = np.floor((times - start) / _BUCKET_S).astype(np.int64)
    counts = np.bincount(places[(places >= 0) & (places < buckets)], minlength=buckets).astype(np.int64)
    return WarningLoad(
        start + _BUCKET_S * np.arange(buckets, dtype=np.float64),
        counts,
        per_10_min(int(counts.sum()), until.timestamp() - start),
        int(counts.max()),
        int((counts > FLOOD_PER_10_MIN).sum()),
    )


def period_bounds(period: Period, steps_back: int, shifts: tuple[Shift, ...], now_utc: datetime) -> tuple[datetime, datetime]:
    """Begin and end of a period, aware UTC, in the station's local time; the current one ends now.

    Args:
        period: Its length.
        steps_back: 0 is the current period, 1 the one before, …
        shifts: As in the station file.
        now_utc: Aware UTC.
    """
    end = now_utc
    begin = _begin(period, shifts, now_utc)
    for _ in range(steps_back):
        end = begin
        begin = _begin(period, shifts, end - timedelta(seconds=1))
    return begin, end


def _begin(period: Period, shifts: tuple[Shift, ...], at_utc: datetime) -> datetime:
    if period is Period.SHIFT:
        return running_shift(shifts, at_utc).began_utc
    local = at_utc.astimezone()
    midnight = datetime(local.year, local.month, local.day).astimezone()
    if period is Period.WEEK:
        day = (midnight - timedelta(days=midnight.weekday())).date()
        midnight = datetime(day.year, day.month, day.day).astimezone()
    return midnight.astimezone(UTC)


def report_csv(report: PeriodReport, station: StationFile) -> str:
    """The report as CSV with one kind of row per section, times in UTC (ISO 8601); opens in any spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["section", "name", "value", "inspected", "defects", "lower", "upper"])
    for name, value in (
        ("since", report.since_utc.isoformat()),
        ("until", report.until_utc.isoformat()),
        ("inspected", report.inspected),
        ("defects", report.defects),
        ("no_verdict", report.no_verdict),
        ("warnings", report.warnings),
        ("false_alarms", report.false_alarms),
    ):
        writer.writerow(["figure", name, value, "", "", "", ""])
    chart = p_chart(report.by_interval)
    for point in () if chart is None else chart.points:
        row = [point.start.isoformat(), f"{point.share:.6f}", point.inspected, point.defects, f"{point.lower:.6f}", f"{point.upper:.6f}"]
        writer.writerow(["interval", *row])
    for bar in pareto(report.by_label):
        writer.writerow(["label", bar.label, bar.count, "", "", "", f"{bar.cumulative:.4f}"])
    for change in report.changes:
        settings = "; ".join(f"{key} = {value}" for key, value in changed_keys(change.before, change.after).items())
        writer.writerow(["change", change.definition_id, settings, change.utc.isoformat(), change.person_id, _harmless(change.why), ""])
    writer.writerow([])
    answered = agreements(report, station)
    if answered:
        writer.writerows(_agreement_rows(answered))
    writer.writerow(
        [
            "warning",
            "raised_utc",
            "title",
            "priority",
            "source",
            "count",
            "acknowledged_by",
            "returned_utc",
            "answer",
            "cause",
            "action",
            "note",
        ]
    )
    for alarm in report.alarms:
        said = alarm.feedback
        returned = "" if alarm.returned_utc is None else alarm.returned_utc.isoformat()
        answer = ["", "", "", ""] if said is None else [said.answer.value, said.cause_id, said.action_id, _harmless(said.note)]
        row = [alarm.raised_utc.isoformat(), alarm.title.en, alarm.priority, alarm.source_id, alarm.count, alarm.acknowledged_by, returned]
        writer.writerow([alarm.alarm_id, *row, *answer])
    return out.getvalue()


def _agreement_rows(answered: Sequence[Agreement]) -> list[list[object]]:
    rows: list[list[object]] = [
        ["agreement", "id", "name", "agreed", "disagreed", "unsure", "unanswered", "share", "lower", "upper", "kappa"]
    ]
    for one in answered:
        share = [f"{value:.4f}" for value in (one.share, *one.interval)] if one.decided else ["", "", ""]
        kappa = "" if one.kappa is None else f"{one.kappa:.4f}"
        counts = [one.agreed, one.disagreed, one.unsure, one.unanswered]
        rows.append([one.thing.value, one.item_id, _harmless(one.name), *counts, *share, kappa])
    return [*rows, []]


def _harmless(note: str) -> str:
    """Keep a spreadsheet from running a note as a formula."""
    return f"'{note}" if note[:1] in ("=", "+", "-", "@", "\t", "\r") else note
