"""This file decides what holds do: shelving, suppression by design, out of service, and what happens behind them."""

from __future__ import annotations

import numpy as np
import pytest

from station.alarms.engine import AlarmEngine, AlarmRefusedError
from station.alarms.slots import Cause
from station.events import AlarmEvent, AlarmEventKind
from station.frames import DefinitionId
from station.holds import HoldChange
from station.view import AlarmState
from station.warning_view import HoldKind
from tests.unit.alarm_making import CAM, RIG, definition, utc
from tests.unit.hold_bench import GONE, JONAS, STANDS, WEI, Bench

K, H = AlarmEventKind, HoldKind


def test_what_stands_when_the_shelf_expires_rings_anew() -> None:
    b = Bench(definition())
    assert b.see(0.9) == [K.RAISED]
    b.acknowledge()
    assert b.hold() == [K.HELD]
    assert b.state is AlarmState.SHELVED
    assert b.see(0.9, 0.9) == []
    assert b.after(599.0) == [K.COUNTED]
    assert b.after(1.0) == [K.RAISED_AGAIN]
    assert (b.state, b.alarm.activation) == (AlarmState.UNACKNOWLEDGED_ACTIVE, 2)
    assert [(event.change, event.person_id) for event in b.holds] == [(HoldChange.BEGAN, None), (HoldChange.ENDED, None)]
    assert b.engine.holds(b.now_s) == ()


def test_what_is_over_when_the_shelf_ends_closes_quietly() -> None:
    b = Bench(definition())
    b.see(0.9)
    b.hold()
    assert b.see(0.1) == [K.RETURNED]
    assert b.state is AlarmState.SHELVED
    assert b.let_go() == [K.RELEASED]
    assert b.state is AlarmState.NORMAL
    assert b.holds[-1].person_id == JONAS


def test_with_nothing_open_a_hold_counts_what_begins_behind_it() -> None:
    b = Bench(definition())
    assert b.hold() == []
    (view,) = b.engine.holds(b.now_s)
    assert (view.kind, view.left_s, view.reason, view.person_id, view.behind, view.stands) == (
        H.SHELVED,
        600.0,
        "die change",
        WEI,
        0,
        False,
    )
    assert b.see(0.9, 0.1, 0.9) == [K.RAISED_HELD, K.RETURNED, K.RAISED_HELD]
    (view,) = b.engine.holds(b.now_s)
    assert (view.behind, view.stands, view.alarm_id) == (2, True, "alarm-1")
    assert b.alarm.activation == 0
    b.after(5.0)
    assert (b.holds[-1].change, b.holds[-1].hold.behind) == (HoldChange.COUNTED, 2)
    assert b.let_go() == [K.RELEASED, K.RAISED]
    assert (b.alarm.alarm_id, b.alarm.activation, b.state) == ("alarm-2", 1, AlarmState.UNACKNOWLEDGED_ACTIVE)


def test_what_happened_and_was_over_behind_a_hold_never_rings() -> None:
    b = Bench(definition())
    b.hold()
    assert b.see(0.9, 0.1) == [K.RAISED_HELD, K.RETURNED]
    assert b.after(600.0) == [K.RELEASED]
    assert b.state is AlarmState.NORMAL


def test_what_latches_is_not_lost_behind_a_hold() -> None:
    b = Bench(definition(latch=True))
    b.hold()
    b.see(0.9, 0.1)
    assert b.let_go() == [K.RELEASED, K.RAISED, K.RETURNED]
    assert b.state is AlarmState.RETURNED_UNACKNOWLEDGED
    b.acknowledge()
    assert b.state is AlarmState.LATCHED
    b.hold()
    assert b.let_go() == [K.RELEASED]
    assert (b.state, b.alarm.activation) == (AlarmState.LATCHED, 1)


