"""This file decides what counts as one inspected part, and how the shift's counts add up.

A camera that tells parts apart (``Frame.name``) is counted by part: consecutive frames of the same name are one part,
DEFECT if any of its frames was, else OK if any was, else without verdict. A camera that does not is counted by frame.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference.findings import Finding, Verdict
from station.frames import Frame, SourceId

_RANK = {Verdict.NO_VERDICT: 0, Verdict.OK: 1, Verdict.FAULT: 2, Verdict.DEFECT: 2}


def worst_verdict(findings: tuple[Finding, ...]) -> Verdict:
    """The verdict of an input with several findings: a defect or fault wins, then a missing verdict, then OK."""
    verdicts = {finding.verdict for finding in findings}
    for verdict in (Verdict.DEFECT, Verdict.FAULT, Verdict.NO_VERDICT):
        if verdict in verdicts:
            return verdict
    return Verdict.OK if findings else Verdict.NO_VERDICT


def worst_finding(findings: Sequence[Finding]) -> Finding:
    """The finding that speaks for an input: a defect or fault, else one without verdict, else OK.

    Of several, the one whose score is highest against its threshold.
    """
    order = {Verdict.DEFECT: 2, Verdict.FAULT: 2, Verdict.NO_VERDICT: 1, Verdict.OK: 0}
    return max(findings, key=lambda f: (order[f.verdict], 0.0 if f.verdict is Verdict.NO_VERDICT else f.score - f.threshold))


def per_10_min(warnings: int, seconds: float) -> float:
    """Mean number of *warnings* per ten minutes over *seconds*; the last, begun ten minutes count as whole."""
    return warnings / begun_10_min(seconds)


def begun_10_min(seconds: float) -> int:
    """How many ten minutes were begun within *seconds*; at least one."""
    return max(math.ceil(seconds / 600.0), 1)


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of inspected parts, of which with defects, of which without verdict."""

    inspected: int = 0
    defects: int = 0
    no_verdict: int = 0

    def plus(self, verdict: Verdict, times: int = 1) -> Tally:
        """One more part of *verdict* (or, with ``times=-1``, one less)."""
        return replace(
            self,
            inspected=self.inspected + times,
            defects=self.defects + (times if verdict in (Verdict.DEFECT, Verdict.FAULT) else 0),
            no_verdict=self.no_verdict + (times if verdict is Verdict.NO_VERDICT else 0),
        )

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.inspected + other.inspected, self.defects + other.defects, self.no_verdict + other.no_verdict)

    def __sub__(self, other: Tally) -> Tally:
        return Tally(self.inspected - other.inspected, self.defects - other.defects, self.no_verdict - other.no_verdict)


class PartCounter:
    """Counts the parts of one camera. Not thread-safe: the judge that owns the camera calls it."""

    def __init__(self, source_id: SourceId) -> None:
        self.source_id = source_id
        self.tally = Tally()
        self.labels: Counter[str] = Counter()
        self._name = ""
        self._verdict = Verdict.NO_VERDICT

    def count(self, frame: Frame, verdict: Verdict, label: str) -> bool:
        """Count *frame*, judged *verdict* with *label*; returns True when it is the first frame of a new part.

        A defective part counts under the label that made it one.
        """
        same_part = bool(frame.name) and frame.name == self._name
        if not same_part:
            self._name = frame.name
            self._verdict = verdict
            self.tally = self.tally.plus(verdict)
            self._count_label(verdict, label)
            return True
        if _RANK[verdict] > _RANK[self._verdict]:
            self.tally = self.tally.plus(self._verdict, -1).plus(verdict)
            self._verdict = verdict
            self._count_label(verdict, label)
        return False

    def _count_label(self, verdict: Verdict, label: str) -> None:
        if verdict in (Verdict.DEFECT, Verdict.FAULT):
            self.labels[label] += 1
