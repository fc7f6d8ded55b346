"""This file decides whether a source that is silent, or that judging cannot follow, shows NO VERDICT and never an old OK."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from pydantic import TypeAdapter

from inference.findings import Verdict
from inference.reasons import ReasonCode
from station.camera_feed import CameraFeed
from station.config import Camera, Sensor
from station.frames import JudgedFrame, Sample
from station.health import DeviceStatus, SourceHealth
from station.image_judging import ImageJudge
from station.sensor_judging import SensorJudge
from station.snapshots import camera_view, sensor_view
from station.view import CameraView, SensorView
from tests.source_doubles import ManualClock
from tests.unit.alarm_making import CAM, RIG, START, finding, judged, utc

GOOD = SourceHealth(CAM, DeviceStatus.GOOD, True, True, True, "", START, 0, 10, 0, 15.0, False)
SILENT = replace(GOOD, status=DeviceStatus.FAILURE, on_time=False)
ENDED = replace(GOOD, exhausted=True, on_time=True)
NOW_S = 1000.0
USB = {"kind": "usb"}
FOLDER = {"kind": "folder", "path": "parts", "fps": 0.2}


def camera(
    health: SourceHealth, *, newest_s: float, judged_s: float, kind: dict[str, object] = USB, score: float = 0.1, **changed: object
) -> CameraView:
    """The view at NOW_S of a camera whose newest frame came at *newest_s* and whose newest judged one at *judged_s*."""
    config = TypeAdapter(Camera).validate_python(
        {"id": CAM, "name": "Camera", "asset": "spindle", "model": "pack", "stale_after_s": 2.0, **kind, **changed}
    )
    clock, wake = ManualClock(), threading.Event()
    feed = CameraFeed(config, wake=wake, clock=clock)

    def open_model() -> None:
        raise AssertionError("not opened")

    judge = ImageJudge("pack", open_model, [feed], lambda _: None, wake, clock)  # type: ignore[arg-type]
    frame = judged(found=finding(score))
    feed.deliver(replace(frame.frame, monotonic_s=newest_s))
    latest = JudgedFrame(replace(frame.frame, monotonic_s=judged_s), frame.findings, judged_s + 0.04)
    return camera_view(feed, judge, health, latest, NOW_S)


def code(view: CameraView | SensorView) -> ReasonCode | None:
    assert (view.reason is None) == (view.verdict is not Verdict.NO_VERDICT)
    return view.reason.code if view.reason is not None else None


def test_a_camera_in_order_shows_its_verdict() -> None:
    view = camera(GOOD, newest_s=NOW_S - 0.05, judged_s=NOW_S - 0.1)
    assert (code(view), view.verdict) == (None, Verdict.OK)
    assert view.latency_ms == pytest.approx(40.0)


def test_a_silent_camera_has_no_verdict() -> None:
    assert code(camera(SILENT, newest_s=NOW_S - 2.5, judged_s=NOW_S - 2.5)) is ReasonCode.STALE


def test_a_slow_replay_is_not_silent_between_two_pictures() -> None:
    assert code(camera(GOOD, newest_s=NOW_S - 4.0, judged_s=NOW_S - 4.0, kind=FOLDER)) is None


def test_a_replay_at_its_end_keeps_its_last_verdict() -> None:
    assert code(camera(ENDED, newest_s=NOW_S - 400.0, judged_s=NOW_S - 400.0, kind=FOLDER)) is None


@pytest.mark.parametrize("score", [0.1, 0.9])
def test_judging_that_hangs_behind_a_live_camera_is_no_verdict(score: float) -> None:
    assert code(camera(GOOD, newest_s=NOW_S, judged_s=NOW_S - 2.5, score=score)) is ReasonCode.OVERLOADED


def test_a_camera_that_is_to_be_judged_rarely_is_not_behind_meanwhile() -> None:
    assert code(camera(GOOD, newest_s=NOW_S, judged_s=NOW_S - 15.0, judge_hz=0.1)) is None
    assert code(camera(GOOD, newest_s=NOW_S, judged_s=NOW_S - 25.0, judge_hz=0.1)) is ReasonCode.OVERLOADED


def test_a_replay_waits_for_its_judge_and_is_never_behind() -> None:
    assert code(camera(GOOD, newest_s=NOW_S, judged_s=NOW_S - 25.0, kind=FOLDER)) is None


@pytest.mark.parametrize(
    ("kind", "health", "age_s", "expected"),
    [
        ({"kind": "simulated"}, GOOD, 0.1, None),
        ({"kind": "simulated"}, SILENT, 4.0, ReasonCode.STALE),
        ({"kind": "simulated"}, GOOD, 4.0, ReasonCode.OVERLOADED),
        ({"kind": "table", "path": "t.csv", "speed": 1.0}, GOOD, 60.0, None),
        ({"kind": "table", "path": "t.csv", "speed": 1.0}, ENDED, 600.0, None),
    ],
)
def test_a_link_is_stale_when_silent_and_not_judged_when_rows_wait(
    kind: dict[str, object], health: SourceHealth, age_s: float, expected: ReasonCode | None
) -> None:
    class Fine:
        def push(self, *_: object) -> tuple[object, ...]:
            return (finding(0.1, target="pump", bad=Verdict.FAULT),)

    delivered = threading.Event()
    sensor = TypeAdapter(Sensor).validate_python({"id": RIG, "name": "Rig", "asset": "rig", "model": "rig", **kind})
    judge = SensorJudge(
        sensor,
        open_model=Fine,
        deliver_rows=lambda *_: None,
        deliver=lambda _: delivered.set(),
        clock=ManualClock(),  # type: ignore[arg-type]
    )
    judge.start()
    judge.deliver([Sample(RIG, 0, NOW_S - age_s, utc(0), 0.0, np.array([1.0]))])
    assert delivered.wait(20)
    view = sensor_view(judge, health, None, NOW_S, utc(0).timestamp())
    assert judge.stop(20)
    assert code(view) is expected
