"""This file decides how the alarm engine is measured: evaluations per second, and how that changes with definitions."""

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
_FINDINGS = 50_000
_ROUNDS = 5


def measure_alarms() -> list[Figure]:
    """One source's findings against 10 and 500 definitions, most of them for other sources; rounds of both, in turn."""
    rounds = [(_per_second(10), _per_second(500)) for _ in range(_ROUNDS)]
    return [
        Figure("alarms", "findings per second", statistics.median(few for few, _ in rounds), "1/s", "10 definitions, one thread"),
        Figure("alarms", "with 500 definitions", statistics.median(many / few for few, many in rounds), "x", "of the rate with 10"),
    ]


def _per_second(definitions: int) -> float:
    engine = AlarmEngine([_definition(number) for number in range(definitions)], camera_ids=[_SOURCE])
    good, bad = (_finding(score) for score in (0.1, 0.9))
    utc = datetime(2026, 1, 1, tzinfo=UTC)
    begun_s = time.perf_counter()
    for number in range(_FINDINGS):
        engine.on_findings(_SOURCE, (bad if number % 7 == 0 else good,), number / 30.0, utc, number)
    return _FINDINGS / (time.perf_counter() - begun_s)


def _definition(number: int) -> AlarmConfig:
    source = _SOURCE if number == 0 else f"camera-{number + 2}"
    return AlarmConfig.model_validate(
        {
            "id": f"pitting-{number}",
            "when": {"kind": "verdict", "source": source},
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


def _finding(score: float) -> Finding:
    verdict = Verdict.DEFECT if score >= 0.5 else Verdict.OK
    return Finding("part", verdict, "pitting", score, 0.5, "pack", "1.0.0", "", "", math.nan)
