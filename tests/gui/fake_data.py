"""What the line that never was shows: pictures, findings, warnings and curves that follow from the time alone."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from inference.findings import Contribution, Finding, ImageU8, Region, Verdict
from inference.reasons import Reason, ReasonCode
from station.config import StationFile
from station.frames import AlarmId, IncidentId, PersonId, SourceId
from station.view import AlarmKind, AlarmState, AlarmView, Trace
from tests.gui.fake_station import CHANNELS, TARGETS

START = datetime(2026, 3, 2, 5, 0, 0, tzinfo=UTC)
WIDTH_PX, HEIGHT_PX = 565, 230


def image_finding(score: float, target: str = "surface-pitting") -> Finding:
    """What the image model says of *score*."""
    defect = score >= 0.5
    heatmap = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    if defect:
        heatmap[60:170, 240:300] = 200
    heatmap.setflags(write=False)
    return Finding(
        target,
        Verdict.DEFECT if defect else Verdict.OK,
        "pitting" if defect else "good",
        score,
        0.5,
        "surface-pitting",
        "1.0.0",
        "a" * 64,
        "CPUExecutionProvider",
        18.0,
        regions=(Region("pitting", score, 240, 60, 60, 110),) if defect else (),
        heatmap=heatmap,
    )


def risk_finding(target: str, score: float) -> Finding:
    """What the sensor model says of *target* at *score*."""
    fault = score >= 0.5
    return Finding(
        target,
        Verdict.FAULT if fault else Verdict.OK,
        "weak leakage" if fault else "healthy",
        score,
        0.5,
        "hydraulic-rig",
        "1.0.0",
        "b" * 64,
        "CPUExecutionProvider",
        2.0,
        contributors=(Contribution("FS1", 0.61, 0.3), Contribution("PS1", 0.22, 0.1)) if fault else (),
    )


def open_alarms(station: StationFile) -> tuple[AlarmView, ...]:
    """The three open warnings, ten minutes after the start."""
    pitting, leak, gone = station.alarms[:3]
    now = START + timedelta(seconds=600)

    def view(definition: int, source: str, state: AlarmState, kind: AlarmKind, ago_s: int, **more: object) -> AlarmView:
        config = (pitting, leak, gone)[definition]
        base = AlarmView(
            AlarmId(f"alarm-{definition}"),
            config,
            kind,
            state,
            SourceId(source),
            now - timedelta(seconds=ago_s),
            600.0 - ago_s,
            3,
            now - timedelta(seconds=ago_s) + timedelta(seconds=config.respond_within_s),
            incident_id=IncidentId(f"incident-{definition}"),
        )
        return dataclasses.replace(base, **more)  # type: ignore[arg-type]

    return (
        view(0, "cam1", AlarmState.UNACKNOWLEDGED_ACTIVE, AlarmKind.DEFECT, 12, finding=image_finding(0.93), count=34),
        view(
            1,
            "rig",
            AlarmState.ACKNOWLEDGED_ACTIVE,
            AlarmKind.FAULT,
            220,
            acknowledged_by=PersonId("wei"),
            finding=risk_finding("pump", 0.58),
        ),
        view(
            2,
            station.cameras[-1].id,
            AlarmState.ACKNOWLEDGED_ACTIVE,
            AlarmKind.SYSTEM,
            20,
            acknowledged_by=PersonId("wei"),
            reason=Reason.of(ReasonCode.SOURCE_GONE, source="Camera 3", detail="cable or power of the camera"),
        ),
    )


def channel_values(index: int, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Channel *index* over *time_s*."""
    _, _, _, low, high, _ = CHANNELS[index]
    middle, half = (low + high) / 2, (high - low) / 2
    wave = np.sin(time_s / (11.0 + 3 * index)) * 0.6 + np.sin(time_s * 5.1 + index) * 0.15 + np.sin(time_s * 17.3) * 0.1
    if index == 2:
        wave = wave - 1.6 * np.clip((time_s - 420.0) / 180.0, 0.0, 1.0)
    return np.asarray(middle + half * wave, np.float64)


def risk_score(index: int, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Score of target *index* over *time_s*."""
    rising = 0.52 * np.clip((time_s - 380.0) / 220.0, 0.0, 1.0) if TARGETS[index] == "pump" else 0.0
    return np.asarray(np.clip(0.05 + 0.02 * index + rising + 0.012 * np.sin(time_s * 3.0), 0.0, 1.0), np.float64)


def trace(utc_s: NDArray[np.float64], value: NDArray[np.float64]) -> Trace:
    """A trace of *value*, read-only."""
    for array in (utc_s, value):
        array.setflags(write=False)
    return Trace(utc_s, value, value, value)


def picture(seed: int) -> ImageU8:
    """A machined surface, another one for each *seed*; the first has a pit."""
    rng = np.random.default_rng(seed)
    columns = np.cumsum(rng.normal(0.0, 3.0, WIDTH_PX))
    grain = rng.normal(0.0, 4.0, (HEIGHT_PX, WIDTH_PX))
    light = 95 + 25 * np.sin(np.linspace(0.2, 2.8, WIDTH_PX)) + columns - columns.mean()
    gray = np.clip(light[None, :] + grain, 20, 230)
    if seed == 0:
        gray[75:155, 255:285] *= 0.35
    image = np.ascontiguousarray(np.repeat(gray[:, :, None].astype(np.uint8), 3, axis=2))
    image.setflags(write=False)
    return image
