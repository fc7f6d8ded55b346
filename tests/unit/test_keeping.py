"""This file decides whether the right frames are kept for Review, and not too many."""

from __future__ import annotations

from station.frames import SourceId
from station.keeping import KeepRule, WhyKept
from tests.unit.alarm_making import finding

CAMERA = SourceId("c")


def _rule(*, live: bool = True, ok_share: float = 0.0) -> KeepRule:
    return KeepRule(ok_share=ok_share, near_miss=0.3, seed=1, live=live)


def test_why_follows_from_verdict_and_score() -> None:
    rule = _rule()
    assert rule.why(CAMERA, finding(0.9), 0.0, new_part=False) is WhyKept.DEFECT
    assert rule.why(CAMERA, finding(0.4), 0.0, new_part=False) is WhyKept.NEAR_MISS
    assert rule.why(CAMERA, finding(float("nan")), 0.0, new_part=False) is WhyKept.NO_VERDICT
    assert rule.why(CAMERA, finding(0.1), 0.0, new_part=False) is None


def test_a_live_camera_keeps_one_defect_a_second_but_every_new_part() -> None:
    rule = _rule()
    kept = [rule.why(CAMERA, finding(0.9), number / 30.0, new_part=False) for number in range(60)]
    assert kept.count(WhyKept.DEFECT) == 2
    assert rule.why(CAMERA, finding(0.9), 2.0, new_part=True) is WhyKept.DEFECT


def test_a_replay_keeps_every_defect() -> None:
    rule = _rule(live=False)
    assert all(rule.why(CAMERA, finding(0.9), 0.0, new_part=False) for _ in range(10))


def test_the_random_share_of_good_frames_is_about_what_was_asked() -> None:
    rule = _rule(ok_share=0.1)
    kept = [rule.why(CAMERA, finding(0.1), float(number), new_part=False) for number in range(5000)]
    assert 400 < kept.count(WhyKept.RANDOM_OK) < 600
