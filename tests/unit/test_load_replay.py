"""This file decides that a replay is the alarm engine over again: with the settings in force it gives the journal's own count."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.errors import RecordsError
from inference.findings import Verdict
from station.alarms.conditions import Level
from station.config import AlarmConfig
from station.frames import DefinitionId, PersonId
from station.load.evidence import Levels
from station.load.replay import Replayed, calling, replay
from station.load.settings import settings_of, with_settings
from station.load.value_tape import decode_values, encode_values
from station.load_view import Basis, Caveat, WhatIf
from station.view import Feedback, FeedbackAnswer
from tests.unit.alarm_making import CAM, RIG, definition, finding, utc
from tests.unit.load_making import History, flickering, station_with, wandering

LIMIT = {"kind": "limit", "source": RIG, "channel": "p", "side": "high", "raise_at": 100.0, "clear_at": 100.0}


def asked(history: History, one: AlarmConfig, **changed: float) -> WhatIf:
    tried = replace(settings_of(one), **changed)
    history.load.tapes.flush()
    history.records.flush(60.0)  # a busy disk may take longer than a person would wait
    return history.load.what_if(DefinitionId(one.id), tried, utc(0.0), utc(history.clock.now_s + 1.0))


VERDICTS = {
    "plain": {},
    "3 of 5": {"raise_count": 3, "of_last": 5},
    "delays": {"on_delay_s": 0.7, "off_delay_s": 1.5},
    "hysteresis": {"when": {"kind": "verdict", "source": CAM, "raise_score": 0.6, "clear_score": 0.33}},
    "target": {"when": {"kind": "verdict", "source": CAM, "target": "part"}, "raise_count": 2, "of_last": 3},
    "label": {"when": {"kind": "verdict", "source": CAM, "label": "crack"}, "off_delay_s": 3.0},
    "all": {
        "when": {"kind": "verdict", "source": CAM, "raise_score": 0.55, "clear_score": 0.4},
        "raise_count": 2,
        "of_last": 4,
        "on_delay_s": 0.5,
        "off_delay_s": 2.0,
    },
}


@pytest.mark.parametrize("name", VERDICTS)
@pytest.mark.parametrize("most", [1000, 10])
def test_scores_replayed_with_the_settings_in_force_give_the_journals_count(tmp_path: Path, name: str, most: int) -> None:
    one = definition(**VERDICTS[name], most_per_10_min=most)
    history = History(tmp_path, station_with(one))
    scores = flickering(3, 300.0)
    scores[1000:1100] = np.nan
    history.frames(scores)
    history.wait(5.0)
    answer = asked(history, one)
    history.stop()
    assert answer.basis is Basis.SCORES
    assert answer.journal > (6 if most == 1000 else 3)
    assert answer.in_force == answer.tried == answer.journal
    assert Caveat.DIFFERS not in answer.caveats
    assert answer.before.sum() == answer.in_force


LIMITS = {
    "plain": ({}, 1),
    "hysteresis": ({"when": LIMIT | {"clear_at": 97.0}}, 0),
    "delays": ({"on_delay_s": 2.0, "off_delay_s": 5.0}, 1),
    "low": ({"when": LIMIT | {"side": "low", "raise_at": 90.0, "clear_at": 92.0}}, 0),
}


@pytest.mark.parametrize("kept", ["tape", "trend"])
@pytest.mark.parametrize("name", LIMITS)
def test_values_replayed_with_the_settings_in_force_give_the_journals_count(tmp_path: Path, name: str, kept: str) -> None:
    """Within the recording's second what came and went more than once is one: a limit without hysteresis or delay differs."""
    changed, may_differ = LIMITS[name]
    one = definition(**({"when": LIMIT} | changed), most_per_10_min=1000)
    history = History(tmp_path, station_with(one))
    if kept == "trend":
        history.load.tapes.values.listen(())
    history.values(wandering(5, 600.0))
    answer = asked(history, one)
    history.stop()
    assert answer.basis is Basis.TREND
    assert answer.journal >= 4
    if name == "plain":  # noise about the limit raises several times within a second
        assert answer.in_force <= answer.journal
        assert Caveat.DIFFERS in answer.caveats
    else:
        assert abs(answer.in_force - answer.journal) <= may_differ
        assert Caveat.DIFFERS not in answer.caveats


@given(st.lists(st.tuples(st.integers(1, 5000), st.floats(-1e6, 1e6, width=32)), min_size=1, max_size=50))
@settings(deadline=None)
def test_a_tape_of_values_says_what_was_put_on_it(rows: list[tuple[int, float]]) -> None:
    at_ms = np.cumsum([step for step, _ in rows])
    points = [(value, value - 1, value + 1) for _, value in rows]
    header, packed = encode_values(at_ms.tolist(), points)
    found = decode_values([(utc(0.0), header, packed), (utc(1e6), header, packed)])
    assert len(found) == 2 * len(rows)
    np.testing.assert_allclose(found[: len(rows), 0] - utc(0.0).timestamp(), at_ms / 1000.0, atol=1e-5)
    np.testing.assert_allclose(found[len(rows) :, 1:], points, rtol=1e-6, atol=0.2)
    with pytest.raises(RecordsError, match="cannot be read"):
        decode_values([(utc(0.0), header, packed[:-3])])


