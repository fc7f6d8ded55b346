"""This file decides the NE 107 device states, which of them is worse, and what a source tells of itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from station.frames import SourceId


class DeviceStatus(IntEnum):
    """NAMUR NE 107 status signals; a higher number is worse and wins."""

    GOOD = 0
    MAINTENANCE_REQUIRED = 1
    OUT_OF_SPECIFICATION = 2
    FUNCTION_CHECK = 3
    FAILURE = 4


def worst(statuses: Iterable[DeviceStatus]) -> DeviceStatus:
    """The worst of *statuses*; GOOD for none."""
    return max(statuses, default=DeviceStatus.GOOD)


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """What a reader says of its source. Alive, on time and valid are three different facts.

    Attributes:
        source_id: The camera or sensor link.
        status: NE 107 status.
        alive: The connection stands.
        on_time: Data arrived within the expected interval.
        valid: The last data could be used.
        detail: The exact reason in English when something is wrong (credentials stripped); empty otherwise.
        since_utc: Since when it is as it is.
        attempts: Connection attempts since the last good data.
        received: Frames or rows received since start.
        dropped: Lost since start because judging could not keep up (live); what ``judge_hz`` leaves out is not among them.
        rate_hz: Frames or rows per second over the last seconds.
        exhausted: A replay reached its end.
    """

    source_id: SourceId
    status: DeviceStatus
    alive: bool
    on_time: bool
    valid: bool
    detail: str
    since_utc: datetime
    attempts: int
    received: int
    dropped: int
    rate_hz: float
    exhausted: bool
