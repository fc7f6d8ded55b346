"""This file decides through which states an alarm goes: the ISA-18.2 life cycle as a table, and nothing else.

The table is total: every state meets every event. A cell is the next state (the same state where nothing happens), a
:class:`Refusal` for what a person asked and cannot have, or a choice between such by what the definition and the moment
are (:class:`Case`). It knows no time: a shelf that expires and a re-alarm that is due are events like any other.
``docs/alarm-life-cycle.md`` shows it rendered, with the names of OPC UA Part 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from station.view import AlarmState


class LifeEvent(StrEnum):
    """What moves an alarm through its life."""

    CONDITION_RAISED = "condition_raised"
    CONDITION_RETURNED = "condition_returned"
    ACKNOWLEDGE = "acknowledge"
    RESET = "reset"
    SILENCE = "silence"
    """The horn is silenced: never an acknowledgement."""
    REALARM = "realarm"
    """It was acknowledged ``realarm_after_s`` ago and still stands."""
    PROMOTE = "promote"
    """It was demoted as seen false, and findings that nobody called false satisfy it by themselves now."""
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    """By a person, before its time."""
    SHELF_EXPIRED = "shelf_expired"
    SUPPRESS = "suppress"
    """The machine enters the state in which the warning means nothing."""
    UNSUPPRESS = "unsuppress"
    """The machine leaves that state, or nobody knows its state any more."""
    TAKE_OUT_OF_SERVICE = "take_out_of_service"
    RETURN_TO_SERVICE = "return_to_service"
    WITHDRAW = "withdraw"
    """The station file has no such definition any more."""


class Latching(StrEnum):
    """Whether a definition stays after its condition is over and acknowledged."""

    NO = "no"
    YES = "yes"


class Weight(StrEnum):
    """Whether a definition may be held back at all."""

    ORDINARY = "ordinary"
    CRITICAL = "critical"
    """Priority 1."""


class Beneath(StrEnum):
    """What lies beneath the present hold; it decides what the end of the hold sets free."""

    STANDS = "stands"
    """The condition stands."""
    UNANSWERED = "unanswered"
    """Something happened that nobody acknowledged; its condition is over."""
    ANSWERED = "answered"
    """Something happened and was acknowledged before the hold; its condition is over."""
    NOTHING = "nothing"
    SHELVED = "shelved"
    """Another hold: a shelf."""
    SUPPRESSED = "suppressed"
    """Another hold: the machine's state."""


class Refusal(StrEnum):
    """Why a person's command is not carried out; the value is the English sentence, without a full stop."""

    NOT_OPEN = "This warning is not open any more"
    ALREADY_ACKNOWLEDGED = "This warning is already acknowledged"
    STILL_ACTIVE = "This warning is still active; it can be reset when its condition is over"
    NOT_ACKNOWLEDGED = "This warning must be acknowledged before it can be reset"
    NOT_LATCHED = "This warning does not latch; it closes by itself when it is over and acknowledged"
    HELD = "This warning is held back; take it back first"
    CRITICAL = "A warning of priority 1 is never held back"
    ALREADY_SHELVED = "This warning is put aside already; take it back first to put it aside anew"
    NOT_SHELVED = "This warning is not put aside"
    ALREADY_SUPPRESSED = "This warning is suppressed by the machine's state already"
    ALREADY_OUT = "This warning is out of service already"
    NOT_OUT = "This warning is not out of service"


@dataclass(frozen=True, slots=True)
class Case:
    """What the definition and the moment are."""

    latching: Latching = Latching.NO
    weight: Weight = Weight.ORDINARY
    beneath: Beneath = Beneath.NOTHING


Outcome = AlarmState | Refusal


@dataclass(frozen=True, slots=True)
class IfLatching:
    """A choice by :class:`Latching`."""

    yes: Outcome
    no: Outcome


@dataclass(frozen=True, slots=True)
class UnlessCritical:
    """A choice by :class:`Weight`: a critical definition refuses."""

    then: Outcome


