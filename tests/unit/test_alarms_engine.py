"""This file decides that the engine raises, counts, returns and closes as the station file says."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from itertools import count

import numpy as np
import pytest

from inference.findings import Finding, Verdict
from inference.reasons import Reason, ReasonCode
from station.alarms.engine import COUNT_EVENT_EVERY_S, AlarmEngine, AlarmRefusedError
from station.config import AlarmConfig
from station.events import STATION_SOURCE, AlarmEvent, AlarmEventKind, SystemFault
from station.frames import AlarmId, PersonId
from station.view import AlarmKind, AlarmState
from tests.unit.alarm_making import CAM, RIG, definition, finding, utc

K = AlarmEventKind
WEI = PersonId("wei")
GONE = Reason.of(ReasonCode.SOURCE_GONE, source="camera 1", detail="unplugged")


def engine(*definitions: AlarmConfig) -> AlarmEngine:
    numbers = count(1)
    return AlarmEngine(definitions, camera_ids=[CAM], new_id=lambda: f"alarm-{next(numbers)}")


def feed(e: AlarmEngine, scores: Sequence[float], *, from_s: float = 0.0, every_s: float = 0.1) -> list[AlarmEvent]:
    events: list[AlarmEvent] = []
    for place, score in enumerate(scores):
        now_s = from_s + place * every_s
        events += e.on_findings(CAM, [finding(score)], now_s, utc(now_s), place)
    return events


def kinds(events: Sequence[AlarmEvent]) -> list[AlarmEventKind]:
    return [event.kind for event in events]


def test_sixty_frames_are_one_warning_that_counts() -> None:
    e = engine(definition(raise_count=3, of_last=5))
    events = feed(e, [0.9] * 60)
    assert kinds(events) == [K.RAISED]
    assert events[0].count == 3
    assert events[0].input_ref == 2
    assert events[0].finding is not None
    assert events[0].alarm_kind is AlarmKind.DEFECT
    (alarm,) = e.open_alarms()
    assert alarm.count == 60
    assert alarm.state is AlarmState.UNACKNOWLEDGED_ACTIVE


@pytest.mark.parametrize(
    ("scores", "raises"),
    [([0.9, 0.9], False), ([0.9, 0.1, 0.9, 0.1, 0.9], True), ([0.9, 0.1, 0.1, 0.9, 0.1, 0.9], False), ([0.9, 0.9, math.nan, 0.9], True)],
)
def test_n_of_m(scores: list[float], raises: bool) -> None:
    assert bool(feed(engine(definition(raise_count=3, of_last=5)), scores)) is raises


def test_it_returns_when_n_of_m_cannot_be_kept() -> None:
    e = engine(definition(raise_count=3, of_last=5))
    assert kinds(feed(e, [0.9, 0.9, 0.9, 0.1, 0.1])) == [K.RAISED]
    assert kinds(feed(e, [0.1], from_s=1)) == [K.RETURNED]
    assert e.open_alarms()[0].state is AlarmState.RETURNED_UNACKNOWLEDGED


def test_between_the_limits_nothing_changes() -> None:
    e = engine(definition({"kind": "verdict", "source": CAM, "raise_score": 0.8, "clear_score": 0.4}))
    assert feed(e, [0.79, 0.5, 0.41]) == []
    assert kinds(feed(e, [0.8, 0.41, 0.79, 0.4], from_s=1)) == [K.RAISED]
    assert kinds(feed(e, [0.39, 0.5, 0.79], from_s=2)) == [K.RETURNED]


def test_the_packs_threshold_counts_where_no_score_is_given() -> None:
    assert feed(engine(definition()), [0.499]) == []
    assert kinds(feed(engine(definition()), [0.5])) == [K.RAISED]


def test_no_verdict_neither_raises_nor_clears_a_defect() -> None:
    e = engine(definition())
    assert feed(e, [math.nan] * 5) == []
    assert kinds(feed(e, [0.9, math.nan, math.nan], from_s=1)) == [K.RAISED]
    assert e.on_no_verdict(CAM, GONE, 2, utc(2)) == ()
    assert e.on_no_verdict(CAM, None, 3, utc(3)) == ()
    assert e.open_alarms()[0].state is AlarmState.UNACKNOWLEDGED_ACTIVE


def test_target_and_label_select() -> None:
    e = engine(definition({"kind": "verdict", "source": RIG, "target": "pump", "label": "leak"}))

    def rig(*findings: Finding) -> list[AlarmEventKind]:
        return kinds(e.on_findings(RIG, findings, 0, utc(0)))

    leak = finding(0.9, target="pump", label="leak", bad=Verdict.FAULT)
    assert rig(finding(0.9, target="cooler", label="leak")) == []
    assert rig(finding(0.9, target="pump", label="other")) == []
    assert rig(finding(0.1, target="cooler"), leak) == [K.RAISED]
    assert e.open_alarms()[0].kind is AlarmKind.FAULT
    assert rig(finding(0.1, target="cooler")) == []
    assert rig(finding(0.9, target="pump", label="other")) == [K.RETURNED]


def test_any_target_is_over_only_when_every_target_says_so() -> None:
    e = engine(definition({"kind": "verdict", "source": RIG}))
    bad, good, unknown = finding(0.9, target="a"), finding(0.1, target="b"), finding(math.nan, target="a")
    assert kinds(e.on_findings(RIG, [good, bad], 0, utc(0))) == [K.RAISED]
    assert e.on_findings(RIG, [unknown, good], 1, utc(1)) == ()
    assert kinds(e.on_findings(RIG, [finding(0.1, target="a"), good], 2, utc(2))) == [K.RETURNED]


def test_on_delay_and_off_delay() -> None:
    e = engine(definition(on_delay_s=1.0, off_delay_s=2.0))
    assert feed(e, [0.9]) == []
    assert e.tick(0.99, utc(0.99)) == ()
    raised = e.tick(1.0, utc(1.0))
    assert kinds(raised) == [K.RAISED]
    assert raised[0].finding is not None
    assert raised[0].input_ref == 0
    assert feed(e, [0.1, 0.9, 0.1], from_s=2) == []
    assert e.tick(4.19, utc(4.19)) == ()
    assert kinds(e.tick(4.21, utc(4.21))) == [K.RETURNED]


def test_a_short_burst_within_the_on_delay_is_nothing() -> None:
    e = engine(definition(on_delay_s=1.0))
    assert feed(e, [0.9, 0.9, 0.1]) == []
    assert e.tick(9, utc(9)) == ()
    assert e.open_alarms() == ()


def test_time_without_verdict_does_not_count_towards_a_delay() -> None:
    e = engine(definition(off_delay_s=2.0))
    feed(e, [0.9, 0.1])
    e.on_no_verdict(CAM, GONE, 1.1, utc(1.1))
    assert e.tick(50, utc(50)) == ()
    assert feed(e, [0.1], from_s=50) == []
    assert e.tick(50.9, utc(50.9)) == ()
    assert kinds(e.tick(51.1, utc(51.1))) == [K.RETURNED]


def test_acknowledge_then_return_closes() -> None:
    e = engine(definition())
    feed(e, [0.9])
    (event,) = e.acknowledge(AlarmId("alarm-1"), WEI, "seen", 1, utc(1))
    assert (event.state, event.person_id, event.note) == (AlarmState.ACKNOWLEDGED_ACTIVE, WEI, "seen")
    assert e.open_alarms()[0].acknowledged_by == WEI
    (returned,) = feed(e, [0.1], from_s=2)
    assert returned.closes
    assert e.open_alarms() == ()
    assert kinds(feed(e, [0.9], from_s=3)) == [K.RAISED]
    assert e.open_alarms()[0].alarm_id == "alarm-2"
    assert e.open_alarms()[0].count == 1


def test_raised_again_is_the_same_warning_and_wants_a_new_acknowledgement() -> None:
    e = engine(definition(latch=True))
    feed(e, [0.9, 0.9])
    e.acknowledge(AlarmId("alarm-1"), WEI, "", 1, utc(1))
    feed(e, [0.1], from_s=2)
    assert e.open_alarms()[0].state is AlarmState.LATCHED
    (again,) = feed(e, [0.9], from_s=3)
    assert again.kind is K.RAISED_AGAIN
    assert (again.alarm_id, again.count) == ("alarm-1", 3)
    assert e.open_alarms()[0].acknowledged_by is None


def test_a_latched_alarm_waits_for_its_reset() -> None:
    e = engine(definition(latch=True))
    feed(e, [0.9])
    alarm_id = AlarmId("alarm-1")
    with pytest.raises(AlarmRefusedError, match="still active"):
        e.reset(alarm_id, WEI, "", 1, utc(1))
    feed(e, [0.1], from_s=1)
    with pytest.raises(AlarmRefusedError, match="acknowledged before"):
        e.reset(alarm_id, WEI, "", 2, utc(2))
    e.acknowledge(alarm_id, WEI, "", 3, utc(3))
    (event,) = e.reset(alarm_id, WEI, "", 4, utc(4))
    assert event.kind is K.RESET
    assert event.closes
    assert e.open_alarms() == ()
    with pytest.raises(AlarmRefusedError, match="not open"):
        e.acknowledge(alarm_id, WEI, "", 5, utc(5))


def test_a_plan_changes_nothing_until_it_is_committed() -> None:
    e = engine(definition())
    feed(e, [0.9])
    planned = e.plan_acknowledge(AlarmId("alarm-1"), WEI, "", 1, utc(1))
    assert e.open_alarms()[0].state is AlarmState.UNACKNOWLEDGED_ACTIVE
    feed(e, [0.1], from_s=2)
    (done,) = e.commit(planned)
    assert planned.state is AlarmState.ACKNOWLEDGED_ACTIVE
    assert done.state is AlarmState.NORMAL
    assert e.open_alarms() == ()
    assert e.commit(planned) == ()


@pytest.mark.parametrize(("side", "sign"), [("high", 1.0), ("low", -1.0)])
def test_limits_with_hysteresis(side: str, sign: float) -> None:
    when = {"kind": "limit", "source": RIG, "channel": "TS1", "side": side, "raise_at": sign * 60.0, "clear_at": sign * 55.0}
    e = engine(definition(when))

    def at(value: float) -> list[AlarmEventKind]:
        return kinds(e.on_values(RIG, {"TS1": sign * value, "other": 999.0}, 0, utc(0)))

    assert at(60.0) == []
    assert at(60.1) == [K.RAISED]
    assert at(55.1) == []
    assert at(math.nan) == []
    assert at(55.0) == [K.RETURNED]


def test_rows_of_values_are_taken_in_order() -> None:
    when = {"kind": "limit", "source": RIG, "channel": "TS1", "side": "high", "raise_at": 60.0, "clear_at": 55.0}
    e = engine(definition(when, raise_count=2, of_last=3))
    rows = np.array([50.0, 61.0, np.nan, 62.0, 50.0, 50.0])
    events = e.on_values(RIG, {"TS1": rows}, 0, utc(0), 7)
    assert kinds(events) == [K.RAISED, K.RETURNED]
    assert (events[0].detail, events[0].input_ref, events[0].alarm_kind) == ("TS1 = 62", 7, AlarmKind.FAULT)


def test_a_gone_source_is_one_warning_until_it_is_back() -> None:
    e = engine(definition({"kind": "no_verdict", "source": CAM}, on_delay_s=2.0))
    assert e.on_no_verdict(CAM, GONE, 0, utc(0)) == ()
    for now_s in (0.5, 1.0, 1.9):
        assert e.on_no_verdict(CAM, GONE, now_s, utc(now_s)) == ()
    (raised,) = e.tick(2.0, utc(2.0))
    assert (raised.kind, raised.reason, raised.alarm_kind) == (K.RAISED, GONE, AlarmKind.SYSTEM)
    assert feed(e, [0.1], from_s=3) == []
    assert kinds(e.on_no_verdict(CAM, None, 4, utc(4))) == [K.RETURNED]


def test_refused_frames_count_as_no_verdict_but_a_filling_window_does_not() -> None:
    e = engine(definition({"kind": "no_verdict", "source": CAM}, raise_count=3, of_last=3))
    filling = Finding(
        "p", Verdict.NO_VERDICT, "", math.nan, 0.5, "m", "1", "0", "CPU", 0.0, Reason.of(ReasonCode.WINDOW_FILLING, have_s="1", need_s="9")
    )
    for _ in range(10):
        assert e.on_findings(CAM, [filling], 0, utc(0)) == ()
    assert kinds(feed(e, [math.nan] * 3)) == [K.RAISED]
    assert kinds(feed(e, [0.1], from_s=1)) == [K.RETURNED]


def test_a_source_that_is_merely_starting_is_no_warning() -> None:
    e = engine(definition({"kind": "no_verdict", "source": CAM}))
    assert e.on_no_verdict(CAM, Reason.of(ReasonCode.NOT_STARTED), 0, utc(0)) == ()
    assert kinds(e.on_no_verdict(CAM, GONE, 1, utc(1))) == [K.RAISED]
    assert e.on_no_verdict(CAM, Reason.of(ReasonCode.WINDOW_FILLING), 2, utc(2)) == ()
    assert kinds(e.on_no_verdict(CAM, None, 3, utc(3))) == [K.RETURNED]


def test_the_station_itself() -> None:
    e = engine(definition({"kind": "system", "of": "disk_nearly_full"}))

    def disk(*, active: bool) -> tuple[AlarmEvent, ...]:
        return e.on_system(SystemFault.DISK_NEARLY_FULL, active=active, detail="3 MiB free", now_s=0, utc=utc(0))

    assert disk(active=False) == ()
    (raised,) = disk(active=True)
    assert (raised.source_id, raised.detail, raised.alarm_kind) == (STATION_SOURCE, "3 MiB free", AlarmKind.SYSTEM)
    assert disk(active=True) == ()
    assert e.on_system(SystemFault.RECORDS_FAILING, active=True, detail="", now_s=0, utc=utc(0)) == ()
    assert kinds(disk(active=False)) == [K.RETURNED]


def test_a_growing_count_is_told_now_and_then() -> None:
    e = engine(definition())
    feed(e, [0.9] * 10)
    assert e.tick(1.0, utc(1.0)) == ()
    (told,) = e.tick(COUNT_EVENT_EVERY_S, utc(COUNT_EVENT_EVERY_S))
    assert (told.kind, told.count) == (K.COUNTED, 10)
    assert e.tick(20.0, utc(20.0)) == ()
    feed(e, [0.9], from_s=21)
    assert [event.count for event in e.tell_counts(21.1, utc(21.1))] == [11]


def test_what_was_open_is_open_after_a_restart_with_the_time_away() -> None:
    before = engine(definition(off_delay_s=1.0))
    feed(before, [0.9] * 4)
    before.acknowledge(AlarmId("alarm-1"), WEI, "", 1, utc(1))
    after = engine(definition(off_delay_s=1.0))
    (event,) = after.restore(before.open_alarms(), 5.0, utc(3600), away_since_utc=utc(60))
    assert (event.kind, event.state, event.count) == (K.RESTORED, AlarmState.ACKNOWLEDGED_ACTIVE, 4)
    assert "08:01:00" in event.detail
    assert "09:00:00" in event.detail
    (alarm,) = after.open_alarms()
    assert (alarm.alarm_id, alarm.acknowledged_by, alarm.count) == ("alarm-1", WEI, 4)
    assert alarm.raised_monotonic_s == pytest.approx(5.0 - 3600)
    assert feed(after, [0.9, 0.1], from_s=6) == []
    assert after.open_alarms()[0].count == 5
    (returned,) = after.tick(7.2, utc(3602))
    assert returned.closes


def test_after_several_restarts_the_newest_time_away_is_told_beside_the_cause() -> None:
    e = engine(definition({"kind": "limit", "source": RIG, "channel": "TS1", "side": "high", "raise_at": 60, "clear_at": 55}))
    e.on_values(RIG, {"TS1": 61.0}, 0, utc(0))
    for hour in (1, 2, 3):
        before, e = e, engine(*[alarm.definition for alarm in e.open_alarms()])
        (event,) = e.restore(before.open_alarms(), 0.0, utc(3600 * hour), away_since_utc=utc(3600 * hour - 60))
    assert event.detail == "TS1 = 61; Not watched from 2026-03-01 10:59:00 UTC to 2026-03-01 11:00:00 UTC"
    after = engine(*[alarm.definition for alarm in e.open_alarms()])
    (event,) = after.restore(e.open_alarms(), 0.0, utc(9 * 3600))
    assert event.detail.endswith("11:00:00 UTC")


def test_a_warning_without_its_definition_is_withdrawn() -> None:
    before = engine(definition())
    feed(before, [0.9])
    after = engine(definition(id="another"))
    (event,) = after.restore(before.open_alarms(), 0.0, utc(9))
    assert event.kind is K.WITHDRAWN
    assert event.closes
    assert after.open_alarms() == ()


def test_the_most_urgent_comes_first() -> None:
    made = [definition(id=name, priority=priority) for name, priority in (("low", 4), ("high", 1), ("seen", 1))]
    e = engine(*made)
    feed(e, [0.9])
    seen = next(alarm for alarm in e.open_alarms() if alarm.definition.id == "seen")
    e.acknowledge(seen.alarm_id, WEI, "", 1, utc(1))
    assert [alarm.definition.id for alarm in e.open_alarms()] == ["high", "low", "seen"]


def test_it_is_fast_enough() -> None:
    """50,000 finding evaluations a second are asked for; a tenth of it must hold even on a busy machine."""
    e = engine(
        *(definition(id=f"d{n}", raise_count=3, of_last=5) for n in range(10)),
        *(definition({"kind": "verdict", "source": "other"}, id=f"o{n}") for n in range(90)),
    )
    findings = [finding(0.1)]
    began = time.perf_counter()
    for number in range(1000):
        e.on_findings(CAM, findings, number / 30, utc(0), number)
    assert 10_000 / (time.perf_counter() - began) > 5_000
