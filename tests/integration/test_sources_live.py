"""This file decides that real readers with real streams survive what happens to cables, cameras and files."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.errors import SourceError
from station.channels import BoundedQueue, LatestSlot, Overflow
from station.clock import SystemClock
from station.config import FolderCamera, RtspCamera, SimulatedCamera, SimulatedSensors, TableSensors
from station.health import DeviceStatus, SourceHealth
from station.sources.camera_reader import CameraReader
from station.sources.rtsp_camera import SILENCES_IN_A_ROW, RtspOpener
from station.sources.sensor_reader import SensorReader
from tests.rtsp_server import LoopbackCamera, Manner
from tests.source_doubles import PATIENCE_S, ChannelSink, KeepingSink

Started = Callable[[RtspCamera | FolderCamera | SimulatedCamera, Path, object], CameraReader]


@pytest.fixture
def start() -> Iterator[Started]:
    readers: list[CameraReader] = []

    def start(camera, base_dir, sink) -> CameraReader:
        reader = CameraReader(camera, base_dir, SystemClock(), sink)
        readers.append(reader)
        reader.start()
        return reader

    yield start
    for reader in readers:
        assert reader.stop(10.0), "a thread did not end"


def rtsp(url: str, **more) -> RtspCamera:
    return RtspCamera(id="cam", name="Camera", asset="a", kind="rtsp", url=url, open_timeout_s=2.0, read_timeout_s=1.0, **more)


def wait_until(reader: CameraReader | SensorReader, holds: Callable[[SourceHealth], bool], within_s: float = PATIENCE_S) -> float:
    """Seconds until the health is as wanted; it is looked at as the line's supervisor does."""
    begin_s = time.monotonic()
    while not holds(reader.health()):
        assert time.monotonic() - begin_s < within_s, reader.health()
        reader.wait_exhausted(0.02)
    return time.monotonic() - begin_s


def good(health: SourceHealth) -> bool:
    return health.status is DeviceStatus.GOOD


def failed(health: SourceHealth) -> bool:
    return health.status is DeviceStatus.FAILURE


def test_a_network_camera_is_read(start: Started) -> None:
    sink = KeepingSink()
    with LoopbackCamera() as camera:
        reader = start(rtsp(camera.url), Path(), sink)
        sink.wait_for(10)
        wait_until(reader, good)
    frame = sink.frames[0]
    assert frame.image is not None
    assert frame.image.shape == (240, 320, 3)
    assert not frame.image.flags.writeable


def test_a_killed_camera_is_noticed_and_judged_again_three_seconds_after_it_is_back(start: Started) -> None:
    slot: LatestSlot = LatestSlot()
    camera = LoopbackCamera()
    reader = start(rtsp(camera.url), Path(), ChannelSink(slot))
    assert slot.take(PATIENCE_S) is not None
    port = camera.port
    camera.kill()
    gone_s = wait_until(reader, failed)
    assert gone_s < 2.0 + 0.5
    wait_until(reader, lambda health: "refuses the connection" in health.detail or "cannot be reached" in health.detail)
    health = reader.health()
    assert not health.alive
    assert f"127.0.0.1:{port}" in health.detail
    wait_until(reader, lambda health: health.attempts >= 3)
    while slot.take(0.0) is not None:
        pass
    with LoopbackCamera(port=port):
        back_s = time.monotonic()
        assert slot.take(3.0) is not None, reader.health()
        assert time.monotonic() - back_s < 3.0
        assert wait_until(reader, good) < 1.0
        assert reader.health().detail == ""


def test_a_camera_that_goes_quiet_is_noticed_and_tried_again(start: Started) -> None:
    sink = KeepingSink()
    with LoopbackCamera(Manner.STALL, stall_after=30) as camera:
        reader = start(rtsp(camera.url, stale_after_s=0.5), Path(), sink)
        sink.wait_for(1)
        wait_until(reader, lambda health: "nothing new for more than 0.5 s" in health.detail)
        wait_until(reader, lambda health: "The connection broke after" in health.detail)


