"""This file decides what the alarm engine asks of the memory of confirmed false alarms, and what an answer does."""

from __future__ import annotations

from typing import Protocol

from inference.findings import Finding
from station.config import CRITICAL, AlarmConfig
from station.frames import SourceId

DEMOTED_TO = 4
"""Priority of a warning whose like was confirmed false."""


class SeenFalse(Protocol):
    """The memory's answer; implemented by the part that keeps it, handed over with ``AlarmDesk.ask_before_raising``.

    Asked on the judge's thread under the alarm desk's lock, for every finding that speaks for a verdict warning, as often
    as frames come: it must answer from memory within some 100 microseconds, never raise, never wait, never call back.
    It is not asked for warnings of priority 1, and for nothing but verdicts.
    """

    def __call__(self, definition: AlarmConfig, source_id: SourceId, finding: Finding, input_ref: int | None) -> int:
        """How often the like of *finding* was confirmed false for this definition; 0: never, or not to be used any more.

        Args:
            definition: The warning that it speaks for.
            source_id: Camera or sensor link.
            finding: What was found, at or above the raise limit.
            input_ref: Sequence number of its frame or window of rows; with *source_id* it names the input.
        """
        ...


def shown_priority(definition: AlarmConfig, seen_false: int) -> int | None:
    """Priority to show instead of the definition's; None where it keeps its own. A critical warning always does."""
    return DEMOTED_TO if seen_false > 0 and CRITICAL < definition.priority < DEMOTED_TO else None
