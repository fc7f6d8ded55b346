"""This file decides that what was kept is there, as it was, also after a restart."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.errors import RecordsError
from inference.findings import Contribution, Moment, MomentKind, Region
from inference.reasons import Reason, ReasonCode
from station.alarms.engine import AlarmEngine
from station.events import AlarmEventKind, StationEvent, StationEventKind
from station.frames import AlarmId, PersonId, SourceId
from station.health import DeviceStatus
from station.keeping import WhyKept
from station.past import PictureAnswers
from station.records.journal import finding_from_json, finding_json
from station.records.store import Records
from station.view import AlarmState, Feedback, FeedbackAnswer, ImageQuery
from tests.source_doubles import PATIENCE_S
from tests.unit.alarm_making import CAM, RIG, START, definition, finding, judged, utc
from tests.unit.record_making import HandClock, HandDisk, open_records, raised

WEI = PersonId("wei")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = open_records(tmp_path)
    yield opened
    opened.stop()


def wait_for_images(records: Records, number: int) -> None:
    """Until *number* pictures are on disk; the keeper's thread has no other sign."""
    end_s = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while True:
        records.flush()
        if len(records.images(ImageQuery())) >= number:
            return
        assert time.monotonic() < end_s, "the pictures were not written"
        pause.wait(0.01)


def answer(alarm_id: AlarmId, what: FeedbackAnswer = FeedbackAnswer.REAL) -> Feedback:
    return Feedback(what, WEI, alarm_id=alarm_id, cause_id="die", action_id="changed", note="刀具磨损", utc=utc(9))


def test_a_warning_with_its_answer_comes_back_after_a_restart(tmp_path: Path) -> None:
    first = open_records(tmp_path)
    engine = AlarmEngine([definition()], camera_ids=[CAM])
    event = raised(engine=engine)
    first.keep_event(event)
    first.keep_image(judged(7), WhyKept.ALARM, finding(0.9), event.alarm_id)
    first.confirm(engine.plan_acknowledge(event.alarm_id, WEI, "seen", 5, utc(5)))
    first.confirm(answer(event.alarm_id))
    assert first.stop() == 0

    again = open_records(tmp_path)
    left = again.open_alarms()
    again.stop()
    (alarm,) = left.alarms
    assert (alarm.alarm_id, alarm.state, alarm.count) == (event.alarm_id, AlarmState.ACKNOWLEDGED_ACTIVE, 1)
    assert (alarm.raised_utc, alarm.acknowledged_by, alarm.acknowledged_utc) == (utc(0), WEI, utc(5))
    assert alarm.definition == definition()
    assert left.feedback[event.alarm_id] == answer(event.alarm_id)
    assert left.images[event.alarm_id].is_file()
    assert not left.crashed
    assert left.last_alive_utc == START


def test_a_closed_warning_is_history_and_not_open(tmp_path: Path) -> None:
    first = open_records(tmp_path)
    engine = AlarmEngine([definition()], camera_ids=[CAM])
    event = raised(engine=engine)
    first.keep_event(event)
    for later in (*engine.acknowledge(event.alarm_id, WEI, "", 5, utc(5)), *engine.on_findings(CAM, [finding(0.1)], 8, utc(8))):
        first.keep_event(later)
    first.confirm(answer(event.alarm_id, FeedbackAnswer.UNSURE))
    first.confirm(answer(event.alarm_id, FeedbackAnswer.FALSE))
    (record,) = first.alarm_history(utc(-1), utc(1))
    assert (record.raised_utc, record.acknowledged_utc, record.returned_utc, record.closed_utc) == (utc(0), utc(5), utc(8), utc(8))
    assert (record.title, record.acknowledged_by, record.priority) == (definition().title, "wei", 2)
    assert record.feedback is not None
    assert record.feedback.answer is FeedbackAnswer.FALSE
    assert first.alarm_history(utc(1), utc(100)) == []
    report = first.report(utc(-1), utc(100))
    assert (report.warnings, report.false_alarms) == (1, 1)
    first.stop()
    again = open_records(tmp_path)
    assert again.open_alarms().alarms == ()
    again.stop()


