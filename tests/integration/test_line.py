"""This file decides whether a whole line, from source to records, does what a shift needs."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.errors import SourceError
from inference.findings import Contribution, Finding, ImageU8, Verdict
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.reasons import ReasonCode
from station.frames import PersonId, SourceId
from station.line import Line
from station.paths import DataFolder, heat_path
from station.sources.read_loop import Reading
from station.view import AlarmState, Feedback, FeedbackAnswer, ImageQuery, LineState
from tests.integration.station_making import PINS, make_line, make_packs, parse, part, wait_until, write_parts
from tests.source_doubles import Picture, ScriptedOpener

CAMERA = SourceId("camera-1")
FOLDER = 'kind = "folder"\npath = "parts"'
WEI, LI = PersonId("wei"), PersonId("li")


def _run_to_end(tmp_path: Path, blobs: str) -> dict[str, object]:
    write_parts(tmp_path / "parts", blobs)
    line = make_line(tmp_path, FOLDER)
    line.start()
    try:
        wait_until(lambda: line.finished, "the end of the replay")
    finally:
        line.stop()
    return line.summary()


def test_a_replay_judges_every_image_and_three_of_five_make_one_warning(tmp_path: Path) -> None:
    summary = _run_to_end(tmp_path, "....x.xx" + "x" * 20 + "..")
    assert summary["frames"] == 30
    assert summary["verdicts"] == {"ok": 7, "defect": 23, "no_verdict": 0}
    assert summary["alarms"] == {"defect": 1, "fault": 0, "system": 0}
    assert summary["drops"] == 0


def test_two_defects_in_five_are_no_warning(tmp_path: Path) -> None:
    summary = _run_to_end(tmp_path, "x...x....x.x...")
    assert summary["alarms"] == {"defect": 0, "fault": 0, "system": 0}


def sign_in(line: Line, person: PersonId) -> None:
    assert line.sign_in(person, PINS[person]).ok


def test_garbage_is_no_verdict_and_the_run_goes_on(tmp_path: Path) -> None:
    summary = _run_to_end(tmp_path, "..?..?xx")
    assert summary["verdicts"] == {"ok": 4, "defect": 2, "no_verdict": 2}


def test_after_a_restart_the_warning_its_frame_and_its_feedback_are_there(tmp_path: Path) -> None:
    write_parts(tmp_path / "parts", "xxxx")
    line = make_line(tmp_path, FOLDER)
    line.start()
    try:
        wait_until(lambda: line.finished, "the end of the replay")
        (warning,) = line.snapshot().alarms
        sign_in(line, WEI)
        assert line.give_feedback(Feedback(FeedbackAnswer.REAL, WEI, alarm_id=warning.alarm_id, note="seen")).ok
        assert line.snapshot().alarms[0].state is AlarmState.ACKNOWLEDGED_ACTIVE
    finally:
        line.stop()

    again = make_line(tmp_path, 'kind = "folder"\npath = "nothing-here"')
    again.start()
    try:
        (restored,) = [alarm for alarm in again.snapshot().alarms if alarm.definition.id == "blob"]
        assert restored.alarm_id == warning.alarm_id
        assert restored.acknowledged_by == WEI
        assert restored.feedback is not None
        assert restored.feedback.note == "seen"
        kept = [image for image in again.images(ImageQuery(why_kept="alarm")) if image.source_id == CAMERA]
        assert len(kept) == 1
        picture = cv2.imread(str(kept[0].path))
        np.testing.assert_array_equal(picture, part(blob=True))
        region = json.loads(kept[0].regions_json)[0]
        assert (region["x"], region["y"], region["w"], region["h"]) == (20, 16, 24, 16)
        assert again.snapshot().counts.warnings_per_10_min > 0.0, "as the report counts them, over restarts"
        assert restored.finding is not None
        assert [(r.x, r.y, r.width, r.height) for r in restored.finding.regions] == [(20, 16, 24, 16)]
        assert restored.image_path == kept[0].path
        assert heat_path(kept[0].path) == kept[0].heatmap_path
        assert heat_path(kept[0].path).is_file()
    finally:
        again.stop()


def test_nobody_signed_in_acknowledges_nothing(tmp_path: Path) -> None:
    write_parts(tmp_path / "parts", "xxxx")
    line = make_line(tmp_path, FOLDER)
    line.start()
    try:
        wait_until(lambda: line.finished, "the end of the replay")
        (warning,) = line.snapshot().alarms
        outcome = line.acknowledge(warning.alarm_id)
        assert not outcome.ok
        assert "signed in" in outcome.sentence
        assert line.snapshot().alarms[0].state is AlarmState.UNACKNOWLEDGED_ACTIVE
    finally:
        line.stop()


def test_a_pulled_cable_is_no_verdict_one_warning_and_judging_goes_on_when_it_is_back(tmp_path: Path) -> None:
    back = threading.Event()
    pulled = threading.Event()

    def pull() -> Reading:
        pulled.set()
        raise SourceError("the cable was pulled")

    def plug_in() -> Reading:
        back.wait(20)
        return Reading(Picture(part(blob=False), "after"))

    good = [lambda: Reading(Picture(part(blob=False), "before"))] * 3
    later = [plug_in] + [lambda: (threading.Event().wait(0.02), Reading(Picture(part(blob=False), "after")))[1]] * 500
    opener = ScriptedOpener([*good, pull], SourceError("no such device"), SourceError("no such device"), later)
    line = make_line(tmp_path, 'kind = "usb"\nread_timeout_s = 30', {"camera-1": opener})
    line.start()
    try:
        wait_until(lambda: _verdict(line) is Verdict.OK, "the first verdict")
        assert pulled.wait(20)
        wait_until(lambda: _verdict(line) is Verdict.NO_VERDICT, "NO VERDICT")
        view = line.snapshot().cameras[0]
        assert view.reason is not None
        assert view.reason.code in (ReasonCode.SOURCE_GONE, ReasonCode.STALE)
        wait_until(lambda: len(line.snapshot().alarms) == 1, "the warning")
        assert line.snapshot().state is LineState.DEGRADED
        back.set()
        wait_until(lambda: _verdict(line) is Verdict.OK, "a verdict after the cable is back")
        wait_until(lambda: not [a for a in line.snapshot().alarms if a.state is AlarmState.UNACKNOWLEDGED_ACTIVE], "the warning's return")
        assert line.summary()["alarms"] == {"defect": 0, "fault": 0, "system": 1}
    finally:
        back.set()
        line.stop()


def test_a_missing_pack_is_no_verdict_with_the_reason(tmp_path: Path) -> None:
    write_parts(tmp_path / "parts", "..")
    line = make_line(tmp_path, FOLDER)
    for file in (tmp_path / "data" / "packs" / "blob").glob("model.onnx"):
        file.write_bytes(file.read_bytes()[:-7])
    line.start()
    try:
        wait_until(lambda: line.finished, "the end of the replay")
        assert line.summary()["verdicts"] == {"ok": 0, "defect": 0, "no_verdict": 2}
        reason = line.snapshot().cameras[0].reason
        assert reason is not None
        assert reason.code is ReasonCode.NO_MODEL
    finally:
        line.stop()


def test_stop_may_be_called_twice_and_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    write_parts(tmp_path / "parts", "..x")
    line = make_line(tmp_path, FOLDER)
    line.start()
    line.stop()
    line.stop()
    wait_until(lambda: not (set(threading.enumerate()) - before), "the end of all threads")


def test_whoever_stops_a_line_that_is_being_stopped_waits_until_the_records_are_closed(tmp_path: Path) -> None:
    write_parts(tmp_path / "parts", "..x")
    closing, close = threading.Event(), threading.Event()

    def last_step() -> None:
        closing.set()
        assert close.wait(20)

    make_packs(tmp_path / "data")
    line = Line(parse(FOLDER), tmp_path, DataFolder(tmp_path / "data"), on_stopped=last_step)
    line.start()
    first, second = threading.Thread(target=line.stop), threading.Thread(target=line.stop)
    first.start()
    assert closing.wait(20)
    second.start()
    second.join(0.2)
    assert second.is_alive()
    close.set()
    for thread in (first, second):
        thread.join(20)
        assert not thread.is_alive()


def test_a_model_that_hangs_is_no_verdict_and_one_warning_about_the_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = """
[[alarms]]
id = "overloaded"
asset = "press-1"
title = "Judging cannot keep up"
cause = "Other programs"
consequence = "Parts pass unjudged"
action = "Close other programs"
respond_within_s = 600
priority = 3
when = {kind = "system", of = "judging_overloaded"}
"""
    hang, go_on = threading.Event(), threading.Event()
    judge = ImageRunner.judge

    def slow(runner: ImageRunner, image: ImageU8, *more: HeatmapPolicy) -> tuple[Finding, ...]:
        if hang.is_set():
            go_on.wait(20)
        return judge(runner, image, *more)

    monkeypatch.setattr(ImageRunner, "judge", slow)
    frames = [lambda: (threading.Event().wait(0.02), Reading(Picture(part(blob=False), "")))[1]] * 2000
    line = make_line(tmp_path, 'kind = "usb"\nstale_after_s = 0.5', {"camera-1": ScriptedOpener(frames)}, more)
    line.start()
    try:
        wait_until(lambda: _verdict(line) is Verdict.OK, "the first verdict")
        hang.set()
        wait_until(lambda: _verdict(line) is Verdict.NO_VERDICT, "NO VERDICT")
        reason = line.snapshot().cameras[0].reason
        assert reason is not None
        assert reason.code is ReasonCode.OVERLOADED
        wait_until(lambda: [a.definition.id for a in line.snapshot().alarms] == ["overloaded"], "the warning")
        hang.clear()
        go_on.set()
        wait_until(lambda: _verdict(line) is Verdict.OK, "a verdict again")
    finally:
        go_on.set()
        line.stop()


def test_the_report_has_what_was_counted_until_this_moment(tmp_path: Path) -> None:
    write_parts(tmp_path / "parts", "..x.x")
    line = make_line(tmp_path, FOLDER)
    line.start()
    try:
        wait_until(lambda: line.finished, "the end of the replay")
        now = line.clock.utc()
        report = line.report(now - timedelta(hours=1), now + timedelta(seconds=1))
        assert (report.inspected, report.defects, report.by_label) == (5, 2, (("blob", 2),))
    finally:
        line.stop()


def test_false_on_a_warning_counts_once_on_the_screen_and_in_the_report(tmp_path: Path) -> None:
    write_parts(tmp_path / "parts", "xxxx")
    line = make_line(tmp_path, FOLDER)
    line.start()
    try:
        wait_until(lambda: line.finished, "the end of the replay")
        (warning,) = line.snapshot().alarms
        sign_in(line, WEI)
        for cause in ("", "oil"):
            assert line.give_feedback(Feedback(FeedbackAnswer.FALSE, WEI, alarm_id=warning.alarm_id, cause_id=cause)).ok
            assert line.snapshot().counts.false_alarms == 1
    finally:
        line.stop()
    again = make_line(tmp_path, FOLDER)
    again.start()
    try:
        assert again.snapshot().counts.false_alarms == 1
        sign_in(again, WEI)
        assert again.give_feedback(Feedback(FeedbackAnswer.REAL, WEI, alarm_id=warning.alarm_id)).ok
        assert again.snapshot().counts.false_alarms == 0
    finally:
        again.stop()


@pytest.mark.parametrize("signed_in", [None, LI], ids=["nobody", "somebody-else"])
def test_an_answer_in_the_name_of_somebody_who_is_not_signed_in_is_refused_and_not_kept(tmp_path: Path, signed_in: PersonId | None) -> None:
    write_parts(tmp_path / "parts", "xxxx")
    line = make_line(tmp_path, FOLDER)
    line.start()
    try:
        wait_until(lambda: line.finished, "the end of the replay")
        (warning,) = line.snapshot().alarms
        sign_in(line, WEI)
        line.sign_out()
        if signed_in is not None:
            sign_in(line, signed_in)
        for named in (WEI, PersonId("stranger")):
            outcome = line.give_feedback(Feedback(FeedbackAnswer.FALSE, named, alarm_id=warning.alarm_id))
            assert not outcome.ok
            assert "signed in" in outcome.sentence
        (view,) = line.snapshot().alarms
        assert (view.state, view.feedback) == (AlarmState.UNACKNOWLEDGED_ACTIVE, None)
        now = line.clock.utc()
        (kept,) = line.report(now - timedelta(hours=1), now).alarms
        assert kept.feedback is None
    finally:
        line.stop()


HOT = """
[[sensors]]
id = "rig-1"
name = "Rig"
asset = "rig-1"
kind = "table"
path = "rows.csv"
time_column = "time"
[[sensors.channels]]
id = "TS1"
name = "Oil"
[[alarms]]
id = "hot"
asset = "rig-1"
title = "Hot"
cause = "Cooler"
consequence = "Wear"
action = "Look at the cooler"
respond_within_s = 600
priority = 3
on_delay_s = 30.0
off_delay_s = 20.0
when = {kind = "limit", source = "rig-1", channel = "TS1", side = "high", raise_at = 55.0, clear_at = 52.0}
"""


@pytest.mark.parametrize(("hot_s", "raised"), [(25, 0), (40, 1)])
def test_a_replay_as_fast_as_judged_waits_for_the_delay_in_the_recordings_time(tmp_path: Path, hot_s: int, raised: int) -> None:
    write_parts(tmp_path / "parts", ".")
    rows = [f"{second},{60.0 if 100 <= second < 100 + hot_s else 40.0}" for second in range(400)]
    (tmp_path / "rows.csv").write_text("\n".join(["time,TS1", *rows]), encoding="utf-8")
    line = make_line(tmp_path, FOLDER, more=HOT)
    line.start()
    try:
        wait_until(lambda: line.finished, "the end of the replay")
        assert line.summary()["alarms"] == {"defect": 0, "fault": raised, "system": 0}
        assert [view.state for view in line.snapshot().alarms] == [AlarmState.RETURNED_UNACKNOWLEDGED] * raised
    finally:
        line.stop()


def test_after_a_restart_the_line_knows_what_drove_a_risk(tmp_path: Path) -> None:
    write_parts(tmp_path / "parts", ".")
    (tmp_path / "rows.csv").write_text("time,TS1\n0,40\n", encoding="utf-8")
    line = make_line(tmp_path, FOLDER, more=HOT)
    rig, now = SourceId("rig-1"), line.clock.utc()
    leak = (Contribution("TS1", 0.75, 0.4), Contribution("PS1", 0.25, 0.1))
    line._records.keep_contributions(rig, "pump", leak, now)
    line.stop()
    again = make_line(tmp_path, FOLDER, more=HOT)
    try:
        found = again.drivers_at(rig, "pump", now + timedelta(seconds=100))
        assert found is not None
        assert (found.utc, found.contributions) == (now, leak)
        assert again.drivers_at(rig, "pump", now + timedelta(hours=1)) is None
        assert again.drivers_at(rig, "valve", now) is None
    finally:
        again.stop()


def test_a_recorded_camera_waits_for_the_delay_in_the_recordings_time(tmp_path: Path) -> None:
    def one(place: int, *, blob: bool) -> Reading[Picture]:
        return Reading(Picture(part(blob=blob), f"{place}.png", time_s=float(place)))

    def play(blobs: str) -> ScriptedOpener:
        return ScriptedOpener([partial(one, place, blob=letter == "x") for place, letter in enumerate(blobs)])

    station = parse('kind = "folder"\npath = "parts"\nfps = 1.0')
    alarm = station.alarms[0].model_copy(update={"on_delay_s": 20.0, "off_delay_s": 10.0})
    states = []
    for number, blobs in enumerate(("." * 10 + "x" * 15 + "." * 30, "." * 10 + "x" * 30, "." * 10 + "x" * 30 + "." * 30)):
        data = DataFolder(tmp_path / f"data{number}")
        make_packs(data.root)
        line = Line(station.model_copy(update={"alarms": (alarm,)}), tmp_path, data, camera_openers={"camera-1": play(blobs)})
        line.start()
        try:
            wait_until(lambda: line.finished, "the end of the replay")  # noqa: B023 - called within the loop's turn
            states.append([view.state for view in line.snapshot().alarms])
        finally:
            line.stop()
    assert states == [[], [AlarmState.UNACKNOWLEDGED_ACTIVE], [AlarmState.RETURNED_UNACKNOWLEDGED]]


@pytest.mark.parametrize("source", ["camera-1", "nothing"])
def test_live_test_says_what_came_or_why_not(tmp_path: Path, source: str) -> None:
    write_parts(tmp_path / "parts", "..x")
    line = make_line(tmp_path, FOLDER)
    line.start()
    try:
        wait_until(lambda: line.finished, "the end of the replay")
        result = line.test_source(SourceId(source))
        assert result.ok is (source == "camera-1")
        assert ("64 x 48" if result.ok else "no source nothing") in result.sentence
    finally:
        line.stop()


def test_a_pack_proves_its_golden_set_on_demand(tmp_path: Path) -> None:
    write_parts(tmp_path / "parts", ".")
    line = make_line(tmp_path, FOLDER)
    try:
        assert line.test_model("blob").ok
        assert not line.test_model("no-such-pack").ok
    finally:
        line.stop()


def _verdict(line: object) -> Verdict:
    return line.snapshot().cameras[0].verdict  # type: ignore[attr-defined]
