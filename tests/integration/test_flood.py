"""This file decides that a flood of findings loses no event, rings no more than it may, and says that it is a flood.

Six simulated seconds of 10,000 findings a second over 200 definitions, of which half flap with every finding. What a
flood does to the window and to the clock on the wall is the bench's to say: ``python -m tests.bench flood``.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path

import numpy as np

from inference.findings import Finding, Verdict
from station.alarm_desk import AlarmDesk
from station.config import AlarmConfig
from station.events import RINGING, AlarmEvent, AlarmEventKind
from station.frames import JudgedSample, Sample
from tests.unit.alarm_making import RIG, definition, utc
from tests.unit.record_making import HandClock, open_records

TARGETS, INPUTS_PER_S, SECONDS = 100, 100, 6
MOST = 10
CALM = {"raise_count": 3, "of_last": 5, "on_delay_s": 2.0, "off_delay_s": 2.0}


def definitions() -> list[AlarmConfig]:
    """Two of each target: one that flaps with every finding, one that wants three of five for two seconds."""
    return [
        definition({"kind": "verdict", "source": RIG, "target": f"t{place}"}, id=f"{name}{place}", most_per_10_min=MOST, **more)
        for place in range(TARGETS)
        for name, more in (("quick", {}), ("calm", CALM))
    ]


def finding_of(target: str, score: float) -> Finding:
    return Finding(target, Verdict.FAULT if score >= 0.5 else Verdict.OK, "worn", score, 0.5, "pack", "1.0.0", "", "", math.nan)


def test_a_flood_loses_nothing_and_rings_no_more_than_it_may(tmp_path: Path) -> None:
    clock = HandClock()
    records = open_records(tmp_path, clock=clock)
    desk = AlarmDesk(definitions(), [], records, clock)
    heard: Counter[str] = Counter()
    rings: dict[str, int] = defaultdict(int)

    def hear(event: AlarmEvent) -> None:
        heard[event.kind.value] += 1
        rings[event.definition.id] += event.kind in RINGING

    desk.listen(hear)
    scores = np.random.default_rng(5).random((INPUTS_PER_S * SECONDS, TARGETS))
    most_waiting = 0
    for number, row in enumerate(scores):
        clock.now_s = number / INPUTS_PER_S
        sample = Sample(RIG, number, clock.now_s, utc(clock.now_s), clock.now_s, np.empty(0))
        findings = tuple(finding_of(f"t{place}", float(score)) for place, score in enumerate(row))
        desk.on_decision(JudgedSample(sample, findings, clock.now_s))
        if number % (INPUTS_PER_S // 5) == 0:
            desk.tick()
            most_waiting = max(most_waiting, records.writer_state().waiting)
    flood = desk.flood()
    shown = desk.views()
    desk.stop()
    records.stop(60.0)

    assert records.writer_state().lost == 0
    with closing(sqlite3.connect(tmp_path / "records.db")) as database:
        kept = dict(database.execute("SELECT kind, count(*) FROM alarm_events GROUP BY kind").fetchall())
    assert kept == dict(heard)
    assert max(rings.values()) == MOST
    assert sum(rings.values()) <= 2 * TARGETS * MOST
    assert heard[AlarmEventKind.COUNTED.value] <= 2 * 2 * TARGETS, "at most one every five seconds of each, and one at the stop"
    assert most_waiting < 20_000
    assert flood is not None
    assert flood.count == sum(rings.values())
    assert flood.first.id.startswith("quick")
    assert len(shown) <= 2 * TARGETS
    assert any(view.chattering for view in shown)
