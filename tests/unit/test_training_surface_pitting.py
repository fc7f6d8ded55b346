from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.errors import InputError
from inference.findings import ImageU8
from training.surface_pitting.augmentation import CROP_PX, add_dirt, cut_crop, vary_look
from training.surface_pitting.dataset import FrameRecord, Picture, paint_out, position_folds, read_index, read_mask
from training.surface_pitting.evaluation import FrameResult, calendar_auroc, choose_threshold, evaluate, judge_frame
from training.surface_pitting.place import across_grooves, encode_place
from training.surface_pitting.sampling import CropSampler
from training.surface_pitting.spec import GROOVE_SLOPE, HEIGHT_PX, WIDTH_PX


def make_record(position: str = "100_000", step: int = 50, *, pitted: bool = True) -> FrameRecord:
    return FrameRecord(Path("frame.jpg"), position, f"2009{step:02d}", step, pitted, None)


def make_picture(position: str = "100_000", step: int = 50, *, pitted: bool = True) -> Picture:
    image = np.full((HEIGHT_PX, WIDTH_PX, 3), 128, np.uint8)
    mask = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    twins: tuple[ImageU8, ...] = ()
    if pitted:
        twins = (image.copy(), image.copy())
        cv2.circle(mask, (400, 180), 12, 255, -1)
        image[mask > 0] = 20
    return Picture(make_record(position, step, pitted=pitted), image, mask, twins)


