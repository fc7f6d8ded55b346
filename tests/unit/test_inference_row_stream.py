"""Rows in order: a channel that does not move while the others do is dead, and says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.contract import PackContract
from inference.findings import Verdict
from inference.model_opening import Proof, open_model
from inference.providers import ProviderChoice
from inference.reasons import ReasonCode
from inference.row_stream import RowStream
from inference.table_runner import TableRunner
from station.model_shelf import RowByRow
from tests.model_factory import make_row_pack

STUCK_ROWS = 5


@pytest.fixture
def runner(tmp_path: Path) -> TableRunner:
    folder = make_row_pack(tmp_path / "row")
    text = (folder / "pack.toml").read_text(encoding="utf-8")
    told = text.replace('"high" = 50.0', f'"high" = 50.0, "stuck_after_s" = {STUCK_ROWS}.0')
    assert told != text
    (folder / "pack.toml").write_text(told, encoding="utf-8")
    opened = open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP).runner
    assert isinstance(opened, TableRunner)
    assert isinstance(opened.pack.contract, PackContract)
    return opened


def codes(runner: TableRunner, rows: list[dict[str, float]]) -> list[ReasonCode | None]:
    stream = RowStream(runner)
    answers: list[ReasonCode | None] = []
    for row in rows:
        stream.observe(row)
        reason = stream.judge(row)[0].reason
        answers.append(None if reason is None else reason.code)
    return answers


def test_a_channel_that_stays_while_the_others_move_is_stuck(runner: TableRunner) -> None:
    rows = [{"x": 3.0, "kind": float(number % 3)} for number in range(8)]
    assert codes(runner, rows) == [None] * (STUCK_ROWS - 1) + [ReasonCode.CHANNEL_STUCK] * (8 - STUCK_ROWS + 1)


def test_it_is_believed_again_once_it_moves(runner: TableRunner) -> None:
    rows = [{"x": 3.0, "kind": float(number % 3)} for number in range(6)] + [{"x": 3.5, "kind": 1.0}]
    assert codes(runner, rows)[-2:] == [ReasonCode.CHANNEL_STUCK, None]


def test_the_same_row_read_again_and_again_tells_nothing(runner: TableRunner) -> None:
    assert set(codes(runner, [{"x": 3.0, "kind": 1.0}] * 20)) == {None}


def test_what_a_row_says_of_itself_comes_first(runner: TableRunner) -> None:
    rows = [{"x": 60.0, "kind": float(number % 3)} for number in range(8)]
    assert set(codes(runner, rows)) == {ReasonCode.CHANNEL_OUT_OF_RANGE}


def test_a_link_counts_the_rows_between_decisions_too(runner: TableRunner) -> None:
    link = RowByRow(runner, ("x", "kind"), every_s=4.0)
    answers = [link.push(float(number), np.array([3.0, number % 3])) for number in range(9)]
    verdicts = [None if one is None else one[0].verdict for one in answers]
    assert [place for place, one in enumerate(verdicts) if one is not None] == [0, 4, 8]
    assert verdicts[4] is Verdict.NO_VERDICT
