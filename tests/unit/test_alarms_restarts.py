"""This file decides what a restart makes of holds, shelves and re-alarms, whatever the wall clock did meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from station.config import AlarmConfig
from station.events import AlarmEventKind
from station.holds import Hold, HoldChange
from station.view import AlarmState
from station.warning_view import HoldKind
from tests.unit.alarm_making import RIG, definition, utc
from tests.unit.hold_bench import GONE, STANDS, WEI, Bench

K, H = AlarmEventKind, HoldKind


def again(b: Bench, *definitions: AlarmConfig, left: Sequence[Hold], at_s: float, away_since_s: float | None = None) -> Bench:
    """What a restart makes of *b* at wall time *at_s*; its monotonic clock begins at 1,000 s."""
    after = Bench(*definitions)
    after.now_s = 1000.0
    away = None if away_since_s is None else utc(away_since_s)
    events = after.engine.restore(b.engine.open_alarms(), 1000.0, utc(at_s), away_since_utc=away, holds=left)
    after.kinds = after.heard(events)  # type: ignore[attr-defined]
    return after


def held(b: Bench) -> list[Hold]:
    """What records know of the holds that stand."""
    standing: dict[HoldKind, Hold] = {}
    for event in b.holds:
        if event.change is HoldChange.ENDED:
            standing.pop(event.hold.kind, None)
        else:
            standing[event.hold.kind] = event.hold
    return list(standing.values())


@pytest.mark.parametrize(
    ("wall_s", "away_since_s", "left_s"),
    [
        (100.0, 95.0, 500.0),  # the clock went on
        (-50.0, 95.0, 505.0),  # it went back: what was left when last alive
        (-5000.0, None, 600.0),  # it went back, and nobody knows when: never longer than it was made for
    ],
)
def test_a_shelf_stands_for_what_is_left_of_it(wall_s: float, away_since_s: float | None, left_s: float) -> None:
    b = Bench(definition())
    b.see(0.9)
    b.now_s = 0.0
    b.hold(length_s=600.0)
    after = again(b, definition(), left=held(b), at_s=wall_s, away_since_s=away_since_s)
    (view,) = after.engine.holds(1000.0)
    assert view.left_s == pytest.approx(left_s)
    assert after.state is AlarmState.SHELVED
    assert after.after(left_s - 1.0) == []
    assert after.after(1.1) == [K.RAISED_AGAIN]


def test_a_shelf_that_ended_while_nobody_watched_lets_go_at_the_start() -> None:
    b = Bench(definition())
    b.see(0.9)
    b.hold(length_s=600.0)
    after = again(b, definition(), left=held(b), at_s=10_000.0, away_since_s=300.0)
    assert after.kinds == [K.RESTORED, K.RAISED_AGAIN]  # type: ignore[attr-defined]
    (alarm,) = after.engine.open_alarms()
    assert "Not watched from" in alarm.detail
    assert [event.change for event in after.holds] == [HoldChange.ENDED]
    assert after.state is AlarmState.UNACKNOWLEDGED_ACTIVE


def test_the_machines_state_is_believed_until_it_is_observed_or_unknown() -> None:
    b = Bench(definition(suppressed_while=STANDS))
    b.see(0.9)
    b.speed(0.0)
    after = again(b, definition(suppressed_while=STANDS), left=held(b), at_s=60.0)
    assert after.state is AlarmState.SUPPRESSED
    assert after.speed(0.0) == []
    assert after.speed(20.0) == [K.RAISED_AGAIN]
    unknown = again(b, definition(suppressed_while=STANDS), left=held(b), at_s=60.0)
    assert [event.kind for event in unknown.engine.on_no_verdict(RIG, GONE, 1000.0, utc(60.0))] == [K.RAISED_AGAIN]


def test_a_hold_the_station_file_forbids_now_ends() -> None:
    b = Bench(definition())
    b.see(0.9)
    b.hold()
    after = again(b, definition(priority=1), left=held(b), at_s=60.0)
    assert after.state is AlarmState.UNACKNOWLEDGED_ACTIVE
    assert [event.change for event in after.holds] == [HoldChange.ENDED]
    gone = again(b, definition(id="other"), left=held(b), at_s=60.0)
    assert [event.change for event in gone.holds] == [HoldChange.ENDED]
    assert gone.engine.holds(0.0) == ()


def test_what_a_crash_left_between_a_hold_and_its_alarm_fits_again() -> None:
    """The hold was kept and the program died before the alarm's own event was."""
    b = Bench(definition())
    b.see(0.9)
    left = [Hold(definition(), H.SHELVED, utc(0.0), utc(600.0), WEI, "die change", length_s=600.0)]
    after = again(b, definition(), left=left, at_s=60.0)
    assert after.state is AlarmState.SHELVED
    b.hold()
    freed = again(b, definition(), left=[], at_s=60.0)
    assert freed.state is AlarmState.UNACKNOWLEDGED_ACTIVE


def test_the_time_to_the_next_re_alarm_survives() -> None:
    b = Bench(definition(realarm_after_s=600))
    b.see(0.9)
    b.acknowledge()
    after = again(b, definition(realarm_after_s=600), left=[], at_s=b.now_s + 500.0)
    assert after.after(99.0) == []
    assert after.after(1.5) == [K.REALARMED]


def test_a_hold_that_moved_with_the_clock_tells_its_new_end() -> None:
    b = Bench(definition())
    b.hold(length_s=600.0)
    after = again(b, definition(), left=held(b), at_s=-5000.0)
    (told,) = after.holds
    assert told.change is HoldChange.COUNTED
    assert told.hold.until_utc == utc(-5000.0) + timedelta(seconds=600)
    assert replace(told.hold, until_utc=None).length_s == 600.0