def test_index_is_ordered_by_position_and_time_and_counts_steps(tmp_path: Path) -> None:
    folder = tmp_path / "vision" / "ball_screw"
    folder.mkdir(parents=True)
    rows = ["image,position,timestamp,pitting,polygons", "b.jpg,2,20,1,b.json", "a.jpg,2,10,0,", "c.jpg,1,30,0,"]
    (folder / "index.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    records = read_index(tmp_path)
    assert [(r.position, r.timestamp, r.step, r.pitted) for r in records] == [
        ("1", "30", 0, False),
        ("2", "10", 0, False),
        ("2", "20", 1, True),
    ]
    assert records[2].polygons == folder / "b.json"


def test_missing_index_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--data"):
        read_index(tmp_path)


def test_every_position_is_held_out_once_and_whole() -> None:
    records = [make_record(str(position), step) for position in range(9) for step in range(3)]
    folds = position_folds(records, 5)
    assert sorted(position for fold in folds for position in fold) == [str(position) for position in range(9)]


def test_polygons_are_drawn_at_native_size(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text('{"shapes": [{"points": [[10, 10], [30, 10], [30, 20], [10, 20]]}]}', encoding="utf-8")
    mask = read_mask(FrameRecord(Path("x"), "1", "1", 0, pitted=True, polygons=path), 40, 60)
    assert mask.shape == (40, 60)
    assert mask[15, 20] == 255
    assert mask[30, 20] == 0


def test_painting_out_removes_the_pit_and_leaves_the_rest() -> None:
    picture = make_picture()
    twin = paint_out(picture.image, picture.mask)
    assert twin[180, 400].min() > 110
    assert np.array_equal(twin[:100], picture.image[:100])
    assert picture.image[180, 400].max() == 20


def test_place_is_the_same_along_a_groove_and_differs_across() -> None:
    across = across_grooves()
    assert across[200, 100] == pytest.approx(across[200 - 46, 300], abs=0.01)
    assert across[200, 100] != pytest.approx(across[250, 100], abs=0.05)
    assert encode_place(across).shape == (6, HEIGHT_PX // 8, WIDTH_PX // 8)
    assert pytest.approx(0.23) == GROOVE_SLOPE


def test_crop_keeps_image_mask_and_place_together() -> None:
    picture = make_picture()
    random = np.random.default_rng(1)
    for _ in range(30):
        crop = cut_crop(picture.image, picture.mask, (410.0, 190.0), random)
        assert crop.image.shape == (CROP_PX, CROP_PX, 3)
        inside = crop.mask >= 250
        assert inside.any()
        assert crop.image[inside].mean() < 60
        assert crop.across[inside].mean() == pytest.approx((180 + GROOVE_SLOPE * 400) / HEIGHT_PX, abs=0.03)


def test_dirt_and_look_keep_size_and_type() -> None:
    random = np.random.default_rng(2)
    crop = np.full((CROP_PX, CROP_PX, 3), 128, np.uint8)
    for _ in range(20):
        dirty = add_dirt(vary_look(crop, random), random)
        assert dirty.shape == crop.shape
        assert dirty.dtype == np.uint8


def test_sampler_gives_both_pits_and_clean_crops_and_repeats_itself() -> None:
    pictures = [make_picture(), make_picture(step=60), make_picture(step=10, pitted=False), make_picture(step=40, pitted=False)]
    first, second = (CropSampler(pictures, [], np.random.default_rng(4)).batch(24) for _ in range(2))
    images, places, targets = first
    assert images.shape == (24, 3, CROP_PX, CROP_PX)
    assert places.shape == (24, 6, CROP_PX // 8, CROP_PX // 8)
    assert 4 <= (targets.max(axis=(1, 2, 3)) > 0.5).sum() <= 20
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one, other)


def test_hard_places_are_remembered_where_the_network_errs() -> None:
    pictures = [make_picture(), make_picture(step=40, pitted=False)]
    sampler = CropSampler(pictures, [], np.random.default_rng(4))
    found = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    found[100, 300] = 0.9
    sampler.remember_hard([1], [found])
    assert sampler.hard == [(1, 300, 100)]
    assert np.array_equal(sampler.clean_view(0), pictures[0].twins[0])


def make_result(position: str, step: int, score: float, twin: float = float("nan"), fold: int = 0) -> FrameResult:
    pitted = not np.isnan(twin)
    return FrameResult(make_record(position, step, pitted=pitted), fold, score, twin, 80, 100, pitted, 50, 45)


def test_evaluation_of_a_perfect_network() -> None:
    results = [make_result(p, s, 0.05 + 0.001 * s, fold=i % 2) for i, p in enumerate("abc") for s in range(40)]
    results += [make_result(p, s, 0.9, 0.1, fold=i % 2) for i, p in enumerate("abc") for s in range(40, 60)]
    results += [make_result("477500_315", s, 0.1, fold=1) for s in range(60)]
    measured = evaluate(results, 1)
    assert measured.value("image AUROC") == 1.0
    assert measured.value("recall at the threshold of the other folds") == 1.0
    assert measured.value("painted twins whose DEFECT turns to OK") == 1.0
    assert measured.value("false alarms of 477500_315") == 0.0
    assert measured.value("pixel IoU, all pits together") == pytest.approx(0.8)
    assert measured.value("region area inside polygons") == pytest.approx(0.9)


def test_evaluation_catches_a_network_that_reads_the_calendar() -> None:
    results = [make_result(p, s, s / 60, fold=i % 2) for i, p in enumerate("abc") for s in range(40)]
    results += [make_result(p, s, s / 60, s / 60, fold=i % 2) for i, p in enumerate("abc") for s in range(40, 60)]
    results += [make_result("477500_315", s, s / 60, fold=1) for s in range(60)]
    measured = evaluate(results, 1)
    assert measured.value("image AUROC") > 0.9
    assert calendar_auroc(results) > 0.9
    assert measured.value("AUROC against the painted twins") == 0.5
    assert measured.value("false alarms of 477500_315") > 0.2


def test_threshold_allows_one_false_alarm_in_a_hundred() -> None:
    results = [make_result("a", number, 0.5 + number / 1000) for number in range(200)]
    assert 0.69 <= choose_threshold(results) <= 0.71


def test_frame_is_measured_at_native_size(tmp_path: Path) -> None:
    image = np.full((460, 1130, 3), 128, np.uint8)
    cv2.imwrite(str(tmp_path / "f.png"), image)
    polygon = tmp_path / "f.json"
    polygon.write_text('{"shapes": [{"points": [[500, 200], [600, 200], [600, 260], [500, 260]]}]}', encoding="utf-8")
    record = FrameRecord(tmp_path / "f.png", "1", "1", 0, pitted=True, polygons=polygon)
    mask = cv2.resize(read_mask(record, 460, 1130), (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)
    picture = Picture(record, np.full((HEIGHT_PX, WIDTH_PX, 3), 128, np.uint8), np.asarray(mask, np.uint8), ())
    result = judge_frame(picture, 0, np.asarray(mask, np.float32) / 255.0, np.zeros((HEIGHT_PX, WIDTH_PX), np.float32))
    assert result.overlap_px / result.union_px > 0.95
    assert result.pointed
    assert result.region_inside_px == result.region_px > 1000
    assert result.score == pytest.approx(1.0)
    assert result.twin_score == 0.0
