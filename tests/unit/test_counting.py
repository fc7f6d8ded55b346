"""This file decides whether parts, not frames, are counted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from inference.findings import Verdict
from station.counting import PartCounter, Tally, worst_verdict
from station.frames import Frame, SourceId
from tests.unit.alarm_making import finding

CAMERA = SourceId("c")


def _frame(name: str) -> Frame:
    return Frame(CAMERA, 0, 0.0, datetime(2026, 1, 1, tzinfo=UTC), None, name)


@pytest.mark.parametrize(
    ("frames", "tally"),
    [
        ("a:OK a:OK b:OK", Tally(2, 0, 0)),
        ("a:OK a:DEFECT a:OK", Tally(1, 1, 0)),
        ("a:NO_VERDICT a:OK", Tally(1, 0, 0)),
        ("a:DEFECT a:NO_VERDICT", Tally(1, 1, 0)),
        ("a:NO_VERDICT b:NO_VERDICT", Tally(2, 0, 2)),
        ("a:OK b:OK a:OK", Tally(3, 0, 0)),
        (":OK :DEFECT :NO_VERDICT", Tally(3, 1, 1)),
    ],
)
def test_consecutive_frames_of_one_name_are_one_part(frames: str, tally: Tally) -> None:
    counter = PartCounter(CAMERA)
    for text in frames.split():
        name, verdict = text.split(":")
        counter.count(_frame(name), Verdict(verdict), "pit" if verdict == "DEFECT" else "")
    assert counter.tally == tally
    assert counter.labels.total() == tally.defects


def test_a_defect_wins_then_a_missing_verdict_then_ok() -> None:
    good, bad, unknown = finding(0.1), finding(0.9), finding(float("nan"))
    assert worst_verdict((good, unknown, bad)) is Verdict.DEFECT
    assert worst_verdict((good, unknown)) is Verdict.NO_VERDICT
    assert worst_verdict((good,)) is Verdict.OK
    assert worst_verdict(()) is Verdict.NO_VERDICT
