"""This file decides which judged frames are kept for Review, and why.

Of a defective part one picture is enough; near misses, inputs without verdict and a small random share of good parts
are kept as well, so that a person can see what the models let pass. Pictures of raised alarms are always kept and do
not go through here.
"""

from __future__ import annotations

import random
from enum import StrEnum

from inference.findings import Finding, Verdict
from station.frames import SourceId


class WhyKept(StrEnum):
    """Why a picture is in the records."""

    ALARM = "alarm"
    DEFECT = "defect"
    NEAR_MISS = "near_miss"
    RANDOM_OK = "random_ok"
    NO_VERDICT = "no_verdict"


_MIN_INTERVAL_S = {WhyKept.DEFECT: 1.0, WhyKept.NEAR_MISS: 5.0, WhyKept.NO_VERDICT: 10.0, WhyKept.RANDOM_OK: 0.0}
"""Per camera and reason not more often than this, so that a bad hour does not fill the disk. A new part waives it."""


class KeepRule:
    """Says why a frame should be kept. Not thread-safe: each judge has its own.

    Args:
        ok_share: Share of OK frames to keep, 0..1.
        near_miss: Scores from here on are near misses; None: the pack has none.
        seed: Of the random choice.
        live: Live sources are kept at most every few seconds per reason; replays keep every defect.
    """

    def __init__(self, *, ok_share: float, near_miss: float | None, seed: int, live: bool) -> None:
        self._ok_share = ok_share
        self._near_miss = near_miss
        self._random = random.Random(seed)  # noqa: S311 - a sample for review, not a secret
        self._live = live
        self._last_s: dict[tuple[SourceId, WhyKept], float] = {}

    def why(self, source_id: SourceId, finding: Finding, now_s: float, *, new_part: bool) -> WhyKept | None:
        """Why to keep a frame with *finding*, or None to let it go.

        Args:
            source_id: The camera.
            finding: The worst finding of the frame.
            now_s: Monotonic, s.
            new_part: The first frame of a part.
        """
        if finding.verdict in (Verdict.DEFECT, Verdict.FAULT):
            why = WhyKept.DEFECT
        elif finding.verdict is Verdict.NO_VERDICT:
            why = WhyKept.NO_VERDICT
        elif self._near_miss is not None and finding.score >= self._near_miss:
            why = WhyKept.NEAR_MISS
        elif self._random.random() < self._ok_share:
            why = WhyKept.RANDOM_OK
        else:
            return None
        key = (source_id, why)
        waived = why is WhyKept.DEFECT and (new_part or not self._live)
        if not waived and now_s - self._last_s.get(key, -1e9) < _MIN_INTERVAL_S[why]:
            return None
        self._last_s[key] = now_s
        return why
