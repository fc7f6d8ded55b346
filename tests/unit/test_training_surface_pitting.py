from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.errors import InputError
from inference.findings import ImageU8
from training.surface_pitting.augmentation import CROP_PX, add_dirt, cut_crop, vary_look
from training.surface_pitting.dataset import FrameRecord, Picture, mark_doubt, paint_out, position_folds, read_index, read_mask
from training.surface_pitting.evaluation import FrameResult, calendar_auroc, choose_threshold, evaluate, find_peak, judge_frame
from training.surface_pitting.place import across_grooves, encode_place
from training.surface_pitting.sampling import LAST_STEP, CropSampler
from training.surface_pitting.scores import calibrate, fit_score_calibration, held_out_probabilities
from training.surface_pitting.spec import GROOVE_SLOPE, HEIGHT_PX, WIDTH_PX
from training.surface_pitting.strangers import hold_hand_before


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


def test_a_pit_drawn_before_or_after_but_not_now_is_in_doubt_and_nothing_is_taught_there() -> None:
    before, now, after = make_picture(step=40, pitted=False), make_picture(step=41), make_picture(step=42, pitted=False)
    other = make_picture("200_000", 43, pitted=False)
    marked = mark_doubt([before, now, after, other])
    for picture in (marked[0], marked[2]):
        assert picture.doubt is not None
        assert picture.doubt[180, 400] == 255
        assert 400 < np.count_nonzero(picture.doubt) < 1_000
    assert marked[1].doubt is None
    assert marked[3].doubt is None
    random = np.random.default_rng(3)
    crop = cut_crop(marked[0].image, marked[0].mask, (400.0, 180.0), random, marked[0].doubt)
    assert 100 < np.count_nonzero(crop.doubt) < 4_000
    sampler = CropSampler(marked, [], random)
    found = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    found[180, 400] = 0.9
    sampler.remember_hard([0, 3], [found, found])
    assert sampler.hard == [(3, 400, 180)]


def test_growth_around_a_drawn_pit_is_not_in_doubt() -> None:
    now, after = make_picture(step=41), make_picture(step=42)
    cv2.circle(after.mask, (400, 180), 20, 255, -1)
    assert [picture.doubt for picture in mark_doubt([now, after])] == [None, None]


def test_half_of_the_pictures_searched_for_hard_places_are_of_the_last_frames() -> None:
    pictures = [make_picture(step=step, pitted=step == 30) for step in range(20, 70)]
    chosen = CropSampler(pictures, [], np.random.default_rng(4)).choose_to_mine(12)
    assert len(set(chosen)) == 12
    assert sum(pictures[index].record.step >= LAST_STEP for index in chosen) >= 6


def test_a_hand_covers_a_good_part_of_the_picture() -> None:
    random = np.random.default_rng(5)
    image = np.full((HEIGHT_PX, WIDTH_PX, 3), 128, np.uint8)
    for _ in range(10):
        covered = (np.abs(hold_hand_before(image, random).astype(int) - 128) > 8).any(axis=2)
        assert 0.05 < covered.mean() < 0.9


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
    images, places, targets, sure = first
    assert sure.shape == targets.shape
    assert (sure == 1.0).all()
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
    top = np.full(200, score, np.float32)
    twin_top = np.full(200, twin, np.float32) if pitted else None
    return FrameResult(make_record(position, step, pitted=pitted), fold, score, twin, 80, 100, pitted, 50, 45, top, twin_top)


def test_calibration_turns_scores_into_shares_and_keeps_their_order() -> None:
    random = np.random.default_rng(6)
    results = []
    for number in range(600):
        score = random.uniform(0.02, 0.98)
        pits = random.random() < score**3
        results.append(make_result("abc"[number % 3], 40, score, 0.1 if pits else float("nan"), fold=number % 3))
    calibrated = calibrate(results, fit_score_calibration(results))
    order = np.argsort([result.score for result in results])
    assert (np.diff(np.asarray([result.score for result in calibrated])[order]) >= 0).all()
    share = np.mean([result.record.pitted for result in results])
    assert np.mean([result.score for result in calibrated]) == pytest.approx(share, abs=0.02)
    assert np.mean(held_out_probabilities(results)) == pytest.approx(share, abs=0.05)
    assert np.isnan([r.twin_score for r in calibrated if not r.record.pitted]).all()


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


def test_no_clean_frame_reaches_the_threshold() -> None:
    results = [make_result("a", number, 0.5 + number / 1000) for number in range(200)]
    results += [make_result("a", number, 0.2, 0.1) for number in range(5)]
    assert choose_threshold(results) == pytest.approx(0.7)
    assert max(result.score for result in results) < choose_threshold(results)


def test_threshold_keeps_a_margin_towards_the_pits() -> None:
    clean = [make_result("a", number, 0.1) for number in range(50)]
    near, far = ([make_result("a", number, score, 0.1) for number in range(9)] for score in (0.6, 0.999))
    without, small, large = choose_threshold(clean), choose_threshold([*clean, *near]), choose_threshold([*clean, *far])
    assert without == small == 0.3
    clean = [make_result("a", number, 0.7) for number in range(50)]
    without, large = choose_threshold(clean), choose_threshold([*clean, *far])
    assert without == pytest.approx(0.701)
    assert without + 0.05 < large < 0.999


def test_the_peak_is_where_a_whole_small_pit_is_high_and_not_one_pixel() -> None:
    found = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    found[40, 700] = 1.0
    found[200:206, 300:306] = 0.9
    assert find_peak(found) in {(row, column) for row in range(202, 204) for column in range(302, 304)}


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
    assert result.pixel_pointed
    assert result.region_inside_px == result.region_px > 1000
    assert result.score == pytest.approx(1.0)
    assert result.twin_score == 0.0
