"""This file decides whether a live test in Setup shows what came, or says why nothing did."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from inference.findings import ImageU8, Verdict
from inference.reasons import Reason, ReasonCode
from station.config import Text
from station.frames import JudgedFrame, SourceId
from station.health import DeviceStatus, SourceHealth
from station.live_tests import LiveTests
from station.model_shelf import ModelShelf
from station.view import CameraView, SensorView
from tests.model_factory import make_blob_pack
from tests.unit.alarm_making import CAM, RIG, START, judged


@dataclass
class Station:
    """One camera and one link, as the test wants them; every wait may bring something."""

    judged: JudgedFrame | None = None
    newest: ImageU8 | None = None
    values: tuple[float, ...] = (1.5, math.nan)
    received: int = 0
    detail: str = ""
    exhausted: bool = False
    waits: list[float] = field(default_factory=list)
    comes: bool = True

    def health(self, source_id: SourceId) -> SourceHealth:
        return SourceHealth(source_id, DeviceStatus.GOOD, True, True, True, self.detail, START, 0, self.received, 0, 25.0, self.exhausted)

    def cameras(self) -> tuple[CameraView, ...]:
        reason = None if self.judged is not None else Reason.of(ReasonCode.NOT_STARTED)
        return (
            CameraView(
                CAM,
                Text(en="C", zh="C"),
                self.health(CAM),
                Verdict.OK,
                reason,
                self.judged,
                25.0,
                25.0,
                40.0,
                0.1,
                simulated=False,
                pack="p",
            ),
        )

    def sensors(self) -> tuple[SensorView, ...]:
        values = np.array(self.values)
        return (SensorView(RIG, Text(en="R", zh="R"), self.health(RIG), Verdict.OK, None, values, (), simulated=False, pack="", age_s=0.1),)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.received += self.comes and len(self.waits) == 3

    def tests(self, folder: Path = Path("nowhere")) -> LiveTests:
        newest: Callable[[SourceId], tuple[int, ImageU8] | None] = lambda _: None if self.newest is None else (7, self.newest)  # noqa: E731
        return LiveTests(
            self.cameras, self.sensors, lambda _: ("TS1", "PS1"), newest, ModelShelf((folder,), lambda _: None), wait=self.wait
        )


def test_a_camera_that_works_shows_the_judged_picture_and_stops_waiting() -> None:
    frame = judged()
    station = Station(judged=frame, newest=frame.frame.image)
    result = station.tests().of_source(CAM)
    assert result.ok
    assert result.image is frame.frame.image
    assert result.findings == frame.findings
    assert "32 x 24 pixels, 25.0 pictures per second, 40 ms" in result.sentence
    assert len(station.waits) == 3


def test_a_camera_without_a_model_shows_its_picture() -> None:
    picture = judged().frame.image
    result = Station(newest=picture).tests().of_source(CAM)
    assert result.ok
    assert result.image is picture
    assert "none was judged yet" in result.sentence


def test_a_camera_that_gives_nothing_is_said_after_three_seconds_with_the_reason() -> None:
    station = Station(comes=False, detail="The camera is not there (camera 0). Check the cable.")
    result = station.tests().of_source(CAM)
    assert not result.ok
    assert result.sentence == "Nothing came within 3 s: The camera is not there (camera 0). Check the cable."
    assert sum(station.waits) == pytest.approx(3.0)


def test_a_file_that_cannot_be_read_is_no_success() -> None:
    good = judged()
    unreadable = replace(good, frame=replace(good.frame, image=None, unreadable="garbage"))
    result = Station(judged=unreadable, newest=good.frame.image, detail="garbage").tests().of_source(CAM)
    assert not result.ok
    assert "garbage" in result.sentence


def test_a_link_tells_its_channels_that_have_a_value() -> None:
    result = Station().tests().of_source(RIG)
    assert (result.ok, result.values) == (True, (("TS1", 1.5),))
    assert "1 channels give values, 25.0 rows per second" in result.sentence


def test_a_replay_at_its_end_is_in_order_and_one_without_a_value_is_not() -> None:
    ended = Station(comes=False, exhausted=True).tests().of_source(RIG)
    assert ended.ok
    assert "at its end" in ended.sentence
    assert not Station(comes=False, exhausted=True, values=(math.nan,)).tests().of_source(RIG).ok


def test_a_source_that_is_not_in_the_station_file_is_said_at_once() -> None:
    station = Station()
    assert "no source nobody" in station.tests().of_source(SourceId("nobody")).sentence
    assert station.waits == []


def test_a_pack_that_cannot_be_proven_says_what_to_do(tmp_path: Path) -> None:
    make_blob_pack(tmp_path / "blob")
    result = Station().tests(tmp_path).of_model("blob")
    assert not result.ok
    assert "golden" in result.sentence
