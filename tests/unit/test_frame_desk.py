"""This file decides whether the very frame that was judged is kept with its warning, whatever raised it."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.reasons import Reason, ReasonCode
from station.alarm_desk import AlarmDesk
from station.camera_feed import CameraFeed
from station.config import AlarmConfig, StationFile
from station.counting import Tally, worst_finding
from station.frame_desk import FrameDesk
from station.picture_strip import STRIP_TIMES_S, TILE_HEIGHT_PX, TILE_WIDTH_PX, strip_path
from station.records.store import Records
from station.view import ImageQuery
from tests.unit.alarm_making import CAM, definition, finding, judged
from tests.unit.record_making import HandClock, open_records


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def records(tmp_path: Path, clock: HandClock) -> Iterator[Records]:
    opened = open_records(tmp_path, clock=clock)
    yield opened
    opened.stop()


def make(records: Records, clock: HandClock, alarm: AlarmConfig, ok_share: float = 0.0) -> tuple[AlarmDesk, FrameDesk]:
    station = StationFile.model_validate(
        {
            "format": 1,
            "station": {"name": "Test", "product": "Parts"},
            "cameras": [{"kind": "simulated", "id": CAM, "name": "Camera", "asset": "spindle", "model": "pack"}],
        }
    )
    alarms = AlarmDesk([alarm], [CAM], records, clock)
    feed = CameraFeed(station.cameras[0], wake=threading.Event(), clock=clock)
    return alarms, FrameDesk([feed], {}, ok_share, alarms, records)


def kept_with_alarms(records: Records) -> list[np.ndarray]:
    records.stop()
    return [cv2.imread(str(image.path)) for image in records.images(ImageQuery(why_kept="alarm"))]


def test_the_frame_that_raised_the_warning_is_kept_exactly(records: Records, clock: HandClock) -> None:
    alarms, desk = make(records, clock, definition())
    for number, score in enumerate((0.1, 0.9, 0.95)):
        desk.take(judged(number, seconds=number, found=finding(score)))
    (view,) = alarms.views()
    assert view.image_path is not None
    (picture,) = kept_with_alarms(records)
    np.testing.assert_array_equal(picture, judged(1).frame.image)


def test_the_seconds_around_a_warning_are_kept_beside_its_picture(records: Records, clock: HandClock) -> None:
    alarms, desk = make(records, clock, definition())
    for number, score in enumerate((0.1, 0.9)):
        desk.take(judged(number, seconds=number, found=finding(score)))
    (view,) = alarms.views()
    assert view.image_path is not None
    desk.keep_strips(3.0)
    desk.keep_strips(7.0)
    records.stop()
    strip = cv2.imread(str(strip_path(view.image_path)))
    assert strip is not None
    assert strip.shape == (TILE_HEIGHT_PX, TILE_WIDTH_PX * len(STRIP_TIMES_S), 3)


def test_a_line_that_stops_keeps_what_it_has_of_the_seconds_around_a_warning(records: Records, clock: HandClock) -> None:
    alarms, desk = make(records, clock, definition())
    desk.take(judged(1, seconds=1.0, found=finding(0.9)))
    (view,) = alarms.views()
    desk.stop()
    records.stop()
    assert view.image_path is not None
    assert strip_path(view.image_path).is_file()


def test_a_warning_whose_delay_runs_out_between_frames_keeps_the_frame_behind_it(records: Records, clock: HandClock) -> None:
    alarms, desk = make(records, clock, definition(on_delay_s=1.0, raise_count=1, of_last=3))
    desk.take(judged(4, found=finding(0.9)))
    desk.take(judged(5, found=finding(0.1)))
    clock.now_s = 2.0
    desk.keep_pictures(alarms.tick())
    (view,) = alarms.views()
    assert view.image_path is not None
    (picture,) = kept_with_alarms(records)
    np.testing.assert_array_equal(picture, judged(4).frame.image)


def test_a_camera_that_is_gone_gets_no_old_picture(records: Records, clock: HandClock) -> None:
    alarms, desk = make(records, clock, definition(on_delay_s=1.0, when={"kind": "no_verdict", "source": CAM}))
    desk.take(judged(4, found=finding(0.1)))
    alarms.on_doubt(CAM, Reason.of(ReasonCode.SOURCE_GONE, source="Camera", detail="cable"))
    clock.now_s = 2.0
    events = alarms.tick()
    assert len(events) == 1
    desk.keep_pictures(events)
    assert kept_with_alarms(records) == []


def test_frames_are_counted_and_the_newest_is_shown(records: Records, clock: HandClock) -> None:
    _, desk = make(records, clock, definition(raise_count=3, of_last=3))
    for number, score in enumerate((0.1, 0.9, math.nan)):
        desk.take(judged(number, seconds=number, found=finding(score)))
    assert desk.verdicts == Tally(3, 1, 1)
    assert desk.parts()[CAM] == Tally(3, 1, 1)
    assert desk.labels()[CAM] == {"crack": 1}
    latest = desk.latest(CAM)
    assert latest is not None
    assert latest.frame.sequence == 2


def test_a_defect_speaks_for_the_input_then_a_missing_verdict_then_the_highest_score_against_its_threshold() -> None:
    ok, near, bad, none = finding(0.1), finding(0.45), finding(0.6), finding(math.nan)
    assert worst_finding([ok, none, bad, near]) is bad
    assert worst_finding([near, none, ok]) is none
    assert worst_finding([ok, near]) is near
