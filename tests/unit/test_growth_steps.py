"""This file decides whether pictures find their position and time step, and only what stays in its place is measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from station.config import GrowthConfig
from station.growth_places import GRID_HEIGHT, GRID_WIDTH, TOLERANCE, Mask, PlaceMemory, found_mask
from station.growth_steps import Place, PlaceReader, StepGatherer

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
NAME = "277500_315/01_200828110014_277500_315_crop_2.jpg"


def mask(x: int, y: int, size: int = 5) -> Mask:
    found = np.zeros((GRID_HEIGHT, GRID_WIDTH), np.bool_)
    found[y : y + size, x : x + size] = True
    return found


def test_position_and_time_stand_in_the_name() -> None:
    reader = PlaceReader(GrowthConfig(name_pattern=r"(?P<time>\d{12})_(?P<position>\d{6}_\d{3})", time_format="%y%m%d%H%M%S"))
    assert reader.read(NAME, NOW) == Place("277500_315", datetime(2020, 8, 28, 11, 0, 14, tzinfo=UTC))


def test_a_time_with_a_zone_is_that_zones() -> None:
    reader = PlaceReader(GrowthConfig(name_pattern=r"(?P<time>.{20})", time_format="%Y%m%dT%H%M%S%z"))
    assert reader.read("20260301T100000+0200", NOW) == Place("", NOW)


def test_without_a_pattern_it_is_the_configured_position_now() -> None:
    assert PlaceReader(GrowthConfig(position="left")).read("x.png", NOW) == Place("left", NOW)


@pytest.mark.parametrize("name", ["other.jpg", "", "01_209999999999_277500_315.jpg"])
def test_a_name_that_does_not_fit_has_no_place(name: str) -> None:
    reader = PlaceReader(GrowthConfig(name_pattern=r"(?P<time>\d{12})_(?P<position>\d{6}_\d{3})", time_format="%y%m%d%H%M%S"))
    assert reader.read(name, NOW) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"name_pattern": "("},
        {"name_pattern": "x"},
        {"name_pattern": r"(?P<time>\d+)"},
        {"time_format": "%y"},
        {"name_pattern": r"(?P<position>\d+)", "time_format": "%y"},
    ],
)
def test_a_pattern_that_cannot_work_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"name_pattern|time_format"):
        GrowthConfig.model_validate(wrong)


def test_every_picture_is_a_step_of_its_own() -> None:
    step = StepGatherer(None).add(NOW, mask(10, 10))
    assert step is not None
    assert step.utc == NOW
    np.testing.assert_array_equal(step.mask, mask(10, 10))


def test_a_step_that_lasts_is_what_most_of_its_pictures_found() -> None:
    gatherer = StepGatherer(3600.0)
    for minute, found in enumerate([mask(10, 10), mask(10, 10), np.ones_like(mask(0, 0)), mask(10, 10), mask(600, 300)]):
        assert gatherer.add(NOW + timedelta(minutes=minute), found) is None
    step = gatherer.add(NOW + timedelta(hours=2), mask(0, 0))
    assert step is not None
    assert step.utc == NOW
    np.testing.assert_array_equal(step.mask, mask(10, 10))


def test_a_step_ends_by_the_clock_too_and_only_once() -> None:
    gatherer = StepGatherer(60.0)
    gatherer.add(NOW, mask(10, 10))
    assert gatherer.close(NOW + timedelta(seconds=59)) is None
    assert gatherer.close(NOW + timedelta(seconds=60)) is not None
    assert gatherer.close(NOW + timedelta(seconds=120)) is None


def test_what_moves_is_not_measured_and_what_stays_is() -> None:
    memory = PlaceMemory().after(mask(100, 100)).after(mask(300, 200))
    assert memory.confirmed_share(mask(500, 50)) == 0.0
    assert memory.confirmed_share(mask(100 + TOLERANCE, 100)) == pytest.approx(25 / (GRID_WIDTH * GRID_HEIGHT))
    assert memory.confirmed_share(mask(100 + TOLERANCE + 5, 100)) == 0.0


def test_only_the_last_three_steps_confirm_each_other() -> None:
    memory = PlaceMemory().after(mask(100, 100))
    empty = np.zeros_like(mask(0, 0))
    assert memory.after(empty).confirmed_share(mask(100, 100)) > 0.0
    assert memory.after(empty).after(empty).confirmed_share(mask(100, 100)) == 0.0


@given(st.integers(0, 790), st.integers(0, 390))
def test_one_bad_picture_measures_nothing(x: int, y: int) -> None:
    quiet = PlaceMemory().after(np.zeros_like(mask(0, 0))).after(np.zeros_like(mask(0, 0)))
    assert quiet.confirmed_share(mask(x, y)) == 0.0


def test_a_kept_memory_confirms_the_same() -> None:
    memory = PlaceMemory().after(mask(100, 100)).after(mask(300, 200))
    kept = PlaceMemory.from_texts(memory.to_texts())
    assert kept.confirmed_share(mask(300, 200)) == memory.confirmed_share(mask(300, 200)) > 0.0


@pytest.mark.parametrize("text", ["?", "AAAA", ""])
def test_what_is_no_kept_mask_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a kept mask"):
        PlaceMemory.from_texts([text])


def test_two_sizes_of_one_view_mark_the_same_places() -> None:
    small = np.zeros((460, 1130), np.uint8)
    large = np.zeros((645, 1540), np.uint8)
    small[92:138, 226:339] = 255
    large[129:194, 308:462] = 255
    differs = found_mask(small, 0.3) ^ found_mask(large, 0.3)
    assert differs.mean() < 0.001
    assert found_mask(small, 0.3).mean() == pytest.approx(0.01, rel=0.1)


def test_a_cell_counts_from_the_level_on() -> None:
    flat = np.full((40, 80), 77, np.uint8)
    assert found_mask(flat, 0.3).all()
    assert not found_mask(flat - np.uint8(1), 0.3).any()