@pytest.mark.parametrize(
    ("length_s", "reason", "sentence"),
    [
        (3601.0, "die change", "at most 60 minutes"),
        (None, "x", "no time"),
        (0.0, "x", "so long"),
        (float("nan"), "x", "so long"),
        (60.0, "  ", "reason"),
    ],
)
def test_a_shelf_has_a_limit_and_a_reason(length_s: float | None, reason: str, sentence: str) -> None:
    b = Bench(definition(max_shelve_s=3600))
    with pytest.raises(AlarmRefusedError, match=sentence):
        b.hold(length_s=length_s, reason=reason)
    assert b.hold(length_s=3600.0) == []


@pytest.mark.parametrize("kind", [H.SHELVED, H.OUT_OF_SERVICE])
def test_a_critical_one_is_never_held(kind: HoldKind) -> None:
    b = Bench(definition(priority=1))
    b.see(0.9)
    with pytest.raises(AlarmRefusedError, match="priority 1 is never held back"):
        b.hold(kind)
    assert b.state is AlarmState.UNACKNOWLEDGED_ACTIVE


def test_refusals_name_the_way() -> None:
    b = Bench(definition())
    with pytest.raises(AlarmRefusedError, match="not put aside"):
        b.let_go()
    with pytest.raises(AlarmRefusedError, match="not out of service"):
        b.let_go(H.OUT_OF_SERVICE)
    b.see(0.9)
    b.hold()
    with pytest.raises(AlarmRefusedError, match="put aside already"):
        b.hold()
    with pytest.raises(AlarmRefusedError, match="held back"):
        b.acknowledge()
    with pytest.raises(AlarmRefusedError, match="no such warning"):
        b.engine.plan_hold(DefinitionId("leak"), H.SHELVED, 60.0, "x", WEI, 0.0, utc(0.0))


def test_the_machines_state_suppresses_and_frees() -> None:
    b = Bench(definition(suppressed_while=STANDS))
    assert b.see(0.9) == [K.RAISED]
    assert b.speed(20.0, 7.0, 5.0) == []
    assert b.speed(4.9) == [K.HELD]
    assert b.state is AlarmState.SUPPRESSED
    (view,) = b.engine.holds(b.now_s)
    assert (view.kind, view.person_id, view.reason, view.left_s) == (H.SUPPRESSED, None, "The machine stands", None)
    assert b.speed(9.0, float("nan")) == []
    assert b.speed(10.0) == [K.RAISED_AGAIN]
    assert [event.change for event in b.holds] == [HoldChange.BEGAN, HoldChange.ENDED]


@pytest.mark.parametrize("at_once", [1, 4, 40])
def test_rows_that_come_together_count_one_after_the_other(at_once: int) -> None:
    hot = {"kind": "limit", "source": RIG, "channel": "heat", "side": "high", "raise_at": 80.0, "clear_at": 80.0}
    b = Bench(definition(hot, suppressed_while=STANDS, most_per_10_min=1000))
    speed = np.repeat([20.0, 0.0, 20.0, 0.0], 10)
    heat = np.repeat([20.0, 90.0, 90.0, 20.0], 10)
    events: list[AlarmEvent] = []
    for begin in range(0, 40, at_once):
        rows = {"speed": speed[begin : begin + at_once], "heat": heat[begin : begin + at_once]}
        events += b.engine.on_values(RIG, rows, float(begin), utc(begin), begin)
    assert [event.kind for event in events] == [K.RAISED_HELD, K.RELEASED, K.RAISED, K.HELD, K.RETURNED]


def test_delays_of_the_machines_state() -> None:
    b = Bench(definition(suppressed_while=STANDS | {"on_delay_s": 2.0, "off_delay_s": 5.0}))
    b.see(0.9)
    assert b.speed(0.0) == []
    assert b.after(2.0) == [K.HELD]
    assert b.speed(20.0) == []
    assert b.after(4.0) == []
    assert b.after(1.5) == [K.RAISED_AGAIN]


