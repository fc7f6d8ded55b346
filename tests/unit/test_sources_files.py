"""This file decides how folders, videos and tables are replayed: everything, in order, readable or not."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.errors import InputError, SourceError
from station.config import FolderCamera, TableSensors, VideoCamera
from station.source_times import has_own_time
from station.sources.folder_camera import FolderOpener, list_images
from station.sources.opencv_cameras import UsbOpener, VideoOpener, usb_backend
from station.sources.read_loop import Connection, Reading
from station.sources.sensor_kinds import BATCH_ROWS, Rows
from station.sources.sensor_reader import arrange
from station.sources.table_sensors import TableOpener


def folder_camera(**more) -> FolderCamera:
    return FolderCamera(id="cam", name="Camera", asset="a", kind="folder", path="images", **more)


def table_sensors(**more) -> TableSensors:
    return TableSensors(id="rig", name="Rig", asset="a", kind="table", **more)


def write_image(path: Path, value: int = 50) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    encoded, data = cv2.imencode(".png", np.full((40, 60, 3), value, np.uint8))
    assert encoded
    path.write_bytes(data.tobytes())


def read_all(connection: Connection) -> list[Reading]:
    readings = []
    while (reading := connection.read()) is not None:
        readings.append(reading)
    connection.close()
    return readings


# ---- folders -----------------------------------------------------------------------------------------------------


def test_images_come_in_order_of_name_with_garbage_told(tmp_path: Path) -> None:
    write_image(tmp_path / "images" / "b" / "1.png", 10)
    write_image(tmp_path / "images" / "a.png", 20)
    write_image(tmp_path / "images" / "c 字.png", 30)
    (tmp_path / "images" / "b2.jpg").write_bytes(b"not an image")
    (tmp_path / "images" / "empty.png").write_bytes(b"")
    (tmp_path / "images" / "cut.png").write_bytes((tmp_path / "images" / "a.png").read_bytes()[:60])
    (tmp_path / "images" / "notes.txt").write_text("no image", encoding="utf-8")
    (tmp_path / "images" / ".hidden.png").write_bytes(b"x")
    readings = read_all(FolderOpener(folder_camera(), tmp_path).open())
    names = [reading.value.name for reading in readings]
    assert names == ["a.png", "b/1.png", "b2.jpg", "c 字.png", "cut.png", "empty.png"]
    for reading in readings:
        is_good = reading.value.name in {"a.png", "b/1.png", "c 字.png"}
        assert (reading.value.image is not None) == is_good
        assert bool(reading.value.unreadable) != is_good
        assert reading.complaint == reading.value.unreadable
        assert reading.due_s is None


def test_a_pattern_chooses(tmp_path: Path) -> None:
    write_image(tmp_path / "images" / "a.png")
    write_image(tmp_path / "images" / "b.tmp")
    assert [p.name for p in list_images(tmp_path / "images", "*.tmp")] == ["b.tmp"]
    assert [p.name for p in list_images(tmp_path / "images", "**/*")] == ["a.png"]


def test_pace_and_loop(tmp_path: Path) -> None:
    for name in "ab":
        write_image(tmp_path / "images" / f"{name}.png")
    connection = FolderOpener(folder_camera(fps=4.0, loop=True), tmp_path).open()
    readings = [connection.read() for _ in range(5)]
    assert [reading.value.name for reading in readings if reading] == ["a.png", "b.png", "a.png", "b.png", "a.png"]
    assert [reading.due_s for reading in readings if reading] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [reading.value.time_s for reading in readings if reading] == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_a_folder_without_pace_has_no_time_of_its_own(tmp_path: Path) -> None:
    write_image(tmp_path / "images" / "a.png")
    (reading,) = read_all(FolderOpener(folder_camera(), tmp_path).open())
    assert reading.value.time_s is None
    assert not has_own_time(folder_camera())
    assert has_own_time(folder_camera(fps=4.0))


def test_a_folder_that_goes_away_is_gone_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    images = tmp_path / "images"
    for name in ("a", "b", "c"):
        write_image(images / f"{name}.png")
    opener = FolderOpener(folder_camera(loop=True), tmp_path)
    connection = opener.open()
    assert connection.read().value.name == "a.png"
    images.rename(tmp_path / "away")
    for broken in (connection.read, opener.open):
        with pytest.raises(SourceError, match="The folder of images is gone"):
            broken()
    (tmp_path / "away").rename(images)
    connection = opener.open()
    assert [connection.read().value.name for _ in range(3)] == ["b.png", "c.png", "a.png"]
    (images / "b.png").unlink()
    assert "The file is not there" in connection.read().complaint, "one picture is missing, not the folder"


def test_a_folder_that_is_not_there_or_empty_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="The folder of images is not there"):
        FolderOpener(folder_camera(), tmp_path).open()
    (tmp_path / "images").mkdir()
    with pytest.raises(SourceError, match="The folder holds no image"):
        FolderOpener(folder_camera(), tmp_path).open()


@pytest.mark.parametrize("pattern", ["", "/etc/*", "../*.png"])
def test_a_pattern_that_leads_out_is_told(tmp_path: Path, pattern: str) -> None:
    write_image(tmp_path / "images" / "a.png")
    write_image(tmp_path / "b.png")
    with pytest.raises(SourceError, match=r"The pattern cannot be used|The folder holds no image"):
        FolderOpener(folder_camera(pattern=pattern), tmp_path).open()


def test_a_file_that_goes_away_meanwhile_is_told_and_the_rest_comes(tmp_path: Path) -> None:
    for name in "abc":
        write_image(tmp_path / "images" / f"{name}.png")
    connection = FolderOpener(folder_camera(), tmp_path).open()
    (tmp_path / "images" / "b.png").unlink()
    assert [bool(reading.value.unreadable) for reading in read_all(connection)] == [False, True, False]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(1, 4), max_size=6))
def test_reconnects_neither_lose_nor_repeat_what_was_delivered(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    base = tmp_path_factory.getbasetemp() / "reconnects"
    if not base.exists():
        for number in range(8):
            write_image(base / "images" / f"{number}.png")
    opener = FolderOpener(folder_camera(), base)
    delivered: list[str] = []
    for cut in cuts:
        connection = opener.open()
        for _ in range(cut):
            reading = connection.read()
            if reading is None:
                break
            delivered.append(reading.value.name)
        connection.read()  # it hangs or breaks: what it would have brought is not delivered
    delivered += [reading.value.name for reading in read_all(opener.open())]
    assert delivered == [f"{number}.png" for number in range(8)]


# ---- videos ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "line.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, (640, 480))
    assert writer.isOpened()
    grain = np.random.default_rng(1).integers(-10, 11, (480, 640, 3))
    for number in range(12):
        writer.write((grain + 10 + number * 20).astype(np.uint8))
    writer.release()
    return path


def video_camera(path: Path, **more) -> VideoCamera:
    return VideoCamera(id="cam", name="Camera", asset="a", kind="video", path=str(path), **more)


def test_a_video_is_replayed_whole(video: Path) -> None:
    readings = read_all(VideoOpener(video_camera(video, fps=5.0), Path()).open())
    assert [reading.value.name for reading in readings] == [f"line.avi #{n}" for n in range(12)]
    assert [round((float(reading.value.image.mean()) - 10) / 20) for reading in readings] == list(range(12))
    assert readings[3].due_s == pytest.approx(0.6)
    assert not any(reading.complaint for reading in readings)


def test_a_video_goes_on_where_it_stopped_and_round_again(video: Path) -> None:
    opener = VideoOpener(video_camera(video, loop=True), Path())
    connection = opener.open()
    first = [connection.read() for _ in range(5)]
    connection.read()
    connection.close()
    connection = opener.open()
    rest = [connection.read() for _ in range(9)]
    connection.close()
    assert [r.value.name for r in [*first, *rest] if r] == [f"line.avi #{n % 12}" for n in range(14)]


def test_a_video_cut_off_says_so(video: Path, tmp_path: Path) -> None:
    data = video.read_bytes()
    (tmp_path / "cut.avi").write_bytes(data[: len(data) // 2])
    readings = read_all(VideoOpener(video_camera(tmp_path / "cut.avi"), Path()).open())
    assert 0 < len(readings) < 12
    last = readings[-1].value
    assert last.image is None
    assert "breaks off after" in last.unreadable
    assert "of 12 frames" in last.unreadable


def test_no_video_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"not a video" * 100)
    with pytest.raises(SourceError, match="The video file cannot be opened"):
        VideoOpener(video_camera(tmp_path / "x.mp4"), Path()).open()
    with pytest.raises(SourceError, match="The video file is not there"):
        VideoOpener(video_camera(tmp_path / "y.mp4"), Path()).open()


def test_usb_cameras_are_asked_for_mjpg_before_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    from station.config import UsbCamera
    from station.sources import opencv_cameras

    asked: list[tuple[int, int, list[int]]] = []

    class NoCamera:
        def __init__(self, index: int, backend: int, parameters: list[int]) -> None:
            asked.append((index, backend, parameters))

        def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
            return False

        def release(self) -> None: ...

    monkeypatch.setattr(opencv_cameras.cv2, "VideoCapture", NoCamera)
    camera = UsbCamera(id="cam", name="Camera", asset="a", kind="usb", index=3, width_px=1280, height_px=720)
    with pytest.raises(SourceError, match=r"The USB camera cannot be opened \(index 3\)"):
        UsbOpener(camera).open()
    ((index, _, parameters),) = asked
    assert index == 3
    assert parameters[:2] == [cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")]
    assert parameters[parameters.index(cv2.CAP_PROP_FRAME_WIDTH) + 1] == 1280
    assert usb_backend("win32") == cv2.CAP_DSHOW
    assert usb_backend("linux") == cv2.CAP_V4L2


# ---- tables ------------------------------------------------------------------------------------------------------


def write_table(path: Path, rows: int, step_s: float = 0.5) -> None:
    lines = ["time_s,cycle,A,B", *(f"{n * step_s},{n // 4},{n},{n * 10}" for n in range(rows))]
    path.write_text("\n".join(lines), encoding="utf-8")


def joined(readings: list[Reading[Rows]]) -> tuple[list[float], list[list[float]], list[str]]:
    times = [t for reading in readings for t in reading.value.time_s.tolist()]
    values = [v for reading in readings for v in reading.value.values.tolist()]
    return times, values, [key for reading in readings for key in reading.value.keys]


def test_a_table_comes_whole_and_in_order(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", BATCH_ROWS + 7)
    opener = TableOpener(table_sensors(path="t.csv"), tmp_path)
    assert opener.channels == ()
    readings = read_all(opener.open())
    assert opener.channels == ("A", "B")
    assert [reading.count for reading in readings] == [BATCH_ROWS, 7]
    times, values, keys = joined(readings)
    assert times == [n * 0.5 for n in range(BATCH_ROWS + 7)]
    assert values == [[n, n * 10.0] for n in range(BATCH_ROWS + 7)]
    assert keys[:6] == ["0", "0", "0", "0", "1", "1"]
    assert all(reading.due_s is None for reading in readings)


@settings(deadline=None, max_examples=25)
@given(st.floats(0.5, 5000.0), st.integers(1, 400), st.lists(st.integers(1, 3), max_size=3))
def test_a_paced_table_loses_nothing_and_keeps_its_pace(
    tmp_path_factory: pytest.TempPathFactory, speed: float, rows: int, cuts: list[int]
) -> None:
    base = tmp_path_factory.getbasetemp()
    write_table(base / "paced.csv", rows)
    opener = TableOpener(table_sensors(path="paced.csv", speed=speed), base)
    readings: list[Reading[Rows]] = []
    for cut in cuts:
        connection = opener.open()
        for _ in range(cut):
            reading = connection.read()
            if reading is not None:
                readings.append(reading)
        connection.read()
    rest = read_all(opener.open())
    times, values, _ = joined([*readings, *rest])
    assert [row[0] for row in values] == list(range(rows))
    assert times == [n * 0.5 for n in range(rows)]
    if rest:
        begin_s = rest[0].value.time_s[0]
        for reading in rest:
            assert reading.due_s == pytest.approx((reading.value.time_s[-1] - begin_s) / speed, abs=1e-6)
            assert reading.value.time_s[-1] - reading.value.time_s[0] <= speed / 20.0 + 1e-9


def test_time_that_runs_backwards_does_not_stop_the_replay(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("time_s,A\n0,1\n1,2\n-500,3\n-499,4\n", encoding="utf-8")
    readings = read_all(TableOpener(table_sensors(path="t.csv", speed=1.0), tmp_path).open())
    assert [v for r in readings for v in r.value.values[:, 0].tolist()] == [1, 2, 3, 4]
    assert [reading.due_s for reading in readings][-1] == pytest.approx(2.0)


def test_configured_channels_choose_and_a_missing_one_is_told(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", 3)
    channels = ({"id": "B", "name": "b"}, {"id": "Q", "name": "q"})
    opener = TableOpener(table_sensors(path="t.csv", channels=channels), tmp_path)
    (reading,) = read_all(opener.open())
    assert opener.channels == ("B",)
    assert "The table has no channel Q" in reading.complaint
    arranged = arrange(reading.value.values, opener.channels, ("B", "Q"))
    assert arranged[:, 0].tolist() == [0, 10, 20]
    assert np.isnan(arranged[:, 1]).all()


def test_a_column_of_words_is_read_by_the_words_the_station_file_knows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("kind,x\nM,1\nL,2\nQ,3\n", encoding="utf-8")
    channels = ({"id": "kind", "name": "k", "values": ["L", "M", "H"]}, {"id": "x", "name": "x"})
    (reading,) = read_all(TableOpener(table_sensors(path="t.csv", channels=channels), tmp_path).open())
    np.testing.assert_array_equal(reading.value.values, [[1, 1], [0, 2], [np.nan, 3]])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"path": "none.csv"}, "none.csv"),
        ({"path": "t.csv", "rows": "90:95"}, "The recording has only 5 rows or cycles"),
        ({"path": "t.csv", "channels": ({"id": "Q", "name": "q"},)}, "Q"),
        ({"path": "t.csv", "time_column": "when"}, "when"),
        ({"path": "garbage.csv"}, "garbage.csv"),
    ],
)
def test_tables_that_cannot_be_used_say_why(tmp_path: Path, more: dict, words: str) -> None:
    write_table(tmp_path / "t.csv", 5)
    (tmp_path / "garbage.csv").write_bytes(b"\xff\x00\x01garbage")
    with pytest.raises((SourceError, InputError), match=words):
        TableOpener(table_sensors(**more), tmp_path).open()


def test_rows_choose(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", 20)
    for rows, wanted in (("3:6", [3, 4, 5]), (":2", [0, 1]), ("18:", [18, 19])):
        readings = read_all(TableOpener(table_sensors(path="t.csv", rows=rows), tmp_path).open())
        assert [v for r in readings for v in r.value.values[:, 0].tolist()] == wanted