def test_other_settings_give_what_a_line_with_them_would_have_given(tmp_path: Path) -> None:
    """The other line is really run: the replay's answer is its journal."""
    in_force = definition(most_per_10_min=1000)
    other = {"on_delay_s": 0.5, "off_delay_s": 2.0, "raise_count": 2, "of_last": 3, "raise_at": 0.6, "clear_at": 0.4}
    tried = with_settings(in_force, replace(settings_of(in_force), **other))
    scores = flickering(11, 300.0)
    counts = []
    for name, one in (("in-force", in_force), ("tried", tried)):
        history = History(tmp_path / name, station_with(one))
        history.frames(scores)
        counts.append(asked(history, one))
        if name == "in-force":
            answer = asked(history, one, **other)
        history.stop()
    assert answer.in_force == counts[0].journal
    assert answer.tried == counts[1].journal
    assert answer.tried < answer.in_force / 2


def test_a_restart_takes_over_what_stood_and_forgets_the_last_findings(tmp_path: Path) -> None:
    one = definition(raise_count=3, of_last=5, most_per_10_min=1000)
    history = History(tmp_path, station_with(one))
    history.frames(np.array([0.1] * 20 + [0.9] * 10))
    history.stop()
    again = History(tmp_path, station_with(one), start_s=history.clock.now_s + 60.0)
    again.frames(np.array([0.9] * 10 + [0.1] * 20 + [0.9, 0.9]))
    again.stop()
    third = History(tmp_path, station_with(one), start_s=again.clock.now_s + 60.0)
    third.frames(np.array([0.9] + [0.1] * 10 + [0.9] * 5))
    answer = asked(third, one)
    third.stop()
    assert answer.journal == answer.in_force == 2


def test_what_is_held_back_calls_nobody_in_the_replay_either(tmp_path: Path) -> None:
    one = definition(most_per_10_min=1000)
    history = History(tmp_path, station_with(one))
    history.frames(flickering(5, 60.0))
    assert history.alarms.held.shelve(DefinitionId(one.id), 60.0, "cable", PersonId("wei")).ok
    history.frames(flickering(6, 90.0))
    answer = asked(history, one)
    history.stop()
    assert answer.journal == answer.in_force
    assert answer.journal > 5


def test_confirmed_real_ones_that_would_be_missed_or_later_are_told(tmp_path: Path) -> None:
    one = definition(most_per_10_min=1000)
    history = History(tmp_path, station_with(one))
    for length, answer in ((40, FeedbackAnswer.REAL), (3, FeedbackAnswer.REAL), (30, FeedbackAnswer.REAL), (3, FeedbackAnswer.FALSE)):
        history.frames(np.array([0.1] * 50 + [0.9] * length))
        (view,) = history.alarms.views()
        assert history.alarms.answer(Feedback(answer, PersonId("wei"), view.alarm_id)).ok
        history.frames(np.array([0.1] * 20))
    answer = asked(history, one, on_delay_s=2.0)
    as_is = asked(history, one)
    history.stop()
    assert (answer.journal, answer.in_force, answer.tried) == (4, 4, 2)
    assert (answer.real.total, answer.real.missed, answer.real.later) == (3, 1, 2)
    assert answer.real.mean_later_s == pytest.approx(2.0, abs=0.1)
    assert (answer.false.total, answer.false.missed) == (1, 1)
    assert (as_is.real.missed, as_is.real.later) == (0, 0)


def test_without_scores_only_delays_can_be_tried_on_the_journal(tmp_path: Path) -> None:
    one = definition({"kind": "system", "of": "model_failed"}, most_per_10_min=1000)
    history = History(tmp_path, station_with(one))
    from station.events import SystemFault

    for length_s in (1.0, 10.0, 1.0, 10.0):
        history.alarms.on_system(SystemFault.MODEL_FAILED, active=True, detail="gone")
        history.wait(length_s)
        history.alarms.on_system(SystemFault.MODEL_FAILED, active=False)
        history.wait(3.0)
    answer, longer, merged = asked(history, one), asked(history, one, on_delay_s=5.0), asked(history, one, off_delay_s=5.0)
    history.stop()
    assert answer.basis is Basis.JOURNAL
    assert Caveat.DELAYS_ONLY in answer.caveats
    assert (answer.journal, answer.in_force, longer.tried, merged.tried) == (4, 4, 2, 1)