def test_a_machine_nobody_hears_of_suppresses_nothing() -> None:
    b = Bench(definition(suppressed_while=STANDS))
    b.see(0.9)
    b.speed(0.0)
    events = b.engine.on_no_verdict(RIG, GONE, b.now_s, utc(b.now_s))
    assert [event.kind for event in events] == [K.RAISED_AGAIN]
    assert b.speed(0.0) == [K.HELD]


def test_out_of_service_lasts_until_somebody_takes_it_back() -> None:
    b = Bench(definition())
    b.see(0.9)
    assert b.hold(H.OUT_OF_SERVICE, None, "camera is being replaced") == [K.HELD]
    assert b.after(10 * 86400.0) == []
    assert b.state is AlarmState.OUT_OF_SERVICE
    with pytest.raises(AlarmRefusedError, match="out of service already"):
        b.hold()
    assert b.let_go(H.OUT_OF_SERVICE) == [K.RAISED_AGAIN]


def test_a_shelf_lies_beneath_the_machines_state_and_ends_with_out_of_service() -> None:
    b = Bench(definition(suppressed_while=STANDS))
    b.see(0.9)
    b.hold()
    assert b.speed(0.0) == [K.HELD]
    assert [view.kind for view in b.engine.holds(b.now_s)] == [H.SHELVED, H.SUPPRESSED]
    assert b.speed(20.0) == [K.HELD]
    assert b.state is AlarmState.SHELVED
    b.speed(0.0)
    assert b.let_go() == []
    assert b.state is AlarmState.SUPPRESSED
    b.speed(20.0)
    b.hold()
    assert b.hold(H.OUT_OF_SERVICE, None) == [K.HELD]
    assert [view.kind for view in b.engine.holds(b.now_s)] == [H.OUT_OF_SERVICE]
    assert (b.holds[-1].change, b.holds[-1].hold.kind) == (HoldChange.ENDED, H.SHELVED)


def test_what_was_kept_counts_even_where_a_hold_came_in_between() -> None:
    b = Bench(definition(suppressed_while=STANDS))
    b.see(0.9)
    planned = b.engine.plan_acknowledge(b.alarm.alarm_id, WEI, "", b.now_s, utc(b.now_s))
    b.speed(0.0)
    (event,) = b.engine.commit(planned)
    assert (event.state, event.person_id) == (AlarmState.SUPPRESSED, WEI)
    b.see(0.1)
    b.speed(20.0)
    assert b.state is AlarmState.NORMAL


# ------------------------------------------------------------------ re-alarm and limits of ringing


def test_what_was_acknowledged_long_ago_and_still_stands_asks_again() -> None:
    b = Bench(definition(realarm_after_s=600))
    b.see(0.9)
    b.after(1000.0)
    b.acknowledge()
    assert b.after(599.0) == []
    assert b.after(1.1) == [K.REALARMED]
    assert (b.state, b.alarm.activation, b.alarm.acknowledged_by) == (AlarmState.UNACKNOWLEDGED_ACTIVE, 2, None)
    assert b.after(10_000.0) == []
    b.acknowledge()
    assert b.after(600.0) == [K.REALARMED]


def test_who_comes_too_often_is_held_open_until_it_has_calmed_down() -> None:
    b = Bench(definition(most_per_10_min=3))
    assert b.see(0.9, 0.1, 0.9, 0.1, 0.9, 0.1) == [K.RAISED, K.RETURNED, K.RAISED_AGAIN, K.RETURNED, K.RAISED_AGAIN, K.CHATTERING]
    assert b.engine.chattering(b.alarm.alarm_id)
    assert b.see(0.9, 0.1) == []
    b.acknowledge()
    assert b.see(0.9, 0.1) == []
    assert b.state is AlarmState.ACKNOWLEDGED_ACTIVE
    assert b.after(590.0) == [K.COUNTED]
    assert b.after(20.0) == [K.RETURNED]
    assert b.state is AlarmState.NORMAL
    assert b.see(0.9) == [K.RAISED]


