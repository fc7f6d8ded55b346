"""This file decides what is compared of two faults: their cause, their machine, what drove them, how they looked, what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from inference.findings import Contribution, Finding, FloatArray
from station.frames import AlarmId, PersonId

LEAST_SHARE = 0.02
"""Channels that drove a score less than this are noise."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One action that a person chose for a warning they called real.

    Attributes:
        worked: The cause did not come back on that machine in time; None while that is not known.
    """

    action_id: str
    alarm_id: AlarmId
    person_id: PersonId
    utc: datetime
    worked: bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One incident (or one warning that belongs to none).

    Attributes:
        case_id: Id of the incident, else of the warning.
        cause: Id of the cause that its warnings share.
        asset: The machine.
        judged: (model, target) of the findings behind it.
        drivers: Signed contribution of each channel, see :func:`signed_drivers`.
        embedding: float32 (D,) of the strongest finding; None where there is none.
        embedding_of: Which network the embedding is of.
        attempts: What was done, oldest first.
    """

    case_id: str
    cause: str
    asset: str
    judged: frozenset[tuple[str, str]] = frozenset()
    drivers: Mapping[str, float] = field(default_factory=dict)
    embedding: FloatArray | None = None
    embedding_of: str = ""
    attempts: tuple[Attempt, ...] = ()


def signed_drivers(contributors: Sequence[Contribution]) -> dict[str, float]:
    """Share of each channel, with the sign of its deviation from the usual; where that was not kept, of its effect."""
    found = {}
    for one in contributors:
        if one.share >= LEAST_SHARE:
            away = one.effect if one.value is None or one.usual is None else one.value - one.usual
            found[one.channel] = float(np.copysign(one.share, away if np.isfinite(away) else one.effect))
    return found


def drivers_of(findings: Sequence[Finding]) -> dict[str, float]:
    """Drivers of all *findings* of a case; of a channel that several name, the strongest."""
    found: dict[str, float] = {}
    for finding in findings:
        for channel, share in signed_drivers(finding.contributors).items():
            if abs(share) > abs(found.get(channel, 0.0)):
                found[channel] = share
    return found