def test_a_restored_warning_still_says_what_was_found(tmp_path: Path) -> None:
    leak = replace(
        finding(0.93, label="severe leakage", target="pump"),
        regions=(Region("pit", 0.9, 4, 5, 6, 7), Region("pit", 0.6, 1, 2, 3, 4)),
        contributors=(
            Contribution("PS1", 0.7, 0.4, 143.5, 160.2, "bar", Moment(MomentKind.INTO_CYCLE_S, 10.0, 20.0)),
            Contribution("TS1", 0.3, -0.1, 41.0, 40.0, "°C"),
        ),
        heatmap=np.zeros((4, 4), np.uint8),
        elapsed_ms=math.nan,
    )
    engine = AlarmEngine([definition(), definition({"kind": "no_verdict", "source": CAM}, id="gone")], camera_ids=[CAM])
    first = open_records(tmp_path)
    for event in (
        *engine.on_findings(CAM, [leak], 0, utc(0), 7),
        *engine.on_no_verdict(CAM, Reason.of(ReasonCode.NOT_STARTED), 1, utc(1)),
        *engine.on_no_verdict(CAM, Reason.of(ReasonCode.STALE, age_s="3"), 1, utc(1)),
    ):
        first.keep_event(event)
    first.stop()
    again = open_records(tmp_path)
    by_name = {alarm.definition.id: alarm for alarm in again.open_alarms().alarms}
    again.stop()
    kept = by_name["crack"].finding
    assert kept is not None
    for name in ("target", "verdict", "label", "score", "threshold", "model", "version", "sha256", "provider", "regions", "contributors"):
        assert getattr(kept, name) == getattr(leak, name), name
    assert kept.heatmap is None
    assert (by_name["gone"].finding, by_name["gone"].reason) == (None, Reason.of(ReasonCode.STALE, age_s="3"))


def test_a_finding_of_an_earlier_version_is_read_without_what_it_did_not_keep() -> None:
    kept = json.loads(finding_json(replace(finding(0.93), contributors=(Contribution("PS1", 0.7, 0.4, 143.5, 160.2, "bar"),))))
    for one in kept["contributors"]:
        del one["value"], one["usual"], one["unit"]
    read = finding_from_json(json.dumps(kept))
    assert read is not None
    assert read.contributors == (Contribution("PS1", 0.7, 0.4),)


def test_a_moment_of_a_kind_that_a_later_version_knows_is_left_out() -> None:
    moment = Moment(MomentKind.BEFORE_NOW_S, 30.0, 10.0)
    text = finding_json(replace(finding(0.93), contributors=(Contribution("PS1", 0.7, 0.4, 1.0, 2.0, "bar", moment),)))
    read = finding_from_json(text.replace("before_now_s", "in_the_next_shift"))
    assert read is not None
    assert read.contributors == (Contribution("PS1", 0.7, 0.4, 1.0, 2.0, "bar"),)


def test_a_restored_warning_goes_on_in_the_records(tmp_path: Path) -> None:
    first = open_records(tmp_path)
    event = raised()
    first.keep_event(event)
    first.stop()
    clock = HandClock()
    clock.now_s = 600.0
    second = open_records(tmp_path, clock=clock)
    left = second.open_alarms()
    engine = AlarmEngine([definition()], camera_ids=[CAM])
    (restored,) = engine.restore(left.alarms, 600.0, clock.utc(), away_since_utc=left.last_alive_utc)
    assert restored.kind is AlarmEventKind.RESTORED
    second.keep_event(restored)
    second.confirm(engine.acknowledge(event.alarm_id, WEI, "", 601, utc(601))[0])
    second.stop()
    third = open_records(tmp_path)
    (alarm,) = third.open_alarms().alarms
    third.stop()
    assert alarm.state is AlarmState.ACKNOWLEDGED_ACTIVE
    assert "Not watched from" in alarm.detail


def test_a_warning_raised_again_is_kept_with_its_new_input_and_picture(tmp_path: Path) -> None:
    first = open_records(tmp_path)
    engine = AlarmEngine([definition()], camera_ids=[CAM])
    event = raised(engine=engine)
    events = [event, *engine.on_findings(CAM, [finding(0.1)], 1, utc(1), 8), *engine.on_findings(CAM, [finding(0.95)], 2, utc(2), 9)]
    for number, kept in enumerate(events):
        first.keep_event(kept)
        first.keep_image(judged(number, seconds=number), WhyKept.ALARM, finding(0.9), event.alarm_id)
    first.stop()
    again = open_records(tmp_path)
    left = again.open_alarms()
    again.stop()
    (alarm,) = left.alarms
    assert (alarm.state, alarm.count, alarm.input_ref) == (AlarmState.UNACKNOWLEDGED_ACTIVE, 2, 9)
    assert "_00000002_" in left.images[event.alarm_id].name


