"""This file decides that every state meets every event as ISA-18.2 says, holds included."""

from __future__ import annotations

from itertools import product

import pytest

from station.alarms.life_cycle import (
    ACTIVE_STATES,
    HELD_STATES,
    TRANSITIONS,
    Beneath,
    Case,
    Latching,
    LifeEvent,
    Refusal,
    Weight,
    next_state,
)
from station.view import AlarmState

N, U, A, R, L = (
    AlarmState.NORMAL,
    AlarmState.UNACKNOWLEDGED_ACTIVE,
    AlarmState.ACKNOWLEDGED_ACTIVE,
    AlarmState.RETURNED_UNACKNOWLEDGED,
    AlarmState.LATCHED,
)
S, P, O = AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE  # noqa: E741 - one letter a state
E = LifeEvent
# Written out by hand, apart from the table under test. A column a state, a row an event.
# x: refused; ?: refused to a critical one, else the hold; free: what the end of a hold sets free; l/y: with a latch l, without y.
EXPECTED = """
                     N    U    A    R    L    S     P      O
condition_raised     U    U    A    U    U    S     P      O
condition_returned   N    R    L/N  R    L    S     P      O
acknowledge          x    A    x    L/N  x    x     x      x
reset                x    x    x    x    N    x     x      x
silence              N    U    A    R    L    S     P      O
realarm              N    U    U    R    L    S     P      O
promote              N    U    U    R    L    S     P      O
shelve               ?S   ?S   ?S   ?S   ?S   x     x      x
unshelve             x    x    x    x    x    free  shelf  x
shelf_expired        N    U    A    R    L    free  P      O
suppress             ?P   ?P   ?P   ?P   ?P   ?P    P      O
unsuppress           N    U    A    R    L    S     free   O
take_out_of_service  ?O   ?O   ?O   ?O   ?O   ?O    ?O     x
return_to_service    x    x    x    x    x    x     x      free
withdraw             N    N    N    N    N    N     N      N
"""
LETTERS = {"N": N, "U": U, "A": A, "R": R, "L": L, "S": S, "P": P, "O": O}
FREE = {
    Beneath.STANDS: ("U", "U"),
    Beneath.UNANSWERED: ("R", "N"),
    Beneath.ANSWERED: ("L", "N"),
    Beneath.NOTHING: ("N", "N"),
    Beneath.SHELVED: ("S", "S"),
    Beneath.SUPPRESSED: ("P", "P"),
}
CASES = [Case(*parts) for parts in product(Latching, Weight, Beneath)]
EVERYTHING = list(product(AlarmState, LifeEvent))


def expected() -> dict[tuple[AlarmState, LifeEvent], str]:
    head, *rows = [line.split() for line in EXPECTED.strip().splitlines()]
    return {(LETTERS[letter], LifeEvent(name)): cell for name, *cells in rows for letter, cell in zip(head, cells, strict=True)}


def wanted(cell: str, case: Case) -> AlarmState | None:
    """The state that *cell* says; None for a refusal."""
    latches = case.latching is Latching.YES
    if cell == "free":
        return LETTERS[FREE[case.beneath][0 if latches else 1]]
    if cell == "shelf":
        return P if case.beneath is Beneath.SHELVED else None
    if cell.startswith("?"):
        return None if case.weight is Weight.CRITICAL else LETTERS[cell[1]]
    if "/" in cell:
        return LETTERS[cell.split("/")[0 if latches else 1]]
    return LETTERS.get(cell)


def test_the_table_is_total() -> None:
    assert set(TRANSITIONS) == set(AlarmState)
    assert all(set(row) == set(LifeEvent) for row in TRANSITIONS.values())
    assert set(expected()) == set(EVERYTHING)


@pytest.mark.parametrize(("state", "event"), EVERYTHING)
def test_every_state_meets_every_event_in_every_case(state: AlarmState, event: LifeEvent) -> None:
    for case in CASES:
        outcome = next_state(state, event, case)
        want = wanted(expected()[state, event], case)
        assert isinstance(outcome, Refusal) if want is None else outcome is want, case


BY_PEOPLE = {E.ACKNOWLEDGE, E.RESET, E.SHELVE, E.UNSHELVE, E.TAKE_OUT_OF_SERVICE, E.RETURN_TO_SERVICE}


@pytest.mark.parametrize(("state", "event"), EVERYTHING)
def test_only_people_are_refused_and_machines_only_for_critical_ones(state: AlarmState, event: LifeEvent) -> None:
    for case in CASES:
        outcome = next_state(state, event, case)
        if isinstance(outcome, Refusal):
            assert event in BY_PEOPLE or (event is E.SUPPRESS and outcome is Refusal.CRITICAL)
            assert outcome.value
            assert not outcome.value.endswith(".")


@pytest.mark.parametrize(("state", "event"), EVERYTHING)
def test_a_critical_one_never_gets_behind_a_hold(state: AlarmState, event: LifeEvent) -> None:
    if state in HELD_STATES:
        return
    for latching, beneath in product(Latching, (Beneath.STANDS, Beneath.UNANSWERED, Beneath.ANSWERED, Beneath.NOTHING)):
        assert next_state(state, event, Case(latching, Weight.CRITICAL, beneath)) not in HELD_STATES


@pytest.mark.parametrize("state", AlarmState)
def test_silence_changes_nothing(state: AlarmState) -> None:
    assert {next_state(state, E.SILENCE, case) for case in CASES} == {state}


@pytest.mark.parametrize("state", sorted(HELD_STATES))
def test_every_hold_has_an_end_and_loses_no_condition(state: AlarmState) -> None:
    end = {S: E.SHELF_EXPIRED, P: E.UNSUPPRESS, O: E.RETURN_TO_SERVICE}[state]
    for latching, weight in product(Latching, Weight):
        assert next_state(state, end, Case(latching, weight, Beneath.STANDS)) is U
        assert next_state(state, end, Case(latching, weight, Beneath.NOTHING)) is N


ASKS_ANEW = {E.CONDITION_RAISED, E.REALARM, E.PROMOTE}


@pytest.mark.parametrize(("state", "event"), list(product((A, L), LifeEvent)))
def test_nothing_acknowledged_is_unacknowledged_without_asking_anew(state: AlarmState, event: LifeEvent) -> None:
    for case in CASES:
        if next_state(state, event, case) in {U, R}:
            assert event in ASKS_ANEW
    for held, end in ((S, E.UNSHELVE), (P, E.UNSUPPRESS), (O, E.RETURN_TO_SERVICE)):
        for latching in Latching:
            assert next_state(held, end, Case(latching, Weight.ORDINARY, Beneath.ANSWERED)) not in {U, R}


@pytest.mark.parametrize("latching", Latching)
def test_an_active_alarm_never_closes_without_a_person_or_a_hold(latching: Latching) -> None:
    """From unacknowledged active there is no path to NORMAL that does not go over an acknowledgement or a hold."""
    reached, todo = {U}, [U]
    by_a_person_or_hold = {E.ACKNOWLEDGE, E.SHELVE, E.SUPPRESS, E.TAKE_OUT_OF_SERVICE, E.WITHDRAW}
    while todo:
        state = todo.pop()
        for event in set(LifeEvent) - by_a_person_or_hold:
            outcome = next_state(state, event, Case(latching))
            if isinstance(outcome, AlarmState) and outcome not in reached:
                reached.add(outcome)
                todo.append(outcome)
    assert reached == {U, R}
    assert {U, A} == ACTIVE_STATES
