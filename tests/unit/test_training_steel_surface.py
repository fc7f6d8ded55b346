"""The steel recipe: mirrored features, the discriminant, the measures, made surfaces, reading the set."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.errors import InputError

pytest.importorskip("torch")
pytest.importorskip("tqdm")

from training.steel_surface.evaluation import accuracy, confusion_table, macro_f1, soften
from training.steel_surface.familiarity import choose_novelty_limit, fit_clouds, look_at
from training.steel_surface.fitting import FitPlan, fit_discriminant
from training.steel_surface.judge import JudgePlan, fit_judge
from training.steel_surface.members import MemberPlan
from training.steel_surface.network import make_waves, mirror
from training.steel_surface.pictures import load_pictures, to_tensors
from training.steel_surface.simulated import paint_steel
from training.steel_surface.spec import KINDS, SIDE_PX

QUICK = JudgePlan(perceptrons=MemberPlan(members=2, epochs=2))


@pytest.fixture(scope="module")
def tensors() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    painted = [paint_steel(seed, kind) for kind in KINDS for seed in range(4)]
    return to_tensors(np.stack([cv2.resize(image, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA) for image in painted]))


@pytest.fixture(scope="module")
def features(tensors: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return look_at(tensors)[0]


KIND_OF = np.repeat(np.arange(len(KINDS)), 4)


def test_waves_have_no_mean_so_that_light_alone_is_nothing() -> None:
    assert np.abs(make_waves().sum(axis=(1, 2, 3))).max() < 1e-6


@pytest.mark.parametrize("axis", [2, 3])
def test_features_of_mirrored_pictures_are_computed_from_those_of_the_pictures(
    axis: int,
    tensors: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    features: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    found, _ = look_at(np.ascontiguousarray(np.flip(tensors, axis)))
    assert np.abs(found - mirror(features)).max() < 1e-4
    assert np.abs(found - features).max() > 0.1


def test_discriminant_tells_kinds_it_was_shown(features: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    fitted = fit_discriminant(np.stack([features, mirror(features)]), KIND_OF, FitPlan())
    assert (fitted.logits(features).argmax(axis=1) == KIND_OF).all()


def test_discriminant_does_not_prefer_the_common_kind() -> None:
    random = np.random.default_rng(3)
    rows = random.normal(0, 1, (400, 5)).astype(np.float32)
    kinds = np.repeat((0, 1), (380, 20))
    rows[kinds == 1, 0] += 4.0
    fitted = fit_discriminant(rows[None], kinds, FitPlan())
    middle = np.zeros((1, 5), np.float32)
    middle[0, 0] = 2.0
    logits = fitted.logits(middle)[0]
    assert abs(logits[0] - logits[1]) < 2.5
    assert logits[2] < -100


def test_judging_is_the_same_again(features: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    twins = np.stack([features, mirror(features)])
    once, again = (fit_judge(twins, KIND_OF, QUICK, 7, "test").logits(features) for _ in range(2))
    assert np.array_equal(once, again)
    other = fit_judge(twins, KIND_OF, QUICK, 8, "test").logits(features)
    assert not np.array_equal(once, other)


def test_novelty_limit_refuses_just_under_one_in_a_hundred() -> None:
    novelty = np.linspace(0.5, 1.5, 1000)
    refused = (novelty >= choose_novelty_limit(novelty)).mean()
    assert 0.005 <= refused < 0.01


def test_noise_is_farther_than_made_steel(tensors: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    clouds = fit_clouds(look_at(tensors)[1], KIND_OF)
    noise = np.random.default_rng(5).integers(0, 256, (4, SIDE_PX, SIDE_PX, 3)).astype(np.uint8)
    assert clouds.measure(look_at(to_tensors(noise))[1]).min() > 1.5 * clouds.measure(look_at(tensors)[1]).max()


def test_measures() -> None:
    kinds, named = np.asarray([0, 0, 0, 1]), np.asarray([0, 0, 1, 1])
    assert accuracy(kinds, named) == 0.75
    assert macro_f1(kinds, named) == pytest.approx((0.8 + 2 / 3) / 2)
    assert "| 2 | 1 | 0 |" in confusion_table(kinds, named)
    assert soften(np.asarray([[2.0, 0.0]], np.float32), 2.0)[0, 0] == pytest.approx(1 / (1 + np.exp(-1)))


@pytest.mark.parametrize("kind", KINDS)
def test_made_surfaces_come_out_the_same_and_gray(kind: str) -> None:
    image = paint_steel(11, kind)
    assert np.array_equal(image, paint_steel(11, kind))
    assert not np.array_equal(image, paint_steel(12, kind))
    assert (image[..., 0] == image[..., 2]).all()


def test_missing_and_unknown_pictures_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not there"):
        load_pictures(tmp_path)
    folder = tmp_path / "vision" / "x_sdd"
    folder.mkdir(parents=True)
    (folder / "index.csv").write_text("image,class,group,fold\na.png,rust,g,0\n", encoding="utf-8")
    with pytest.raises(InputError, match="rust"):
        load_pictures(tmp_path)