def test_a_black_hole_is_told_within_two_seconds_and_judged_again_three_seconds_after_it_answers(start: Started) -> None:
    slot: LatestSlot = LatestSlot()
    camera = LoopbackCamera(Manner.BLACK_HOLE)
    patient = RtspCamera(id="cam", name="Camera", asset="a", kind="rtsp", url=camera.url)
    reader = start(patient, Path(), ChannelSink(slot))
    took_s = wait_until(reader, failed)
    assert took_s < 2.0 + 0.5
    assert "The camera accepts the connection, but does not answer in RTSP" in reader.health().detail
    wait_until(reader, lambda health: health.attempts >= 2)
    camera.kill()
    with LoopbackCamera(port=camera.port):
        assert slot.take(3.0) is not None, reader.health()


def test_a_silent_camera_is_now_and_then_given_all_of_its_time() -> None:
    said: list[str] = []
    with LoopbackCamera(Manner.BLACK_HOLE) as camera:
        opener = RtspOpener(RtspCamera(id="cam", name="Camera", asset="a", kind="rtsp", url=camera.url, open_timeout_s=2.0), {})
        for _ in range(SILENCES_IN_A_ROW + 1):
            begin_s = time.monotonic()
            with pytest.raises(SourceError, match="does not answer in RTSP"):
                opener.open()
            said.append("short" if time.monotonic() - begin_s < 1.9 else "whole")
    assert said == ["short"] * SILENCES_IN_A_ROW + ["whole"]


