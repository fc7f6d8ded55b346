"""This file decides how a reader behaves when its source breaks, hangs, lags, lies or ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.errors import SourceError
from station.channels import BoundedQueue, LatestSlot, Overflow
from station.config import Camera, FolderCamera, RtspCamera
from station.health import DeviceStatus
from station.sources import read_loop
from station.sources.camera_reader import CameraReader, FrameSink
from station.sources.read_loop import MAX_HUNG_CALLS, Opener, Reading
from tests.source_doubles import (
    PATIENCE_S,
    ChannelSink,
    Hanging,
    KeepingSink,
    ManualClock,
    ScriptedOpener,
    breaks,
    gives,
    picture,
)

LIVE = RtspCamera(id="cam", name="Camera", asset="a", kind="rtsp", url="rtsp://nobody/", read_timeout_s=2.0, open_timeout_s=5.0)
REPLAY = FolderCamera(id="cam", name="Camera", asset="a", kind="folder", path="nowhere")


class Bench:
    """Starts readers and makes sure that they end."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.sink = KeepingSink()
        self.readers: list[CameraReader] = []

    def start(self, opener: Opener, camera: Camera = LIVE, sink: FrameSink | None = None) -> CameraReader:
        reader = CameraReader(camera, Path(), self.clock, sink or self.sink, opener=opener)
        self.readers.append(reader)
        reader.start()
        return reader


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    for reader in bench.readers:
        assert reader.stop(PATIENCE_S), "a thread did not end"
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith(("read-", "watch-"))]
    assert not left


def holds() -> tuple[Hanging, list]:
    """A script that gives two frames and then waits."""
    hanging = Hanging()
    return hanging, [gives(1), gives(2), hanging]


def test_frames_come_numbered_stamped_and_read_only(bench: Bench) -> None:
    hanging, script = holds()
    reader = bench.start(ScriptedOpener(script))
    bench.sink.wait_for(2)
    first, second = bench.sink.frames
    assert (first.sequence, second.sequence) == (0, 1)
    assert first.source_id == "cam"
    assert first.monotonic_s == bench.clock.monotonic_s()
    assert first.utc == bench.clock.utc()
    assert first.image is not None
    with pytest.raises(ValueError, match="read-only"):
        first.image[0, 0, 0] = 1
    health = reader.health()
    assert health.status is DeviceStatus.GOOD
    assert (health.alive, health.on_time, health.valid, health.detail) == (True, True, True, "")
    assert health.received == 2
    reader.request_stop()
    hanging.release()


def test_before_the_first_frame_it_is_a_function_check(bench: Bench) -> None:
    hanging = Hanging()
    reader = bench.start(ScriptedOpener([hanging]))
    assert hanging.entered.wait(PATIENCE_S)
    health = reader.health()
    assert health.status is DeviceStatus.FUNCTION_CHECK
    assert not health.on_time
    assert not health.valid
    reader.request_stop()
    hanging.release()


def test_a_broken_source_is_tried_again_and_comes_back(bench: Bench) -> None:
    hanging = Hanging()
    opener = ScriptedOpener([gives(1), breaks("the cable is out")], SourceError("no answer"), SourceError("no answer"), [gives(2), hanging])
    reader = bench.start(opener)
    bench.sink.wait_for(2)
    assert [frame.sequence for frame in bench.sink.frames] == [0, 1]
    assert opener.opened == 4
    health = reader.health()
    assert health.status is DeviceStatus.GOOD
    assert health.detail == ""
    assert health.attempts == 0
    reader.request_stop()
    hanging.release()


