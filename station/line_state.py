"""This file decides what state the whole line is in, and which troubles of the station itself are told to the alarms."""

from __future__ import annotations

from collections.abc import Sequence

from inference.reasons import ReasonCode
from station.alarm_desk import AlarmDesk
from station.events import SystemFault
from station.image_judging import ImageJudge
from station.records.store import Records
from station.sensor_judging import SensorJudge
from station.view import CameraView, LineState, SensorView

_LAG_MS = 1000.0
_WARMING_UP = frozenset({ReasonCode.NOT_STARTED, ReasonCode.WINDOW_FILLING, ReasonCode.CYCLES_FILLING})


def line_state(cameras: Sequence[CameraView], sensors: Sequence[SensorView], *, finished: bool) -> tuple[LineState, str]:
    """State of a line that was not stopped, and exactly why it is not RUNNING, in English (empty when it is).

    Args:
        cameras: Newest view of each camera.
        sensors: Newest view of each sensor link.
        finished: Whether every replay is at its end.
    """
    if finished:
        return LineState.FINISHED, "Every replay is at its end"
    views: tuple[CameraView | SensorView, ...] = (*cameras, *sensors)
    doubts = [(view.name.en, view.reason) for view in views if view.reason is not None and (view.pack or not view.health.alive)]
    if doubts and all(reason.code in _WARMING_UP for _, reason in doubts):
        return LineState.STARTING, f"{doubts[0][0]}: {doubts[0][1].sentence}"
    if doubts:
        return LineState.DEGRADED, "; ".join(f"{name}: {reason.sentence}" for name, reason in doubts)
    return LineState.RUNNING, ""


class StationWatch:
    """Tells the alarms what fails of the station itself. Not thread-safe: the supervisor owns it.

    Args:
        records: Know of disk and database.
        alarms: Are told.
        judges: Know of models that failed.
    """

    def __init__(self, records: Records, alarms: AlarmDesk, judges: Sequence[ImageJudge | SensorJudge]) -> None:
        self._records, self._alarms, self._judges = records, alarms, tuple(judges)
        self._hanging: tuple[str, ...] = ()

    def look(self, cameras: Sequence[CameraView], sensors: Sequence[SensorView]) -> None:
        """Look at everything once and tell it; call it every few seconds."""
        faults = self._records.faults()
        for fault in (SystemFault.DISK_NEARLY_FULL, SystemFault.RECORDS_FAILING):
            self._alarms.on_system(fault, active=fault in faults, detail=faults.get(fault, ""))
        broken = [failure.sentence for judge in self._judges if (failure := judge.failure) is not None]
        self._alarms.on_system(SystemFault.MODEL_FAILED, active=bool(broken), detail="; ".join(broken))
        slow = [view.name.en for view in cameras if view.pack and view.verdict_hz and view.latency_ms > _LAG_MS]
        views: tuple[CameraView | SensorView, ...] = (*cameras, *sensors)
        hanging = [view.name.en for view in views if view.reason is not None and view.reason.code is ReasonCode.OVERLOADED]
        # The first frame after an outage is behind for a moment: it takes two looks to be a fault.
        lagging = tuple(dict.fromkeys(slow + [name for name in hanging if name in self._hanging]))
        self._hanging = tuple(hanging)
        detail = f"Judged too late: {', '.join(lagging)}" if lagging else ""
        self._alarms.on_system(SystemFault.JUDGING_OVERLOADED, active=bool(lagging), detail=detail)
