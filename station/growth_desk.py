"""This file decides what becomes of the growth of a camera's pictures: trends per position, warnings, what is kept of them."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from inference.findings import Finding, Verdict
from station.alarm_desk import AlarmDesk
from station.clock import Clock
from station.config import AlarmConfig, Camera, GrowthCondition, GrowthConfig
from station.events import AlarmEvent, StationEvent, StationEventKind
from station.frames import JudgedFrame, PersonId, SourceId
from station.growth import GrowthRule, GrowthStep, GrowthTrend, trend_from_json, trend_to_json
from station.growth_places import PlaceMemory, found_mask
from station.growth_steps import FoundStep, Place, PlaceReader, StepGatherer
from station.growth_view import AREA_PREFIX, GrowthView
from station.records.store import Records
from station.trace_ring import NO_TRACE, TraceRing
from station.view import Feedback, Outcome, Trace

_log = logging.getLogger(__name__)

MOST_POSITIONS = 200
"""A camera has at most so many positions; a pattern that finds more catches part numbers, not positions."""
SAVE_EVERY_S = 5.0
"""A trend that changes all the time is kept so often; what is not kept yet is when the line stops."""
_NOTE_PREFIX = "growth:"
_USUAL_RAISE_AT = 3.0
_TRACE_POINTS = 2048

Raised = tuple[AlarmEvent, JudgedFrame]
"""A warning and the judged frame behind it."""


@dataclass(slots=True, eq=False)
class _Watched:
    """One position of one camera."""

    source_id: SourceId
    config: GrowthConfig
    position: str
    trend: GrowthTrend
    gatherer: StepGatherer
    places: PlaceMemory = field(default_factory=PlaceMemory)
    ring: TraceRing = field(default_factory=lambda: TraceRing(1, _TRACE_POINTS))
    newest: JudgedFrame | None = None
    """The newest picture of the step being gathered; only of cameras whose steps end by the clock."""
    saved_s: float = -math.inf
    changed: bool = False

    @property
    def key(self) -> str:
        digest = hashlib.sha1(f"{self.source_id}\n{self.position}".encode(), usedforsecurity=False).hexdigest()
        return f"{_NOTE_PREFIX}{digest}"


class GrowthDesk:
    """Takes judged frames of cameras with a growth table. Every method may be called from any thread.

    Args:
        cameras: The station's cameras; those without a growth table cost nothing.
        definitions: The station's alarm definitions: from where on growth counts.
        alarms: Where warnings are raised.
        records: Where trends are kept.
        clock: Source of time.
    """

    def __init__(
        self, cameras: Sequence[Camera], definitions: Sequence[AlarmConfig], alarms: AlarmDesk, records: Records, clock: Clock
    ) -> None:
        self._alarms = alarms
        self._records = records
        self._clock = clock
        self._configs = {SourceId(camera.id): camera.growth for camera in cameras if camera.growth is not None}
        self._readers = {source_id: PlaceReader(config) for source_id, config in self._configs.items()}
        self._conditions = [one.when for one in definitions if isinstance(one.when, GrowthCondition)]
        self._recalled = max((one.of_last - 1 for one in definitions if isinstance(one.when, GrowthCondition)), default=0)
        self._watched: dict[tuple[SourceId, str], _Watched] = {}
        self._told: set[tuple[SourceId, str]] = set()
        self._lock = threading.Lock()

    def restore(self) -> None:
        """Go on with the trends that the records keep. After the alarms were restored, before anything is judged."""
        if not self._configs:
            return
        with self._lock:
            for text in self._records.notes(_NOTE_PREFIX).values():
                self._restore_one(text)

    def _restore_one(self, text: str) -> None:
        try:
            kept = json.loads(text)
            source_id, position = SourceId(kept["camera"]), str(kept["position"])
            config = self._configs.get(source_id)
            if config is None or kept["part"] != config.part:
                return
            watched = self._watch(source_id, config, position)
            watched.places = PlaceMemory.from_texts(kept["places"])
            watched.trend = trend_from_json(kept["trend"], watched.trend.rule)
        except (KeyError, TypeError, ValueError) as error:
            _log.warning("a kept trend of growth cannot be read and begins anew: %s", error)
            return
        trend = watched.trend
        judged = min(self._recalled, trend.steps - len(trend.baseline))
        if judged > 0:
            self._alarms.recall_growth(source_id, position, [trend.growth_of(step.area) for step in trend.recent[-judged:]])

    def take(self, judged: JudgedFrame) -> tuple[AlarmEvent, ...]:
        """Take a judged frame; returns the warnings it raised, whose picture is to be kept. A frame without a map says nothing."""
        source_id = judged.frame.source_id
        config = self._configs.get(source_id)
        if config is None:
            return ()
        finding = _mapped(judged.findings, config.target)
        if finding is None or finding.heatmap is None:
            return ()
        place = self._readers[source_id].read(judged.frame.name, judged.frame.utc)
        if place is None:
            self._tell_once(source_id, judged.frame.name, "growth: the name of a picture of %s does not fit name_pattern: %s")
            return ()
        mask = found_mask(finding.heatmap, config.level)
        with self._lock:
            watched = self._find(source_id, config, place)
            if watched is None:
                return ()
            behind = watched.newest or judged
            watched.newest = judged if config.step_s is not None else None
            step = watched.gatherer.add(place.utc, mask)
            return self._step(watched, step, behind if config.step_s is not None else judged)

    def end_steps(self) -> tuple[Raised, ...]:
        """End the steps whose time is over although no picture came since; returns the warnings this raised."""
        raised: list[Raised] = []
        utc = self._clock.utc()
        with self._lock:
            for watched in self._watched.values():
                behind = watched.newest
                step = watched.gatherer.close(utc) if behind is not None and watched.config.time_format is None else None
                if step is not None and behind is not None:
                    watched.newest = None
                    raised += [(event, behind) for event in self._step(watched, step, behind)]
                if watched.changed and self._clock.monotonic_s() - watched.saved_s >= SAVE_EVERY_S:
                    self._save(watched)
        return tuple(raised)

    def stop(self) -> None:
        """Keep what is not kept yet."""
        with self._lock:
            for watched in self._watched.values():
                if watched.changed:
                    self._save(watched)

    def answer(self, feedback: Feedback) -> Outcome:
        """Pass an answer on to the alarm desk; an action that renews the surface begins the trend of its position anew."""
        definition = None if feedback.alarm_id is None else self._alarms.definition_of(feedback.alarm_id)
        outcome = self._alarms.answer(feedback)
        renewed = renewed_position(definition, feedback.action_id)
        if outcome.ok and renewed is not None:
            self.renew(*renewed, feedback.person_id)
        return outcome

    def renew(self, source_id: SourceId, position: str, person: PersonId) -> None:
        """*person* says that the surface at a position is new: its trend begins anew and its warnings are over."""
        with self._lock:
            watched = self._watched.get((source_id, position))
            if watched is None:
                return
            watched.trend = GrowthTrend(watched.trend.rule)
            watched.gatherer, watched.places = StepGatherer(watched.config.step_s), PlaceMemory()
            watched.newest = None
            self._save(watched)
            self._alarms.on_renewed(source_id, position)
        event = StationEvent(StationEventKind.GROWTH_RENEWED, self._clock.utc(), source_id, person, position)
        self._records.keep_event(event)

    def views(self, source_id: SourceId) -> tuple[GrowthView, ...]:
        """The trends of a camera by position; cheap."""
        with self._lock:
            found = [watched for (of, _), watched in self._watched.items() if of == source_id]
        return tuple(self._view(watched) for watched in sorted(found, key=lambda one: one.position))

    def recent_trace(self, source_id: SourceId, channel: str, seconds: float) -> Trace:
        """Found shares (percent) of the last *seconds* at ``area:POSITION``, from memory; empty for an unknown one."""
        watched = self._watched.get((source_id, channel.removeprefix(AREA_PREFIX)))
        return NO_TRACE if watched is None else watched.ring.recent(0, seconds, self._clock.utc().timestamp())

    def _find(self, source_id: SourceId, config: GrowthConfig, place: Place) -> _Watched | None:
        watched = self._watched.get((source_id, place.position))
        if watched is None:
            if sum(1 for of, _ in self._watched if of == source_id) >= MOST_POSITIONS:
                self._tell_once(source_id, "too many", "growth: %s has more positions than can be watched (%s); check name_pattern")
                return None
            watched = self._watch(source_id, config, place.position)
        return watched

    def _watch(self, source_id: SourceId, config: GrowthConfig, position: str) -> _Watched:
        rule = GrowthRule(config.baseline_steps, config.noise_floor)
        watched = _Watched(source_id, config, position, GrowthTrend(rule), StepGatherer(config.step_s))
        self._watched[source_id, position] = watched
        return watched

    def _step(self, watched: _Watched, found: FoundStep | None, behind: JudgedFrame) -> tuple[AlarmEvent, ...]:
        """Take an ended step; the caller holds the lock."""
        if found is None or not watched.trend.is_news(found.utc):
            return ()
        step = GrowthStep(found.utc, watched.places.confirmed_share(found.mask))
        watched.places = watched.places.after(found.mask)
        trend = watched.trend = watched.trend.after(step)
        watched.changed = True
        if self._clock.monotonic_s() - watched.saved_s >= SAVE_EVERY_S:
            self._save(watched)
        percent = 100.0 * step.area
        self._records.keep_trend(watched.source_id, {f"{AREA_PREFIX}{watched.position}": percent}, behind.frame.utc)
        watched.ring.append(np.array([behind.frame.utc.timestamp()]), np.array([[percent]]))
        finding = _mapped(behind.findings, watched.config.target)
        if finding is None:
            return ()
        return self._alarms.on_growth(behind, watched.position, trend.growth, finding, what_grew(trend))

    def _save(self, watched: _Watched) -> None:
        kept = {
            "camera": watched.source_id,
            "position": watched.position,
            "part": watched.config.part,
            "places": watched.places.to_texts(),
            "trend": trend_to_json(watched.trend),
        }
        self._records.keep_note(watched.key, json.dumps(kept, ensure_ascii=False))
        watched.changed = False
        watched.saved_s = self._clock.monotonic_s()

    def _view(self, watched: _Watched) -> GrowthView:
        trend = watched.trend
        raise_at = self._raise_at(watched.source_id, watched.position)
        return GrowthView(
            position=watched.position,
            steps=trend.steps,
            baseline_steps=trend.rule.baseline_steps,
            area=trend.area,
            normal_area=trend.baseline_area,
            limit_area=trend.area_at(raise_at),
            growth=trend.growth,
            raise_at=raise_at,
            since_utc=None if trend.onset is None else trend.onset.utc,
            newest_utc=trend.recent[-1].utc if trend.recent else None,
        )

    def _raise_at(self, source_id: SourceId, position: str) -> float:
        limits = [one.raise_at for one in self._conditions if one.source == source_id and one.position in (None, position)]
        return min(limits, default=_USUAL_RAISE_AT)

    def _tell_once(self, source_id: SourceId, what: str, message: str) -> None:
        key = (source_id, message)
        if key not in self._told:
            self._told.add(key)
            _log.warning(message, source_id, what)


def what_grew(trend: GrowthTrend) -> str:
    """What grew, how fast, since when, in English; empty where nothing grows."""
    if trend.onset is None:
        return ""
    area, normal, since = f"{100 * trend.area:.3f}", f"{100 * trend.baseline_area:.3f}", _stamp(trend.onset.utc)
    per_day = trend.gained_per_day
    if per_day is not None:
        rate = f"{100 * per_day:.3f}"
        return f"The found area grew to {area} % of the picture where {normal} % is normal, since {since} by {rate} % a day"
    rate = f"{100 * trend.gained_per_step:.3f}"
    return f"The found area grew to {area} % of the picture where {normal} % is normal, since {since} by {rate} % a step"


def _stamp(utc: datetime) -> str:
    return utc.strftime("%Y-%m-%d %H:%M:%S UTC")


def _mapped(findings: Sequence[Finding], target: str | None) -> Finding | None:
    """The finding whose map is measured: of *target*, else the first with a map; none of an input without verdict."""
    for finding in findings:
        if finding.heatmap is not None and finding.verdict is not Verdict.NO_VERDICT and target in (None, finding.target):
            return finding
    return None


def renewed_position(definition: AlarmConfig | None, action_id: str) -> tuple[SourceId, str] | None:
    """Camera and position whose surface *action_id* made new; None where the action, or the definition, says no such thing."""
    if definition is None or not isinstance(definition.when, GrowthCondition):
        return None
    renews: Mapping[str, bool] = {choice.id: choice.renews for choice in definition.actions}
    return (SourceId(definition.when.source), definition.when.position or "") if renews.get(action_id, False) else None