@dataclass(frozen=True, slots=True)
class ByBeneath:
    """A choice by :class:`Beneath`."""

    stands: Outcome
    unanswered: Outcome | IfLatching
    answered: Outcome | IfLatching
    nothing: Outcome
    shelved: Outcome
    suppressed: Outcome


Cell = Outcome | IfLatching | UnlessCritical | ByBeneath

_S = AlarmState
_E = LifeEvent
_R = Refusal

_SHELVED = UnlessCritical(_S.SHELVED)
_SUPPRESSED = UnlessCritical(_S.SUPPRESSED)
_OUT = UnlessCritical(_S.OUT_OF_SERVICE)
_FREED = ByBeneath(
    stands=_S.UNACKNOWLEDGED_ACTIVE,
    unanswered=IfLatching(yes=_S.RETURNED_UNACKNOWLEDGED, no=_S.NORMAL),
    answered=IfLatching(yes=_S.LATCHED, no=_S.NORMAL),
    nothing=_S.NORMAL,
    shelved=_S.SHELVED,
    suppressed=_S.SUPPRESSED,
)
"""The end of a hold. It loses no condition: what stands rings anew, what latches stays latched, the rest is over."""
_SHELF_BENEATH = ByBeneath(
    stands=_R.NOT_SHELVED,
    unanswered=_R.NOT_SHELVED,
    answered=_R.NOT_SHELVED,
    nothing=_R.NOT_SHELVED,
    shelved=_S.SUPPRESSED,
    suppressed=_R.NOT_SHELVED,
)
"""Where the machine's state suppresses it, a shelf may lie beneath, which a person takes away; it stays suppressed."""

