"""Judging windows and streams: scores, contributors, doubts, gaps, phases."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.contract import Output, PackContract, SequenceInput
from inference.explanation import Explain, rank_effects
from inference.findings import Finding, Verdict
from inference.model_opening import Proof, open_model
from inference.providers import ProviderChoice
from inference.reasons import ReasonCode
from inference.scoring import complete_scores, score_classes
from inference.sequence_runner import SequenceRunner
from inference.sequence_stream import SequenceStream
from inference.table_runner import TableRunner, read_words
from tests.model_factory import base_contract, make_drift_pack, make_row_pack, sequence_spec

HEALTHY = {"a": np.full(6, 10.0), "b": np.full(12, 45.0)}
WORN = {"a": np.full(6, 14.0), "b": np.full(12, 50.0)}


def runner_of(folder: Path, **settings_: object) -> SequenceRunner:
    runner = open_model(make_drift_pack(folder, **settings_), ProviderChoice.CPU, proof=Proof.SKIP).runner  # type: ignore[arg-type]
    assert isinstance(runner, SequenceRunner)
    return runner


def code_of(findings: tuple[Finding, ...] | None) -> ReasonCode | None:
    assert findings is not None
    [finding] = findings
    if finding.verdict is not Verdict.NO_VERDICT:
        return None
    assert finding.reason is not None
    assert "{" not in finding.reason.sentence
    return finding.reason.code


@pytest.mark.parametrize("free_batch", [True, False])
def test_a_worn_window_is_a_fault_with_its_driver(tmp_path: Path, free_batch: bool) -> None:
    [finding] = runner_of(tmp_path / "drift", free_batch=free_batch).judge_window(WORN)
    assert (finding.verdict, finding.label, finding.target) == (Verdict.FAULT, "bad", "valve")
    assert finding.score == pytest.approx(1 / (1 + math.exp(-2)), abs=1e-6)
    assert (finding.value, finding.lower, finding.upper, finding.unit) == (73.0, 73.0, 100.0, "%")
    [driver] = finding.contributors
    assert (driver.channel, driver.share) == ("a", 1.0)
    assert driver.effect == pytest.approx(finding.score - 0.5, abs=1e-6)
    assert finding.forecast is not None
    np.testing.assert_allclose(finding.forecast, [2, 0, 0], atol=1e-6)
    assert not finding.forecast.flags.writeable


def test_contributors_cost_nothing_when_all_is_well(tmp_path: Path) -> None:
    runner = runner_of(tmp_path / "drift")
    [finding] = runner.judge_window(HEALTHY)
    assert (finding.verdict, finding.label, finding.value, finding.contributors) == (Verdict.OK, "good", 100.0, ())
    [asked] = runner.judge_window(HEALTHY, Explain.ALWAYS)
    assert [c.channel for c in asked.contributors] == ["b"]
    assert asked.contributors[0].effect < 0
    assert asked.contributors[0].share == 0.0
    [bare] = runner.judge_window(WORN, Explain.NEVER)
    assert bare.contributors == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"a": None}, ReasonCode.CHANNEL_MISSING),
        ({"a": np.array([10, 10, np.nan, 10, 10, 10.0])}, ReasonCode.CHANNEL_NOT_FINITE),
        ({"b": np.full(12, np.inf)}, ReasonCode.CHANNEL_NOT_FINITE),
        ({"a": np.array([10, 10, -0.1, 10, 10, 10.0])}, ReasonCode.CHANNEL_OUT_OF_RANGE),
        ({"a": np.array([10, 10, 101.0, 10, 10, 10.0])}, ReasonCode.CHANNEL_OUT_OF_RANGE),
        ({"a": np.full(5, 10.0)}, ReasonCode.WRONG_SHAPE),
    ],
)
def test_windows_that_are_not_believed(tmp_path: Path, change: dict[str, np.ndarray | None], code: ReasonCode) -> None:
    window = {name: series for name, series in {**HEALTHY, **change}.items() if series is not None}
    assert code_of(runner_of(tmp_path / "drift").judge_window(window)) is code


def test_a_channel_that_stands_still_is_stuck(tmp_path: Path) -> None:
    channels = [{**sequence_spec()["channels"][0], "stuck_after_s": 4.0}, sequence_spec()["channels"][1]]
    runner = runner_of(tmp_path / "drift", channels=channels)
    moving = {"a": np.array([9, 10, 10, 10, 11, 10.0]), "b": HEALTHY["b"]}
    assert code_of(runner.judge_window(moving)) is None
    [stuck] = runner.judge_window({"a": np.array([9, 10, 10, 10, 10, 11.0]), "b": HEALTHY["b"]})
    assert stuck.reason is not None
    assert stuck.reason.sentence == "Sensor a is stuck at 10"


def rows_of(start_s: float, stop_s: float, a: float = 14.0, b: float = 50.0) -> list[tuple[float, np.ndarray]]:
    """Rows at 2 Hz; a has a value at whole seconds only, as a slow channel has."""
    times = np.arange(round(start_s * 2), round(stop_s * 2)) / 2
    return [(float(t), np.array([b, a if t == int(t) else np.nan])) for t in times]


def stream_of(runner: SequenceRunner, every_s: float = 1.0) -> SequenceStream:
    return SequenceStream(runner, every_s, ("b", "a"))


def test_a_stream_fills_then_judges_at_its_pace(tmp_path: Path) -> None:
    stream = stream_of(runner_of(tmp_path / "drift"), every_s=2.0)
    decided = [(time_s, code_of(findings)) for time_s, row in rows_of(0, 11) if (findings := stream.push(time_s, row)) is not None]
    filling = ReasonCode.WINDOW_FILLING
    assert decided == [(0.0, filling), (2.0, filling), (4.0, filling), (5.5, None), (7.5, None), (9.5, None)]


def test_a_stream_judges_as_a_window_does(tmp_path: Path) -> None:
    runner = runner_of(tmp_path / "drift")
    stream = stream_of(runner)
    rng = np.random.default_rng(5)
    a, b = rng.normal(10, 2, 20), rng.normal(50, 5, 40)
    for index in range(40):
        row = np.array([b[index], a[index // 2] if index % 2 == 0 else np.nan])
        findings = stream.push(100.0 + index / 2, row)
        if findings is not None and index >= 11:
            steps = slice(index // 2 - 5, index // 2 + 1)
            if index % 2 == 1:
                [expected] = runner.judge_window({"a": a[steps], "b": b[index - 11 : index + 1]})
                assert findings[0].score == pytest.approx(expected.score, abs=1e-6)


def test_a_cycle_window_always_starts_at_the_cycles_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = runner_of(tmp_path / "drift", kind="cycle")
    stream = stream_of(runner)
    windows: list[dict[str, np.ndarray]] = []
    judge = runner.judge_window
    monkeypatch.setattr(runner, "judge_window", lambda window: windows.append(window) or judge(window))
    a, b = np.arange(10.0, 28.0), np.arange(36.0)
    for index in range(36):
        row = np.array([b[index], a[index // 2] if index % 2 == 0 else np.nan])
        stream.push(100 + index / 2, row, phase_s=(index / 2) % 6)
        if not windows or index < 12:
            continue
        cycle, now = index - index % 12, index % 12 + 1
        if index % 2 == 1:
            np.testing.assert_array_equal(windows[-1]["b"], np.concatenate([b[cycle : cycle + now], b[cycle - 12 + now : cycle]]))
            np.testing.assert_array_equal(
                windows[-1]["a"], np.concatenate([a[cycle // 2 : (cycle + now) // 2], a[(cycle - 12 + now) // 2 : cycle // 2]])
            )
    assert len(windows) == 13


def test_a_cycle_pack_without_a_phase_gives_no_verdict(tmp_path: Path) -> None:
    stream = stream_of(runner_of(tmp_path / "drift", kind="cycle"))
    last = [stream.push(time_s, row) for time_s, row in rows_of(0, 6)][-1]
    assert code_of(last) is ReasonCode.CHANNEL_MISSING


def test_a_gap_empties_the_window_and_says_so(tmp_path: Path) -> None:
    stream = stream_of(runner_of(tmp_path / "drift"))
    for time_s, row in rows_of(0, 8):
        stream.push(time_s, row)
    [(first_s, first), *rest] = rows_of(11, 20)
    assert code_of(stream.push(first_s, first)) is ReasonCode.GAP
    codes = [code_of(findings) for time_s, row in rest if (findings := stream.push(time_s, row)) is not None]
    assert codes == [ReasonCode.WINDOW_FILLING] * 5 + [None] * 4


def test_a_short_gap_is_held_over(tmp_path: Path) -> None:
    stream = stream_of(runner_of(tmp_path / "drift"))
    rows = rows_of(0, 8) + rows_of(9.5, 12)
    codes = [code_of(findings) for time_s, row in rows if (findings := stream.push(time_s, row)) is not None and time_s >= 6]
    assert codes
    assert set(codes) == {None}


def test_time_running_backwards_empties_the_window(tmp_path: Path) -> None:
    stream = stream_of(runner_of(tmp_path / "drift"))
    for time_s, row in rows_of(0, 8):
        stream.push(time_s, row)
    findings = stream.push(3.0, np.array([50.0, 14.0]), "row-17")
    assert code_of(findings) is ReasonCode.TIME_BACKWARDS
    assert findings is not None
    assert findings[0].reason is not None
    assert "row-17" in findings[0].reason.sentence
    assert code_of(stream.push(4.0, np.array([50.0, 14.0]))) is ReasonCode.WINDOW_FILLING
    assert code_of(stream.push(math.nan, np.array([50.0, 14.0]))) is ReasonCode.TIME_BACKWARDS


def test_a_channel_that_falls_silent_is_missing_and_comes_back(tmp_path: Path) -> None:
    stream = stream_of(runner_of(tmp_path / "drift"))
    codes: dict[float, ReasonCode | None] = {}
    for time_s, row in rows_of(0, 30):
        values = row.copy()
        if 10 <= time_s < 16:
            values[0] = np.nan
        findings = stream.push(time_s, values)
        if findings is not None:
            codes[time_s] = code_of(findings)
    assert codes[11.5] is None
    assert codes[13.5] is ReasonCode.CHANNEL_MISSING
    assert codes[17.5] is ReasonCode.CHANNEL_MISSING
    assert codes[25.5] is None


def test_a_link_without_a_wanted_channel_says_which(tmp_path: Path) -> None:
    stream = SequenceStream(runner_of(tmp_path / "drift"), 1.0, ("b", "other"))
    findings = [stream.push(time_s, row) for time_s, row in rows_of(0, 6)][-1]
    assert code_of(findings) is ReasonCode.CHANNEL_MISSING
    assert findings is not None
    assert findings[0].reason is not None
    assert findings[0].reason.sentence == "Sensor a is missing"


def test_a_stuck_channel_is_seen_across_windows(tmp_path: Path) -> None:
    channels = [{**sequence_spec()["channels"][0], "stuck_after_s": 9.0}, sequence_spec()["channels"][1]]
    stream = stream_of(runner_of(tmp_path / "drift", channels=channels))
    codes = {time_s: code_of(findings) for time_s, row in rows_of(0, 12) if (findings := stream.push(time_s, row)) is not None}
    assert codes[8.5] is None
    assert codes[10.5] is ReasonCode.CHANNEL_STUCK


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-5, 15), st.one_of(st.none(), st.floats(0, 100))), max_size=40))
def test_a_stream_survives_whatever_comes(shared_runner: SequenceRunner, steps: list[tuple[float, float | None]]) -> None:
    stream = stream_of(shared_runner)
    time_s = 0.0
    for step_s, value in steps:
        time_s += step_s
        findings = stream.push(time_s, np.array([np.nan if value is None else value, 10.0]))
        assert findings is None or (len(findings) == 1 and findings[0].target == "valve")


@pytest.fixture(scope="module")
def shared_runner(tmp_path_factory: pytest.TempPathFactory) -> SequenceRunner:
    return runner_of(tmp_path_factory.mktemp("packs") / "drift")


CLASSES = Output.model_validate(
    {
        "name": "p",
        "kind": "probabilities",
        "shape": (1, 3),
        "threshold": 0.3,
        "unit": "bar",
        "labels": [
            {"name": name, "title": {"en": name, "zh": name}, "severity": severity, "value": value}
            for name, severity, value in (("good", 0.0, 130.0), ("weak", 0.5, 115.0), ("dead", 1.0, 90.0))
        ],
    }
)


def test_the_label_follows_the_verdict() -> None:
    fault = score_classes(np.array([0.6, 0.3, 0.1], dtype=np.float32), CLASSES)
    assert (round(fault.score, 6), fault.label, fault.value, fault.lower, fault.upper) == (0.4, "weak", 115.0, 115.0, 130.0)
    sound = score_classes(np.array([0.95, 0.05, 0.0], dtype=np.float32), CLASSES)
    assert (sound.label, sound.value, sound.lower, sound.upper) == ("good", 130.0, 130.0, 130.0)


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda p: sum(p) > 0))
def test_scores_stay_in_range_and_values_in_their_interval(weights: list[float]) -> None:
    probabilities = (np.array(weights) / sum(weights)).astype(np.float32)
    score = score_classes(probabilities, CLASSES)
    assert 0 <= score.score <= 1
    assert score.value is not None
    assert score.lower is not None
    assert score.upper is not None
    assert score.lower <= score.value <= score.upper
    assert (score.label == "good") == (score.score < 0.3)


def test_remaining_life_scores_against_its_full_length() -> None:
    outputs = [
        {"name": "life", "kind": "remaining_life", "shape": [1, 3], "unit": "cycles", "threshold": 0.8, "life_full": 100.0},
        {"name": "risk", "kind": "risk", "shape": [1, 1], "threshold": 0.5, "target": "fan"},
    ]
    contract = PackContract.model_validate(
        {**base_contract("engine", "sequence"), "model": {"sha256": "0" * 64, "opset": 17}, "sequence": sequence_spec(), "outputs": outputs}
    )
    tensors = {"life": np.array([15.0, 30.0, 5.0], dtype=np.float32), "risk": np.array([0.25], dtype=np.float32)}
    scores = complete_scores(tensors, contract)
    life = scores["life"]
    assert (life.score, life.label, life.value, life.lower, life.upper, life.unit) == (0.85, "engine", 15.0, 5.0, 30.0, "cycles")
    assert (scores["risk"].score, scores["risk"].label) == (0.25, "ok")


def test_shares_are_of_what_raises_the_score() -> None:
    ranked = rank_effects(("a", "b", "c", "d"), (0.01, 0.02, -0.2, 0.0), (0.1, 0.3, -0.2, 0.0))
    assert [(c.channel, round(c.share, 6)) for c in ranked] == [("b", 0.75), ("a", 0.25), ("c", 0.0)]


def table_runner(tmp_path: Path) -> TableRunner:
    runner = open_model(make_row_pack(tmp_path / "row"), ProviderChoice.CPU, proof=Proof.SKIP).runner
    assert isinstance(runner, TableRunner)
    return runner


def test_a_row_is_judged_and_explained(tmp_path: Path) -> None:
    runner = table_runner(tmp_path)
    [finding] = runner.judge_row({"x": 5.0, "kind": 1.0, "other": math.nan})
    assert (finding.verdict, finding.target) == (Verdict.FAULT, "row")
    assert finding.score == pytest.approx(1 / (1 + math.exp(-3)), abs=1e-6)
    assert [c.channel for c in finding.contributors] == ["x", "kind"]
    assert sum(c.share for c in finding.contributors) == pytest.approx(1)
    [good] = runner.judge_row({"x": -5.0, "kind": 0.0})
    assert (good.verdict, good.contributors) == (Verdict.OK, ())


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"x": 5.0}, ReasonCode.CHANNEL_MISSING),
        ({"x": math.nan, "kind": 0.0}, ReasonCode.CHANNEL_NOT_FINITE),
        ({"x": 51.0, "kind": 0.0}, ReasonCode.CHANNEL_OUT_OF_RANGE),
    ],
)
def test_rows_that_are_not_believed(tmp_path: Path, row: dict[str, float], code: ReasonCode) -> None:
    assert code_of(table_runner(tmp_path).judge_row(row)) is code


def test_words_are_read_by_their_place() -> None:
    np.testing.assert_array_equal(read_words(("M", "L", "?"), ("L", "M", "H")), [1, 0, np.nan])


def cycle_spec(**changes: object) -> dict[str, object]:
    """Sliding windows of 6 cycles, judged from 3 on; both channels have one value per cycle."""
    channels = [{**channel, "rate_hz": 1.0} for channel in sequence_spec()["channels"]]
    return {"time_unit": "cycle", "min_length_s": 3.0, "max_gap_s": 1.0, "channels": channels, **changes}


def push_cycles(stream: SequenceStream, numbers: range, a: float = 14.0, b: float = 50.0) -> list[ReasonCode | None]:
    return [code_of(stream.push(float(number), np.array([b, a]))) for number in numbers]


def test_a_window_of_cycles_is_judged_from_its_least_length_on(tmp_path: Path) -> None:
    runner = runner_of(tmp_path / "drift", **cycle_spec())
    stream = stream_of(runner)
    filling = ReasonCode.CYCLES_FILLING
    [first] = stream.push(1.0, np.array([50.0, 14.0])) or ()
    assert first.reason is not None
    assert first.reason.sentence == "Collecting cycles: 1 of 3"
    assert push_cycles(stream, range(2, 12)) == [filling] + [None] * 9


def test_steps_before_the_first_row_are_zero(tmp_path: Path) -> None:
    # The network's score is sigmoid(sum of the means over all six steps), zeros before the first row counting as the means.
    runner = runner_of(tmp_path / "drift", **cycle_spec())
    stream = stream_of(runner)
    scores = [findings[0].score for number in range(1, 9) if (findings := stream.push(float(number), np.array([50.0, 14.0])))]
    assert scores[2:] == pytest.approx([1 / (1 + math.exp(-2.0 * share / 6)) for share in (3, 4, 5, 6, 6, 6)], abs=1e-6)
    for count in (3, 5, 6):
        [window] = runner.judge_window({"a": np.full(count, 14.0), "b": np.full(count, 50.0)})
        assert window.score == pytest.approx(scores[count - 1], abs=1e-6)


@pytest.mark.parametrize(("a", "b"), [(2, 2), (4, 3), (3, 6), (7, 7)])
def test_a_window_too_short_or_uneven_is_not_judged(tmp_path: Path, a: int, b: int) -> None:
    runner = runner_of(tmp_path / "drift", **cycle_spec())
    assert code_of(runner.judge_window({"a": np.full(a, 14.0), "b": np.full(b, 50.0)})) is ReasonCode.WRONG_SHAPE


def test_missing_cycles_are_held_over_or_empty_the_window(tmp_path: Path) -> None:
    stream = stream_of(runner_of(tmp_path / "drift", **cycle_spec()))
    assert push_cycles(stream, range(1, 6))[-1] is None
    assert push_cycles(stream, range(7, 9)) == [None, None]
    [finding] = stream.push(12.0, np.array([50.0, 14.0])) or ()
    assert finding.reason is not None
    assert finding.reason.sentence == "3 cycles are missing"
    assert push_cycles(stream, range(13, 16)) == [ReasonCode.CYCLES_FILLING, None, None]


def test_a_value_missing_in_a_short_window_is_held_over(tmp_path: Path) -> None:
    stream = stream_of(runner_of(tmp_path / "drift", **cycle_spec()))
    stream.push(1.0, np.array([50.0, np.nan]))
    stream.push(2.0, np.array([50.0, 14.0]))
    [finding] = stream.push(3.0, np.array([50.0, 14.0])) or ()
    assert finding.score == pytest.approx(1 / (1 + math.exp(-1.0)), abs=1e-6)


def test_only_a_sliding_window_may_be_short() -> None:
    with pytest.raises(ValueError, match="min_length_s"):
        SequenceInput.model_validate(sequence_spec(kind="cycle", min_length_s=3.0))
    with pytest.raises(ValueError, match="min_length_s"):
        SequenceInput.model_validate(sequence_spec(min_length_s=7.0))
