"""The channels that drive a risk: in one sentence, with what they read, and when it counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.driving import TEMPLATES, say_driving, title_of
from inference.explanation import Explain, rank_effects
from inference.findings import Contribution, Moment, MomentKind
from inference.model_opening import Proof, open_model
from inference.pack import load_pack
from inference.providers import ProviderChoice
from inference.sequence_runner import SequenceRunner
from inference.table_runner import TableRunner
from tests.model_factory import TITLE, make_drift_pack, make_row_pack, sequence_spec


def test_strongest_first_and_weak_ones_not_at_all() -> None:
    contributors = [Contribution("CE", 0.62, 0.4), Contribution("CP", 0.25, 0.2), Contribution("TS1", 0.08, 0.1)]
    assert say_driving(contributors) == "The risk comes from CE (62 %) and CP (25 %)"
    assert say_driving(contributors[:1]) == "The risk comes from CE (62 %)"
    assert say_driving([Contribution(name, 0.25, 0.1) for name in "abcd"]) == "The risk comes from a (25 %), b (25 %) and c (25 %)"
    assert say_driving([]) == ""
    assert say_driving(contributors[2:]) == ""


def test_where_no_channel_alone_lowers_the_risk_it_is_said() -> None:
    together = rank_effects(("TS1", "CE"), (-0.01, -0.02), (-0.4, -0.7))
    assert [one.share for one in together] == [0.0, 0.0]
    assert say_driving(together) == "No single channel drives the risk: without any one of them it stays as high"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (Moment(MomentKind.INTO_CYCLE_S, 10, 20), "most of it 10 to 20 s into the cycle"),
        (Moment(MomentKind.BEFORE_NOW_S, 30, 0), "most of it 30 to 0 s before now"),
        (Moment(MomentKind.BEFORE_NOW_CYCLES, 5, 2.5), "most of it 5 to 2.5 cycles before now"),
    ],
)
def test_values_and_the_moment_are_said_where_known(moment: Moment, said: str) -> None:
    one = Contribution("T", 0.8, 0.5, value=68.4123, usual=40.0, unit="Nm", moment=moment)
    assert say_driving([one], lambda name: {"T": "Torque"}[name]) == f"The risk comes from Torque (80 %; 68.41 Nm, usually 40), {said}"


def test_another_language_fills_its_own_templates() -> None:
    words = {template: f"<{template}>" for template in TEMPLATES}
    assert say_driving([Contribution("a", 1.0, 0.5)], str, words.__getitem__) == "<The risk comes from <a (100 %)>>"


def test_a_window_is_explained_by_channel_value_and_moment(tmp_path: Path) -> None:
    folder = make_drift_pack(tmp_path / "drift", length_s=24.0)
    runner = open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP).runner
    assert isinstance(runner, SequenceRunner)
    a = np.full(24, 10.0)
    a[8:12] = 40.0
    [finding] = runner.judge_window({"a": a, "b": np.full(48, 51.0)}, Explain.ALWAYS)
    first, second = finding.contributors
    assert (first.channel, first.usual, first.unit) == ("a", 10.0, "bar")
    assert first.value == pytest.approx(10.0)
    assert first.moment == Moment(MomentKind.BEFORE_NOW_S, 16.0, 12.0)
    assert (second.channel, second.unit) == ("b", "degC")
    assert second.value == pytest.approx(51.0)


def test_a_cycle_is_explained_by_its_mean_and_phase(tmp_path: Path) -> None:
    folder = make_drift_pack(tmp_path / "drift", length_s=24.0, kind="cycle")
    runner = open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP).runner
    assert isinstance(runner, SequenceRunner)
    a = np.full(24, 10.0)
    a[8:12] = 40.0
    first = runner.judge_window({"a": a, "b": np.full(48, 50.0)}, Explain.ALWAYS)[0].contributors[0]
    assert first.value == pytest.approx(15.0)
    assert first.moment == Moment(MomentKind.INTO_CYCLE_S, 8.0, 12.0)


def test_a_row_is_explained_by_its_values_but_not_for_words(tmp_path: Path) -> None:
    runner = open_model(make_row_pack(tmp_path / "row"), ProviderChoice.CPU, proof=Proof.SKIP).runner
    assert isinstance(runner, TableRunner)
    by_channel = {one.channel: one for one in runner.judge_row({"x": 5.0, "kind": 1.0}, Explain.ALWAYS)[0].contributors}
    assert (by_channel["x"].value, by_channel["x"].usual, by_channel["x"].unit) == (5.0, 1.0, "Nm")
    assert (by_channel["kind"].value, by_channel["kind"].usual) == (None, None)
    assert by_channel["x"].moment is None


def test_channels_are_called_by_their_title(tmp_path: Path) -> None:
    channels = [{**sequence_spec()["channels"][0], "title": TITLE}, sequence_spec()["channels"][1]]
    name_of = title_of(load_pack(make_drift_pack(tmp_path / "drift", channels=channels)).contract)
    assert (name_of("a"), name_of("b"), name_of("other")) == ("Test", "b", "other")