_TABLE: dict[AlarmState, dict[LifeEvent, Cell]] = {
    _S.NORMAL: {
        _E.CONDITION_RAISED: _S.UNACKNOWLEDGED_ACTIVE,
        _E.CONDITION_RETURNED: _S.NORMAL,
        _E.ACKNOWLEDGE: _R.NOT_OPEN,
        _E.RESET: _R.NOT_OPEN,
        _E.SILENCE: _S.NORMAL,
        _E.REALARM: _S.NORMAL,
        _E.PROMOTE: _S.NORMAL,
        _E.SHELVE: _SHELVED,
        _E.UNSHELVE: _R.NOT_SHELVED,
        _E.SHELF_EXPIRED: _S.NORMAL,
        _E.SUPPRESS: _SUPPRESSED,
        _E.UNSUPPRESS: _S.NORMAL,
        _E.TAKE_OUT_OF_SERVICE: _OUT,
        _E.RETURN_TO_SERVICE: _R.NOT_OUT,
        _E.WITHDRAW: _S.NORMAL,
    },
    _S.UNACKNOWLEDGED_ACTIVE: {
        _E.CONDITION_RAISED: _S.UNACKNOWLEDGED_ACTIVE,
        _E.CONDITION_RETURNED: _S.RETURNED_UNACKNOWLEDGED,
        _E.ACKNOWLEDGE: _S.ACKNOWLEDGED_ACTIVE,
        _E.RESET: IfLatching(yes=_R.STILL_ACTIVE, no=_R.NOT_LATCHED),
        _E.SILENCE: _S.UNACKNOWLEDGED_ACTIVE,
        _E.REALARM: _S.UNACKNOWLEDGED_ACTIVE,
        _E.PROMOTE: _S.UNACKNOWLEDGED_ACTIVE,
        _E.SHELVE: _SHELVED,
        _E.UNSHELVE: _R.NOT_SHELVED,
        _E.SHELF_EXPIRED: _S.UNACKNOWLEDGED_ACTIVE,
        _E.SUPPRESS: _SUPPRESSED,
        _E.UNSUPPRESS: _S.UNACKNOWLEDGED_ACTIVE,
        _E.TAKE_OUT_OF_SERVICE: _OUT,
        _E.RETURN_TO_SERVICE: _R.NOT_OUT,
        _E.WITHDRAW: _S.NORMAL,
    },
    _S.ACKNOWLEDGED_ACTIVE: {
        _E.CONDITION_RAISED: _S.ACKNOWLEDGED_ACTIVE,
        _E.CONDITION_RETURNED: IfLatching(yes=_S.LATCHED, no=_S.NORMAL),
        _E.ACKNOWLEDGE: _R.ALREADY_ACKNOWLEDGED,
        _E.RESET: IfLatching(yes=_R.STILL_ACTIVE, no=_R.NOT_LATCHED),
        _E.SILENCE: _S.ACKNOWLEDGED_ACTIVE,
        _E.REALARM: _S.UNACKNOWLEDGED_ACTIVE,
        _E.PROMOTE: _S.UNACKNOWLEDGED_ACTIVE,
        _E.SHELVE: _SHELVED,
        _E.UNSHELVE: _R.NOT_SHELVED,
        _E.SHELF_EXPIRED: _S.ACKNOWLEDGED_ACTIVE,
        _E.SUPPRESS: _SUPPRESSED,
        _E.UNSUPPRESS: _S.ACKNOWLEDGED_ACTIVE,
        _E.TAKE_OUT_OF_SERVICE: _OUT,
        _E.RETURN_TO_SERVICE: _R.NOT_OUT,
        _E.WITHDRAW: _S.NORMAL,
    },
    _S.RETURNED_UNACKNOWLEDGED: {
        _E.CONDITION_RAISED: _S.UNACKNOWLEDGED_ACTIVE,
        _E.CONDITION_RETURNED: _S.RETURNED_UNACKNOWLEDGED,
        _E.ACKNOWLEDGE: IfLatching(yes=_S.LATCHED, no=_S.NORMAL),
        _E.RESET: IfLatching(yes=_R.NOT_ACKNOWLEDGED, no=_R.NOT_LATCHED),
        _E.SILENCE: _S.RETURNED_UNACKNOWLEDGED,
        _E.REALARM: _S.RETURNED_UNACKNOWLEDGED,
        _E.PROMOTE: _S.RETURNED_UNACKNOWLEDGED,
        _E.SHELVE: _SHELVED,
        _E.UNSHELVE: _R.NOT_SHELVED,
        _E.SHELF_EXPIRED: _S.RETURNED_UNACKNOWLEDGED,
        _E.SUPPRESS: _SUPPRESSED,
        _E.UNSUPPRESS: _S.RETURNED_UNACKNOWLEDGED,
        _E.TAKE_OUT_OF_SERVICE: _OUT,
        _E.RETURN_TO_SERVICE: _R.NOT_OUT,
        _E.WITHDRAW: _S.NORMAL,
    },
    # LATCHED with a definition that does not latch happens after a change of the definition; a reset closes it as well.
    _S.LATCHED: {
        _E.CONDITION_RAISED: _S.UNACKNOWLEDGED_ACTIVE,
        _E.CONDITION_RETURNED: _S.LATCHED,
        _E.ACKNOWLEDGE: _R.ALREADY_ACKNOWLEDGED,
        _E.RESET: _S.NORMAL,
        _E.SILENCE: _S.LATCHED,
        _E.REALARM: _S.LATCHED,
        _E.PROMOTE: _S.LATCHED,
        _E.SHELVE: _SHELVED,
        _E.UNSHELVE: _R.NOT_SHELVED,
        _E.SHELF_EXPIRED: _S.LATCHED,
        _E.SUPPRESS: _SUPPRESSED,
        _E.UNSUPPRESS: _S.LATCHED,
        _E.TAKE_OUT_OF_SERVICE: _OUT,
        _E.RETURN_TO_SERVICE: _R.NOT_OUT,
        _E.WITHDRAW: _S.NORMAL,
    },
    _S.SHELVED: {
        _E.CONDITION_RAISED: _S.SHELVED,
        _E.CONDITION_RETURNED: _S.SHELVED,
        _E.ACKNOWLEDGE: _R.HELD,
        _E.RESET: _R.HELD,
        _E.SILENCE: _S.SHELVED,
        _E.REALARM: _S.SHELVED,
        _E.PROMOTE: _S.SHELVED,
        _E.SHELVE: _R.ALREADY_SHELVED,
        _E.UNSHELVE: _FREED,
        _E.SHELF_EXPIRED: _FREED,
        _E.SUPPRESS: _SUPPRESSED,
        _E.UNSUPPRESS: _S.SHELVED,
        _E.TAKE_OUT_OF_SERVICE: _OUT,
        _E.RETURN_TO_SERVICE: _R.NOT_OUT,
        _E.WITHDRAW: _S.NORMAL,
    },
    _S.SUPPRESSED: {
        _E.CONDITION_RAISED: _S.SUPPRESSED,
        _E.CONDITION_RETURNED: _S.SUPPRESSED,
        _E.ACKNOWLEDGE: _R.HELD,
        _E.RESET: _R.HELD,
        _E.SILENCE: _S.SUPPRESSED,
        _E.REALARM: _S.SUPPRESSED,
        _E.PROMOTE: _S.SUPPRESSED,
        _E.SHELVE: _R.ALREADY_SUPPRESSED,
        _E.UNSHELVE: _SHELF_BENEATH,
        _E.SHELF_EXPIRED: _S.SUPPRESSED,
        _E.SUPPRESS: _S.SUPPRESSED,
        _E.UNSUPPRESS: _FREED,
        _E.TAKE_OUT_OF_SERVICE: _OUT,
        _E.RETURN_TO_SERVICE: _R.NOT_OUT,
        _E.WITHDRAW: _S.NORMAL,
    },
    _S.OUT_OF_SERVICE: {
        _E.CONDITION_RAISED: _S.OUT_OF_SERVICE,
        _E.CONDITION_RETURNED: _S.OUT_OF_SERVICE,
        _E.ACKNOWLEDGE: _R.HELD,
        _E.RESET: _R.HELD,
        _E.SILENCE: _S.OUT_OF_SERVICE,
        _E.REALARM: _S.OUT_OF_SERVICE,
        _E.PROMOTE: _S.OUT_OF_SERVICE,
        _E.SHELVE: _R.ALREADY_OUT,
        _E.UNSHELVE: _R.NOT_SHELVED,
        _E.SHELF_EXPIRED: _S.OUT_OF_SERVICE,
        _E.SUPPRESS: _S.OUT_OF_SERVICE,
        _E.UNSUPPRESS: _S.OUT_OF_SERVICE,
        _E.TAKE_OUT_OF_SERVICE: _R.ALREADY_OUT,
        _E.RETURN_TO_SERVICE: _FREED,
        _E.WITHDRAW: _S.NORMAL,
    },
}

TRANSITIONS: Mapping[AlarmState, Mapping[LifeEvent, Cell]] = MappingProxyType(_TABLE)
"""The whole life cycle: every state and event has exactly one cell."""

ACTIVE_STATES = frozenset({AlarmState.UNACKNOWLEDGED_ACTIVE, AlarmState.ACKNOWLEDGED_ACTIVE})
"""States in which the condition stands."""
HELD_STATES = frozenset({AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE})
"""States in which an alarm neither shows nor rings."""


def next_state(state: AlarmState, event: LifeEvent, case: Case) -> Outcome:
    """What *event* makes of *state* in *case*; total, never raises. May be called from any thread."""
    return resolve(TRANSITIONS[state][event], case)


def resolve(cell: Cell, case: Case) -> Outcome:
    """What *cell* is in *case*."""
    if isinstance(cell, UnlessCritical):
        return cell.then if case.weight is Weight.ORDINARY else Refusal.CRITICAL
    if isinstance(cell, IfLatching):
        return cell.yes if case.latching is Latching.YES else cell.no
    if isinstance(cell, ByBeneath):
        chosen: Outcome | IfLatching = getattr(cell, case.beneath.value)
        return resolve(chosen, case)
    return cell