def test_good_data_start_the_waits_anew(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[str] = []

    class Watched(read_loop.Backoff):
        def next_s(self) -> float:
            waits.append("wait")
            return 0.0

        def reset(self) -> None:
            waits.append("reset")

    monkeypatch.setattr(read_loop, "Backoff", Watched)
    bench.start(ScriptedOpener([breaks("x")], SourceError("y"), [gives(1), breaks("z")], [gives(2), lambda: None]), REPLAY)
    bench.sink.wait_for(2)
    assert bench.readers[0].wait_exhausted(PATIENCE_S)
    assert waits == ["wait", "wait", "reset", "wait", "reset"]


def test_the_exact_reason_is_shown_without_credentials(bench: Bench) -> None:
    said = threading.Event()

    class Refusing(ScriptedOpener):
        def open(self):
            if self.opened >= 2:
                said.set()
            return super().open()

    reader = bench.start(Refusing(SourceError("no route to rtsp://wei:pa55w0rd@10.0.0.9/live?token=abc")))
    assert said.wait(PATIENCE_S)
    health = reader.health()
    assert health.status is DeviceStatus.FAILURE
    assert not health.alive
    assert "no route to rtsp://10.0.0.9/live" in health.detail
    assert "pa55w0rd" not in health.detail
    assert "abc" not in health.detail
    assert health.attempts >= 2
    assert health.since_utc <= bench.clock.utc()


def test_an_unexpected_error_is_a_state_and_not_the_end(bench: Bench) -> None:
    def explode() -> Reading:
        raise ZeroDivisionError("in the driver")

    hanging = Hanging()
    reader = bench.start(ScriptedOpener([explode], [gives(1), hanging]))
    bench.sink.wait_for(1)
    assert reader.health().status is DeviceStatus.GOOD
    reader.request_stop()
    hanging.release()


def test_a_source_that_goes_quiet_is_stale(bench: Bench) -> None:
    hanging, script = holds()
    reader = bench.start(ScriptedOpener(script))
    assert hanging.entered.wait(PATIENCE_S)
    since = bench.clock.utc()
    bench.clock.advance(LIVE.stale_after_s + 0.01)
    health = reader.health()
    assert health.alive
    assert not health.on_time
    assert health.status is DeviceStatus.FAILURE
    assert "nothing new for more than 2 s" in health.detail
    assert health.since_utc == since
    reader.request_stop()
    hanging.release()


def test_a_read_that_hangs_is_given_up_and_replaced(bench: Bench) -> None:
    hanging, script = holds()
    later = Hanging()
    opener = ScriptedOpener(script, [gives(3), later])
    reader = bench.start(opener)
    assert hanging.entered.wait(PATIENCE_S)
    bench.clock.advance(2.9)
    reader.tend()
    assert opener.opened == 1, "not given up before its deadline"
    bench.clock.advance(0.2)
    reader.tend()
    bench.sink.wait_for(3)
    assert later.entered.wait(PATIENCE_S)
    assert reader.health().status is DeviceStatus.GOOD
    hanging.release()  # the call comes back after all: its picture is not wanted any more
    assert opener.was_closed.wait(PATIENCE_S)
    assert reader.health().received == 3
    reader.request_stop()
    later.release()
    assert reader.stop(PATIENCE_S)
    assert [frame.image[0, 0, 0] for frame in bench.sink.frames if frame.image is not None] == [1, 2, 3]
    assert opener.closed == opener.opened


def test_the_reason_of_a_hang_is_told(bench: Bench) -> None:
    hangs = [Hanging() for _ in range(MAX_HUNG_CALLS + 1)]
    opener = ScriptedOpener(*[[hanging] for hanging in hangs])
    reader = bench.start(opener)
    for hanging in hangs[:MAX_HUNG_CALLS]:
        assert hanging.entered.wait(PATIENCE_S)
        bench.clock.advance(3.1)
        reader.tend()
        health = reader.health()
        assert health.status is DeviceStatus.FAILURE
        assert "The driver hangs: reading did not come back within 3 s" in health.detail
    assert "not asked again until one returns" in reader.health().detail
    reader.tend()
    threads = [thread for thread in threading.enumerate() if thread.name == "read-cam"]
    assert len(threads) == MAX_HUNG_CALLS, "a hanging driver costs no more threads"
    hangs[0].release()
    assert hangs[-1].entered.wait(PATIENCE_S), "the watch thread notices by itself that a call came back"
    reader.request_stop()
    for hanging in hangs:
        hanging.release()


def test_a_first_opening_that_takes_its_time_says_so_within_two_seconds(bench: Bench) -> None:
    entered, release, later = threading.Event(), threading.Event(), Hanging()

    class Slow(ScriptedOpener):
        def open(self):
            entered.set()
            release.wait(PATIENCE_S)
            return super().open()

    reader = bench.start(Slow([gives(1), later]))
    assert entered.wait(PATIENCE_S)
    assert reader.health().detail == "Opening for the first time"
    bench.clock.advance(1.9)
    health = reader.health()
    assert health.status is DeviceStatus.FUNCTION_CHECK, "it may still come: no warning yet"
    assert health.detail == "No answer for 2 s; it is given 8.5 s to open"
    release.set()
    bench.sink.wait_for(1)
    assert reader.health().detail == ""
    reader.request_stop()
    later.release()


def test_an_open_that_hangs_is_given_up_too(bench: Bench) -> None:
    entered, release, later = threading.Event(), threading.Event(), Hanging()

    class HangingOnce(ScriptedOpener):
        def open(self):
            if not entered.is_set():
                entered.set()
                release.wait(PATIENCE_S)
            return super().open()

    opener = HangingOnce([gives(7), later])
    reader = bench.start(opener)
    assert entered.wait(PATIENCE_S)
    bench.clock.advance(LIVE.open_timeout_s + 3.6)
    reader.tend()
    assert "opening did not come back within 8.5 s" in reader.health().detail or later.entered.wait(PATIENCE_S)
    bench.sink.wait_for(1)
    release.set()
    reader.request_stop()
    later.release()
    assert reader.stop(PATIENCE_S)
    assert len(bench.sink.frames) == 1
    assert opener.closed == opener.opened == 2, "what the late call opened is closed again"


def test_a_replay_that_waits_for_its_pace_is_not_late(bench: Bench) -> None:
    def step(value: int, due_s: float):
        return lambda: Reading(picture(value), due_s=due_s)

    reader = bench.start(ScriptedOpener([step(1, 0.0), step(2, 3600.0)]), REPLAY)
    bench.sink.wait_for(1)
    bench.clock.advance(100.0)
    health = reader.health()
    assert health.on_time
    assert health.status is DeviceStatus.GOOD
    assert reader.stop(PATIENCE_S), "stopping does not wait for the next hour"
    assert len(bench.sink.frames) == 1


def test_stop_comes_back_even_when_the_driver_hangs(bench: Bench) -> None:
    hanging = Hanging()
    reader = bench.start(ScriptedOpener([hanging]))
    assert hanging.entered.wait(PATIENCE_S)
    assert not reader.stop(0.0)
    hanging.release()
    assert reader.stop(PATIENCE_S)
    assert bench.sink.frames == []


def test_stop_before_start_and_twice_is_fine(bench: Bench) -> None:
    reader = CameraReader(LIVE, Path(), bench.clock, bench.sink, opener=ScriptedOpener([gives(1)]))
    assert reader.stop(PATIENCE_S)
    reader.start()
    assert reader.stop(PATIENCE_S)
    assert bench.sink.frames == []


def test_a_replay_waits_for_its_consumer_and_loses_nothing(bench: Bench) -> None:
    queue: BoundedQueue = BoundedQueue(2, Overflow.BLOCK)
    opener = ScriptedOpener([gives(n) for n in range(50)])
    reader = bench.start(opener, REPLAY, ChannelSink(queue))
    taken = []
    while len(taken) < 50:
        frame = queue.take(PATIENCE_S)
        assert frame is not None
        taken.append(frame.sequence)
        bench.clock.advance(10.0)  # a very slow consumer is no reason to call the replay late, or its thread hung
        reader.tend()
        assert reader.health().status in {DeviceStatus.GOOD, DeviceStatus.FUNCTION_CHECK}
    assert taken == list(range(50))
    assert reader.wait_exhausted(PATIENCE_S)
    health = reader.health()
    assert health.exhausted
    assert health.status is DeviceStatus.GOOD
    assert (health.received, health.dropped) == (50, 0)


def test_stopping_a_replay_that_waits_for_room(bench: Bench) -> None:
    queue: BoundedQueue = BoundedQueue(1, Overflow.BLOCK)
    reader = bench.start(ScriptedOpener([gives(n) for n in range(9)]), REPLAY, ChannelSink(queue))
    assert queue.take(PATIENCE_S) is not None
    reader.request_stop()
    queue.close()
    assert reader.stop(PATIENCE_S)
    assert not reader.wait_exhausted(0.0)


def test_a_live_source_never_lags(bench: Bench) -> None:
    slot: LatestSlot = LatestSlot()
    hanging = Hanging()
    reader = bench.start(ScriptedOpener([*[gives(n) for n in range(100)], hanging]), LIVE, ChannelSink(slot))
    assert hanging.entered.wait(PATIENCE_S)
    newest = slot.take(0.0)
    assert newest is not None
    assert newest.sequence == 99
    health = reader.health()
    assert (health.received, health.dropped) == (100, 99)
    reader.request_stop()
    hanging.release()


def test_an_unusable_picture_is_out_of_specification(bench: Bench) -> None:
    hanging = Hanging()
    reader = bench.start(ScriptedOpener([lambda: Reading(picture(), complaint="the image is empty"), hanging]))
    assert hanging.entered.wait(PATIENCE_S)
    health = reader.health()
    assert health.status is DeviceStatus.OUT_OF_SPECIFICATION
    assert (health.alive, health.on_time, health.valid) == (True, True, False)
    assert health.detail == "the image is empty"
    reader.request_stop()
    hanging.release()


def test_the_rate_is_counted_over_the_last_seconds(bench: Bench) -> None:
    def later(value: int):
        def step() -> Reading:
            bench.clock.advance(0.1)
            return Reading(picture(value))

        return step

    hanging = Hanging()
    reader = bench.start(ScriptedOpener([*[later(n % 200) for n in range(80)], hanging]))
    assert hanging.entered.wait(PATIENCE_S)
    assert reader.health().rate_hz == pytest.approx(10.0, rel=0.1)
    bench.clock.advance(6.0)
    assert reader.health().rate_hz == 0.0
    reader.request_stop()
    hanging.release()
