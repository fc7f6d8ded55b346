"""This file decides how the last seconds of every camera are held in memory: small pictures, four a second, bounded in bytes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

import cv2
import numpy as np

from inference.findings import ImageU8, Verdict
from station.counting import worst_finding
from station.frames import Frame, JudgedFrame, SourceId
from station.incidents.evidence import AFTER_S, BEFORE_S, StripPicture

PICTURE_WIDTH_PX = 480
HEAT_WIDTH_PX = 240
JPEG_QUALITY = 80
EVERY_S = 0.25
KEPT_S = BEFORE_S + AFTER_S + 3.0
MOST_BYTES = 4 * 2**20
"""Of each camera at most; then the oldest pictures go earlier. A strip of a busy picture takes about half of it."""


class FrameRing:
    """The newest small pictures by camera. ``take`` runs in the judges' threads; everything may be called from any thread.

    A frame is taken every :data:`EVERY_S`, and whenever the verdict is another one than that of the picture before.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pictures: dict[SourceId, deque[StripPicture]] = {}
        self._bytes: dict[SourceId, int] = {}

    def take(self, judged: JudgedFrame) -> None:
        """Remember a judged frame, where its time has come."""
        finding = worst_finding(judged.findings)
        if self._is_due(judged.frame, finding.verdict):
            self.take_exactly(judged)

    def take_exactly(self, judged: JudgedFrame) -> None:
        """Remember this very frame: a warning was raised by it. Does nothing where it is there already."""
        frame, finding = judged.frame, worst_finding(judged.findings)
        if frame.image is None or self._has(frame):
            return
        heat = b"" if finding.heatmap is None else _jpeg(finding.heatmap, HEAT_WIDTH_PX)
        self._add(
            StripPicture(
                source_id=frame.source_id,
                utc=frame.utc,
                monotonic_s=frame.monotonic_s,
                sequence=frame.sequence,
                verdict=finding.verdict,
                label=finding.label,
                score=finding.score,
                threshold=finding.threshold,
                reason="" if finding.reason is None else finding.reason.sentence,
                regions=finding.regions,
                width_px=frame.image.shape[1],
                height_px=frame.image.shape[0],
                jpeg=_jpeg(frame.image, PICTURE_WIDTH_PX),
                heat=heat,
            )
        )

    def take_unjudged(self, frame: Frame) -> None:
        """Remember a frame of a camera that no model judges, where its time has come."""
        if frame.image is None or self._has(frame) or not self._is_due(frame, Verdict.NO_VERDICT):
            return
        height, width = frame.image.shape[:2]
        nothing = (Verdict.NO_VERDICT, "", float("nan"), float("nan"), "", ())
        jpeg = _jpeg(frame.image, PICTURE_WIDTH_PX)
        self._add(StripPicture(frame.source_id, frame.utc, frame.monotonic_s, frame.sequence, *nothing, width, height, jpeg))

    def between(self, sources: Iterable[SourceId], from_s: float, to_s: float) -> tuple[StripPicture, ...]:
        """Pictures of *sources* read from *from_s* to *to_s*, monotonic, oldest first."""
        with self._lock:
            found = [one for source in sources for one in self._pictures.get(source, ()) if from_s <= one.monotonic_s <= to_s]
        return tuple(sorted(found, key=lambda one: one.monotonic_s))

    def size_bytes(self, source_id: SourceId) -> int:
        """What the pictures of a camera take in memory."""
        with self._lock:
            return self._bytes.get(source_id, 0)

    def _is_due(self, frame: Frame, verdict: Verdict) -> bool:
        with self._lock:
            ring = self._pictures.get(frame.source_id)
            last = ring[-1] if ring else None
        return last is None or not 0 <= frame.monotonic_s - last.monotonic_s < EVERY_S or verdict is not last.verdict

    def _has(self, frame: Frame) -> bool:
        with self._lock:
            return any(one.sequence == frame.sequence for one in self._pictures.get(frame.source_id, ()))

    def _add(self, picture: StripPicture) -> None:
        with self._lock:
            ring = self._pictures.setdefault(picture.source_id, deque())
            ring.append(picture)
            size = self._bytes.get(picture.source_id, 0) + picture.size_bytes
            while len(ring) > 1 and (size > MOST_BYTES or ring[0].monotonic_s < picture.monotonic_s - KEPT_S):
                size -= ring.popleft().size_bytes
            self._bytes[picture.source_id] = size


def _jpeg(image: ImageU8, width_px: int) -> bytes:
    """*image* (H x W or H x W x 3) at most *width_px* wide, as JPEG; nothing where it cannot be encoded."""
    height, width = image.shape[:2]
    if width > width_px:
        size = (width_px, max(1, round(height * width_px / width)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    try:
        done, content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    except cv2.error:
        return b""
    return content.tobytes() if done else b""
