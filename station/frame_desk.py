"""This file decides what becomes of a judged frame: it is counted, shown, may raise a warning, and may be kept."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from inference.findings import Verdict
from station.alarm_desk import AlarmDesk
from station.camera_feed import CameraFeed
from station.counting import PartCounter, Tally, worst_finding
from station.events import AlarmEvent
from station.frames import JudgedFrame, SourceId
from station.keeping import KeepRule, WhyKept
from station.records.store import Records


class FrameWatch(Protocol):
    """Who remembers judged frames for the strips of incidents (``station.incidents.incident_desk``)."""

    def take(self, judged: JudgedFrame) -> None:
        """Take every judged frame, before it can raise anything."""
        ...

    def take_exactly(self, judged: JudgedFrame) -> None:
        """Take the very frame behind a warning."""
        ...


class FrameDesk:
    """Takes the frames of every judge; ``take`` runs in the judges' threads, the rest may be read from any.

    Args:
        feeds: The cameras.
        near_miss: Near-miss score of each camera's pack, where it has one.
        ok_share: Share of OK frames kept for Review.
        alarms: Where warnings are raised.
        records: Where pictures are kept.
        growth: Takes every judged frame as well; returns the warnings it raised.
        watch: Remembers frames for the strips of incidents; none: nobody does.
    """

    def __init__(
        self,
        feeds: Iterable[CameraFeed],
        near_miss: Mapping[SourceId, float],
        ok_share: float,
        alarms: AlarmDesk,
        records: Records,
        *,
        growth: Callable[[JudgedFrame], tuple[AlarmEvent, ...]] = lambda _: (),
        watch: FrameWatch | None = None,
    ) -> None:
        self._alarms = alarms
        self._growth = growth
        self._records = records
        self._latest: dict[SourceId, JudgedFrame] = {}
        self._newest: dict[tuple[SourceId, Verdict], JudgedFrame] = {}
        self._parts = {feed.source_id: PartCounter(feed.source_id) for feed in feeds}
        self._keep = {
            feed.source_id: KeepRule(ok_share=ok_share, near_miss=near_miss.get(feed.source_id), seed=number, live=feed.real_time)
            for number, feed in enumerate(feeds)
        }
        self._watch = watch
        self._verdicts = Tally()
        self._lock = threading.Lock()

    def take(self, judged: JudgedFrame) -> None:
        """Count, show, warn of and keep one judged frame."""
        source_id = judged.frame.source_id
        finding = worst_finding(judged.findings)
        verdict = finding.verdict
        new_part = self._parts[source_id].count(judged.frame, verdict, finding.label)
        with self._lock:
            self._verdicts = self._verdicts.plus(verdict)
        self._newest[source_id, verdict] = judged
        if self._watch is not None:
            self._watch.take(judged)
        raised = (*self._alarms.on_frame(judged), *self._growth(judged))
        self._latest[source_id] = judged
        if judged.frame.image is None:
            return
        if raised:
            for event in raised:
                self._keep_for(event, judged)
            return
        why = self._keep[source_id].why(source_id, finding, judged.judged_monotonic_s, new_part=new_part)
        if why is not None:
            self._records.keep_image(judged, why, finding, None)

    def keep_pictures(self, raised: Iterable[AlarmEvent]) -> None:
        """Keep the judged frames of warnings whose delay ran out between two frames."""
        for event in raised:
            if event.input_ref is None:  # no frame spoke for it, e.g. a camera that is gone
                continue
            order = (Verdict.DEFECT, Verdict.OK) if event.finding is not None else (Verdict.NO_VERDICT,)
            known = [judged for verdict in order if (judged := self._newest.get((event.source_id, verdict))) is not None]
            # The frame that spoke for the warning; where a newer one of its verdict has taken its place, that one.
            behind = next((judged for judged in known if judged.frame.sequence == event.input_ref), known[0] if known else None)
            if behind is not None:
                self._keep_for(event, behind)

    def keep_behind(self, raised: Iterable[tuple[AlarmEvent, JudgedFrame]]) -> None:
        """Keep the judged frames behind warnings that came between two frames."""
        for event, judged in raised:
            self._keep_for(event, judged)

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

    def _keep_for(self, event: AlarmEvent, judged: JudgedFrame) -> None:
        exact = event.finding if judged.frame.sequence == event.input_ref else None
        path = self._records.keep_image(judged, WhyKept.ALARM, exact or worst_finding(judged.findings), event.alarm_id)
        if path is not None:
            self._alarms.picture_kept(event.alarm_id, path)
        if self._watch is not None:
            self._watch.take_exactly(judged)
