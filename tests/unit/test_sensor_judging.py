"""This file decides whether a link's rows are judged in order, all of a replay, and why there is no verdict when there is none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import TypeAdapter

from inference.errors import PackError
from inference.findings import Finding, Verdict
from inference.reasons import ReasonCode
from station.config import Sensor
from station.frames import JudgedSample, Sample, SourceId
from station.sensor_judging import SensorJudge, SensorModel
from tests.source_doubles import PATIENCE_S, ManualClock
from tests.unit.alarm_making import RIG, finding, utc

TABLE = {"kind": "table", "id": RIG, "name": "Rig", "asset": "rig", "path": "t.csv", "model": "rig", "judge_every_s": 2.0}
SIMULATED = {"kind": "simulated", "id": RIG, "name": "Rig", "asset": "rig"}


class EveryTwoSeconds:
    """A model that decides on every second of the source's own time; ``broken`` makes it fail."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.broken = False

    def push(self, time_s: float, values: NDArray[np.float64], key: str = "", phase_s: float | None = None) -> tuple[Finding, ...] | None:
        del key, phase_s
        if self.broken:
            raise RuntimeError("out of memory")
        self.times.append(time_s)
        return (finding(float(values[0]) / 100.0, target="pump", bad=Verdict.FAULT),) if time_s % 2 == 0 else None


class Bench:
    """One judge and everything it delivers."""

    def __init__(self, sensor: dict[str, object], open_model: Callable[[], SensorModel] | None) -> None:
        self.clock = ManualClock()
        self.rows: list[int] = []
        self.decisions: list[JudgedSample] = []
        self.changed = threading.Condition()
        self.judge = SensorJudge(
            TypeAdapter(Sensor).validate_python(sensor),
            open_model=open_model,
            deliver_rows=self._take_rows,
            deliver=self._take,
            clock=self.clock,
        )

    def _take_rows(self, _source: SourceId, samples: Sequence[Sample]) -> None:
        with self.changed:
            self.rows.extend(sample.sequence for sample in samples)
            self.changed.notify_all()

    def _take(self, judged: JudgedSample) -> None:
        with self.changed:
            self.decisions.append(judged)
            self.changed.notify_all()

    def wait(self, holds: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(holds, PATIENCE_S)


def batch(first: int, count: int, value: float = 10.0) -> list[Sample]:
    return [
        Sample(RIG, number, float(number), utc(number), float(number), np.array([value, float(number)]))
        for number in range(first, first + count)
    ]


@pytest.fixture
def model() -> EveryTwoSeconds:
    return EveryTwoSeconds()


@pytest.fixture
def replay(model: EveryTwoSeconds) -> Iterator[Bench]:
    bench = Bench(TABLE, lambda: model)
    yield bench
    assert bench.judge.stop(PATIENCE_S)


def test_a_replay_as_fast_as_judged_loses_no_row_and_decides_by_its_own_time(replay: Bench, model: EveryTwoSeconds) -> None:
    replay.judge.start()
    for first in range(0, 3000, 100):
        replay.judge.deliver(batch(first, 100))
    replay.wait(lambda: len(replay.decisions) == 1500)
    assert model.times == [float(number) for number in range(3000)]
    assert (replay.judge.received, replay.judge.dropped) == (3000, 0)
    assert [judged.sample.sequence for judged in replay.decisions[:3]] == [0, 2, 4]


def test_it_is_idle_when_everything_that_came_was_judged(replay: Bench) -> None:
    assert replay.judge.idle
    replay.judge.deliver(batch(0, 4))
    assert not replay.judge.idle
    replay.judge.start()
    replay.wait(lambda: len(replay.rows) == 4)
    assert replay.judge.stop(PATIENCE_S)
    assert replay.judge.idle


def test_a_live_link_that_is_not_judged_in_time_loses_its_oldest_rows_and_counts_them() -> None:
    bench = Bench(SIMULATED, None)
    for first in range(0, 3000, 10):
        bench.judge.deliver(batch(first, 10))
    assert (bench.judge.received, bench.judge.dropped) == (3000, 440)
    bench.judge.start()
    bench.wait(lambda: len(bench.rows) == 2560)
    assert bench.rows[0] == 440
    assert bench.judge.stop(PATIENCE_S)


def test_closing_lets_a_reader_go_that_waits_for_room(replay: Bench) -> None:
    for first in range(8):
        replay.judge.deliver(batch(first, 1))
    waiting = threading.Thread(target=replay.judge.deliver, args=(batch(8, 1),))
    waiting.start()
    replay.judge.close()
    waiting.join(PATIENCE_S)
    assert not waiting.is_alive()


def test_a_model_that_fails_is_no_verdict_with_the_reason_and_judges_again_later(replay: Bench, model: EveryTwoSeconds) -> None:
    model.broken = True
    replay.judge.start()
    replay.judge.deliver(batch(0, 1))
    replay.wait(lambda: len(replay.decisions) == 1)
    (found,) = replay.decisions[0].findings
    assert found.verdict is Verdict.NO_VERDICT
    assert found.reason is not None
    assert found.reason.code is ReasonCode.MODEL_FAILED
    assert "out of memory" in found.reason.sentence
    assert replay.judge.failure == found.reason
    model.broken = False
    replay.clock.advance(5.0)
    replay.judge.deliver(batch(2, 1))
    replay.wait(lambda: len(replay.decisions) == 2)
    assert replay.decisions[1].findings[0].verdict is Verdict.OK
    assert replay.judge.failure is None


def test_without_a_model_no_verdict_is_said_once_a_second_and_rows_go_on() -> None:
    def refuse() -> SensorModel:
        raise PackError("the hash differs")

    bench = Bench(TABLE, refuse)
    bench.judge.start()
    bench.judge.deliver(batch(0, 50))
    bench.wait(lambda: len(bench.rows) == 50 and len(bench.decisions) == 1)
    bench.clock.advance(1.0)
    bench.judge.deliver(batch(50, 50))
    bench.wait(lambda: len(bench.rows) == 100 and len(bench.decisions) == 2)
    assert {judged.findings[0].reason.code for judged in bench.decisions if judged.findings[0].reason} == {ReasonCode.NO_MODEL}
    assert bench.judge.stop(PATIENCE_S)


def test_values_hold_the_newest_known_of_each_channel_and_traces_their_past(replay: Bench) -> None:
    replay.judge.start()
    rows = [np.array([1.0, np.nan]), np.array([2.0, 7.0]), np.array([np.nan, np.nan])]
    replay.judge.deliver([Sample(RIG, n, float(n), utc(n), float(n), values) for n, values in enumerate(rows)])
    replay.wait(lambda: len(replay.decisions) == 2)
    assert replay.judge.values.tolist() == [2.0, 7.0]
    trace = replay.judge.recent_trace("TS1", ("TS1", "PS1"), 60.0, utc(3).timestamp())
    assert trace.value.tolist() == [1.0, 2.0]
    assert len(replay.judge.recent_trace("nobody", ("TS1", "PS1"), 60.0, utc(3).timestamp()).value) == 0
    now_s = replay.clock.utc().timestamp()
    assert replay.judge.recent_trace("risk:pump", (), 60.0, now_s).value.tolist() == [0.01]
    assert len(replay.judge.recent_trace("risk:nobody", (), 60.0, now_s).value) == 0
