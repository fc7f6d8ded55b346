"""This file decides how growth over a pile of image files becomes a table: ``inspect --growth``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from inference.errors import UsageError
from inference.findings import Finding, Verdict
from station.config import GrowthConfig
from station.growth import GrowthRule, GrowthStep, GrowthTrend
from station.growth_places import PlaceMemory, found_mask
from station.growth_steps import PlaceReader
from station.results_file import ResultsFile, write_number

GROWTH_COLUMNS = ("image", "position", "time", "step", "area", "growth", "grows")
"""Columns of the table; other tools rely on them. *area* is a share of the picture, *growth* in standard deviations."""
RAISE_AT = 3.0
"""Growth that counts, as in a station file that says nothing else."""


def growth_config(names: str | None, time_format: str | None) -> GrowthConfig:
    """The growth settings of ``--names`` and ``--time-format``.

    Raises:
        UsageError: The pattern cannot work.
    """
    try:
        return GrowthConfig(name_pattern=names, time_format=time_format)
    except ValidationError as error:
        raise UsageError("The names cannot be read like this", value=error.errors()[0]["msg"], do="See docs/growth.md") from None


class GrowthTable:
    """Takes judged images in order, every image one time step of its position, and writes a row for each that has a place.

    One thread; a context manager.

    Args:
        path: The table.
        config: How names tell position and time.

    Raises:
        ResultsError: The table cannot be written.
    """

    def __init__(self, path: Path, config: GrowthConfig) -> None:
        self._config = config
        self._rule = GrowthRule(config.baseline_steps, config.noise_floor)
        self._reader = PlaceReader(config)
        self._results = ResultsFile(path, GROWTH_COLUMNS)
        self._trends: dict[str, tuple[GrowthTrend, PlaceMemory]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._results.__exit__(None, None, None)

    def take(self, image: Path, finding: Finding) -> None:
        """Take what was said of *image*. Without a verdict, a map, or a name that fits, it is no step; nor is an older one."""
        if finding.verdict is Verdict.NO_VERDICT or finding.heatmap is None:
            return
        # Without times in the names the order of the files is the order of the steps.
        counted = datetime.fromtimestamp(sum(known.steps for known, _ in self._trends.values()), UTC)
        place = self._reader.read(image.as_posix(), counted)
        if place is None:
            return
        trend, places = self._trends.get(place.position, (GrowthTrend(self._rule), PlaceMemory()))
        if not trend.is_news(place.utc):
            return
        mask = found_mask(finding.heatmap, self._config.level)
        trend = trend.after(GrowthStep(place.utc, places.confirmed_share(mask)))
        self._trends[place.position] = trend, places.after(mask)
        time = place.utc.isoformat() if self._config.time_format is not None else ""
        grows = int(trend.growth >= RAISE_AT)
        row = (str(image), place.position, time, str(trend.steps), write_number(trend.area), write_number(trend.growth), str(grows))
        self._results.write([row])
