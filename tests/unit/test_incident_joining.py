"""This file decides whether warnings of one cause on one asset are one incident, whatever the order in which things happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from station.frames import AlarmId, IncidentId
from station.incidents.joining import CauseOnAsset, How, Joiner

CLAMPING, PITTING = CauseOnAsset("press-1", "clamping"), CauseOnAsset("press-1", "pitting")
WINDOW_S = 120.0


def ids() -> Iterator[str]:
    return (f"incident-{number}" for number in count(1))


def joiner(window_s: float = WINDOW_S) -> Joiner:
    made = ids()
    return Joiner(window_s, lambda: next(made))


def test_sixty_warnings_of_one_cause_are_one_incident() -> None:
    one = joiner()
    found = {one.raised(AlarmId(f"alarm-{number}"), CLAMPING, float(number)).incident_id for number in range(60)}
    assert found == {"incident-1"}


def test_the_same_warning_sixty_times_is_one_incident() -> None:
    one = joiner()
    found = [one.raised(AlarmId("alarm"), CLAMPING, float(number)) for number in range(60)]
    assert {membership.incident_id for membership in found} == {"incident-1"}
    assert [membership.how for membership in found[:2]] == [How.OPENED, How.KNOWN]


def test_two_causes_and_two_assets_are_different_incidents() -> None:
    one = joiner()
    one.raised(AlarmId("a"), CLAMPING, 0.0)
    assert one.raised(AlarmId("b"), PITTING, 0.0).how is How.OPENED
    assert one.raised(AlarmId("c"), CauseOnAsset("press-2", "clamping"), 0.0).how is How.OPENED


def test_camera_and_sensor_of_one_cause_are_one_incident() -> None:
    one = joiner()
    first = one.raised(AlarmId("camera"), CLAMPING, 0.0)
    assert one.raised(AlarmId("rig"), CLAMPING, 40.0) == type(first)(first.incident_id, How.JOINED)
    assert one.open_alarms(first.incident_id) == {"camera", "rig"}


def test_while_it_is_open_a_warning_joins_however_long_that_is() -> None:
    one = joiner()
    first = one.raised(AlarmId("a"), CLAMPING, 0.0)
    assert one.raised(AlarmId("b"), CLAMPING, 10 * 86_400.0).incident_id == first.incident_id


@pytest.mark.parametrize(("after_s", "how"), [(0.0, How.REOPENED), (WINDOW_S, How.REOPENED), (WINDOW_S + 0.001, How.OPENED)])
def test_after_it_closed_the_window_decides(after_s: float, how: How) -> None:
    one = joiner()
    first = one.raised(AlarmId("a"), CLAMPING, 0.0)
    assert one.closed(AlarmId("a"), 30.0) == first.incident_id
    again = one.raised(AlarmId("b"), CLAMPING, 30.0 + after_s)
    assert again.how is how
    assert (again.incident_id == first.incident_id) is (how is How.REOPENED)


def test_the_window_counts_from_the_last_warning_that_closed() -> None:
    one = joiner()
    first = one.raised(AlarmId("a"), CLAMPING, 0.0)
    one.raised(AlarmId("b"), CLAMPING, 1.0)
    assert one.closed(AlarmId("a"), 10.0) is None, "another one is open"
    assert one.closed(AlarmId("b"), 500.0) == first.incident_id
    assert one.raised(AlarmId("c"), CLAMPING, 500.0 + WINDOW_S).how is How.REOPENED


def test_closing_what_is_not_open_does_nothing() -> None:
    one = joiner()
    assert one.closed(AlarmId("nobody"), 0.0) is None
    one.raised(AlarmId("a"), CLAMPING, 0.0)
    one.closed(AlarmId("a"), 1.0)
    assert one.closed(AlarmId("a"), 2.0) is None


def test_after_a_restart_open_incidents_are_joined_and_closed_ones_only_within_the_window() -> None:
    one = joiner()
    one.recall_open(AlarmId("old"), IncidentId("before"), CLAMPING)
    assert one.raised(AlarmId("new"), CLAMPING, 5.0).incident_id == "before"
    other = joiner()
    other.recall_closed(IncidentId("before"), CLAMPING, -100.0)
    assert other.raised(AlarmId("new"), CLAMPING, 5.0).how is How.REOPENED
    third = joiner()
    third.recall_closed(IncidentId("long ago"), CLAMPING, -1000.0)
    third.recall_closed(IncidentId("before"), CLAMPING, -118.0)
    assert third.raised(AlarmId("new"), CLAMPING, 5.0).how is How.OPENED


@dataclass(slots=True)
class Expected:
    """What a plain book-keeping says of one cause."""

    incident: str = ""
    open: set[str] = field(default_factory=set)
    closed_s: float = 0.0


class Histories(RuleBasedStateMachine):
    """Random histories against a book-keeping that is plain to read."""

    def __init__(self) -> None:
        super().__init__()
        self.joiner = joiner()
        self.now_s = 0.0
        self.number = 0
        self.expected: dict[CauseOnAsset, Expected] = {}
        self.incident_of: dict[str, str] = {}

    @rule(seconds=st.floats(0.0, 3 * WINDOW_S))
    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds

    @rule(key=st.sampled_from([CLAMPING, PITTING, CauseOnAsset("press-2", "clamping")]))
    def raise_another(self, key: CauseOnAsset) -> None:
        self.number += 1
        alarm = AlarmId(f"alarm-{self.number}")
        held = self.expected.get(key)
        goes_on = held is not None and (held.open or self.now_s - held.closed_s <= WINDOW_S)
        got = self.joiner.raised(alarm, key, self.now_s)
        if goes_on and held is not None:
            assert got.incident_id == held.incident
            assert got.how is (How.JOINED if held.open else How.REOPENED)
        else:
            assert got.how is How.OPENED
            assert got.incident_id not in self.incident_of.values(), "a new incident has an id of its own"
            held = self.expected[key] = Expected(got.incident_id)
        held.open.add(alarm)
        self.incident_of[alarm] = got.incident_id

    @precondition(lambda self: any(one.open for one in self.expected.values()))
    @rule(data=st.data())
    def raise_again(self, data: st.DataObject) -> None:
        alarm = data.draw(st.sampled_from(sorted(a for one in self.expected.values() for a in one.open)))
        key = next(key for key, one in self.expected.items() if alarm in one.open)
        assert self.joiner.raised(AlarmId(alarm), key, self.now_s).how is How.KNOWN

    @precondition(lambda self: any(one.open for one in self.expected.values()))
    @rule(data=st.data())
    def close_one(self, data: st.DataObject) -> None:
        alarm = data.draw(st.sampled_from(sorted(a for one in self.expected.values() for a in one.open)))
        held = next(one for one in self.expected.values() if alarm in one.open)
        held.open.discard(alarm)
        closed = self.joiner.closed(AlarmId(alarm), self.now_s)
        assert closed == (None if held.open else held.incident)
        if not held.open:
            held.closed_s = self.now_s

    @invariant()
    def at_most_one_open_incident_per_cause_and_asset(self) -> None:
        for held in self.expected.values():
            assert self.joiner.open_alarms(IncidentId(held.incident)) == held.open
            for alarm in held.open:
                assert self.joiner.incident_of(AlarmId(alarm)) == held.incident


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(gaps=st.lists(st.floats(0.0, 2 * WINDOW_S), min_size=1, max_size=30), window_s=st.floats(0.0, 600.0))
def test_flapping_opens_as_many_incidents_as_there_are_gaps_longer_than_the_window(gaps: list[float], window_s: float) -> None:
    one, now_s, found, expected = joiner(window_s), 0.0, [], 1
    for number, gap_s in enumerate(gaps):
        found.append(one.raised(AlarmId(str(number)), CLAMPING, now_s).incident_id)
        closed_s = now_s
        one.closed(AlarmId(str(number)), closed_s)
        now_s += gap_s
        expected += now_s - closed_s > window_s
    found.append(one.raised(AlarmId("last"), CLAMPING, now_s).incident_id)
    assert len(set(found)) == expected
