"""This file decides which lanes Trends can show, which it shows first, and what is asked of the records for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from gui.language import pick
from gui.trends_data import LaneSpec
from inference.contract import PackContract
from station.config import StationFile, Text
from station.frames import SourceId
from station.growth_view import AREA_PREFIX
from station.port import LinePort
from station.view import LineSnapshot, Trace

_HISTORY_POINTS = 1500
_FIRST_CHANNELS = 4
_FIRST_LANES = 7


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the records said of a stretch of time.

    Attributes:
        traces: By lane key.
        warnings: (raised, POSIX s; priority; title).
    """

    traces: dict[tuple[str, str], Trace]
    warnings: tuple[tuple[float, int, Text], ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a pack expects of a lane.

    Attributes:
        ahead_s: float64 (n,), seconds from now.
        value: float64 (n,), expected values.
        half_width: Half of the interval's width; 0 for none.
    """

    ahead_s: NDArray[np.float64]
    value: NDArray[np.float64]
    half_width: float


def lane_specs(station: StationFile, packs: Sequence[PackContract], risk_title: str) -> list[LaneSpec]:
    """All channels in the order of the station file, then the risks of the links' packs.

    Args:
        station: The station.
        packs: The packs loaded.
        risk_title: How a risk is named, with the place ``{name}``.
    """
    channels = [
        LaneSpec(SourceId(sensor.id), one.id, pick(one.name), one.unit, one.decimals, one.normal_low, one.normal_high, None, one.shown)
        for sensor in station.sensors
        for one in sensor.channels
    ]
    risks = []
    for sensor in station.sensors:
        for pack in packs:
            for output in pack.outputs if pack.name == sensor.model else ():
                if output.threshold is not None:
                    target = output.target or pack.name
                    title = risk_title.format(name=pick(output.title) if output.title else target)
                    risks.append(LaneSpec(SourceId(sensor.id), f"risk:{target}", title, "", 2, None, None, output.threshold))
    return channels + risks


def growth_specs(snapshot: LineSnapshot | None, area_title: str) -> list[LaneSpec]:
    """One lane per camera position whose growth is watched: the found share, percent of the picture, and where it counts.

    Args:
        snapshot: The newest; None before the first.
        area_title: How such a lane is named, with the place ``{name}``.
    """
    specs = []
    for camera in () if snapshot is None else snapshot.cameras:
        for one in camera.growth:
            low, high = (None, None) if math.isnan(one.limit_area) else (0.0, 100.0 * one.limit_area)
            title = area_title.format(name=one.position or pick(camera.name))
            channel = f"{AREA_PREFIX}{one.position}"
            specs.append(LaneSpec(camera.source_id, channel, title, "%", 3, low, high, None, on_line_screen=False, held=True))
    return specs


def first_picked(specs: Sequence[LaneSpec]) -> set[tuple[str, str]]:
    """Keys of the lanes shown at first: channels of the Line screen before others, and the risks, as many as can be read at once."""
    ordered = sorted((spec for spec in specs if not spec.target), key=lambda spec: not spec.on_line_screen)
    channels = [spec.key for spec in ordered][:_FIRST_CHANNELS]
    risks = [spec.key for spec in specs if spec.target]
    return set((channels + risks)[:_FIRST_LANES])


def also_picked(picked: AbstractSet[tuple[str, str]], known: Sequence[LaneSpec], now: Sequence[LaneSpec]) -> set[tuple[str, str]]:
    """*picked* and what of *now* was not *known* before, as long as there is room to read it."""
    new = [spec.key for spec in now if spec.key not in {one.key for one in known}]
    return set(picked) | set(new[: max(0, _FIRST_LANES - len(picked))])


def fetch(port: LinePort, keys: Sequence[tuple[str, str]], start_s: float, end_s: float) -> Fetched:
    """Traces and warnings of a stretch, from the records.

    Args:
        port: The line; runs on a worker thread.
        keys: The lanes wanted.
        start_s, end_s: POSIX s.
    """
    since, until = datetime.fromtimestamp(start_s, UTC), datetime.fromtimestamp(end_s, UTC)
    traces = {key: port.history_trace(SourceId(key[0]), key[1], since, until, _HISTORY_POINTS) for key in keys}
    warnings = tuple((one.raised_utc.timestamp(), one.priority, one.title) for one in port.alarm_history(since, until))
    return Fetched(traces, warnings)


def forecast_of(snapshot: LineSnapshot, packs: Sequence[PackContract], spec: LaneSpec) -> Forecast | None:
    """The newest forecast of the channel or target that *spec* shows; None where its pack gives none."""
    for sensor in snapshot.sensors:
        if sensor.source_id != spec.sensor:
            continue
        pack = next((one for one in packs if one.name == sensor.pack), None)
        for risk in sensor.risks:
            finding = risk.finding
            if finding.forecast is None or spec.channel not in (finding.target, f"risk:{finding.target}"):
                continue
            step_s = pack.sequence.step_s if pack is not None and pack.sequence is not None else 1.0
            value = np.asarray(finding.forecast, np.float64)
            half = 0.0 if finding.lower is None or finding.upper is None else (finding.upper - finding.lower) / 2.0
            return Forecast(step_s * np.arange(1.0, value.size + 1.0), value, half)
    return None
