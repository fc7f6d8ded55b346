"""This file decides whether the seconds around a warning are kept: bounded in memory and on the disk, whatever fails."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.errors import RecordsError
from inference.findings import Region, Verdict
from station.alarm_desk import AlarmDesk
from station.config import StationFile
from station.frames import AlarmId, Frame, IncidentId, JudgedFrame, PersonId, SourceId
from station.incidents.evidence import AFTER_S, BEFORE_S, MOST_MOMENTS, ChannelTrace, Evidence, Moment
from station.incidents.evidence_files import folder_name, read_moments, write_moment
from station.incidents.evidence_writer import LET_GO, NO_ROOM, NOT_WRITTEN, EvidenceWriter
from station.incidents.frame_ring import EVERY_S, KEPT_S, MOST_BYTES, PICTURE_WIDTH_PX, FrameRing
from station.incidents.incident_desk import NOT_KEPT, PARTLY_UNREADABLE, IncidentDesk
from station.incidents.moments import DueMoment
from station.paths import DataFolder
from station.records.store import Records
from station.view import Trace
from tests.unit.alarm_making import CAM, RIG, START, definition, finding, judged, utc
from tests.unit.record_making import HandClock, HandDisk, open_records

OTHER_CAM = SourceId("cam2")
MINE = IncidentId("0a1b2c3d-0000-4000-8000-000000000000")


def seen(at_s: float, score: float = 0.1, *, sequence: int | None = None, width: int = 64, camera: SourceId = CAM) -> JudgedFrame:
    one = judged(round(at_s * 1000) if sequence is None else sequence, seconds=at_s, found=finding(score, heat=score > 0.5), width=width)
    return replace(one, frame=replace(one.frame, source_id=camera))


# ------------------------------------------------------------------ the ring


def test_the_ring_takes_four_a_second_and_every_change_of_the_verdict() -> None:
    ring = FrameRing()
    for number in range(30 * 5):
        ring.take(seen(number / 30, 0.9 if number == 61 else 0.1))
    times = [one.monotonic_s for one in ring.between([CAM], 0.0, 5.0)]
    gaps = np.diff(times)
    assert (gaps[gaps < EVERY_S - 0.01]).size == 2, "into the defect and out of it"
    assert 18 <= len(times) <= 23
    assert [one.verdict for one in ring.between([CAM], 2.0, 2.04)] == [Verdict.DEFECT]


def test_the_ring_holds_so_many_seconds_and_so_many_bytes_of_each_camera() -> None:
    ring = FrameRing()
    for number in range(200):
        ring.take(seen(number * EVERY_S, width=640))
        ring.take(seen(number * EVERY_S, camera=OTHER_CAM))
    held = ring.between([CAM], -1e9, 1e9)
    assert held[-1].monotonic_s - held[0].monotonic_s <= KEPT_S
    assert held[-1].monotonic_s - held[0].monotonic_s > BEFORE_S + AFTER_S
    assert 0 < ring.size_bytes(CAM) <= MOST_BYTES
    assert ring.size_bytes(CAM) == sum(one.size_bytes for one in held)
    assert ring.size_bytes(SourceId("nobody")) == 0


def test_pictures_that_do_not_get_small_shorten_the_ring_and_do_not_grow_it() -> None:
    ring = FrameRing()
    noise = np.random.default_rng(1).integers(0, 256, (480, 480, 3), dtype=np.uint8)
    for number in range(80):
        at_s = number * EVERY_S
        ring.take(JudgedFrame(Frame(CAM, number, at_s, utc(at_s), noise), (finding(0.1),), at_s))
    assert ring.size_bytes(CAM) <= MOST_BYTES
    held = ring.between([CAM], -1e9, 1e9)
    assert held[-1].sequence == 79
    assert len(held) < 70


def test_a_small_picture_keeps_shape_regions_and_heat() -> None:
    ring = FrameRing()
    image = np.full((460, 1130, 3), 90, np.uint8)
    heat = np.zeros((460, 1130), np.uint8)
    heat[:, 565:] = 255
    found = replace(finding(0.9), regions=(Region("crack", 0.9, 600, 20, 50, 60),), heatmap=heat)
    ring.take(JudgedFrame(Frame(CAM, 3, 1.0, utc(1.0), image), (found,), 1.04))
    (one,) = ring.between([CAM], 0.0, 2.0)
    small = cv2.imdecode(np.frombuffer(one.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert small is not None
    assert small.shape == (195, PICTURE_WIDTH_PX, 3)
    assert (one.width_px, one.height_px, one.regions) == (1130, 460, found.regions)
    map_ = cv2.imdecode(np.frombuffer(one.heat, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert map_ is not None
    assert map_[:, : map_.shape[1] // 2 - 8].max() < 20 < 230 < map_[:, map_.shape[1] // 2 + 8 :].min()
    assert (one.label, one.score, one.threshold) == ("crack", 0.9, 0.5)


def test_the_frame_that_raised_is_taken_whenever_it_comes_and_once() -> None:
    ring = FrameRing()
    ring.take(seen(1.0, 0.9, sequence=1))
    ring.take(seen(1.1, 0.9, sequence=2))
    ring.take_exactly(seen(1.1, 0.9, sequence=2))
    ring.take_exactly(seen(1.1, 0.9, sequence=2))
    assert [one.sequence for one in ring.between([CAM], 0.0, 2.0)] == [1, 2]


def test_a_camera_without_a_model_has_a_strip_too() -> None:
    ring = FrameRing()
    for number in range(10):
        ring.take_unjudged(Frame(CAM, number, number * 0.1, utc(number * 0.1), judged(number).frame.image))
    held = ring.between([CAM], 0.0, 2.0)
    assert [one.sequence for one in held] == [0, 3, 6, 9]
    assert {one.verdict for one in held} == {Verdict.NO_VERDICT}


# ------------------------------------------------------------------ the files


def some_moment(*, complete: bool = True, pictures: int = 3, at_s: float = 100.0) -> Moment:
    ring = FrameRing()
    for number in range(pictures):
        ring.take_exactly(seen(at_s + number - 1.0, 0.9 if number else float("nan"), sequence=number))
    numbers = np.array([1.0, np.nan, 1e-12])
    trace = Trace(np.array([at_s, at_s + 1, at_s + 2]) + START.timestamp(), numbers, numbers - 1, numbers + 1)
    return Moment(AlarmId("alarm"), utc(at_s), ring.between([CAM], 0.0, 1e9), (ChannelTrace(RIG, "FS1", trace),), complete)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    moment = some_moment()
    size = write_moment(tmp_path / "one", 1, MINE, moment)
    assert size == sum(file.stat().st_size for file in (tmp_path / "one").iterdir())
    (back,) = read_moments(tmp_path / "one").moments
    assert (back.alarm_id, back.utc, back.complete) == (moment.alarm_id, moment.utc, True)
    for mine, theirs in zip(moment.pictures, back.pictures, strict=True):
        assert (mine.jpeg, mine.heat, mine.utc, mine.verdict, mine.regions, mine.sequence) == (
            theirs.jpeg,
            theirs.heat,
            theirs.utc,
            theirs.verdict,
            theirs.regions,
            theirs.sequence,
        )
        assert mine.score == theirs.score or (np.isnan(mine.score) and np.isnan(theirs.score))
    np.testing.assert_allclose(back.traces[0].trace.value, moment.traces[0].trace.value, rtol=1e-5)
    np.testing.assert_allclose(back.traces[0].trace.utc_s, moment.traces[0].trace.utc_s, atol=0.001)


def test_plain_tools_open_what_was_kept(tmp_path: Path) -> None:
    write_moment(tmp_path / "one", 1, MINE, some_moment())
    with zipfile.ZipFile(tmp_path / "one" / "moment-1.zip") as archive:
        assert archive.testzip() is None
        assert all(name.startswith("cam1/") and name.endswith(".jpg") for name in archive.namelist())


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"format": 2}',
        b"\xff\xfe\x00",
        json.dumps({"format": 1, "alarm_id": "a", "utc_us": "x", "complete": 1, "pictures": [], "traces": []}).encode(),
        json.dumps({"format": 1, "alarm_id": "a", "utc_us": 1, "complete": True, "pictures": [7], "traces": []}).encode(),
        json.dumps({"format": 1, "alarm_id": "a", "utc_us": 1, "complete": True, "pictures": [], "traces": [{"source": "r"}]}).encode(),
        json.dumps({"format": 1, "alarm_id": "a", "utc_us": 10**30, "complete": True, "pictures": [], "traces": []}).encode(),
    ],
)
def test_garbage_in_a_folder_is_left_alone_and_the_rest_is_read(tmp_path: Path, garbage: bytes) -> None:
    for number in (1, 2):
        write_moment(tmp_path, number, MINE, some_moment())
    (tmp_path / "moment-1.json").write_bytes(garbage)
    (tmp_path / "notes.txt").write_text("somebody's", encoding="utf-8")
    (tmp_path / "moment-x.json").write_text("{}", encoding="utf-8")
    read = read_moments(tmp_path)
    assert len(read.moments) == 1
    assert read.unreadable == 1
    assert (tmp_path / "notes.txt").exists()


def test_a_damaged_archive_costs_pictures_and_not_the_traces(tmp_path: Path) -> None:
    write_moment(tmp_path, 1, MINE, some_moment())
    archive = tmp_path / "moment-1.zip"
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    (moment,) = read_moments(tmp_path).moments
    assert moment.pictures == ()
    assert moment.traces[0].channel == "FS1"
    archive.unlink()
    (moment,) = read_moments(tmp_path).moments
    assert moment.pictures == ()


def test_a_folder_that_is_gone_is_empty(tmp_path: Path) -> None:
    assert read_moments(tmp_path / "nowhere").moments == ()


# ------------------------------------------------------------------ the writer


class Told:
    """Remembers what the writer said."""

    def __init__(self) -> None:
        self.folders: list[tuple[str, str]] = []
        self.gone: list[tuple[str, str]] = []

    def told(self, incident_id: IncidentId, folder: str, why: str) -> None:
        self.folders.append((folder, why))

    def let_go(self, folder: str, why: str) -> None:
        self.gone.append((folder, why))


def due(number: int = 1, opened_s: float = 100.0, incident_id: IncidentId = MINE) -> DueMoment:
    return DueMoment(incident_id, "press-1", utc(opened_s), number, some_moment())


def test_a_full_disk_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    told = Told()
    writer = EvidenceWriter(tmp_path, lambda: "3 MiB free", told.told, told.let_go)
    writer.start()
    writer.write(due())
    assert writer.stop(5.0)
    assert told.folders == [("", NO_ROOM)]
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_cannot_be_written_is_told_and_the_next_is_tried(tmp_path: Path) -> None:
    told = Told()
    root = tmp_path / "file"
    root.write_text("in the way", encoding="utf-8")
    writer = EvidenceWriter(root, str, told.told, told.let_go)
    writer.start()
    writer.write(due())
    writer.write(due(2))
    assert writer.stop(5.0)
    assert told.folders == [("", NOT_WRITTEN)] * 2


def test_the_oldest_incidents_go_first_and_open_ones_stay(tmp_path: Path) -> None:
    told = Told()
    writer = EvidenceWriter(tmp_path, str, told.told, told.let_go)
    writer.start()
    day_s = 86_400.0
    names = []
    for number, days in enumerate((0, 1, 2, 3)):
        one = due(opened_s=days * day_s, incident_id=IncidentId(f"{number}a1b2c3d-0000"))
        names.append(folder_name(one.incident_id, "press-1", one.opened_utc))
        writer.write(one)
    (tmp_path / "2026-03-02").mkdir(parents=True, exist_ok=True)
    (tmp_path / "2026-03-02" / "somebody").mkdir()
    (tmp_path / "readme").mkdir()
    writer.let_go(START - timedelta(days=400), 10**12, [])
    writer.let_go(START + timedelta(days=1, hours=1), 10**12, [names[0]])
    assert writer.stop(10.0)
    assert told.gone == []
    one_folder = sum(file.stat().st_size for file in (tmp_path / names[1]).iterdir())
    again = EvidenceWriter(tmp_path, str, told.told, told.let_go)
    again.start()
    again.let_go(START + timedelta(days=2), 10**12, [names[0]])
    again.let_go(START - timedelta(days=400), one_folder + one_folder // 2, [names[0]])
    assert again.stop(10.0)
    assert told.gone == [(names[1], LET_GO), (names[2], LET_GO)], "too old; then too much"
    assert (tmp_path / names[0]).is_dir()
    assert (tmp_path / names[3]).is_dir()
    assert (tmp_path / "2026-03-02" / "somebody").is_dir()


# ------------------------------------------------------------------ the desk

STATION = StationFile.model_validate(
    {
        "format": 1,
        "station": {"name": "Test", "product": "Parts"},
        "cameras": [
            {"kind": "simulated", "id": CAM, "name": "Camera", "asset": "spindle", "model": "pack"},
            {"kind": "simulated", "id": OTHER_CAM, "name": "Camera 2", "asset": "spindle", "model": "pack"},
            {"kind": "simulated", "id": "cam3", "name": "Elsewhere", "asset": "other", "model": "pack"},
        ],
        "sensors": [{"kind": "simulated", "id": RIG, "name": "Rig", "asset": "spindle"}],
    }
)


class Stand:
    """A desk with its records, on a clock and a disk of its own."""

    def __init__(self, folder: Path, clock: HandClock, disk: HandDisk | None = None) -> None:
        self.clock, self.folder = clock, folder
        self.records: Records = open_records(folder, clock=clock, disk=disk, nearly_full_mib=10)
        self.desk = IncidentDesk(STATION, DataFolder(folder), self.records, clock)
        self.alarms = AlarmDesk([definition()], [CAM], self.records, clock, incidents=self.desk.book)
        self.desk.connect((), self.traces)
        self.alarms.restore()
        self.desk.start()

    def traces(self, source: SourceId, seconds: float) -> Mapping[str, Trace]:
        if source != RIG:
            return {}
        now_s = self.clock.utc().timestamp()
        at = np.arange(max(START.timestamp(), now_s - seconds), now_s, 0.1)
        return {"FS1": Trace(at, np.sin(at), np.sin(at), np.sin(at))}

    def run(self, until_s: float, bad_from_s: float = 1e9, every_s: float = 0.1) -> None:
        while self.clock.now_s < until_s:
            score = 0.9 if self.clock.now_s >= bad_from_s else 0.1
            for camera in (CAM, OTHER_CAM, SourceId("cam3")):
                frame = seen(self.clock.now_s, score if camera == CAM else 0.1, camera=camera)
                self.desk.take(frame)
                if camera == CAM and self.alarms.on_frame(frame):
                    self.desk.take_exactly(frame)
            self.desk.look()
            self.clock.now_s = round(self.clock.now_s + every_s, 6)

    def stop(self) -> None:
        self.alarms.stop()
        assert self.desk.stop(10.0)
        self.records.stop()

    def incident(self) -> IncidentId:
        (view,) = self.alarms.incident_views(self.alarms.views())
        return view.incident_id

    def evidence(self) -> Evidence:
        mine = self.incident()
        assert self.desk.stop(10.0)
        self.records.flush()
        return self.desk.evidence(mine)


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    made = Stand(tmp_path, HandClock())
    yield made
    made.stop()


def test_ten_seconds_before_to_five_after_of_the_assets_cameras_and_sensors(stand: Stand) -> None:
    stand.run(40.0, bad_from_s=20.0)
    evidence = stand.evidence()
    assert evidence.missing == ""
    (moment,) = evidence.moments
    assert moment.complete
    assert moment.utc == utc(20.0)
    assert {one.source_id for one in moment.pictures} == {CAM, OTHER_CAM}, "not the camera of another machine"
    times = [(one.utc - moment.utc).total_seconds() for one in moment.pictures if one.source_id == CAM]
    assert -BEFORE_S <= times[0] <= -BEFORE_S + 0.35
    assert AFTER_S - 0.35 <= times[-1] <= AFTER_S
    assert 0.0 in times, "the very frame that raised it"
    (trace,) = moment.traces
    assert (trace.source_id, trace.channel) == (RIG, "FS1")
    assert abs(trace.trace.utc_s[0] - (moment.utc.timestamp() - BEFORE_S)) < 0.5
    assert trace.trace.utc_s[-1] <= moment.utc.timestamp() + AFTER_S


def test_the_seconds_before_are_on_disk_as_soon_as_it_rings(stand: Stand) -> None:
    stand.run(20.4, bad_from_s=20.0)
    evidence = stand.evidence()
    (moment,) = evidence.moments
    assert len({one.source_id for one in moment.pictures}) == 2


def test_a_line_that_stops_keeps_what_has_come_and_says_that_it_is_not_all(stand: Stand) -> None:
    stand.run(22.0, bad_from_s=20.0)
    (moment,) = stand.evidence().moments
    assert not moment.complete
    assert max((one.utc - moment.utc).total_seconds() for one in moment.pictures) > 1.0


def test_a_warning_that_rings_again_and_again_has_so_many_moments_and_no_more(stand: Stand) -> None:
    for _ in range(MOST_MOMENTS + 3):
        begin = stand.clock.now_s
        stand.run(begin + 1.0)
        stand.run(begin + 8.0, bad_from_s=begin + 1.0)
    evidence = stand.evidence()
    assert len(evidence.moments) == MOST_MOMENTS
    files = [file for file in (stand.folder / "incidents").rglob("*") if file.is_file()]
    assert len(files) == 2 * MOST_MOMENTS


def test_two_rings_within_the_same_seconds_are_one_moment(stand: Stand) -> None:
    stand.run(12.0, bad_from_s=10.0)
    stand.run(12.5)
    stand.run(30.0, bad_from_s=12.5)
    assert len(stand.evidence().moments) == 1


def test_after_a_restart_the_seconds_are_there_and_further_ones_are_added(tmp_path: Path) -> None:
    clock = HandClock()
    before = Stand(tmp_path, clock)
    before.run(30.0, bad_from_s=10.0)
    mine = before.incident()
    before.stop()
    clock.now_s = 100.0
    after = Stand(tmp_path, clock)
    try:
        assert len(after.desk.evidence(mine).moments) == 1
        after.run(101.0)
        after.run(120.0, bad_from_s=101.0)
        assert after.incident() == mine
        assert [one.utc for one in after.evidence().moments] == [utc(10.0), utc(101.0)]
    finally:
        after.stop()


def test_on_a_full_disk_the_warning_lives_and_says_why_there_are_no_pictures(tmp_path: Path) -> None:
    clock = HandClock()
    stand = Stand(tmp_path, clock, HandDisk(free_mib=3))
    stand.run(30.0, bad_from_s=20.0)
    mine = stand.incident()
    evidence = stand.evidence()
    assert (evidence.moments, evidence.missing) == ((), NO_ROOM)
    assert len(evidence.record.alarms) == 1
    stand.stop()
    again = Stand(tmp_path, clock)
    try:
        assert again.desk.evidence(mine).missing == NO_ROOM, "also after a restart"
    finally:
        again.stop()


def test_what_somebody_deleted_or_damaged_is_said(stand: Stand) -> None:
    stand.run(40.0, bad_from_s=20.0)
    mine = stand.incident()
    assert stand.desk.stop(10.0)
    (described,) = (stand.folder / "incidents").rglob("*.json")
    described.write_bytes(b"garbage")
    assert stand.desk.evidence(mine).missing == PARTLY_UNREADABLE
    described.unlink()
    assert stand.desk.evidence(mine).missing == NOT_KEPT


def test_an_unknown_incident_is_told_as_such(stand: Stand) -> None:
    with pytest.raises(RecordsError, match="no such incident"):
        stand.desk.evidence(IncidentId("nothing"))


def test_history_has_closed_incidents_too(stand: Stand) -> None:
    stand.run(22.0, bad_from_s=20.0)
    mine = stand.incident()
    stand.run(24.0)
    alarm = stand.alarms.views()[0]
    assert stand.alarms.acknowledge(alarm.alarm_id, PersonId("wei"), "").ok
    (found,) = stand.desk.history(START, utc(100.0))
    assert (found.incident_id, found.closed_utc, found.alarms[0].definition.id) == (mine, utc(24.0), "crack")
    assert stand.desk.incident_of(alarm.alarm_id) == mine
    assert stand.desk.history(utc(50.0), utc(100.0)) == []
    assert stand.desk.evidence(mine).record.steps[-1].kind.value == "closed"
