"""This file decides which shift it is and when it began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from station.config import Shift


@dataclass(frozen=True, slots=True)
class RunningShift:
    """The shift that is on.

    Attributes:
        name: As in the station file; empty where the station has no shifts (then it began at local midnight).
        began_utc: When it began, aware UTC.
    """

    name: str
    began_utc: datetime


def shift_ends_utc(shifts: tuple[Shift, ...], now_utc: datetime) -> datetime | None:
    """When the next shift begins after *now_utc* (aware), by the station PC's local time; None for a station without shifts."""
    local = now_utc.astimezone()
    midnight = datetime.combine(local.date(), time.min)
    starts = []
    for shift in shifts:
        hour, minute = (int(part) for part in shift.start.split(":"))
        for days_on in (0, 1):
            start = (midnight + timedelta(days=days_on, hours=hour, minutes=minute)).astimezone()
            if start > local:
                starts.append(start.astimezone(UTC))
    return min(starts, default=None)


def running_shift(shifts: tuple[Shift, ...], now_utc: datetime) -> RunningShift:
    """The shift that is on at *now_utc*, by the station PC's local time.

    Args:
        shifts: As configured; each lasts until the next one begins, the last over midnight.
        now_utc: Aware UTC.
    """
    local = now_utc.astimezone()
    midnight = datetime.combine(local.date(), time.min)
    if not shifts:
        return RunningShift("", midnight.astimezone().astimezone(UTC))
    begun: list[tuple[datetime, str]] = []
    for days_back in (0, 1):
        for shift in shifts:
            hour, minute = (int(part) for part in shift.start.split(":"))
            start = (midnight - timedelta(days=days_back) + timedelta(hours=hour, minutes=minute)).astimezone()
            if start <= local:
                begun.append((start.astimezone(UTC), shift.name))
    began_utc, name = max(begun)
    return RunningShift(name, began_utc)
