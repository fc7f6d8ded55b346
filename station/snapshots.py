"""This file decides what the screens are told of the line's parts: verdict, reason, age and rate of each source."""

from __future__ import annotations

import math
from collections.abc import Mapping

from inference.contract import PackContract
from inference.contract import Text as PackText
from inference.findings import Finding, Verdict
from inference.reasons import Reason, ReasonCode
from station.camera_feed import CameraFeed
from station.config import Text
from station.counting import worst_verdict
from station.frames import JudgedFrame
from station.health import DeviceStatus, SourceHealth
from station.image_judging import ImageJudge
from station.sensor_judging import SensorJudge
from station.view import RISK_PREFIX, CameraView, RiskView, SensorView

_TRACE_S = 120.0


def doubt_of(name: Text, health: SourceHealth, failure: Reason | None, findings: tuple[Finding, ...] | None) -> Reason | None:
    """The reason why a source gives no verdict now; None when it gives one.

    Args:
        name: Of the source.
        health: What its reader says.
        failure: Why its model cannot be used; None when it can.
        findings: The newest ones; None where nothing was judged yet.
    """
    if gone := _gone(name, health):
        return gone
    if failure is not None:
        return failure
    if findings is None:
        return Reason.of(ReasonCode.NOT_STARTED)
    if worst_verdict(findings) is Verdict.NO_VERDICT:
        return next((f.reason for f in findings if f.verdict is Verdict.NO_VERDICT and f.reason is not None), None)
    return None


def _gone(name: Text, health: SourceHealth) -> Reason | None:
    """Why a source gives nothing: not open yet (no reason to warn), or gone. None when it is there, or a replay at its end."""
    if health.alive or health.exhausted:
        return None
    if health.status is DeviceStatus.FUNCTION_CHECK:
        return Reason.of(ReasonCode.NOT_STARTED)
    return Reason.of(ReasonCode.SOURCE_GONE, source=name.en, detail=health.detail)


def _late(health: SourceHealth, age_s: float, *, overloaded: bool) -> Reason | None:
    """Why the newest verdict says nothing of now: the source is silent (its reader knows its pace), or judging hangs behind it."""
    if not health.on_time and not health.exhausted:
        return Reason.of(ReasonCode.STALE, age_s=f"{age_s:.1f}")
    return Reason.of(ReasonCode.OVERLOADED) if overloaded else None


def _is_behind(feed: CameraFeed, latest: JudgedFrame | None) -> bool:
    """Whether frames come and the last judged one is too old to speak for them."""
    newest = feed.newest()
    if newest is None or latest is None:
        return False
    pause_s = 0.0 if feed.camera.judge_hz is None else 2.0 / feed.camera.judge_hz
    return newest.monotonic_s - latest.frame.monotonic_s > max(feed.camera.stale_after_s, pause_s)


def camera_view(feed: CameraFeed, judge: ImageJudge | None, health: SourceHealth, latest: JudgedFrame | None, now_s: float) -> CameraView:
    """One camera as its tile shows it."""
    camera = feed.camera
    newest = feed.newest()
    age_s = now_s - newest.monotonic_s if newest is not None else math.inf
    if judge is None:
        doubt: Reason | None = Reason.of(ReasonCode.NO_MODEL, detail="no model is set for this camera")
        doubt = _gone(camera.name, health) or doubt
    else:
        doubt = doubt_of(camera.name, health, judge.failure, latest.findings if latest is not None else None)
        doubt = doubt or _late(health, age_s, overloaded=feed.real_time and _is_behind(feed, latest))
    verdict = Verdict.NO_VERDICT if doubt is not None or latest is None else worst_verdict(latest.findings)
    return CameraView(
        source_id=feed.source_id,
        name=camera.name,
        health=health,
        verdict=verdict,
        reason=doubt,
        latest=latest,
        display_hz=feed.display_hz(now_s),
        verdict_hz=judge.verdict_hz(feed.source_id, now_s) if judge is not None else 0.0,
        latency_ms=(latest.judged_monotonic_s - latest.frame.monotonic_s) * 1e3 if latest is not None else math.nan,
        age_s=age_s,
        simulated=camera.kind == "simulated",
        pack=camera.model or "",
    )


def sensor_view(judge: SensorJudge, health: SourceHealth, pack: PackContract | None, now_s: float, now_utc_s: float) -> SensorView:
    """One sensor link with the risks of its model's targets."""
    sensor = judge.sensor
    latest = judge.latest
    age_s = now_s - judge.newest_s
    if sensor.model is None:
        doubt = _gone(sensor.name, health)
        verdict = Verdict.NO_VERDICT
    else:
        doubt = doubt_of(sensor.name, health, judge.failure, latest.findings if latest is not None else None)
        doubt = doubt or _late(health, age_s, overloaded=judge.real_time and age_s > sensor.stale_after_s)
        verdict = Verdict.NO_VERDICT if doubt is not None or latest is None else worst_verdict(latest.findings)
    return SensorView(
        source_id=judge.source_id,
        name=sensor.name,
        health=health,
        verdict=verdict,
        reason=doubt,
        values=judge.values,
        risks=_risks(judge, pack, now_utc_s),
        simulated=sensor.kind == "simulated",
        pack=sensor.model or "",
        age_s=age_s,
    )


def target_titles(pack: PackContract | None) -> Mapping[str, PackText]:
    """Titles of a pack's targets, by target."""
    if pack is None:
        return {}
    return {(output.target or pack.name): (output.title or pack.title) for output in pack.outputs if output.threshold is not None}


def _risks(judge: SensorJudge, pack: PackContract | None, now_utc_s: float) -> tuple[RiskView, ...]:
    latest = judge.latest
    if latest is None:
        return ()
    titles = target_titles(pack)
    views = []
    for finding in latest.findings:
        if finding.target in titles:
            title = titles[finding.target]
            trace = judge.recent_trace(f"{RISK_PREFIX}{finding.target}", (), _TRACE_S, now_utc_s)
            seconds = trace.utc_s - now_utc_s
            seconds.flags.writeable = False
            views.append(RiskView(finding.target, Text(en=title.en, zh=title.zh), finding, seconds, trace.value))
    return tuple(views)
