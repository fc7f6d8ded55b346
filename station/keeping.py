"""This file decides which judged frames are kept for Review, and why.

Of a defective part one picture is enough; near misses, inputs without verdict and a small random share of good parts
are kept as well, so that a person can see what the models let pass. Pictures of raised alarms are always kept and do
not go through here.

Of what drives a machine's scores little is needed to answer "why" weeks later: what has changed, at a calm rate.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from enum import StrEnum

from inference.findings import Contribution, Finding, Verdict
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


CONTRIBUTIONS_AGAIN_S = 60.0
"""While channels drive a score, what drives it is kept at least so often."""
_CONTRIBUTIONS_PAUSE_S = 2.0
_MOVED_SHARE = 0.05
"""A share that moved by less has not changed."""


class ContributionRule:
    """Says of which decisions the contributors are kept: where they changed, at most every other second and target.

    A healthy machine has none (they are computed for notable scores only) and costs one entry per start. Calls for one
    link come from one thread; different links may call at once.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[SourceId, str], tuple[float, dict[str, float]]] = {}

    def wants(self, source_id: SourceId, target: str, contributions: Sequence[Contribution], now_s: float) -> bool:
        """Whether to keep *contributions* of *target*, decided at *now_s*, monotonic; if so it counts as kept."""
        shares = {one.channel: one.share for one in contributions}
        known = self._kept.get((source_id, target))
        if known is not None:
            elapsed_s, before = now_s - known[0], known[1]
            if elapsed_s < _CONTRIBUTIONS_PAUSE_S:
                return False
            moved = max((abs(shares.get(name, 0.0) - before.get(name, 0.0)) for name in shares.keys() | before.keys()), default=0.0)
            ended = bool(shares) != bool(before)
            if not ended and moved < _MOVED_SHARE and (not shares or elapsed_s < CONTRIBUTIONS_AGAIN_S):
                return False
        self._kept[source_id, target] = (now_s, shares)
        return True
