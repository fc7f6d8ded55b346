"""This file decides what becomes of a judged frame: it is counted, shown, may raise a warning, and may be kept."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping

from inference.findings import Finding, Verdict
from station.alarm_desk import AlarmDesk
from station.camera_feed import CameraFeed
from station.counting import PartCounter, Tally, worst_verdict
from station.frames import JudgedFrame, SourceId
from station.keeping import KeepRule, WhyKept
from station.records.store import Records


class FrameDesk:
    """Takes the frames of every judge; ``take`` runs in the judges' threads, the rest may be read from any.

    Args:
        feeds: The cameras.
        near_miss: Near-miss score of each camera's pack, where it has one.
        ok_share: Share of OK frames kept for Review.
        alarms: Where warnings are raised.
        records: Where pictures are kept.
    """

    def __init__(
        self, feeds: Iterable[CameraFeed], near_miss: Mapping[SourceId, float], ok_share: float, alarms: AlarmDesk, records: Records
    ) -> None:
        self._alarms = alarms
        self._records = records
        self._latest: dict[SourceId, JudgedFrame] = {}
        self._parts = {feed.source_id: PartCounter(feed.source_id) for feed in feeds}
        self._keep = {
            feed.source_id: KeepRule(ok_share=ok_share, near_miss=near_miss.get(feed.source_id), seed=number, live=feed.real_time)
            for number, feed in enumerate(feeds)
        }
        self._verdicts = Tally()
        self._lock = threading.Lock()

    def take(self, judged: JudgedFrame) -> None:
        """Count, show, warn of and keep one judged frame."""
        source_id = judged.frame.source_id
        verdict = worst_verdict(judged.findings)
        finding = worst_finding(judged.findings)
        new_part = self._parts[source_id].count(judged.frame, verdict, finding.label)
        with self._lock:
            self._verdicts = self._verdicts.plus(verdict)
        raised = self._alarms.on_frame(judged)
        self._latest[source_id] = judged
        if judged.frame.image is None:
            return
        if raised:
            for event in raised:
                path = self._records.keep_image(judged, WhyKept.ALARM, event.finding or finding, event.alarm_id)
                if path is not None:
                    self._alarms.picture_kept(event.alarm_id, path)
            return
        why = self._keep[source_id].why(source_id, finding, judged.judged_monotonic_s, new_part=new_part)
        if why is not None:
            self._records.keep_image(judged, why, finding, None)

    def latest(self, source_id: SourceId) -> JudgedFrame | None:
        """The newest judged frame of a camera; None before the first."""
        return self._latest.get(source_id)

    def parts(self) -> Mapping[SourceId, Tally]:
        """Parts counted in this run, by camera."""
        return {source_id: counter.tally for source_id, counter in self._parts.items()}

    def labels(self) -> Mapping[SourceId, Counter[str]]:
        """Defective parts of this run by label, by camera."""
        return {source_id: counter.labels.copy() for source_id, counter in self._parts.items()}

    @property
    def verdicts(self) -> Tally:
        """Verdicts on frames in this run."""
        return self._verdicts


def worst_finding(findings: tuple[Finding, ...]) -> Finding:
    """The finding that stands for an input: of its worst verdict the one with the highest score."""
    worst = worst_verdict(findings)
    of_worst = [finding for finding in findings if finding.verdict is worst]
    return max(of_worst, key=lambda finding: finding.score if worst is not Verdict.NO_VERDICT else 0.0)
