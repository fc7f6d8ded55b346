"""This file decides which figures a run is summed up with, in the shape of ``run --headless --json``."""

from __future__ import annotations

from collections.abc import Mapping

from station.camera_side import CameraSide
from station.sensor_side import SensorSide
from station.view import AlarmKind


def run_summary(cameras: CameraSide, sensors: SensorSide, raised: Mapping[AlarmKind, int], incidents: int) -> dict[str, object]:
    """Figures of a run until now.

    Args:
        cameras: Know of frames.
        sensors: Know of rows.
        raised: Warnings raised in the run, by kind.
        incidents: Incidents in which a camera or sensor raised one of them; warnings of one cause on one asset are one.
    """
    verdicts = cameras.desk.verdicts + sensors.desk.verdicts
    return {
        "frames": cameras.received,
        "samples": sensors.received,
        "verdicts": {
            "ok": verdicts.inspected - verdicts.defects - verdicts.no_verdict,
            "defect": verdicts.defects,
            "no_verdict": verdicts.no_verdict,
        },
        "alarms": {kind.value: raised[kind] for kind in (AlarmKind.DEFECT, AlarmKind.FAULT, AlarmKind.SYSTEM)},
        "incidents": incidents,
        "drops": cameras.dropped + sensors.dropped,
        "passed_over": cameras.passed_over,
    }
