"""This file decides that every state meets every event as ISA-18.2 says."""

from __future__ import annotations

from itertools import product

import pytest

from station.alarms.life_cycle import ACTIVE_STATES, TRANSITIONS, Latching, LifeEvent, Refusal, next_state
from station.view import AlarmState

N, U, A, R, L = (
    AlarmState.NORMAL,
    AlarmState.UNACKNOWLEDGED_ACTIVE,
    AlarmState.ACKNOWLEDGED_ACTIVE,
    AlarmState.RETURNED_UNACKNOWLEDGED,
    AlarmState.LATCHED,
)
NOT_OPEN, ALREADY, ACTIVE, FIRST, NO_LATCH = (
    Refusal.NOT_OPEN,
    Refusal.ALREADY_ACKNOWLEDGED,
    Refusal.STILL_ACTIVE,
    Refusal.NOT_ACKNOWLEDGED,
    Refusal.NOT_LATCHED,
)
# Rows: state. Columns: raised, returned, acknowledge, reset. Written out by hand, apart from the table under test.
EXPECTED = {
    Latching.NO: {
        N: (U, N, NOT_OPEN, NOT_OPEN),
        U: (U, R, A, NO_LATCH),
        A: (A, N, ALREADY, NO_LATCH),
        R: (U, R, N, NO_LATCH),
        L: (U, L, ALREADY, N),
    },
    Latching.YES: {
        N: (U, N, NOT_OPEN, NOT_OPEN),
        U: (U, R, A, ACTIVE),
        A: (A, L, ALREADY, ACTIVE),
        R: (U, R, L, FIRST),
        L: (U, L, ALREADY, N),
    },
}
COLUMNS = (LifeEvent.CONDITION_RAISED, LifeEvent.CONDITION_RETURNED, LifeEvent.ACKNOWLEDGE, LifeEvent.RESET)


def test_the_table_is_total() -> None:
    assert set(TRANSITIONS) == set(product(Latching, AlarmState, LifeEvent))
    assert set(COLUMNS) == set(LifeEvent)


@pytest.mark.parametrize(("latching", "state", "event"), list(product(Latching, AlarmState, LifeEvent)))
def test_every_state_meets_every_event(latching: Latching, state: AlarmState, event: LifeEvent) -> None:
    assert next_state(latching, state, event) is EXPECTED[latching][state][COLUMNS.index(event)]


@pytest.mark.parametrize(("latching", "state"), list(product(Latching, AlarmState)))
def test_only_people_are_refused(latching: Latching, state: AlarmState) -> None:
    for event in (LifeEvent.CONDITION_RAISED, LifeEvent.CONDITION_RETURNED):
        assert isinstance(next_state(latching, state, event), AlarmState)


@pytest.mark.parametrize("latching", Latching)
def test_an_active_alarm_never_closes_without_an_acknowledgement(latching: Latching) -> None:
    """From unacknowledged active there is no path to NORMAL that does not go over an acknowledgement."""
    reached, todo = {U}, [U]
    while todo:
        state = todo.pop()
        for event in (LifeEvent.CONDITION_RAISED, LifeEvent.CONDITION_RETURNED, LifeEvent.RESET):
            outcome = next_state(latching, state, event)
            if isinstance(outcome, AlarmState) and outcome not in reached:
                reached.add(outcome)
                todo.append(outcome)
    assert reached == {U, R}
    assert {U, A} == ACTIVE_STATES
