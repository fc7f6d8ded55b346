"""This file decides whether packs are found, told of once, and let go when nobody judges with them any more."""

from __future__ import annotations

import gc
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.errors import PackError
from inference.findings import Verdict
from inference.reasons import ReasonCode
from station.model_shelf import CyclesFromStart, ModelShelf
from station.paths import models_dir
from tests.model_factory import add_golden, make_blob_pack, make_drift_pack, make_row_pack
from tests.unit.pictures import encode_png, paint


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def shelf(tmp_path: Path, told: list[str]) -> ModelShelf:
    row = tmp_path / "row.npz"
    np.savez(row, x=[1.0], kind=[1.0])
    window = tmp_path / "window.npz"
    np.savez(window, a=np.full(6, 10.0), b=np.full(12, 50.0))
    add_golden(make_blob_pack(tmp_path / "blob"), {"spot.png": encode_png(paint(spot=230))})
    add_golden(make_row_pack(tmp_path / "row"), {"row.npz": row.read_bytes()})
    add_golden(make_drift_pack(tmp_path / "drift"), {"window.npz": window.read_bytes()})
    return ModelShelf((tmp_path,), told.append)


def test_every_pack_is_listed_and_opens_for_its_own_kind_of_source_only(shelf: ModelShelf) -> None:
    assert [contract.name for contract in shelf.contracts()] == ["blob", "drift", "row"]
    with pytest.raises(PackError, match="does not judge images"):
        shelf.open_image("row")
    with pytest.raises(PackError, match="does not judge sensors"):
        shelf.open_stream("blob", ("x",), 1.0)
    with pytest.raises(PackError, match="nothing"):
        shelf.open_image("nothing")


def test_rows_are_judged_so_often_as_asked_and_a_time_line_that_begins_again_begins_with_a_decision(shelf: ModelShelf) -> None:
    stream = shelf.open_stream("row", ("x", "kind"), 10.0)
    row = np.array([1.0, 1.0])
    decided = [at for at in (100.0, 105.0, 109.9, 110.0, 3.0, 5.0, 13.0) if stream.push(at, row) is not None]
    assert decided == [100.0, 110.0, 3.0, 13.0]
    (finding,) = stream.push(30.0, np.array([np.nan, 1.0])) or ()
    assert finding.verdict is Verdict.NO_VERDICT


def test_a_note_is_shown_while_it_holds_and_told_once(shelf: ModelShelf, told: list[str]) -> None:
    runner = shelf.open_image("blob")
    # A computer whose GPU provider could not be opened has a note of its own already.
    assert not any("the CPU judges now" in note for note in shelf.notes)
    runner._session._note = "CUDA failed, the CPU judges now"
    for _ in range(2):
        shelf.tell_notes()
    assert shelf.notes == ("blob: CUDA failed, the CPU judges now",)
    assert told == ["blob: CUDA failed, the CPU judges now"]


def test_a_model_that_was_put_away_is_not_held(shelf: ModelShelf) -> None:
    for number in range(3):
        runner = shelf.open_image("blob")
        runner._session._note = f"note {number}"
    gc.collect()
    assert shelf.notes == ("blob: note 2",)


class Heard:
    """Takes what a stream is told of the cycle."""

    def __init__(self) -> None:
        self.phases: list[float | None] = []

    def push(self, time_s: float, values: NDArray[np.float64], key: str = "", phase_s: float | None = None) -> None:
        del time_s, values, key
        self.phases.append(phase_s)


def test_rows_that_do_not_say_their_phase_begin_with_a_cycle() -> None:
    heard = Heard()
    model = CyclesFromStart(heard, 60.0)
    for time_s in (100.0, 130.0, 159.5, 160.0, math.nan):
        model.push(time_s, np.zeros(2))
    model.push(170.0, np.zeros(2), phase_s=3.0)
    assert heard.phases == [0.0, 30.0, 59.5, 0.0, None, 3.0]


def test_a_recording_without_phases_is_judged_by_a_pack_of_cycles() -> None:
    shelf = ModelShelf((models_dir(),), print)
    channels = ("TS1", "TS2", "TS3", "TS4", "VS1", "CE", "CP", "SE", "FS1", "FS2")
    values = np.array([36.0, 41.6, 38.8, 30.9, 0.54, 47.2, 2.16, 66.5, 7.6, 10.2])
    verdicts = {}
    for cycles_from_start in (False, True):
        stream = shelf.open_stream("hydraulic-rig", channels, 60.0, cycles_from_start=cycles_from_start)
        found = [findings for row in range(1300) if (findings := stream.push(row / 10, values)) is not None]
        reason = found[-1][0].reason
        verdicts[cycles_from_start] = None if reason is None else reason.code
    assert verdicts[False] is ReasonCode.CHANNEL_MISSING
    assert verdicts[True] is not ReasonCode.CHANNEL_MISSING
