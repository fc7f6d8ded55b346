"""This file decides whether growth warns per position, survives a restart, and begins anew when a person says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.findings import Verdict
from station.alarm_desk import AlarmDesk
from station.config import AlarmConfig, StationFile
from station.events import AlarmEvent
from station.frames import JudgedFrame, PersonId
from station.growth_desk import GrowthDesk
from station.growth_view import GrowthView
from station.records.store import Records
from station.view import AlarmKind, AlarmState, Feedback, FeedbackAnswer
from tests.unit.alarm_making import CAM, definition, finding, judged, utc
from tests.unit.record_making import HandClock, open_records

WEI = PersonId("wei")
NAMES: dict[str, Any] = {"name_pattern": r"(?P<position>[a-z]+)-(?P<time>\d{8})", "time_format": "%Y%m%d", "baseline_steps": 5}
GROWS: dict[str, Any] = {"kind": "growth", "source": CAM}
SPOT = (100, 100)


def grows(**changed: Any) -> AlarmConfig:
    actions = [{"id": "renewed", "text": "Renewed", "renews": True}, {"id": "cleaned", "text": "Cleaned"}]
    return definition(GROWS, id="grows", title={"en": "It grows", "zh": "扩大"}, actions=actions, of_last=10, **changed)


def picture(name: str, size: int, sequence: int = 0, seconds: float = 0.0, spot: tuple[int, int] = SPOT) -> JudgedFrame:
    """A judged frame whose map marks a square of *size* px of 200 x 400 at *spot*."""
    heatmap = np.zeros((200, 400), np.uint8)
    heatmap[spot[1] : spot[1] + size, spot[0] : spot[0] + size] = 200
    made = judged(sequence, seconds=seconds, found=replace(finding(0.1), heatmap=heatmap))
    return replace(made, frame=replace(made.frame, name=name))


class Bench:
    """A desk on records of its own."""

    def __init__(self, folder: Path, alarm: AlarmConfig, clock: HandClock | None = None, **growth: Any) -> None:
        camera = {"kind": "simulated", "id": CAM, "name": "Camera", "asset": "spindle", "model": "pack", "growth": growth or NAMES}
        station = StationFile.model_validate(
            {"format": 1, "station": {"name": "Test", "product": "Parts"}, "cameras": [camera], "alarms": [alarm.model_dump()]}
        )
        self.clock = clock or HandClock()
        self.records: Records = open_records(folder, clock=self.clock)
        self.alarms = AlarmDesk(station.alarms, [CAM], self.records, self.clock)
        self.desk = GrowthDesk(station.cameras, station.alarms, self.alarms, self.records, self.clock)
        self.alarms.restore()
        self.desk.restore()
        self.sequence = 0

    def day(self, position: str, day: int, size: int) -> int:
        """One picture of a day of March; how many warnings it raised."""
        self.sequence += 1
        return len(self.desk.take(picture(f"{position}-202603{day:02d}", size, self.sequence)))

    def days(self, position: str, sizes: list[int], first: int = 1) -> list[int]:
        return [self.day(position, day, size) for day, size in enumerate(sizes, start=first)]

    def view(self, position: str) -> GrowthView:
        return next(view for view in self.desk.views(CAM) if view.position == position)

    def stop(self) -> None:
        self.desk.stop()
        self.alarms.stop()
        self.records.stop()


def test_each_position_has_a_fault_warning_of_its_own(tmp_path: Path) -> None:
    bench = Bench(tmp_path, grows())
    assert bench.days("left", [0] * 6 + [20, 24, 28]) == [0] * 7 + [1, 0]
    assert bench.days("right", [0] * 9) == [0] * 9
    assert bench.days("top", [0] * 6 + [30, 30]) == [0] * 7 + [1]
    views = {view.definition.title.en: view for view in bench.alarms.views()}
    assert set(views) == {"It grows · left", "It grows · top"}
    left = views["It grows · left"]
    assert left.kind is AlarmKind.FAULT
    assert left.definition.title.zh == "扩大 · left"
    assert left.finding is not None
    grew = "The found area grew to 0.605 % of the picture where 0.000 % is normal, since 2026-03-08 00:00:00 UTC by 0.605 % a day"
    assert left.detail == grew
    assert bench.view("left").growth > 3.0
    assert bench.view("right").growth == pytest.approx(0.0)
    bench.stop()


def test_one_bad_picture_warns_nobody_and_is_no_baseline(tmp_path: Path) -> None:
    bench = Bench(tmp_path, grows())
    assert bench.days("left", [0] * 7 + [200, 0, 0, 150, 0]) == [0] * 12
    bench.stop()


def test_a_position_that_is_not_asked_for_warns_nobody(tmp_path: Path) -> None:
    alarm = definition({**GROWS, "position": "left"}, id="grows", title={"en": "It grows", "zh": "扩大"})
    bench = Bench(tmp_path, alarm)
    assert sum(bench.days("right", [0] * 6 + [30] * 3)) == 0
    assert sum(bench.days("left", [0] * 6 + [30] * 3)) == 1
    assert [view.definition.id for view in bench.alarms.views()] == ["grows"]
    bench.stop()


def test_pictures_without_verdict_or_of_another_name_say_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, grows())
    bench.days("left", [0] * 6)
    refused = picture("left-20260320", 100)
    refused = replace(refused, findings=tuple(replace(one, verdict=Verdict.NO_VERDICT) for one in refused.findings))
    assert bench.desk.take(refused) == ()
    assert bench.desk.take(picture("no-date.png", 100)) == ()
    assert bench.view("left").steps == 6
    bench.stop()


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_restart_at_any_step_changes_no_warning(tmp_path: Path, cut: int) -> None:
    sizes = [0] * 6 + [20, 24, 28]
    first = Bench(tmp_path, grows())
    raised = first.days("left", sizes[:cut])
    first.stop()
    second = Bench(tmp_path, grows())
    raised += second.days("left", sizes[cut:], first=cut + 1)
    assert raised == [0] * 7 + [1, 0]
    assert [view.definition.id for view in second.alarms.views()] == ["grows--left"]
    assert second.view("left").steps == 9
    second.stop()


def test_the_last_steps_count_over_a_restart(tmp_path: Path) -> None:
    alarm = grows().model_copy(update={"raise_count": 2, "of_last": 3})
    first = Bench(tmp_path, alarm)
    assert sum(first.days("left", [0] * 6 + [20, 20])) == 0
    first.stop()
    second = Bench(tmp_path, alarm)
    assert second.day("left", 9, 20) == 1
    second.stop()


def test_another_part_begins_anew(tmp_path: Path) -> None:
    first = Bench(tmp_path, grows(), **NAMES, part="one")
    first.days("left", [0] * 8)
    first.stop()
    same = Bench(tmp_path, grows(), **NAMES, part="one")
    assert same.view("left").steps == 8
    same.stop()
    other = Bench(tmp_path, grows(), **NAMES, part="two")
    assert other.desk.views(CAM) == ()
    other.stop()


def test_a_person_says_that_the_surface_is_new(tmp_path: Path) -> None:
    bench = Bench(tmp_path, grows(latch=True))
    bench.days("left", [0] * 6 + [20, 24])
    bench.days("right", [0] * 6 + [20, 24])
    alarm_id = next(view.alarm_id for view in bench.alarms.views() if view.definition.id == "grows--left")
    assert bench.desk.answer(Feedback(FeedbackAnswer.REAL, WEI, alarm_id=alarm_id, action_id="cleaned")).ok
    assert bench.view("left").steps == 8, "cleaning renews nothing"
    assert bench.desk.answer(Feedback(FeedbackAnswer.REAL, WEI, alarm_id=alarm_id, action_id="renewed")).ok
    assert bench.view("left").steps == 0
    assert bench.view("right").steps == 8
    states = {view.definition.id: view.state for view in bench.alarms.views()}
    assert states == {"grows--left": AlarmState.LATCHED, "grows--right": AlarmState.UNACKNOWLEDGED_ACTIVE}
    bench.stop()
    again = Bench(tmp_path, grows(latch=True))
    assert again.view("left").steps == 0
    again.stop()


def test_a_live_camera_has_a_step_an_hour_that_ends_by_the_clock(tmp_path: Path) -> None:
    clock = HandClock()
    bench = Bench(tmp_path, grows(), clock, step_s=3600.0, baseline_steps=5)
    raised: list[AlarmEvent] = []
    for hour, size in enumerate([0] * 6 + [20, 20]):
        for minute in (1, 20, 40):
            clock.now_s = hour * 3600.0 + minute * 60.0
            hand = minute == 20 and hour == 3
            raised += bench.desk.take(picture("", 150 if hand else size, hour * 60 + minute, clock.now_s))
    assert raised == []
    clock.now_s = 8 * 3600.0
    ((event, behind),) = bench.desk.end_steps()
    assert event.definition.id == "grows"
    assert behind.frame.sequence == 7 * 60 + 40
    assert bench.desk.end_steps() == ()
    bench.stop()


def test_the_found_area_is_kept_as_a_trend(tmp_path: Path) -> None:
    clock = HandClock()
    bench = Bench(tmp_path, grows(), clock, step_s=60.0, baseline_steps=5)
    for minute in range(4):
        clock.now_s = 60.0 * minute
        bench.desk.take(picture("", 20, minute, clock.now_s))
    recent = bench.desk.recent_trace(CAM, "area:", 600.0)
    assert recent.value == pytest.approx([0.0, 0.5, 0.5])
    bench.records.flush()
    kept = bench.records.history_trace(CAM, "area:", utc(0.0), utc(0.0) + timedelta(hours=1), 3600)
    assert np.nanmax(kept.value) == pytest.approx(0.5)
    bench.stop()
