"""The magnetic-tile recipe: what survives the preparation, made and moved defects, light, splits, measures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.errors import InputError
from inference.findings import ImageU8

pytest.importorskip("torch")
pytest.importorskip("tqdm")

import torch

from training.magnetic_tile.dataset import SAME_TILE, Tile, learn_from, load_tiles
from training.magnetic_tile.evaluation import evaluate, judge_tile, share_kinds
from training.magnetic_tile.fitting import pixel_loss
from training.magnetic_tile.made_defects import paint_defect
from training.magnetic_tile.network import Seeing, TileNet, mark_both_ways
from training.magnetic_tile.pasting import cut_defects, paste
from training.magnetic_tile.preparing import to_canvas, to_tensor
from training.magnetic_tile.sampling import CROP_PX, CropSampler, halve
from training.magnetic_tile.simulated import paint_ground, paint_tile
from training.magnetic_tile.simulated_failures import dark_corner, dark_stain, faint_uneven, thin_crack
from training.magnetic_tile.spec import HEIGHT_PX, KINDS, UNKNOWN, WIDTH_PX


def make_tile(number: int, kind: int, fold: int = 0) -> Tile:
    gray, kinds = paint_tile(number, KINDS[kind - 1] if kind else None, 200, 240)
    return Tile(f"tile-{number}", gray, kinds, kind, f"scene-{number}", fold)


TILES = [make_tile(number, number % 6, number % 3) for number in range(24)]


@pytest.mark.parametrize(("width", "height"), [(105, 222), (280, 360), (632, 403)])
def test_a_blowhole_of_a_seven_hundredth_of_the_tile_survives_the_preparation(width: int, height: int) -> None:
    """0.14 % of the picture, the median blowhole: every pixel of it reaches the network, and the map's grid still has it."""
    gray = np.full((height, width), 120, np.uint8)
    radius = float(np.sqrt(0.0014 * width * height / np.pi))
    kinds = np.zeros_like(gray)
    cv2.circle(kinds, (width // 2, height // 2), round(radius), 1, -1)
    gray[kinds > 0] = 40
    canvas = to_canvas(gray)[..., 0]
    assert canvas.shape == (HEIGHT_PX, WIDTH_PX)
    assert int((canvas == 40).sum()) == int(kinds.sum())
    seen = Seeing()(torch.from_numpy(to_tensor(gray)))[0, 0].numpy()
    assert np.median(seen[canvas == 40]) < -2.0
    assert abs(np.median(seen[canvas == 120])) < 0.5
    assert halve(to_canvas(kinds)[..., 0]).sum() >= 0.8 * kinds.sum() / 4


def test_what_the_network_sees_hardly_depends_on_exposure() -> None:
    gray = paint_ground(np.random.default_rng(4), 200, 240)
    bright = np.asarray(np.clip(gray, 20, 120), np.uint8)
    dark = np.asarray(np.clip(gray, 20, 120) * 0.7, np.uint8)
    seeing = Seeing()
    first, second = (seeing(torch.from_numpy(to_tensor(one)))[0, :3].numpy() for one in (bright, dark))
    assert np.abs(first - second).mean() < 0.1 * np.abs(first).mean() + 0.02


def test_nothing_is_seen_where_there_is_no_tile() -> None:
    seen = Seeing()(torch.from_numpy(to_tensor(TILES[0].gray)))[0].numpy()
    empty = to_canvas(TILES[0].gray)[..., 0] == 0
    assert empty.mean() > 0.5
    assert not seen[:, empty].any()


@pytest.mark.parametrize("kind", KINDS)
def test_a_made_defect_changes_the_picture_where_it_is_marked(kind: str) -> None:
    changed = marked = 0.0
    for seed in range(8):
        random = np.random.default_rng(seed)
        before = paint_ground(random, 260, 300)
        gray, kinds = before.copy(), np.zeros(before.shape, np.uint8)
        paint_defect(gray, kinds, kind, random)
        inside = kinds == KINDS.index(kind) + 1
        assert set(np.unique(kinds)) <= {0, KINDS.index(kind) + 1}
        far = ~(cv2.dilate(inside.astype(np.uint8), np.ones((25, 25), np.uint8)) > 0)
        changed += float(np.abs(gray - before)[inside].sum())
        marked += float(inside.sum())
        assert np.abs(gray - before)[far].sum() < 0.5 * far.sum() + 1
    assert changed / marked > 3.0


def test_a_moved_defect_brings_its_mask_along() -> None:
    cuttings = cut_defects([make_tile(31, 1)])
    gray = paint_ground(np.random.default_rng(5), 200, 240)
    before, kinds = gray.copy(), np.zeros(gray.shape, np.uint8)
    paste(cuttings[0], gray, kinds, np.random.default_rng(6))
    assert cuttings[0].kind == 1
    assert (kinds == 1).sum() >= 5
    assert np.abs(gray - before)[kinds == 1].mean() > 5.0
    far = ~(cv2.dilate((kinds > 0).astype(np.uint8), np.ones((41, 41), np.uint8)) > 0)
    np.testing.assert_array_equal(gray[far], before[far])


def test_the_same_seed_draws_the_same_crops() -> None:
    first, second, other = (CropSampler(TILES, np.random.default_rng(seed)).batch(4) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    assert not np.array_equal(first[0], other[0])
    assert first[0].shape == (4, 1, CROP_PX, CROP_PX)
    assert first[1].shape == (4, CROP_PX // 2, CROP_PX // 2)


def test_unknown_pixels_teach_nothing() -> None:
    logits = torch.randn(1, 6, 8, 8, generator=torch.Generator().manual_seed(0), requires_grad=True)
    kinds = torch.full((1, 8, 8), UNKNOWN)
    pixel_loss(logits, kinds).backward()
    assert logits.grad is not None
    assert float(logits.grad.abs().max()) == 0.0


def test_who_judges_a_scene_has_not_learnt_from_it_nor_from_its_twin() -> None:
    blank: ImageU8 = np.zeros((4, 4), np.uint8)
    tiles = [Tile(scene, blank, blank, 3, scene, fold) for scene, fold in (("40", 0), ("47", 3), ("48", 2), ("43", 1), ("40", 0))]
    assert {tile.scene for tile in learn_from(tiles, 0)} == {"43"}
    assert {tile.scene for tile in learn_from(tiles, 1)} == {"40", "47", "48"}
    assert all(len(same) >= 2 for same in SAME_TILE)


def test_a_perfect_map_gets_perfect_figures() -> None:
    results = []
    for tile in TILES:
        chances = np.zeros((6, HEIGHT_PX // 2, WIDTH_PX // 2), np.float32)
        kinds = halve(to_canvas(tile.kinds)[..., 0])
        for number in range(6):
            chances[number] = np.where(kinds == number, 0.96, 0.008)
        results.append(judge_tile(tile, chances))
    evaluation = evaluate(results, seed=0)
    assert evaluation.figures["image AUROC"].value == 1.0
    assert evaluation.figures["recall at 1 % false alarms"].value == 1.0
    assert evaluation.figures["mean IoU on defect images"].value > 0.75
    assert evaluation.figures["pointing game"].value == 1.0
    assert all(result.named == result.kind for result in results if result.kind)


def test_kinds_share_the_defect() -> None:
    chances = np.full((6, 4, 4), 0.01, np.float32)
    chances[0], chances[3] = 0.05, 0.91
    shares = share_kinds(chances)
    assert shares.sum() == pytest.approx(1.0, abs=1e-5)
    assert int(shares.argmax()) == 2


def test_a_turned_tile_gets_the_turned_map() -> None:
    torch.manual_seed(0)
    network = TileNet().eval()
    seen = torch.randn(1, 4, 64, 64)
    with torch.no_grad():
        first = mark_both_ways(network, seen)
        turned = mark_both_ways(network, torch.flip(seen, (2, 3)))
    assert float((torch.flip(turned, (2, 3)) - first).abs().max()) < 1e-4


def test_pictures_of_the_card_are_painted_the_same_every_time() -> None:
    for paint in (dark_corner, dark_stain, faint_uneven, thin_crack):
        np.testing.assert_array_equal(paint(3), paint(3))
        assert paint(3).std() > 3.0


def test_without_the_set_it_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="tile pictures"):
        load_tiles(tmp_path)


@pytest.mark.real_data
def test_the_set_is_read_as_it_is_described(real_data_dir: Path) -> None:
    tiles = load_tiles(real_data_dir)
    assert len(tiles) == 1087
    assert sum(tile.faulty and not tile.marked for tile in tiles) == 4
    folds: dict[str, set[int]] = {}
    for tile in tiles:
        folds.setdefault(tile.scene, set()).add(tile.fold)
    assert all(len(held) == 1 for held in folds.values())
    assert all(len({next(iter(folds[scene])) for scene in same}) == len(same) for same in SAME_TILE)
    holes = [tile.kinds == 1 for tile in tiles if tile.kind == 1]
    assert np.median([hole.mean() for hole in holes]) < 0.002
