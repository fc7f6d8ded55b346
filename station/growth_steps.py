"""This file decides which position a picture shows and which time step it belongs to."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from station.config import GrowthConfig
from station.growth_places import GRID_HEIGHT, GRID_WIDTH, Mask

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a picture was taken.

    Attributes:
        position: Name of the camera position; empty where the camera has only one.
        utc: When, aware UTC.
    """

    position: str
    utc: datetime


class PlaceReader:
    """Reads position and time off the names of pictures.

    Args:
        config: Of the camera.
    """

    def __init__(self, config: GrowthConfig) -> None:
        self._pattern = None if config.name_pattern is None else re.compile(config.name_pattern)
        self._time_format = config.time_format
        self._position = config.position

    def read(self, name: str, taken_utc: datetime) -> Place | None:
        """Place of the picture *name*, received at *taken_utc*; None where its name does not fit the pattern.

        A time without a zone is taken as UTC.
        """
        if self._pattern is None:
            return Place(self._position, taken_utc)
        found = self._pattern.search(name)
        if found is None:
            return None
        groups: Mapping[str, str | None] = found.groupdict()
        position = self._position if groups.get("position") is None else str(groups["position"])
        time_text = groups.get("time")
        if self._time_format is None or time_text is None:
            return Place(position, taken_utc)
        try:
            taken = datetime.strptime(time_text, self._time_format)  # noqa: DTZ007 - the zone is set in the next line
        except ValueError:
            return None
        return Place(position, taken.replace(tzinfo=UTC) if taken.tzinfo is None else taken.astimezone(UTC))


@dataclass(frozen=True, slots=True, eq=False)
class FoundStep:
    """What was found in one time step.

    Attributes:
        utc: When, aware UTC; the beginning of a step that lasts.
        mask: bool, what more than half of the step's pictures found.
    """

    utc: datetime
    mask: Mask


class StepGatherer:
    """Makes time steps of one position's pictures: each picture one step, or all pictures of a span one step.

    Of a span each place counts that more than half of its pictures found, so that a hand in front of the lens changes nothing.

    Args:
        step_s: Length of a step, s; None: every picture is one.
    """

    def __init__(self, step_s: float | None) -> None:
        self._step_s = step_s
        self._number: int | None = None
        self._pictures = 0
        self._found = np.zeros((GRID_HEIGHT, GRID_WIDTH) if step_s is not None else (0, 0), np.uint32)

    def add(self, utc: datetime, mask: Mask) -> FoundStep | None:
        """Take what one picture found; returns the step that it is, or that it ends (the one before its own)."""
        if self._step_s is None:
            return FoundStep(utc, mask)
        ended = self.close(utc)
        number = self._number_of(utc, self._step_s)
        if self._number is None:
            self._number = number
        if number == self._number:  # a picture of an earlier step comes too late to count
            self._found += mask
            self._pictures += 1
        return ended

    def close(self, utc: datetime) -> FoundStep | None:
        """The step that is over at *utc*; None where none is."""
        if self._step_s is None or self._number is None or self._number_of(utc, self._step_s) <= self._number:
            return None
        ended = FoundStep(_EPOCH + timedelta(seconds=self._number * self._step_s), 2 * self._found > self._pictures)
        self._number, self._pictures = None, 0
        self._found[:] = 0
        return ended

    @staticmethod
    def _number_of(utc: datetime, step_s: float) -> int:
        return math.floor((utc - _EPOCH).total_seconds() / step_s)