def test_a_warning_raised_while_its_last_acknowledgement_was_on_its_way_is_open_after_a_restart(tmp_path: Path) -> None:
    first = open_records(tmp_path)
    engine = AlarmEngine([definition()], camera_ids=[CAM])
    event = raised(engine=engine)
    for kept in (event, *engine.on_findings(CAM, [finding(0.1)], 1, utc(1), 8)):
        first.keep_event(kept)
    planned = engine.plan_acknowledge(event.alarm_id, WEI, "", 2, utc(2))
    for kept in engine.on_findings(CAM, [finding(0.9)], 2, utc(2), 9):
        first.keep_event(kept)
    first.confirm(planned)
    (came_about,) = engine.commit(planned)
    first.keep_event(came_about)
    first.stop()
    again = open_records(tmp_path)
    (alarm,) = again.open_alarms().alarms
    again.stop()
    assert alarm.state is AlarmState.ACKNOWLEDGED_ACTIVE


def test_the_picture_of_a_warning_is_exact_and_others_are_jpeg(records: Records) -> None:
    event = raised()
    records.keep_event(event)
    frame = judged(3)
    found = finding(0.9, heat=True)
    path = records.keep_image(frame, WhyKept.ALARM, found, event.alarm_id)
    other = records.keep_image(judged(4, seconds=1), WhyKept.NEAR_MISS, finding(0.45), None)
    assert path is not None
    assert other is not None
    wait_for_images(records, 2)
    assert frame.frame.image is not None
    np.testing.assert_array_equal(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR), frame.frame.image)
    assert other.suffix == ".jpg"
    newest, oldest = records.images(ImageQuery())
    assert (newest.path, newest.why_kept, newest.score) == (other, "near_miss", 0.45)
    assert (oldest.path, oldest.label, oldest.pack, oldest.sha256) == (path, "crack", "pack 1.0.0", "0" * 64)
    assert oldest.heatmap_path is not None
    heat = cv2.imdecode(np.fromfile(oldest.heatmap_path, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert found.heatmap is not None
    np.testing.assert_array_equal(heat, found.heatmap)
    assert path.parent.name == "2026-03-01"
    assert list(path.parent.glob(".*")) == []


def test_two_warnings_of_one_frame_have_a_picture_each(records: Records) -> None:
    frame = judged(3)
    paths = {records.keep_image(frame, WhyKept.ALARM, finding(0.9), AlarmId(name)) for name in ("a", "b")}
    wait_for_images(records, 2)
    assert {image.path for image in records.images(ImageQuery())} == paths
    assert all(path is not None and path.is_file() for path in paths)


def test_regions_scores_and_reasons_are_kept(records: Records) -> None:
    unknown = finding(math.nan)
    records.keep_image(judged(1, found=unknown), WhyKept.NO_VERDICT, unknown, None)
    wait_for_images(records, 1)
    (image,) = records.images(ImageQuery())
    assert math.isnan(image.score)
    assert image.reason == "The picture is blurred: check focus and lens"
    assert image.regions_json == "[]"
    assert Region("crack", 0.9, 1, 2, 3, 4) not in unknown.regions


def test_what_review_asks_for(records: Records) -> None:
    for number, (why, score) in enumerate([(WhyKept.DEFECT, 0.9), (WhyKept.NEAR_MISS, 0.4), (WhyKept.RANDOM_OK, 0.1)]):
        records.keep_image(judged(number, seconds=number), why, finding(score, label=f"label{number}"), None)
    wait_for_images(records, 3)
    assert [image.why_kept for image in records.images(ImageQuery())] == ["random_ok", "near_miss", "defect"]
    assert [image.label for image in records.images(ImageQuery(why_kept="defect"))] == ["label0"]
    assert [image.label for image in records.images(ImageQuery(label="label1"))] == ["label1"]
    assert records.images(ImageQuery(source_id=SourceId("other"))) == []
    assert len(records.images(ImageQuery(since_utc=utc(1)))) == 2
    assert [image.label for image in records.images(ImageQuery(limit=1, offset=1))] == ["label1"]
    load = records.review_load()
    assert (load.unreviewed, dict(load.by_kind)) == (3, {"defect": 1, "near_miss": 1, "random_ok": 1})
    first = records.images(ImageQuery())[0]
    records.confirm(Feedback(FeedbackAnswer.FALSE, WEI, image_id=first.image_id, label="stain", utc=utc(5)))
    (reviewed,) = records.images(ImageQuery(reviewed=True))
    assert reviewed.feedback is not None
    assert (reviewed.feedback.label, reviewed.image_id) == ("stain", first.image_id)
    assert len(records.images(ImageQuery(reviewed=False))) == 2
    assert records.review_load().unreviewed == 2


def test_taking_an_answer_back_keeps_it_in_the_records(records: Records) -> None:
    records.keep_image(judged(), WhyKept.DEFECT, finding(0.9), None)
    wait_for_images(records, 1)
    image_id = records.images(ImageQuery())[0].image_id
    for what in (FeedbackAnswer.REAL, FeedbackAnswer.FALSE):
        records.confirm(Feedback(what, WEI, image_id=image_id))
    records.take_back(image_id, WEI)
    now = records.images(ImageQuery())[0].feedback
    assert now is not None
    assert now.answer is FeedbackAnswer.REAL
    records.take_back(image_id, WEI)
    assert records.images(ImageQuery())[0].feedback is None
    with pytest.raises(RecordsError, match="no answer to take back"):
        records.take_back(image_id, WEI)
    with records._database.reading.connect() as connection:
        rows = connection.exec_driver_sql("SELECT answer, taken_back_by FROM feedback ORDER BY feedback_id").all()
    assert [tuple(row) for row in rows] == [("real", "wei"), ("false", "wei")]


def test_an_answer_to_nothing_or_to_something_unknown_is_refused(records: Records) -> None:
    with pytest.raises(RecordsError, match="one warning or one picture"):
        records.confirm(Feedback(FeedbackAnswer.REAL, WEI))
    with pytest.raises(RecordsError, match="not in the records"):
        records.confirm(answer(AlarmId("nobody")))
    records.flush()
    assert records.faults() == {}


def test_counts_add_up_and_can_be_corrected(records: Records) -> None:
    quarter = timedelta(minutes=15)
    records.keep_verdict_counts(CAM, utc(0), utc(60), inspected=10, defects=1, no_verdict=2, labels={"crack": 1})
    records.keep_verdict_counts(CAM, utc(60), utc(120), inspected=0, defects=1, no_verdict=-1, labels={"stain": 2})
    records.keep_verdict_counts(CAM, START + quarter, START + quarter + quarter, inspected=5, defects=0, no_verdict=0)
    records.flush()
    report = records.report(START, START + timedelta(hours=8))
    assert (report.inspected, report.defects, report.no_verdict) == (15, 2, 1)
    assert report.by_label == (("stain", 2), ("crack", 1))
    assert report.by_interval == ((START, 10, 2), (START + quarter, 5, 0))
    assert records.report(START - quarter, START).inspected == 0


def test_a_kept_picture_is_not_counted_so_that_labels_agree_with_defects(records: Records) -> None:
    records.keep_image(judged(), WhyKept.DEFECT, finding(0.9), None)
    wait_for_images(records, 1)
    report = records.report(utc(-1), utc(1))
    assert (report.defects, report.by_label) == (0, ())


def test_the_report_holds_answers_on_pictures_against_their_verdicts(records: Records) -> None:
    for number, score in enumerate((0.9, 0.9, 0.9, 0.1, 0.1, math.nan, 0.9, 0.9)):
        records.keep_image(judged(number, seconds=number), WhyKept.DEFECT, finding(score), None)
    wait_for_images(records, 8)
    by_time = {image.utc: image.image_id for image in records.images(ImageQuery())}
    real, false, unsure = FeedbackAnswer.REAL, FeedbackAnswer.FALSE, FeedbackAnswer.UNSURE
    for number, answers in enumerate(((real,), (real, false), (unsure,), (false,), (real,), (real,), (false,), ())):
        for answer in answers:
            records.confirm(Feedback(answer, WEI, image_id=by_time[utc(number)]))
    records.take_back(by_time[utc(6)], WEI)
    expected = PictureAnswers(CAM, both_defect=1, both_good=1, only_model=1, only_person=1, unsure=1)
    assert records.report(utc(0), utc(100)).pictures == (expected,)
    assert records.report(utc(1), utc(3)).pictures == (PictureAnswers(CAM, only_model=1, unsure=1),)
    assert records.report(utc(7), utc(100)).pictures == ()


def test_the_history_tells_what_a_model_found_from_the_rest(records: Records) -> None:
    limit = {"kind": "limit", "source": RIG, "channel": "TS1", "side": "high", "raise_at": 60, "clear_at": 55}
    engine = AlarmEngine([definition(), definition(limit, id="hot")], camera_ids=[CAM])
    for event in (*engine.on_findings(CAM, [finding(0.9)], 0, utc(0)), *engine.on_values(RIG, {"TS1": 61.0}, 1, utc(1))):
        records.keep_event(event)
    records.flush()
    history = records.alarm_history(utc(0), utc(9))
    assert {alarm.definition_id: alarm.by_model for alarm in history} == {"crack": True, "hot": False}


def test_a_trace_is_thinned_without_losing_its_extremes(records: Records) -> None:
    for second in range(1000):
        value = 99.0 if second == 777 else 50.0 + (second % 10) / 10
        records.keep_trend(RIG, {"TS1": value, "PS1": math.nan}, utc(second))
    records.flush()
    trace = records.history_trace(RIG, "TS1", START, utc(1000), 100)
    assert len(trace.value) == 100
    assert not np.isnan(trace.value).any()
    assert trace.high.max() == 99.0
    assert trace.low.min() == 50.0
    assert (np.diff(trace.utc_s) > 0).all()
    assert trace.utc_s[0] == pytest.approx(START.timestamp() + 4.5)
    assert not trace.value.flags.writeable
    assert len(records.history_trace(RIG, "PS1", START, utc(1000), 100).value) == 0
    assert len(records.history_trace(RIG, "TS1", utc(1000), START, 100).value) == 0


def test_a_gap_in_a_trace_is_a_gap(records: Records) -> None:
    for second in (*range(100), *range(500, 600)):
        records.keep_trend(RIG, {"TS1": 1.0}, utc(second))
    records.flush()
    trace = records.history_trace(RIG, "TS1", START, utc(600), 600)
    assert np.isnan(trace.value).sum() == 1
    assert START.timestamp() + 100 < trace.utc_s[np.isnan(trace.value)][0] < START.timestamp() + 500


def test_rows_of_a_channel_keep_their_extremes_and_a_time_is_kept_once(records: Records) -> None:
    records.keep_trend(RIG, {"TS1": np.array([1.0, 9.0, np.nan, -3.0, 2.0])}, utc(0))
    records.keep_trend(RIG, {"TS1": 5.0, "TS2": 6.0}, utc(0))
    records.flush()
    trace = records.history_trace(RIG, "TS1", START, utc(10), 10)
    assert (trace.value.tolist(), trace.low.tolist(), trace.high.tolist()) == ([2.0], [-3.0], [9.0])
    assert records.history_trace(RIG, "TS2", START, utc(10), 10).value.tolist() == [6.0]


def test_the_log_book(records: Records) -> None:
    records.keep_event(StationEvent(StationEventKind.SIGNED_IN, utc(0), person_id=WEI))
    records.flush()
    with records._database.reading.connect() as connection:
        assert connection.exec_driver_sql("SELECT kind, person_id FROM station_events").all() == [("signed_in", "wei")]


def test_a_crash_is_noticed(tmp_path: Path) -> None:
    clock = HandClock()
    first = open_records(tmp_path, clock=clock)
    first._on_idle()
    first.flush()
    first._images.stop(5)
    first._writer.stop(5)
    first._database.close()
    first._lock.release()
    second = open_records(tmp_path, clock=clock)
    left = second.open_alarms()
    second.stop()
    assert left.crashed
    assert left.last_alive_utc == START
    third = open_records(tmp_path, clock=clock)
    assert not third.open_alarms().crashed
    third.stop()


def test_the_disk_light(tmp_path: Path) -> None:
    for free_mib, status in ((50_000, DeviceStatus.GOOD), (1500, DeviceStatus.MAINTENANCE_REQUIRED), (900, DeviceStatus.FAILURE)):
        records = open_records(tmp_path, disk=HandDisk(free_mib))
        view = records.disk_state()
        records.stop()
        assert (view.status, view.free_mib) == (status, free_mib)


def test_stop_may_be_called_twice_and_leaves_no_thread(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    assert records.stop() == 0
    assert records.stop() == 0
    assert not records._writer.alive
