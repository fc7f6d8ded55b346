"""This file decides how times and spans are written: local clock, ages, time left."""

from __future__ import annotations

from datetime import UTC, datetime


def clock_text(utc: datetime) -> str:
    """Local time of day, ``14:02:31``."""
    return utc.astimezone().strftime("%H:%M:%S")


def short_clock_text(utc: datetime) -> str:
    """Local time of day, ``14:02``."""
    return utc.astimezone().strftime("%H:%M")


def day_text(utc: datetime) -> str:
    """Local day, ``03-17``."""
    return utc.astimezone().strftime("%m-%d")


def moment_text(utc: datetime, now: datetime | None = None) -> str:
    """Local time, ``14:02:31``; with its date, ``11-21 14:02:31``, where that is not today's, and with its year where that is not this one.

    Args:
        utc: Aware.
        now: Aware; None for the computer's clock.
    """
    local, today = utc.astimezone(), (now or datetime.now(UTC)).astimezone()
    if local.date() == today.date():
        return f"{local:%H:%M:%S}"
    return f"{local:%m-%d %H:%M:%S}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M:%S}"


def span_text(seconds: float) -> str:
    """A span as ``00:12``, ``1:03:40`` or ``3 d 04:10``; negative spans count as 0."""
    whole = max(0, int(seconds))
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours:02d}:{minutes:02d}"
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes:02d}:{left:02d}"


def hours_text(seconds: float) -> str:
    """Hours and minutes, ``06:12``."""
    minutes = max(0, int(seconds)) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def grouped(number: int) -> str:
    """A whole number with a narrow space between thousands, ``1 284``."""
    return f"{number:,}".replace(",", "\u202f")
