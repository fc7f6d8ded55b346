"""This file decides when a surface that wears is said to grow worse: a control chart of the found area, step by step.

Pits never heal, so growth is judged over time steps of one camera position, not on one picture. The method is a Shewhart
individuals chart that learns its own limits (W. A. Shewhart, *Economic Control of Quality of Manufactured Product*, 1931):

* What is measured is the *extent* of a step: the square root of the share of the picture that the model's map marks at
  places where it marked them before (:mod:`station.growth_places`: one bad picture measures nothing). The root makes the
  noise of a counted area independent of its size (M. S. Bartlett, *The square root transformation in analysis of variance*,
  1936: a count's root has a standard deviation of one half), and grows evenly with the width of a pit.
* The first ``baseline_steps`` steps of a position say what is normal there: their mean and standard deviation, texture and
  dirt that the model mistakes for pits included.
* The *growth* of a later step is its distance from that mean in standard deviations. From three on it counts (Shewhart's
  limit); the alarm definition may want it in N of the last M steps.
* *Since when* it grows is where the cumulative sum of what exceeds :data:`CUSUM_SLACK` last left zero (E. S. Page,
  *Continuous inspection schemes*, Biometrika 1954).

Pure: time comes in with the steps. Nothing here may be shared between threads.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

CUSUM_SLACK = 1.5
"""Half of the three standard deviations that count: Page's reference value for that shift."""
CUSUM_MOST = 6.0
"""One step adds at most so much to the sum, so that a single bad picture is soon forgotten."""
KEPT_STEPS = 64
"""So many of the newest steps are kept with a trend."""
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GrowthRule:
    """How growth is judged.

    Attributes:
        baseline_steps: So many first steps say what is normal; at least 2.
        noise_floor: Least standard deviation of the extent: half a pixel's width in shares of the picture's width.
    """

    baseline_steps: int = 30
    noise_floor: float = 0.001


@dataclass(frozen=True, slots=True)
class GrowthStep:
    """One time step of one position.

    Attributes:
        utc: When, aware UTC; the recording's own time where it is known.
        area: Share of the picture, 0..1, found at places that were found before.
    """

    utc: datetime
    area: float


