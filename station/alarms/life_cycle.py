"""This file decides through which states an alarm goes: the ISA-18.2 life cycle as a table, and nothing else.

The table is total: every state meets every event, for definitions that latch and for those that do not. A value is
the next state (the same state where nothing happens) or a :class:`Refusal` for what a person asked and cannot have.

Shelved, suppressed by design and out of service are not in use yet. Their place: three more members of
``station.view.AlarmState`` and four more members of :class:`LifeEvent` (shelve with its time and reason, unshelve,
machine state entered, machine state left); each multiplies this table by one row or one column and by nothing else,
because the engine asks only :func:`next_state`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from station.view import AlarmState


class LifeEvent(StrEnum):
    """What moves an alarm through its life."""

    CONDITION_RAISED = "condition_raised"
    CONDITION_RETURNED = "condition_returned"
    ACKNOWLEDGE = "acknowledge"
    RESET = "reset"


class Latching(StrEnum):
    """Whether a definition stays after its condition is over and acknowledged."""

    NO = "no"
    YES = "yes"


class Refusal(StrEnum):
    """Why a person's command is not carried out; the value is the English sentence, without a full stop."""

    NOT_OPEN = "This warning is not open any more"
    ALREADY_ACKNOWLEDGED = "This warning is already acknowledged"
    STILL_ACTIVE = "This warning is still active; it can be reset when its condition is over"
    NOT_ACKNOWLEDGED = "This warning must be acknowledged before it can be reset"
    NOT_LATCHED = "This warning does not latch; it closes by itself when it is over and acknowledged"


_S = AlarmState
_E = LifeEvent
_R = Refusal

_BOTH: dict[tuple[AlarmState, LifeEvent], AlarmState | Refusal] = {
    (_S.NORMAL, _E.CONDITION_RAISED): _S.UNACKNOWLEDGED_ACTIVE,
    (_S.NORMAL, _E.CONDITION_RETURNED): _S.NORMAL,
    (_S.NORMAL, _E.ACKNOWLEDGE): _R.NOT_OPEN,
    (_S.NORMAL, _E.RESET): _R.NOT_OPEN,
    (_S.UNACKNOWLEDGED_ACTIVE, _E.CONDITION_RAISED): _S.UNACKNOWLEDGED_ACTIVE,
    (_S.UNACKNOWLEDGED_ACTIVE, _E.CONDITION_RETURNED): _S.RETURNED_UNACKNOWLEDGED,
    (_S.UNACKNOWLEDGED_ACTIVE, _E.ACKNOWLEDGE): _S.ACKNOWLEDGED_ACTIVE,
    (_S.ACKNOWLEDGED_ACTIVE, _E.CONDITION_RAISED): _S.ACKNOWLEDGED_ACTIVE,
    (_S.ACKNOWLEDGED_ACTIVE, _E.ACKNOWLEDGE): _R.ALREADY_ACKNOWLEDGED,
    (_S.RETURNED_UNACKNOWLEDGED, _E.CONDITION_RAISED): _S.UNACKNOWLEDGED_ACTIVE,
    (_S.RETURNED_UNACKNOWLEDGED, _E.CONDITION_RETURNED): _S.RETURNED_UNACKNOWLEDGED,
    (_S.LATCHED, _E.CONDITION_RAISED): _S.UNACKNOWLEDGED_ACTIVE,
    (_S.LATCHED, _E.CONDITION_RETURNED): _S.LATCHED,
    (_S.LATCHED, _E.ACKNOWLEDGE): _R.ALREADY_ACKNOWLEDGED,
    (_S.LATCHED, _E.RESET): _S.NORMAL,
}
"""Rows that are the same for every definition. LATCHED with a definition that does not latch happens after a
restart with a changed station file; a reset closes it as well."""

_BY_LATCH: dict[Latching, dict[tuple[AlarmState, LifeEvent], AlarmState | Refusal]] = {
    Latching.NO: {
        (_S.UNACKNOWLEDGED_ACTIVE, _E.RESET): _R.NOT_LATCHED,
        (_S.ACKNOWLEDGED_ACTIVE, _E.CONDITION_RETURNED): _S.NORMAL,
        (_S.ACKNOWLEDGED_ACTIVE, _E.RESET): _R.NOT_LATCHED,
        (_S.RETURNED_UNACKNOWLEDGED, _E.ACKNOWLEDGE): _S.NORMAL,
        (_S.RETURNED_UNACKNOWLEDGED, _E.RESET): _R.NOT_LATCHED,
    },
    Latching.YES: {
        (_S.UNACKNOWLEDGED_ACTIVE, _E.RESET): _R.STILL_ACTIVE,
        (_S.ACKNOWLEDGED_ACTIVE, _E.CONDITION_RETURNED): _S.LATCHED,
        (_S.ACKNOWLEDGED_ACTIVE, _E.RESET): _R.STILL_ACTIVE,
        (_S.RETURNED_UNACKNOWLEDGED, _E.ACKNOWLEDGE): _S.LATCHED,
        (_S.RETURNED_UNACKNOWLEDGED, _E.RESET): _R.NOT_ACKNOWLEDGED,
    },
}

TRANSITIONS: Mapping[tuple[Latching, AlarmState, LifeEvent], AlarmState | Refusal] = MappingProxyType(
    {(latching, state, event): outcome for latching, rows in _BY_LATCH.items() for (state, event), outcome in (_BOTH | rows).items()}
)
"""The whole life cycle: every latching, state and event has exactly one outcome."""

ACTIVE_STATES = frozenset({AlarmState.UNACKNOWLEDGED_ACTIVE, AlarmState.ACKNOWLEDGED_ACTIVE})
"""States in which the condition stands."""


def next_state(latching: Latching, state: AlarmState, event: LifeEvent) -> AlarmState | Refusal:
    """What *event* makes of *state*; total, never raises. May be called from any thread."""
    return TRANSITIONS[latching, state, event]
