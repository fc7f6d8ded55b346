"""Judging images: verdicts, regions in input pixels, heatmaps, gates, golden sets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.contract import ImageInput, Output, Resize
from inference.errors import PackError
from inference.findings import Verdict
from inference.image_preprocessing import resize_mask
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.model_opening import OpenedModel, Proof, open_model
from inference.parity import check_golden
from inference.providers import ProviderChoice
from inference.reasons import Reason, ReasonCode
from inference.regions import MapGeometry, draw_heatmap, find_regions, scale_map, score_map
from inference.sequence_runner import SequenceRunner
from tests.model_factory import add_golden, make_blob_pack, make_drift_pack, make_shade_pack
from tests.unit.pictures import encode_png, paint


def opened(folder: Path) -> OpenedModel:
    return open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP)


def runner_of(folder: Path) -> ImageRunner:
    runner = opened(folder).runner
    assert isinstance(runner, ImageRunner)
    return runner


def test_a_spot_is_a_defect_with_its_region_and_heatmap(tmp_path: Path) -> None:
    [finding] = runner_of(make_blob_pack(tmp_path / "blob")).judge(paint(spot=230))
    assert (finding.verdict, finding.label, finding.target) == (Verdict.DEFECT, "blob", "blob")
    assert finding.score == pytest.approx(230 / 255, abs=1e-6)
    [region] = finding.regions
    assert (region.x, region.y, region.width, region.height, region.label) == (30, 10, 30, 20, "blob")
    assert finding.heatmap is not None
    assert finding.heatmap.shape == (48, 96)
    assert finding.heatmap[20, 45] == 230
    assert not finding.heatmap.flags.writeable
    assert finding.elapsed_ms > 0
    assert finding.provider == "CPUExecutionProvider"


def test_a_dark_picture_is_ok_without_regions_or_heatmap(tmp_path: Path) -> None:
    runner = runner_of(make_blob_pack(tmp_path / "blob"))
    [finding] = runner.judge(paint())
    assert (finding.verdict, finding.label, finding.regions, finding.heatmap) == (Verdict.OK, "good", (), None)
    [shown] = runner.judge(paint(), HeatmapPolicy.ALWAYS)
    assert shown.heatmap is not None
    [bare] = runner.judge(paint(spot=230), HeatmapPolicy.NEVER)
    assert bare.heatmap is None
    assert bare.regions


def test_near_misses_show_where_they_are(tmp_path: Path) -> None:
    [finding] = runner_of(make_blob_pack(tmp_path / "blob", near_miss=0.4, map_threshold=0.3)).judge(paint(spot=115))
    assert finding.verdict is Verdict.OK
    assert [region.label for region in finding.regions] == ["blob"]
    assert finding.heatmap is not None


def test_classes_give_the_verdicts_label_and_the_maps_regions(tmp_path: Path) -> None:
    runner = runner_of(make_shade_pack(tmp_path / "shade"))
    [bad] = runner.judge(paint(level=200))
    assert (bad.verdict, bad.label, bad.regions[0].label) == (Verdict.DEFECT, "bad", "bad")
    assert bad.score == pytest.approx(200 / 255, abs=1e-5)
    [good] = runner.judge(paint(level=20))
    assert (good.verdict, good.label, good.heatmap) == (Verdict.OK, "good", None)


@pytest.mark.parametrize(
    ("gate", "image", "code"),
    [
        ({"min_width_px": 32, "min_height_px": 32}, paint(width=20, height=40), ReasonCode.TOO_SMALL),
        ({}, paint(width=1, height=1), ReasonCode.TOO_SMALL),
        ({"max_megapixels": 0.001}, paint(), ReasonCode.TOO_LARGE),
        ({"aspect_low": 1.5, "aspect_high": 2.5}, paint(width=40, height=80), ReasonCode.WRONG_SHAPE),
        ({"brightness_low": 30.0}, paint(level=20), ReasonCode.TOO_DARK),
        ({"brightness_high": 200.0}, paint(level=220), ReasonCode.TOO_BRIGHT),
        ({"sharpness_low": 5.0}, paint(level=100), ReasonCode.BLURRED),
        ({}, np.zeros((48, 96), dtype=np.uint8), ReasonCode.UNREADABLE),
    ],
)
def test_doubtful_pictures_get_no_verdict(tmp_path: Path, gate: dict[str, float], image: np.ndarray, code: ReasonCode) -> None:
    [finding] = runner_of(make_blob_pack(tmp_path / "blob", gate=gate)).judge(image)
    assert finding.verdict is Verdict.NO_VERDICT
    assert finding.reason is not None
    assert finding.reason.code is code
    assert "{" not in finding.reason.sentence
    assert np.isnan(finding.score)
    assert finding.label == ""


def test_padding_does_not_count_as_dark(tmp_path: Path) -> None:
    folder = make_blob_pack(tmp_path / "blob", image={"resize": "fit"}, gate={"brightness_low": 90.0})
    [finding] = runner_of(folder).judge(paint(width=24, height=96, level=100))
    assert finding.verdict is Verdict.OK


def test_an_answer_that_is_no_number_is_no_verdict(tmp_path: Path) -> None:
    folder = make_blob_pack(tmp_path / "blob", image={"mean": [float("inf")] * 3})
    [finding] = runner_of(folder).judge(paint())
    assert finding.verdict is Verdict.NO_VERDICT
    assert finding.reason == Reason.of(ReasonCode.MODEL_FAILED, detail="its output map holds no number")


def test_a_runner_refuses_for_what_never_became_an_image(tmp_path: Path) -> None:
    [finding] = runner_of(make_blob_pack(tmp_path / "blob")).refuse(Reason.of(ReasonCode.STALE, age_s="3"))
    assert (finding.verdict, finding.target) == (Verdict.NO_VERDICT, "blob")


def test_a_pack_of_another_kind_is_refused(tmp_path: Path) -> None:
    image, window = opened(make_blob_pack(tmp_path / "blob")), opened(make_drift_pack(tmp_path / "drift"))
    with pytest.raises(PackError, match="does not judge images"):
        ImageRunner(window.pack, window.session)
    with pytest.raises(PackError, match="does not judge windows"):
        SequenceRunner(image.pack, image.session)


def map_output(**changes: object) -> Output:
    base = {"name": "map", "kind": "probability_map", "shape": (1, 1, 24, 32), "threshold": 0.5}
    return Output.model_validate({**base, **changes})


@settings(max_examples=150)
@given(
    width=st.integers(8, 300),
    height=st.integers(8, 300),
    resize=st.sampled_from(list(Resize)),
    grid=st.sampled_from([(12, 16), (24, 32), (48, 64)]),
    left=st.floats(0, 0.9),
    top=st.floats(0, 0.9),
    part=st.floats(0.05, 0.5),
)
def test_regions_lie_where_the_defect_lies(
    width: int, height: int, resize: Resize, grid: tuple[int, int], left: float, top: float, part: float
) -> None:
    spec = ImageInput.model_validate(
        {
            "name": "x",
            "colour": "GRAY",
            "width_px": 32,
            "height_px": 24,
            "mean": (0,),
            "std": (1,),
            "resize": resize,
        }
    )
    mask = np.zeros((height, width), dtype=np.uint8)
    x0, y0 = int(left * width), int(top * height)
    x1, y1 = min(width, x0 + 1 + int(part * width)), min(height, y0 + 1 + int(part * height))
    mask[y0:y1, x0:x1] = 1
    small = resize_mask(mask, spec)
    rows, columns = grid
    scaled = small[(np.arange(rows) * 24) // rows][:, (np.arange(columns) * 32) // columns].astype(np.float32)
    geometry = MapGeometry.of((width, height), spec)
    regions = find_regions(scaled, map_output(), "spot", geometry)
    assert len(regions) == (1 if scaled.any() else 0)
    step_x = 1 + width / geometry.placement.width + geometry.to_image_x(1, columns) - geometry.to_image_x(0, columns)
    step_y = 1 + height / geometry.placement.height + geometry.to_image_y(1, rows) - geometry.to_image_y(0, rows)
    for region in regions:
        assert 0 <= region.x < region.x + region.width <= width
        assert 0 <= region.y < region.y + region.height <= height
        assert abs(region.x - x0) <= step_x
        assert abs(region.y - y0) <= step_y
        assert abs(region.x + region.width - x1) <= step_x
        assert abs(region.y + region.height - y1) <= step_y
    heatmap = draw_heatmap(scaled, geometry)
    assert heatmap.shape == (height, width)


def test_small_regions_are_dropped_and_strong_ones_come_first() -> None:
    spec = ImageInput.model_validate({"name": "x", "colour": "GRAY", "width_px": 32, "height_px": 24, "mean": (0,), "std": (1,)})
    grid = np.zeros((24, 32), dtype=np.float32)
    grid[2, 2] = 0.9
    grid[5:8, 5:8] = 0.6
    grid[15:18, 20:24] = 0.8
    regions = find_regions(grid, map_output(min_region_px=2), "spot", MapGeometry.of((64, 48), spec))
    assert [(round(r.score, 2), r.x, r.y, r.width, r.height) for r in regions] == [(0.8, 40, 30, 8, 6), (0.6, 10, 10, 6, 6)]


def test_the_score_is_the_mean_of_the_highest_pixels() -> None:
    grid = np.array([[0.1, 0.9], [0.5, 0.7]], dtype=np.float32)
    assert score_map(grid, map_output()) == pytest.approx(0.9)
    assert score_map(grid, map_output(score_top_px=2)) == pytest.approx(0.8)
    assert score_map(grid, map_output(score_top_px=99)) == pytest.approx(0.55)


def test_distances_are_scaled_to_a_severity() -> None:
    tensor = np.array([[[[1.0, 2.0], [4.0, 9.0]]]], dtype=np.float32)
    grid = scale_map(tensor, map_output(kind="anomaly_map", scale_low=2.0, scale_high=6.0))
    np.testing.assert_allclose(grid, [[0, 0], [0.5, 1]])


def golden_pack(tmp_path: Path) -> Path:
    folder = make_blob_pack(tmp_path / "blob", gate={"brightness_low": 10.0})
    pictures = {"spot.png": paint(spot=230), "plain.png": paint(), "black.png": paint(level=0)}
    add_golden(folder, {name: encode_png(image) for name, image in pictures.items()})
    return folder


def test_the_golden_set_passes(tmp_path: Path) -> None:
    model = open_model(golden_pack(tmp_path), ProviderChoice.CPU)
    assert model.golden is not None
    assert model.golden.ok
    assert model.golden.cases == 3
    assert model.golden.worst_difference < 1e-5


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("spot.png", {"score": 0.85}, "score 0.9020 instead of 0.8500, more than 0.02 off"),
        ("spot.png", {"verdict": "OK"}, "DEFECT instead of OK"),
        ("spot.png", {"label": "crack"}, "blob instead of crack"),
        ("black.png", {"verdict": "OK", "score": 0.0}, "NO_VERDICT instead of OK"),
        ("plain.png", {"target": "other"}, "no answer for other"),
    ],
)
def test_a_changed_answer_fails_the_golden_set(tmp_path: Path, name: str, change: dict[str, object], sentence: str) -> None:
    folder = golden_pack(tmp_path)
    path = folder / "golden" / "expected.json"
    cases = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps([case | (change if case["input"] == name else {}) for case in cases]), encoding="utf-8")
    model = opened(folder)
    result = check_golden(model.runner, model.pack)
    assert not result.ok
    assert sentence in result.sentence
    with pytest.raises(PackError, match="does not give its golden verdicts on CPU"):
        open_model(folder, ProviderChoice.CPU)


@pytest.mark.parametrize(("text", "sentence"), [("[]", "is empty"), ("{", "cannot be read"), ('[{"input": "gone.png"}]', "cannot be read")])
def test_a_broken_golden_set_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    folder = golden_pack(tmp_path)
    (folder / "golden" / "expected.json").write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=sentence):
        open_model(folder, ProviderChoice.CPU)


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=40), st.integers(1, 45))
def test_the_score_is_that_of_a_full_sort(pixels: list[float], count: int) -> None:
    grid = np.array([pixels], dtype=np.float32)
    expected = np.sort(grid, axis=None)[-count:].mean()
    assert score_map(grid, map_output(score_top_px=count)) == pytest.approx(min(1.0, max(0.0, float(expected))), abs=1e-6)
