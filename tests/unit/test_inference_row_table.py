"""A recorded table judged in hindsight: a dead channel from its first row on, rows among impossible ones not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.errors import PackError
from inference.findings import Verdict
from inference.model_opening import Proof, open_model
from inference.pack import load_pack
from inference.providers import ProviderChoice
from inference.reasons import ReasonCode
from inference.row_stream import RowStream, judge_recorded
from inference.table_runner import TableRunner
from tests.model_factory import make_row_pack

STUCK_ROWS = 5
ROWS, IMPOSSIBLE = 6, 3
OUT = 60.0
"""Beyond the channel's range."""


def change_pack(folder: Path, old: str, new: str) -> None:
    text = (folder / "pack.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "pack.toml").write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_row_pack(tmp_path / "row")
    change_pack(folder, '"high" = 50.0', f'"high" = 50.0, "stuck_after_s" = {STUCK_ROWS}.0, "still_within" = 0.2')
    change_pack(folder, "table = {", f'table = {{"doubt" = {{"rows" = {ROWS}, "impossible" = {IMPOSSIBLE}}}, ')
    return folder


@pytest.fixture
def runner(folder: Path) -> TableRunner:
    opened = open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP).runner
    assert isinstance(opened, TableRunner)
    return opened


def moving(count: int) -> list[float]:
    """Sound readings, no two alike one after the other."""
    return [10.0 + 3.0 * (number % 7) for number in range(count)]


def columns_of(readings: list[float]) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    return {"x": np.array(readings), "kind": np.arange(len(readings)) % 3.0}


def recorded(runner: TableRunner, readings: list[float]) -> list[ReasonCode | None]:
    told = judge_recorded(runner, columns_of(readings), runner.judge_row)
    return [None if findings[0].reason is None else findings[0].reason.code for findings in told]


def live(runner: TableRunner, readings: list[float]) -> list[ReasonCode | None]:
    stream, told = RowStream(runner), []
    for number, reading in enumerate(readings):
        row = {"x": reading, "kind": number % 3.0}
        stream.observe(row)
        told.append(stream.judge(row)[0].reason)
    return [None if reason is None else reason.code for reason in told]


def test_sound_rows_are_judged_every_one_of_them_and_in_order(runner: TableRunner) -> None:
    readings = moving(3 * ROWS)
    told = list(judge_recorded(runner, columns_of(readings), runner.judge_row))
    alone = [runner.judge_row({"x": reading, "kind": number % 3.0}) for number, reading in enumerate(readings)]
    assert [findings[0].score for findings in told] == [findings[0].score for findings in alone]
    assert {findings[0].verdict for findings in told} <= {Verdict.OK, Verdict.FAULT}


@pytest.mark.parametrize("count", [0, 1, ROWS - 1, ROWS, ROWS + 1])
def test_short_tables_lose_no_row(runner: TableRunner, count: int) -> None:
    assert recorded(runner, moving(count)) == [None] * count


def test_a_dead_channel_is_refused_from_its_first_row_on(runner: TableRunner) -> None:
    readings = [*moving(4), *[20.0] * (STUCK_ROWS + 3), *moving(4)]
    stuck = ReasonCode.CHANNEL_STUCK
    assert recorded(runner, readings) == [None] * 4 + [stuck] * (STUCK_ROWS + 3) + [None] * 4
    assert live(runner, readings) == [None] * (4 + STUCK_ROWS - 1) + [stuck] * 4 + [None] * 4


def test_a_reading_that_trembles_is_as_dead_as_one_that_stands(runner: TableRunner) -> None:
    trembling = [20.0 + 0.1 * (number % 3) for number in range(STUCK_ROWS)]
    creeping = [20.0 + 0.1 * number for number in range(STUCK_ROWS)]
    assert recorded(runner, trembling) == [ReasonCode.CHANNEL_STUCK] * STUCK_ROWS
    assert recorded(runner, creeping) == [None] * STUCK_ROWS


def test_fewer_rows_than_too_many_are_no_dead_channel(runner: TableRunner) -> None:
    readings = [*moving(4), *[20.0] * (STUCK_ROWS - 1), *moving(4)]
    assert set(recorded(runner, readings)) == {None}


def test_rows_between_impossible_ones_are_not_believed(runner: TableRunner) -> None:
    readings = moving(20)
    readings[8] = readings[10] = readings[12] = OUT
    out, doubt = ReasonCode.CHANNEL_OUT_OF_RANGE, ReasonCode.ROWS_IMPOSSIBLE
    # Of six rows one after the other three are impossible where they begin at row 7 or 8, or end at row 12 or 13.
    assert recorded(runner, readings) == [None] * 7 + [doubt, out, None, out, None, out, doubt] + [None] * 6
    assert live(runner, readings)[7:14] == [None, out, None, out, None, out, doubt]


def test_rows_in_the_middle_are_doubted_live_only_from_the_last_impossible_one_on(runner: TableRunner) -> None:
    readings = moving(20)
    readings[8] = readings[9] = readings[10] = OUT
    told = live(runner, readings)
    assert told[11:14] == [ReasonCode.ROWS_IMPOSSIBLE] * 3
    assert told[14:] == [None] * 6
    assert recorded(runner, readings)[5:8] == [ReasonCode.ROWS_IMPOSSIBLE] * 3
    assert recorded(runner, readings)[:5] == [None] * 5


def test_few_impossible_rows_leave_the_others_believed(runner: TableRunner) -> None:
    readings = moving(30)
    readings[4] = readings[5] = readings[14] = readings[24] = OUT
    told = recorded(runner, readings)
    assert [place for place, code in enumerate(told) if code is not None] == [4, 5, 14, 24]


def test_the_reason_says_how_many(runner: TableRunner) -> None:
    readings = [*moving(3), OUT, OUT, OUT]
    told = list(judge_recorded(runner, columns_of(readings), runner.judge_row))
    reason = told[2][0].reason
    assert reason is not None
    assert reason.sentence.startswith("Of 6 rows around this one, 3 cannot be")


def test_a_pack_that_doubts_more_than_it_looks_at_is_refused(folder: Path) -> None:
    change_pack(folder, f'"impossible" = {IMPOSSIBLE}', f'"impossible" = {ROWS + 1}')
    with pytest.raises(PackError, match="impossible"):
        load_pack(folder)