@pytest.mark.parametrize(
    ("manner", "words"), [(Manner.UNAUTHORIZED, "The camera refuses the login"), (Manner.NO_SUCH_STREAM, "The camera has no such stream")]
)
def test_the_cameras_own_answer_is_the_reason(start: Started, manner: Manner, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINESIDE_TEST_LOGIN", "wei:pa55w0rd")
    with LoopbackCamera(manner) as camera:
        url = camera.url.replace("rtsp://", "rtsp://${LINESIDE_TEST_LOGIN}@")
        reader = start(rtsp(url), Path(), KeepingSink())
        wait_until(reader, failed)
        detail = reader.health().detail
        assert words in detail
        assert camera.url in detail
        assert "pa55w0rd" not in detail


def test_nobody_at_the_address_and_a_variable_that_is_not_set(start: Started) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    reader = start(rtsp(f"rtsp://127.0.0.1:{port}/x"), Path(), KeepingSink())
    wait_until(reader, failed)
    assert f"127.0.0.1:{port}" in reader.health().detail
    other = start(rtsp("rtsp://${LINESIDE_TEST_NOT_SET}@127.0.0.1/x"), Path(), KeepingSink())
    wait_until(other, failed)
    assert "LINESIDE_TEST_NOT_SET" in other.health().detail


def test_a_live_camera_never_lags_behind_a_slow_consumer(start: Started) -> None:
    slot: LatestSlot = LatestSlot()
    with LoopbackCamera() as camera:
        reader = start(rtsp(camera.url), Path(), ChannelSink(slot))
        ages_s = []
        for _ in range(4):
            frame = slot.take(PATIENCE_S)
            assert frame is not None
            ages_s.append(time.monotonic() - frame.monotonic_s)
            time.sleep(0.4)
        assert max(ages_s) < 0.3
        assert reader.health().dropped > 5


def test_a_folder_with_garbage_is_replayed_whole(start: Started, tmp_path: Path) -> None:
    for number in range(30):
        data = cv2.imencode(".jpg", np.full((60, 80, 3), number, np.uint8))[1].tobytes()
        (tmp_path / f"{number:02}.jpg").write_bytes(data if number % 3 else data[: number * 10])
    queue: BoundedQueue = BoundedQueue(2, Overflow.BLOCK)
    camera = FolderCamera(id="cam", name="Camera", asset="a", kind="folder", path=".", fps=200)
    reader = start(camera, tmp_path, ChannelSink(queue))
    frames = [queue.take(PATIENCE_S) for _ in range(30)]
    assert [frame.name for frame in frames if frame] == [f"{n:02}.jpg" for n in range(30)]
    assert [frame.sequence for frame in frames if frame] == list(range(30))
    for number, frame in enumerate(frames):
        assert frame is not None
        assert (frame.image is None) == (number % 3 == 0)
        assert bool(frame.unreadable) == (number % 3 == 0)
    assert reader.wait_exhausted(PATIENCE_S)
    assert reader.health().dropped == 0


def test_a_folder_that_appears_later_is_read(start: Started, tmp_path: Path) -> None:
    camera = FolderCamera(id="cam", name="Camera", asset="a", kind="folder", path="later")
    sink = KeepingSink()
    reader = start(camera, tmp_path, sink)
    wait_until(reader, lambda health: "The folder of images is not there" in health.detail)
    (tmp_path / "coming").mkdir()
    (tmp_path / "coming" / "a.png").write_bytes(cv2.imencode(".png", np.zeros((20, 20, 3), np.uint8))[1].tobytes())
    (tmp_path / "coming").rename(tmp_path / "later")
    sink.wait_for(1)
    assert reader.wait_exhausted(PATIENCE_S)


def test_the_simulated_camera_keeps_its_pace(start: Started) -> None:
    sink = KeepingSink()
    camera = SimulatedCamera(id="cam", name="Camera", asset="a", kind="simulated", fps=20, width_px=160, height_px=96)
    reader = start(camera, Path(), sink)
    sink.wait_for(21)
    frames = sink.frames
    assert frames[20].monotonic_s - frames[0].monotonic_s > 0.9
    assert all(frame.simulated for frame in frames)
    assert frames[0].name == "part 0"
    assert good(reader.health())


def test_the_simulated_rig_delivers_its_rows_in_time() -> None:
    sink = KeepingSink()
    sensor = SimulatedSensors(
        id="rig", name="Rig", asset="a", kind="simulated", speed=50, channels=({"id": "FS1", "name": "Flow"}, {"id": "TS1", "name": "Oil"})
    )
    reader = SensorReader(sensor, Path(), SystemClock(), sink)
    assert reader.channel_ids == ("FS1", "TS1")
    reader.start()
    sink.wait_for(500)
    assert reader.stop(PATIENCE_S)
    samples = sink.samples
    assert [sample.sequence for sample in samples] == list(range(len(samples)))
    assert [sample.time_s for sample in samples] == pytest.approx([n / 10 for n in range(len(samples))])
    took_s = samples[499].monotonic_s - samples[0].monotonic_s
    assert took_s == pytest.approx(49.9 / 50, abs=0.5)
    assert np.isfinite(samples[0].values).all()
    assert np.isnan(samples[1].values[1])
    assert not samples[0].values.flags.writeable
    assert samples[0].phase_s == 0.0


def test_the_real_rig_is_replayed_whole(real_data_dir: Path) -> None:
    queue: BoundedQueue = BoundedQueue(64, Overflow.BLOCK)
    sensor = TableSensors(id="rig", name="Rig", asset="a", kind="table", path=str(real_data_dir / "sensor" / "hydraulic"), rows="100:103")
    reader = SensorReader(sensor, Path(), SystemClock(), ChannelSink(queue))
    reader.start()
    samples = []
    while not (reader.health().exhausted and len(queue) == 0):
        sample = queue.take(0.5)
        if sample is not None:
            samples.append(sample)
    assert reader.stop(PATIENCE_S)
    assert len(samples) == 3 * 600
    assert len(reader.channel_ids) == 10
    column = reader.channel_ids.index("TS1")
    assert np.isfinite([sample.values[column] for sample in samples]).sum() == 3 * 60
    assert len({sample.key for sample in samples}) == 3
