"""This file decides what the window may see of the horn, and with that what it sounds and flashes."""

from __future__ import annotations

from dataclasses import dataclass

from station.frames import PersonId


@dataclass(frozen=True, slots=True)
class HornView:
    """The horn at one moment. Immutable.

    Attributes:
        priority: Priority of the most urgent warning that may sound: not acknowledged, still active, not silenced; None: quiet.
        bursts: How many times a pattern was begun so far. Whoever makes the sound plays one each time this goes up.
        burst_priority: Priority whose pattern the newest burst has; None before the first.
        silenced: Warnings would sound if a person had not silenced them.
        silenced_by: Who did; None when nobody was signed in, or nothing is silenced.
        flash: The window is to flash: the station wants it, and a warning of priority 1 is neither acknowledged nor over.
        volume: 0 to 1, as the station file says.
        switched_on: Whether any priority sounds at this station.
    """

    priority: int | None = None
    bursts: int = 0
    burst_priority: int | None = None
    silenced: bool = False
    silenced_by: PersonId | None = None
    flash: bool = False
    volume: float = 0.8
    switched_on: bool = True


QUIET = HornView()
"""The horn before anything happened."""
