from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from station.simulation.parts import BURST_PARTS, PartsScene
from station.simulation.parts_texture import PartKind, paint_gap, paint_part


def test_same_seed_and_time_give_the_same_frame_in_any_order() -> None:
    forward = PartsScene(5, 320, 130)
    frames = [forward.render(t).image for t in (0.2, 1.9, 4.1)]
    backward = PartsScene(5, 320, 130)
    for time_s, frame in reversed(list(zip((0.2, 1.9, 4.1), frames, strict=True))):
        assert np.array_equal(backward.render(time_s).image, frame)


def test_another_seed_gives_another_part() -> None:
    assert not np.array_equal(PartsScene(5, 320, 130).render(0.2).image, PartsScene(6, 320, 130).render(0.2).image)


@pytest.mark.parametrize(("width_px", "height_px"), [(1130, 460), (640, 480), (64, 32), (1920, 1080)])
def test_frames_have_the_asked_size_and_are_read_only(width_px: int, height_px: int) -> None:
    scene = PartsScene(1, width_px, height_px)
    for time_s in (0.0, 1.8):
        part = scene.render(time_s)
        assert part.image.shape == (height_px, width_px, 3)
        assert part.image.dtype == np.uint8
        assert part.pit_mask.shape == (height_px, width_px)
        assert not part.image.flags.writeable
        assert not part.pit_mask.flags.writeable


@pytest.mark.parametrize("kind", list(PartKind))
def test_only_pitted_parts_carry_pits(kind: PartKind) -> None:
    for seed in range(40):
        painted = paint_part(seed, kind, 565, 230)
        assert painted.pit_mask.any() == (kind is PartKind.PITTED), f"seed {seed}"


def test_pits_are_darker_than_what_surrounds_them() -> None:
    darker = 0
    for seed in range(30):
        painted = paint_part(seed, PartKind.PITTED, 1130, 460)
        pit = painted.pit_mask > 0
        rim = (cv2.dilate(painted.pit_mask, np.ones((15, 15), np.uint8)) > 0) & ~pit
        darker += bool(painted.image[pit].mean() < painted.image[rim].mean() - 10)
    assert darker >= 27


def test_part_stands_still_most_of_its_time_and_pits_stay_for_several_frames() -> None:
    scene = PartsScene(3, 320, 130, part_every_s=2.0, defect_share=1.0)
    frames = [scene.render(frame / 15) for frame in range(30)]
    assert sum(frame.moving for frame in frames) <= 8
    assert sum(frame.pits for frame in frames) >= 22
    assert {frame.part_id for frame in frames} == {0, 1}


def test_moving_frame_shows_both_parts_and_the_gap() -> None:
    scene = PartsScene(3, 1130, 460, part_every_s=2.0)
    before, between, after = (scene.render(t).image.astype(np.float64) for t in (1.0, 1.75, 2.5))
    assert np.abs(between - before).mean() > 10
    assert np.abs(between - after).mean() > 10


def test_share_of_defects_is_kept_without_bursts() -> None:
    scene = PartsScene(9, 64, 32, defect_share=0.2, burst_every_s=None)
    pitted = sum(scene.kind_of(part) is PartKind.PITTED for part in range(2000))
    assert 0.16 < pitted / 2000 < 0.24


def test_no_share_and_no_burst_means_no_pits() -> None:
    scene = PartsScene(9, 64, 32, defect_share=0.0, burst_every_s=None)
    assert all(scene.kind_of(part) is not PartKind.PITTED for part in range(500))


def test_burst_comes_after_a_third_of_its_time_and_returns() -> None:
    scene = PartsScene(9, 64, 32, part_every_s=2.0, defect_share=0.0, burst_every_s=60.0)
    pitted = [part for part in range(60) if scene.kind_of(part) is PartKind.PITTED]
    assert pitted == [10, 11, 12, 40, 41, 42]
    assert len(pitted) == 2 * BURST_PARTS


def test_bursts_keep_their_length_when_times_do_not_divide() -> None:
    scene = PartsScene(9, 64, 32, part_every_s=0.7, defect_share=0.0, burst_every_s=31.0)
    pitted = {part for part in range(400) if scene.kind_of(part) is PartKind.PITTED}
    starts = [part for part in pitted if part - 1 not in pitted]
    assert len(starts) == 9
    assert all({start, start + 1, start + 2} <= pitted and start + 3 not in pitted for start in starts)


def test_frame_noise_changes_while_the_part_stands() -> None:
    scene = PartsScene(3, 320, 130)
    assert not np.array_equal(scene.render(0.5).image, scene.render(0.6).image)


def test_gap_is_a_metal_spacer_not_black() -> None:
    gap = paint_gap(160, 460)
    assert gap.shape == (460, 160, 3)
    assert 60 < gap.mean() < 140


def test_standing_frame_is_rendered_fast() -> None:
    scene = PartsScene(3, 1130, 460)
    scene.render(0.0)
    taken_s = []
    for frame in range(20):
        begin = time.perf_counter()
        scene.render(0.05 * frame)
        taken_s.append(time.perf_counter() - begin)
    assert min(taken_s) < 0.008
