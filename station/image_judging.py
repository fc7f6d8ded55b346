"""This file decides how frames meet their model: one thread per pack, its cameras in turn, the newest frame first."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from inference.findings import Finding, ImageU8
from inference.reasons import Reason, ReasonCode
from station.camera_feed import CameraFeed
from station.clock import Clock
from station.frames import Frame, JudgedFrame, SourceId
from station.model_slot import ModelSlot, no_verdict

_log = logging.getLogger(__name__)
_IDLE_S = 0.1


class ImageModel(Protocol):
    """What a judge needs of an image model (``inference.image_runner.ImageRunner``)."""

    def judge(self, image: ImageU8) -> tuple[Finding, ...]:
        """Judge one BGR image."""
        ...


Deliver = Callable[[JudgedFrame], None]


class ImageJudge:
    """Judges the frames of all cameras that share a pack, in a thread of its own.

    Whatever goes wrong becomes NO VERDICT with the reason; the thread goes on.

    Args:
        pack: Name of the pack, for findings made when it cannot be used.
        open_model: Loads the pack and proves its golden set; runs in the judge's thread.
        feeds: The cameras.
        deliver: Called with every judged frame, in the judge's thread.
        wake: Set by the feeds when a frame waits.
        clock: Source of time.
    """

    def __init__(
        self,
        pack: str,
        open_model: Callable[[], ImageModel],
        feeds: Sequence[CameraFeed],
        deliver: Deliver,
        wake: threading.Event,
        clock: Clock,
    ) -> None:
        self.pack = pack
        self._slot = ModelSlot(pack, open_model, clock)
        self._feeds = tuple(feeds)
        self._deliver = deliver
        self._wake = wake
        self._clock = clock
        self._stopping = threading.Event()
        self._judged = dict.fromkeys((feed.source_id for feed in feeds), 0)
        self._judged_s: dict[SourceId, deque[float]] = {feed.source_id: deque(maxlen=60) for feed in feeds}
        self._thread = threading.Thread(target=self._work, name=f"judge-{pack}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, deadline_s: float) -> bool:
        """Ask the thread to end and wait at most *deadline_s*; True when it has ended. May be called twice."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(deadline_s)
        return not self._thread.is_alive()

    @property
    def name(self) -> str:
        """For messages."""
        return self._thread.name

    @property
    def idle(self) -> bool:
        """True when every frame of every replay was judged."""
        return all(feed.real_time or self._judged[feed.source_id] >= feed.received for feed in self._feeds)

    @property
    def judged(self) -> int:
        """Frames judged."""
        return sum(self._judged.values())

    @property
    def failure(self) -> Reason | None:
        """Why the model cannot be used; None when it can."""
        return self._slot.failure

    def verdict_hz(self, source_id: SourceId, now_s: float) -> float:
        """Verdicts per second of one camera over the last two seconds."""
        recent = [at for at in tuple(self._judged_s[source_id]) if now_s - at < 2.0]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 1 and recent[-1] > recent[0] else 0.0

    def _work(self) -> None:
        self._slot.ready()
        while not self._stopping.is_set():
            self._wake.wait(_IDLE_S)
            self._wake.clear()
            while not self._stopping.is_set() and self._round():
                pass

    def _round(self) -> bool:
        """Judge at most one frame of each camera; True when there was one."""
        any_judged = False
        for feed in self._feeds:
            frame = feed.take()
            if frame is not None:
                any_judged = True
                self._judge(frame)
                self._judged[frame.source_id] += 1
        return any_judged

    def _judge(self, frame: Frame) -> None:
        findings = self._findings(frame)
        now_s = self._clock.monotonic_s()
        self._judged_s[frame.source_id].append(now_s)
        try:
            self._deliver(JudgedFrame(frame, findings, now_s))
        except Exception:  # noqa: BLE001 - top of a worker loop
            _log.exception("What was said of frame %s of %s could not be passed on", frame.sequence, frame.source_id)

    def _findings(self, frame: Frame) -> tuple[Finding, ...]:
        if frame.image is None:
            return (no_verdict(self.pack, Reason.of(ReasonCode.UNREADABLE, detail=frame.unreadable)),)
        model = self._slot.ready()
        if model is None:
            return (self._slot.without_verdict(),)
        try:
            return model.judge(frame.image)
        except Exception as error:  # noqa: BLE001 - top of a worker: becomes NO VERDICT with the reason
            _log.exception("Pack %s failed on frame %s of %s", self.pack, frame.sequence, frame.source_id)
            return (self._slot.failed(error),)
