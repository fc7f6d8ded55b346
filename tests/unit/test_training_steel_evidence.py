"""The steel recipe's map: the folded head says the same, its slope is the slope, and a tile counts as leaving it out does."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("tqdm")

import torch

from inference.findings import Finding, ImageU8, Region, Verdict
from training.steel_surface.evaluation import choose_refusal, choose_unsure
from training.steel_surface.evidence import TILES, Evidence
from training.steel_surface.failures import FAMILIES, TRIED, show_failures
from training.steel_surface.familiarity import look_at
from training.steel_surface.head import Head
from training.steel_surface.judge import Judge, JudgePlan, fit_judge
from training.steel_surface.members import MemberPlan
from training.steel_surface.network import LIGHT, POOLS, Scattering, mirror, plane_channels
from training.steel_surface.pictures import to_tensors
from training.steel_surface.places import Explainer, replace_texture
from training.steel_surface.simulated import paint_steel, paint_surface
from training.steel_surface.spec import EVIDENCE_SHAPE, KINDS, SIDE_PX

Array = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
KIND_OF = np.repeat(np.arange(len(KINDS)), 4)


@pytest.fixture(scope="module")
def tensors() -> Array:
    painted = [paint_steel(seed, kind) for kind in KINDS for seed in range(4)]
    return to_tensors(np.stack([cv2.resize(image, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA) for image in painted]))


@pytest.fixture(scope="module")
def features(tensors: Array) -> Array:
    return look_at(tensors)[0]


@pytest.fixture(scope="module")
def judge(features: Array) -> Judge:
    twins = np.stack([features, mirror(features)])
    return fit_judge(twins, KIND_OF, JudgePlan(perceptrons=MemberPlan(members=3, epochs=6)), 5, "test")


def test_the_folded_head_says_what_the_judge_says(judge: Judge, features: Array) -> None:
    found = Head(judge, 2.0)(torch.from_numpy(features)).numpy()
    wanted = judge.logits(features)
    assert np.abs(2.0 * found - wanted).max() < 1e-5 * np.abs(wanted).max()


def test_the_slope_is_the_slope(judge: Judge, features: Array) -> None:
    head = Head(judge, 1.3)
    standard = head.standardise(torch.from_numpy(features)).requires_grad_(True)
    hidden = head.hidden(standard)
    logits = head.logits(standard, hidden)
    likeliest = logits.argmax(dim=1, keepdim=True)
    others = logits.scatter(1, likeliest, -1e9)
    odds = logits.gather(1, likeliest)[:, 0] - torch.logsumexp(others, dim=1)
    (wanted,) = torch.autograd.grad(odds.sum(), standard)
    found = head.slope(logits.detach(), hidden.detach())
    assert float((wanted - found).abs().max()) < 1e-5 * max(1.0, float(wanted.abs().max()))


@torch.no_grad()
def test_a_tile_counts_as_much_as_leaving_it_out_changes_the_features(judge: Judge, tensors: Array) -> None:
    """Against the plain way: cut the tile out of every plane and pool again."""
    scattering, head = Scattering(), Head(judge, 1.0)
    image = torch.from_numpy(tensors[9:10])
    planes = scattering.planes(scattering.first(image))
    features = scattering.describe(image, planes)
    hidden = head.hidden(head.standardise(features))
    slope = head.slope(head.logits(head.standardise(features), hidden), hidden)
    found = Evidence(head).weigh(planes, features, slope)[0, 0].numpy()
    assert found.shape == (TILES, TILES)
    assert abs(float(found.mean())) < 1e-4

    def leave_out(row: int, column: int) -> float:
        fall, begin = 0.0, LIGHT
        for plane, channels in zip(planes, plane_channels(), strict=True):
            side = int(plane.shape[2]) // TILES
            keep = torch.ones(plane.shape[2:], dtype=torch.bool)
            keep[row * side : (row + 1) * side, column * side : (column + 1) * side] = False
            small = torch.nn.functional.avg_pool2d(plane, 2)
            rows, columns = (slice(place * side // 2, max((place + 1) * side // 2, place * side // 2 + 1)) for place in (row, column))
            rest = small.clone()
            rest[:, :, rows, columns] = 0.0
            values = plane[0][:, keep]
            tiles = torch.nn.functional.avg_pool2d(plane * plane, side)
            square = (tiles.sum(dim=(2, 3)) - tiles[:, :, row, column])[0] / (TILES * TILES - 1)
            mean = values.mean(dim=1)
            pooled = torch.cat([mean, rest.amax(dim=(2, 3))[0], torch.sqrt(torch.relu(square - mean * mean) + 1e-8)])
            share = torch.ones(POOLS * channels)
            share[channels : 2 * channels] = 1.0 if side > 1 else 0.25
            part = slice(begin, begin + POOLS * channels)
            before = torch.clamp((features[0, part] - head.offset[part]) / head.spread[part], -4, 4)
            after = torch.clamp((torch.log(pooled + 1e-3) - head.offset[part]) / head.spread[part], -4, 4)
            fall += float((share * slope[0, part] * (before - after)).sum())
            begin = part.stop
        return fall

    places = [(0, 0), (3, 11), (8, 8), (15, 2)]
    wanted = np.asarray([leave_out(row, column) for row, column in places])
    given = np.asarray([found[place] for place in places])
    assert np.abs((wanted - wanted[0]) - (given - given[0])).max() < 1e-3


def test_the_map_lies_on_a_painted_scratch_and_nowhere_else(judge: Judge) -> None:
    near = []
    for seed in range(60, 66):
        surface = paint_surface(seed, ("surface_scratch",))
        image = np.asarray(cv2.resize(surface.image, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8)
        kind, shown = Explainer(judge, 1.0).explain(to_tensors(image[None])[0])
        if KINDS[kind] == "surface_scratch":
            mask = cv2.dilate(cv2.resize(surface.mask.astype(np.uint8), (SIDE_PX, SIDE_PX)), np.ones((17, 17), np.uint8)) > 0
            near.append(bool(mask[divmod(int(shown.argmax()), SIDE_PX)]))
            assert 0.0 <= shown.min() <= shown.max() <= 1.0
    assert len(near) >= 4
    assert np.mean(near) >= 0.8


def test_the_maps_shape_is_the_contracts() -> None:
    assert EVIDENCE_SHAPE == (1, 1, TILES, TILES)


def test_limits_leave_out_the_share_they_should() -> None:
    confidence = np.linspace(0.3, 1.0, 1000)
    assert 0.025 <= (confidence < choose_unsure(confidence)).mean() <= 0.031
    assert (confidence < choose_refusal(confidence)).sum() in {1, 2}


def test_a_place_is_filled_from_elsewhere_and_the_rest_stays() -> None:
    image = np.full((SIDE_PX, SIDE_PX, 3), 100, np.uint8)
    image[40:60, 40:60] = 200
    place = np.zeros((SIDE_PX, SIDE_PX), np.bool_)
    place[36:64, 36:64] = True
    filled = replace_texture(image, place, place.astype(np.float32))
    assert filled[50, 50, 0] == 100
    assert np.array_equal(filled[:30], image[:30])


def test_masks_lie_where_the_painter_was() -> None:
    assert not paint_surface(3, ()).mask.any()
    mask = paint_surface(3, ("surface_scratch",)).mask
    assert 0.005 < mask.mean() < 0.2
    both = paint_surface(3, ("surface_scratch", "iron_sheet_ash")).mask
    assert both.sum() > mask.sum()


def test_failures_are_those_that_are_wrong() -> None:
    def judge(image: ImageU8) -> Finding:
        return Finding(
            "s", Verdict.DEFECT, KINDS[6], 1.0, 0.0, "m", "1", "0", "p", 1.0, regions=(Region(KINDS[6], 1.0, 5, 5, 20, 20),), confidence=0.9
        )

    shown = {one.name: one.caption for one in show_failures(1, judge)}
    assert set(shown) == {family.name for family in FAMILIES} - {"lying-across"}
    assert f"Of {TRIED} such, {TRIED} are named wrongly." in shown["slag-as-another-kind"]
