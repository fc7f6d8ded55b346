"""This file decides whether a camera's frames are counted as dropped only where judging could not keep up."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from station.camera_feed import CameraFeed
from station.config import Camera
from tests.source_doubles import ManualClock
from tests.unit.alarm_making import CAM, judged

FPS = 30.0


def make(judge_hz: float | None, kind: str = "usb") -> tuple[CameraFeed, ManualClock]:
    config = TypeAdapter(Camera).validate_python(
        {"id": CAM, "name": "Camera", "asset": "spindle", "model": "pack", "kind": kind, "judge_hz": judge_hz}
    )
    clock = ManualClock()
    return CameraFeed(config, wake=threading.Event(), clock=clock), clock


def run(feed: CameraFeed, clock: ManualClock, seconds: float, *, busy_until_s: float = 0.0) -> int:
    """Frames at 30 fps for *seconds*; a judge that is busy at first looks after every frame. Returns how many it took."""
    frame, taken, begun_s = judged().frame, 0, clock.monotonic_s()
    for number in range(round(seconds * FPS)):
        feed.deliver(replace(frame, sequence=number, monotonic_s=clock.monotonic_s()))
        if clock.monotonic_s() - begun_s >= busy_until_s:
            taken += feed.take() is not None
        clock.advance(1.0 / FPS)
    return taken


@pytest.mark.parametrize("judge_hz", [1.0, 5.0, 7.0, 29.0])
def test_a_judge_that_keeps_the_pace_it_was_given_drops_nothing(judge_hz: float) -> None:
    feed, clock = make(judge_hz)
    taken = run(feed, clock, 10.0)
    assert taken == pytest.approx(10.0 * judge_hz, abs=1.0)
    assert feed.dropped == 0
    assert feed.received - taken - 1 <= feed.passed_over <= feed.received - taken


def test_a_judge_that_is_late_within_its_period_drops_nothing() -> None:
    feed, clock = make(5.0)
    run(feed, clock, 1.0)
    before = feed.received
    run(feed, clock, 10.0, busy_until_s=0.15)
    assert feed.dropped == 0
    assert feed.passed_over > 0.7 * (feed.received - before)


def test_a_judge_that_is_away_drops_one_frame_for_every_period_it_missed() -> None:
    feed, clock = make(5.0)
    run(feed, clock, 1.0)
    taken = run(feed, clock, 3.0, busy_until_s=2.0)
    assert feed.dropped == pytest.approx(9, abs=1)
    assert taken == pytest.approx(5, abs=1)


@pytest.mark.parametrize("judge_hz", [None, 60.0])
def test_where_every_frame_is_due_every_overwritten_one_is_dropped(judge_hz: float | None) -> None:
    feed, clock = make(judge_hz)
    taken = run(feed, clock, 2.0, busy_until_s=1.0)
    assert feed.dropped == pytest.approx(feed.received - taken, abs=1)
    assert feed.dropped >= 28
    assert feed.passed_over <= 1


def test_an_outage_of_the_camera_is_no_drop() -> None:
    feed, clock = make(5.0)
    run(feed, clock, 1.0)
    clock.advance(0.2)
    assert feed.take() is not None
    clock.advance(60.0)
    run(feed, clock, 0.15, busy_until_s=0.15)
    assert feed.dropped == 0


def test_a_judge_that_is_away_while_the_camera_is_too_drops_no_frame_that_never_was() -> None:
    feed, clock = make(5.0)
    run(feed, clock, 1.0, busy_until_s=0.5)
    before = feed.dropped
    clock.advance(60.0)
    run(feed, clock, 0.15, busy_until_s=0.15)
    assert 1 <= feed.dropped - before <= 2  # the one that waited, and the one due since: not sixty seconds' worth


def test_a_replay_drops_and_passes_over_nothing() -> None:
    config = TypeAdapter(Camera).validate_python(
        {"id": CAM, "name": "Camera", "asset": "spindle", "model": "pack", "kind": "folder", "path": "parts", "judge_hz": 1.0}
    )
    feed = CameraFeed(config, wake=threading.Event(), clock=ManualClock())
    frame = judged().frame
    for number in range(4):
        feed.deliver(replace(frame, sequence=number))
    taken = [feed.take() for _ in range(5)]
    assert [None if one is None else one.sequence for one in taken] == [0, 1, 2, 3, None]
    assert (feed.dropped, feed.passed_over) == (0, 0)
