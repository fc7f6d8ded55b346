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
from station.frame_desk import FrameDesk, FrameWatch
from station.frames import JudgedFrame
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


def make(
    records: Records, clock: HandClock, alarm: AlarmConfig, ok_share: float = 0.0, watch: FrameWatch | None = None
) -> tuple[AlarmDesk, FrameDesk]:
    station = StationFile.model_validate(
        {
            "format": 1,
            "station": {"name": "Test", "product": "Parts"},
            "cameras": [{"kind": "simulated", "id": CAM, "name": "Camera", "asset": "spindle", "model": "pack"}],
        }
    )
    alarms = AlarmDesk([alarm], [CAM], records, clock)
    feed = CameraFeed(station.cameras[0], wake=threading.Event(), clock=clock)
    return alarms, FrameDesk([feed], {}, ok_share, alarms, records, watch=watch)


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


class Watched:
    """Remembers what it was shown."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.exactly: list[int] = []

    def take(self, judged: JudgedFrame) -> None:
        self.taken.append(judged.frame.sequence)

    def take_exactly(self, judged: JudgedFrame) -> None:
        self.exactly.append(judged.frame.sequence)


def test_every_frame_is_shown_to_the_incidents_and_the_one_behind_a_warning_as_such(records: Records, clock: HandClock) -> None:
    watch = Watched()
    _, desk = make(records, clock, definition(), watch=watch)
    for number, score in enumerate((0.1, 0.9, 0.9)):
        desk.take(judged(number, seconds=number, found=finding(score)))
    assert watch.taken == [0, 1, 2]
    assert watch.exactly == [1]


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