def test_a_source_that_is_silent_stops_the_delays(tmp_path: Path) -> None:
    from inference.reasons import Reason, ReasonCode

    one = definition(on_delay_s=5.0, most_per_10_min=1000)
    history = History(tmp_path, station_with(one))
    history.frames(np.array([0.1] * 20 + [0.9] * 20))
    history.alarms.on_doubt(CAM, Reason.of(ReasonCode.SOURCE_GONE, source="Camera", detail="cable"))
    history.wait(60.0)
    history.frames(np.array([0.9] * 20 + [0.1] * 10))
    answer, shorter = asked(history, one), asked(history, one, on_delay_s=1.0)
    history.stop()
    assert answer.journal == answer.in_force == 0
    assert shorter.tried == 1


def fed(codes: list[int], counts: list[int], gap_s: float = 0.125) -> Levels:
    count = np.array(counts, np.int64)
    begin = np.concatenate([[0.0], np.cumsum(count)[:-1] * gap_s])
    end = begin + (count - 1) * gap_s
    return Levels(begin, end, begin, count, np.array(codes, np.int8), np.zeros(count.size, np.bool_))


def one_by_one(stretches: Levels, gap_s: float = 0.125) -> Levels:
    """The same inputs, each its own stretch."""
    codes = np.repeat(stretches.level, stretches.count)
    begin = np.arange(codes.size) * gap_s
    return Levels(begin, begin, begin, np.ones(codes.size, np.int64), codes, np.zeros(codes.size, np.bool_))


STRETCHES = st.lists(st.tuples(st.sampled_from([int(level) for level in Level]), st.integers(1, 30)), min_size=1, max_size=40)


@given(STRETCHES, st.integers(1, 4), st.integers(0, 4), st.sampled_from([0.0, 0.25, 1.0]), st.sampled_from([0.0, 0.25, 1.0]))
@settings(deadline=None)
def test_long_stretches_give_what_every_single_input_gives(
    stretches: list[tuple[int, int]], n: int, more: int, on_s: float, off_s: float
) -> None:
    one = definition(raise_count=n, of_last=n + more, on_delay_s=on_s, off_delay_s=off_s)
    short = fed([code for code, _ in stretches], [count for _, count in stretches])
    quick, slow = replay(one, short), replay(one, one_by_one(short))
    np.testing.assert_allclose(quick.raised_s, slow.raised_s, atol=1e-6)
    np.testing.assert_allclose(quick.returned_s, slow.returned_s, atol=1e-6)


@given(STRETCHES, st.floats(0.0, 3.0), st.floats(0.0, 3.0))
@settings(deadline=None)
def test_a_longer_delay_never_gives_more_activations(stretches: list[tuple[int, int]], shorter: float, more: float) -> None:
    """Without inputs that say nothing: those stop a delay, and a delay that is over cannot be stopped."""
    known = [(code, count) for code, count in stretches if code != Level.UNKNOWN] or [(int(Level.LOW), 1)]
    levels = fed([code for code, _ in known], [count for _, count in known])
    for key in ("on_delay_s", "off_delay_s"):
        fewer = replay(definition(**{key: shorter + more}), levels)
        assert fewer.raised_s.size <= replay(definition(**{key: shorter}), levels).raised_s.size


@given(st.lists(st.tuples(st.floats(0.1, 400.0), st.floats(0.1, 100.0)), max_size=60), st.integers(2, 12))
@settings(deadline=None)
def test_no_more_than_the_limit_call_within_ten_minutes(gaps: list[tuple[float, float]], most: int) -> None:
    times = np.cumsum(np.array([part for gap in gaps for part in gap], np.float64)) if gaps else np.empty(0)
    made = Replayed(times[0::2], times[1::2])
    calls = calling(made, definition(most_per_10_min=most), [])
    within = np.searchsorted(calls, calls + 599.9) - np.arange(calls.size)
    assert not calls.size or within.max() <= most
    assert calling(made, definition(priority=1), []).size == made.raised_s.size


def test_a_score_that_lies_between_two_steps_counts_as_the_lower(tmp_path: Path) -> None:
    one = definition(most_per_10_min=1000)
    history = History(tmp_path, station_with(one))
    history.frames(np.array([0.1, 0.704, 0.1, 0.709, 0.1]))
    answer = asked(history, one, raise_at=0.70), asked(history, one, raise_at=0.71), asked(history, one, raise_at=0.705)
    history.stop()
    assert [one.tried for one in answer] == [2, 0, 0]
    assert answer[0].threshold == 0.5


def test_inputs_without_verdict_are_neither_for_nor_against(tmp_path: Path) -> None:
    assert finding(float("nan")).verdict is Verdict.NO_VERDICT
    one = definition(raise_count=2, of_last=2, most_per_10_min=1000)
    history = History(tmp_path, station_with(one))
    history.frames(np.array([0.1, 0.9, np.nan, 0.9, 0.1, 0.1]))
    answer = asked(history, one)
    history.stop()
    assert answer.in_force == answer.journal == 1