def test_a_critical_one_may_ring_as_often_as_it_comes() -> None:
    b = Bench(definition(priority=1))
    assert b.see(*[0.9, 0.1] * 50).count(K.RAISED_AGAIN) == 49


def test_a_hold_ends_what_was_held_open() -> None:
    b = Bench(definition(most_per_10_min=2))
    b.see(0.9, 0.1, 0.9, 0.1)
    assert b.hold() == [K.RETURNED, K.HELD]
    assert b.let_go() == [K.RELEASED]
    assert b.state is AlarmState.NORMAL


# ------------------------------------------------------------------------- changes while it runs


def test_a_definition_changes_without_losing_what_is_open() -> None:
    b = Bench(definition())
    b.see(0.9)
    changed = definition({"kind": "verdict", "source": CAM, "raise_score": 0.95}, priority=3, on_delay_s=1.0)
    assert b.engine.check_change(changed).priority == 2
    assert [event.kind for event in b.engine.redefine(changed, b.now_s, utc(b.now_s))] == [K.REDEFINED]
    assert (b.alarm.alarm_id, b.alarm.priority) == ("alarm-1", 3)
    assert b.see(0.9) == [K.RETURNED]
    assert b.engine.definitions() == (changed,)
    assert b.see(0.97) == []
    assert b.after(1.0) == [K.RAISED_AGAIN]


def test_one_that_becomes_critical_is_held_no_more() -> None:
    b = Bench(definition(suppressed_while=STANDS))
    b.see(0.9)
    b.hold()
    b.speed(0.0)
    kinds = [event.kind for event in b.engine.redefine(definition(priority=1), b.now_s, utc(b.now_s))]
    assert kinds == [K.RAISED_AGAIN, K.REDEFINED]
    assert b.engine.holds(b.now_s) == ()
    assert b.state is AlarmState.UNACKNOWLEDGED_ACTIVE


def test_what_it_listens_to_cannot_change() -> None:
    b = Bench(definition())
    for other in (definition({"kind": "verdict", "source": RIG}), definition(asset="other"), definition(id="leak")):
        with pytest.raises(AlarmRefusedError):
            b.engine.check_change(other)


GROWTH = {"kind": "growth", "source": CAM, "raise_at": 3.0}


def _grow(e: AlarmEngine, position: str, growth: float, now_s: float) -> list[AlarmEventKind]:
    return [event.kind for event in e.on_growth(CAM, position, growth, Cause(), now_s, utc(now_s))]


def test_positions_of_a_growth_definition_are_held_and_changed_each() -> None:
    e = AlarmEngine([definition(GROWTH, id="grows")], camera_ids=[CAM])
    assert [one.id for one in e.definitions()] == ["grows"]
    assert _grow(e, "left", 4.0, 0.0) == [K.RAISED]
    assert _grow(e, "right", 1.0, 0.0) == []
    assert [one.id for one in e.definitions()] == ["grows--left", "grows--right"]
    planned = e.plan_hold(DefinitionId("grows--left"), H.SHELVED, 600.0, "known", WEI, 1.0, utc(1.0))
    assert [event.kind for event in e.commit_hold(planned, 1.0, utc(1.0))] == [K.HELD]
    changed = definition(GROWTH | {"raise_at": 5.0}, id="grows", priority=3)
    assert e.check_change(changed).id == "grows"
    assert [event.kind for event in e.redefine(changed, 2.0, utc(2.0))] == [K.REDEFINED]
    assert _grow(e, "right", 4.0, 3.0) == []
    assert {one.priority for one in e.definitions()} == {3}
    after = AlarmEngine([definition(GROWTH, id="grows")], camera_ids=[CAM])
    after.restore(e.open_alarms(), 0.0, utc(60.0), holds=[planned.hold])
    (view,) = after.holds(0.0)
    assert (view.definition.id, view.left_s) == ("grows--left", 541.0)
