"""This file decides how the alarm engine is measured: evaluations per second, and how that grows with definitions and open alarms.

Processor time of one thread, so that other programs on the computer change little.
"""

from __future__ import annotations

import math
import statistics
import time
from datetime import UTC, datetime

from inference.findings import Finding, Verdict
from station.alarms.engine import AlarmEngine
from station.config import AlarmConfig
from station.frames import SourceId
from tests.bench.figures import Figure

_SOURCE = SourceId("camera-1")
_UTC = datetime(2026, 1, 1, tzinfo=UTC)
_FINDINGS = 50_000
_ROUNDS = 5
_MANY = (10, 100, 1000)
_TICKS = 200


def measure_alarms() -> list[Figure]:
    """Rounds of all sizes in turn, so that a busy computer slows all of them; medians."""
    rounds = [({many: _per_second(many) for many in _MANY}, {many: _evaluations(many) for many in _MANY}) for _ in range(_ROUNDS)]
    few = _MANY[0]
    figures = [
        Figure("alarms", "findings per second", statistics.median(one[few] for one, _ in rounds), "1/s", "10 definitions, one thread")
    ]
    for many in _MANY[1:]:
        rate = statistics.median(one[many] / one[few] for one, _ in rounds)
        figures.append(Figure("alarms", f"with {many:,} definitions of other sources", rate, "x", "of the rate with 10"))
    for many in _MANY:
        rate = statistics.median(one[many] for _, one in rounds)
        figures.append(Figure("alarms", f"evaluations per second, {many:,} definitions", rate, "1/s", "all of one source, a finding each"))
    for many in _MANY:
        idle, opened = _tick_us(many, 0), _tick_us(many, many)
        figures.append(Figure("alarms", f"tick with {many:,} definitions", idle, "us", "nothing open, no delay runs"))
        figures.append(Figure("alarms", f"tick with {many:,} open warnings", opened, "us", "five times a second"))
    return figures


def _per_second(definitions: int) -> float:
    """Findings of one source per second, whose one definition flaps, among definitions of other sources."""
    numbers = range(definitions)
    engine = AlarmEngine([_definition(number, f"camera-{number + 1}") for number in numbers], camera_ids=[_SOURCE])
    good, bad = _finding(0.1), _finding(0.9)
    begun_s = time.process_time()
    for number in range(_FINDINGS):
        engine.on_findings(_SOURCE, (bad if number % 7 == 0 else good,), number / 30.0, _UTC, number)
    return _FINDINGS / (time.process_time() - begun_s)


def _evaluations(definitions: int) -> float:
    """Definitions evaluated per second where every input has a finding for each; a third of them open a warning and stay."""
    engine = AlarmEngine([_definition(number, _SOURCE, f"t{number}") for number in range(definitions)], camera_ids=[_SOURCE])
    findings = [_finding(0.9 if number % 3 == 0 else 0.1, f"t{number}") for number in range(definitions)]
    inputs = max(5, _FINDINGS // definitions)
    begun_s = time.process_time()
    for number in range(inputs):
        engine.on_findings(_SOURCE, findings, number / 30.0, _UTC, number)
    return inputs * definitions / (time.process_time() - begun_s)


def _tick_us(definitions: int, opened: int) -> float:
    """One tick, us, mean."""
    engine = AlarmEngine([_definition(number, _SOURCE, f"t{number}") for number in range(definitions)], camera_ids=[_SOURCE])
    findings = [_finding(0.9 if number < opened else 0.1, f"t{number}") for number in range(definitions)]
    for number in range(5):
        engine.on_findings(_SOURCE, findings, number / 30.0, _UTC, number)
    begun_s = time.process_time()
    for number in range(_TICKS):
        engine.tick(1.0 + number / 5.0, _UTC)
    return (time.process_time() - begun_s) / _TICKS * 1e6


def _definition(number: int, source: str, target: str | None = None) -> AlarmConfig:
    return AlarmConfig.model_validate(
        {
            "id": f"pitting-{number}",
            "when": {"kind": "verdict", "source": source, "target": target},
            "asset": "spindle-1",
            "title": "Pitting",
            "cause": "Wear",
            "consequence": "Failure",
            "action": "Check",
            "respond_within_s": 600,
            "priority": 2,
            "raise_count": 3,
            "of_last": 5,
        }
    )


def _finding(score: float, target: str = "part") -> Finding:
    verdict = Verdict.DEFECT if score >= 0.5 else Verdict.OK
    return Finding(target, verdict, "pitting", score, 0.5, "pack", "1.0.0", "", "", math.nan)
