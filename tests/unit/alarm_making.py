"""This file decides how tests make definitions and findings in one line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from inference.findings import Finding, Verdict
from inference.reasons import Reason, ReasonCode
from station.config import AlarmConfig
from station.frames import Frame, JudgedFrame, SourceId

CAM = SourceId("cam1")
RIG = SourceId("rig")
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def utc(now_s: float) -> datetime:
    return START + timedelta(seconds=now_s)


def definition(when: dict[str, Any] | None = None, **changed: Any) -> AlarmConfig:
    values: dict[str, Any] = {
        "id": "crack",
        "when": when or {"kind": "verdict", "source": CAM},
        "asset": "spindle",
        "title": {"en": "Crack", "zh": "裂纹"},
        "cause": "die worn",
        "consequence": "scrap",
        "action": "take the part out",
        "respond_within_s": 60,
        "priority": 2,
        "most_per_10_min": 1000,
    }
    if changed.get("priority") == 1:
        del values["most_per_10_min"]
    return AlarmConfig.model_validate(values | changed)


def finding(score: float, *, label: str = "crack", target: str = "part", bad: Verdict = Verdict.DEFECT, heat: bool = False) -> Finding:
    """A finding of a pack with threshold 0.5; a NaN score is NO VERDICT."""
    if score != score:
        verdict, reason = Verdict.NO_VERDICT, Reason.of(ReasonCode.BLURRED)
    else:
        verdict, reason = (bad if score >= 0.5 else Verdict.OK), None
    heatmap = np.full((24, 32), 200, np.uint8) if heat else None
    return Finding(target, verdict, label, score, 0.5, "pack", "1.0.0", "0" * 64, "CPUExecutionProvider", 4.0, reason, heatmap=heatmap)


def judged(sequence: int = 0, *, seconds: float = 0.0, found: Finding | None = None, height: int = 24, width: int = 32) -> JudgedFrame:
    """A judged frame with noise that only an exact copy reproduces."""
    image = np.random.default_rng(sequence).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image.flags.writeable = False
    return JudgedFrame(Frame(CAM, sequence, seconds, utc(seconds), image), (found or finding(0.9),), seconds + 0.04)
