"""This file decides that delays of a replay run by the recording's own time, however fast it is replayed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from inference.reasons import Reason, ReasonCode
from station.alarms.engine import AlarmEngine
from station.alarms.own_time import OwnTime
from station.config import AlarmConfig
from station.events import AlarmEvent, AlarmEventKind
from tests.unit.alarm_making import CAM, RIG, definition, finding, utc

K = AlarmEventKind
GONE = Reason.of(ReasonCode.SOURCE_GONE, source="camera 1", detail="unplugged")
HOT = {"kind": "limit", "source": RIG, "channel": "TS1", "side": "high", "raise_at": 60, "clear_at": 55}


def engine(*definitions: AlarmConfig) -> AlarmEngine:
    return AlarmEngine(definitions, camera_ids=[CAM], own_time_ids=[CAM, RIG])


def replay(e: AlarmEngine, scores: str, *, speed: float, every_s: float = 1.0) -> list[tuple[AlarmEventKind, int | None]]:
    """One input per letter (``x`` bad, ``.`` good, ``?`` no verdict), *every_s* of recorded time apart, replayed *speed* times as fast.

    Returns what happened and at which input.
    """
    found: list[tuple[AlarmEventKind, int | None]] = []
    for place, letter in enumerate(scores):
        now_s = 1000.0 + place * every_s / speed
        score = {"x": 0.9, ".": 0.1, "?": math.nan}[letter]
        events: tuple[AlarmEvent, ...] = e.on_findings(CAM, [finding(score)], now_s, utc(now_s), place, 50.0 + place * every_s)
        events += e.tick(now_s + 0.9 * every_s / speed, utc(now_s))
        found += [(event.kind, place) for event in events if event.kind is not K.COUNTED]
    return found


@pytest.mark.parametrize("speed", [0.1, 1.0, 60.0, 1e6])
def test_a_replay_warns_at_the_same_inputs_at_every_speed(speed: float) -> None:
    e = engine(definition(on_delay_s=3.0, off_delay_s=2.0))
    assert replay(e, "xxx..xxxxxxx....", speed=speed) == [(K.RAISED, 8), (K.RETURNED, 14)]


def test_time_without_verdict_does_not_count() -> None:
    e = engine(definition(on_delay_s=3.0))
    assert replay(e, "xx????xxxx", speed=1e6) == [(K.RAISED, 7)]  # 0 to 2, then 6 to 7: three seconds that were watched


def test_live_sources_keep_the_clock() -> None:
    e = AlarmEngine([definition(on_delay_s=3.0)], camera_ids=[CAM])
    assert replay(e, "x" * 100, speed=1e6) == []
    (raised,) = e.tick(1003.1, utc(3.1))
    assert raised.kind is K.RAISED


def test_after_the_end_of_a_replay_no_delay_runs_out() -> None:
    e = engine(definition(on_delay_s=3.0))
    replay(e, "xx", speed=1.0)
    assert e.tick(1e6, utc(1e6)) == ()


@pytest.mark.parametrize("batch", [1, 7, 512])
def test_every_row_of_a_batch_has_its_own_time(batch: int) -> None:
    e = engine(definition(HOT, on_delay_s=5.0, off_delay_s=3.0))
    values = np.array([50.0] * 10 + [61.0] * 40 + [50.0] * 40 + [61.0] * 80 + [50.0] * 50)
    time_s = 1e6 + 0.1 * np.arange(len(values))
    events: list[AlarmEvent] = []
    for start in range(0, len(values), batch):
        part = slice(start, start + batch)
        events += e.on_values(RIG, {"TS1": values[part]}, 5.0, utc(5), start, time_s[part])
    assert [event.kind for event in events] == [K.RAISED, K.RETURNED]
    assert events[0].count == 51
    if batch == 1:
        assert events[0].input_ref == 140


def test_a_recording_that_cannot_be_read_is_told_by_the_clock() -> None:
    e = engine(definition({"kind": "no_verdict", "source": CAM}, on_delay_s=2.0, off_delay_s=3.0))
    assert replay(e, "....", speed=100.0) == []
    for now_s in (1010.0, 1011.0, 1011.9):
        assert e.on_no_verdict(CAM, GONE, now_s, utc(now_s)) == ()
    (raised,) = e.on_no_verdict(CAM, GONE, 1012.1, utc(1012.1))
    assert raised.kind is K.RAISED
    assert e.on_no_verdict(CAM, None, 1013.0, utc(1013)) == ()
    assert e.tick(2000.0, utc(2000)) == ()
    returned = [e.on_findings(CAM, [finding(0.1)], 2000.0, utc(2000), place, 54.0 + place) for place in range(4)]
    assert [[event.kind for event in events] for events in returned] == [[], [], [K.RETURNED], []]


def test_garbage_in_a_recording_is_told_by_the_recordings_time() -> None:
    e = engine(definition({"kind": "no_verdict", "source": CAM}, on_delay_s=3.0))
    assert replay(e, "..?????", speed=1e6) == [(K.RAISED, 5)]


def test_time_that_goes_back_or_is_no_number_moves_nothing() -> None:
    own = OwnTime()
    times_s = (100.0, 101.0, math.nan, 102.0, 50.0, 51.0, math.inf, 52.0)
    assert [own.heard(time_s, 0.0) for time_s in times_s] == [0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0]


def test_inputs_without_time_count_by_the_clock() -> None:
    own = OwnTime()
    assert [own.heard(None, now_s) for now_s in (10.0, 10.5, 12.0)] == [0.0, 0.5, 2.0]


def test_only_silence_that_lasts_counts_by_the_clock() -> None:
    own = OwnTime()
    own.heard(0.0, 0.0)
    assert [own.silent(5.0), own.silent(6.0), own.back(), own.silent(60.0), own.silent(61.0)] == [0.0, 1.0, 1.0, 1.0, 2.0]