@dataclass(frozen=True, slots=True)
class GrowthTrend:
    """The steps of one position so far, and what they come to. Immutable; :meth:`after` gives the next one.

    Attributes:
        rule: How it is judged.
        baseline: Areas of the first steps, at most ``rule.baseline_steps``.
        recent: The newest steps, oldest first, at most :data:`KEPT_STEPS`.
        steps: Steps taken.
        pressure: Page's cumulative sum, in standard deviations.
        onset: The first step since that sum left zero; None while it is zero.
        steps_since_onset: Steps from the onset on, the onset included.
    """

    rule: GrowthRule
    baseline: tuple[float, ...] = ()
    recent: tuple[GrowthStep, ...] = ()
    steps: int = 0
    pressure: float = 0.0
    onset: GrowthStep | None = None
    steps_since_onset: int = 0

    def after(self, step: GrowthStep) -> GrowthTrend:
        """The trend with *step*; the same one where the step is not newer than the newest, or its area is no number."""
        if not self.is_news(step.utc) or not 0.0 <= step.area <= 1.0:
            return self
        grown = replace(self, recent=(*self.recent, step)[-KEPT_STEPS:], steps=self.steps + 1)
        if self.learning:
            return replace(grown, baseline=(*self.baseline, step.area))
        pressure = max(0.0, self.pressure + min(self.growth_of(step.area), CUSUM_MOST) - CUSUM_SLACK)
        if pressure <= 0.0:
            return replace(grown, pressure=0.0, onset=None, steps_since_onset=0)
        return replace(grown, pressure=pressure, onset=self.onset or step, steps_since_onset=self.steps_since_onset + 1)

    def is_news(self, utc: datetime) -> bool:
        """Whether a step at *utc* is newer than the newest; a replay that begins again tells nothing new."""
        return not self.recent or utc > self.recent[-1].utc

    @property
    def learning(self) -> bool:
        """Whether the baseline is not whole yet; growth is not judged until it is."""
        return len(self.baseline) < self.rule.baseline_steps

    @property
    def area(self) -> float:
        """Found share of the newest step, 0..1; NaN before the first."""
        return self.recent[-1].area if self.recent else math.nan

    @property
    def growth(self) -> float:
        """Growth of the newest step, standard deviations; NaN while learning and before the first judged step."""
        return math.nan if self.steps <= self.rule.baseline_steps else self.growth_of(self.area)

    @property
    def baseline_area(self) -> float:
        """What is normal here: the square of the baseline's mean extent, a share; NaN while learning."""
        return math.nan if self.learning else self._mean() ** 2

    @property
    def gained_per_step(self) -> float:
        """Share of the picture gained per step since the onset; 0 where nothing grows."""
        if self.onset is None:
            return 0.0
        return max(0.0, self.area - self.baseline_area) / self.steps_since_onset

    @property
    def gained_per_day(self) -> float | None:
        """Share of the picture gained per day since the step before the onset; None where nothing grows, and within an hour."""
        before = next((one for one in reversed(self.recent) if self.onset is not None and one.utc < self.onset.utc), None)
        if self.onset is None or before is None:
            return None
        span = self.recent[-1].utc - before.utc
        return max(0.0, self.area - self.baseline_area) / (span / _DAY) if span >= _HOUR else None

    def growth_of(self, area: float) -> float:
        """Growth of a step with *area*, standard deviations; NaN while learning. Rises with the area."""
        return math.nan if self.learning else (math.sqrt(area) - self._mean()) / self._deviation()

    def area_at(self, growth: float) -> float:
        """Found share at which the growth is *growth*; NaN while learning."""
        return math.nan if self.learning else min(1.0, max(0.0, self._mean() + growth * self._deviation()) ** 2)

    def _mean(self) -> float:
        return sum(math.sqrt(area) for area in self.baseline) / len(self.baseline)

    def _deviation(self) -> float:
        mean = self._mean()
        squares = sum((math.sqrt(area) - mean) ** 2 for area in self.baseline)
        return math.hypot(math.sqrt(squares / max(1, len(self.baseline) - 1)), self.rule.noise_floor)


def trend_to_json(trend: GrowthTrend) -> str:
    """What the records keep of *trend*; :func:`trend_from_json` goes on from it exactly."""
    return json.dumps(
        {
            "baseline": trend.baseline,
            "recent": [(_to_us(step.utc), step.area) for step in trend.recent],
            "steps": trend.steps,
            "pressure": trend.pressure,
            "onset": None if trend.onset is None else (_to_us(trend.onset.utc), trend.onset.area),
            "steps_since_onset": trend.steps_since_onset,
        }
    )


def trend_from_json(text: str, rule: GrowthRule) -> GrowthTrend:
    """The trend that was kept, under *rule*. A baseline longer than the rule's is cut to its first steps.

    Raises:
        ValueError: The text is not of this kind (another version wrote it).
    """
    try:
        kept = json.loads(text)
        return GrowthTrend(
            rule=rule,
            baseline=tuple(float(area) for area in kept["baseline"])[: rule.baseline_steps],
            recent=tuple(GrowthStep(_from_us(us), float(area)) for us, area in kept["recent"]),
            steps=int(kept["steps"]),
            pressure=float(kept["pressure"]),
            onset=None if kept["onset"] is None else GrowthStep(_from_us(kept["onset"][0]), float(kept["onset"][1])),
            steps_since_onset=int(kept["steps_since_onset"]),
        )
    except (ValueError, KeyError, TypeError, IndexError, OverflowError) as error:
        raise ValueError(f"not a kept trend: {error}") from error


def _to_us(utc: datetime) -> int:
    return (utc - _EPOCH) // timedelta(microseconds=1)


def _from_us(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)
