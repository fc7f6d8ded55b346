"""The training command: which recipes there are, what the naive one leaves behind."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("onnx", reason="only the test and training environments have onnx")

from inference.contract import Figure
from inference.errors import InputError
from training import __main__ as command
from training.naive import NAIVE_FILE, read_naive, write_naive
from training.options import PROJECT_DIR, Recipe, TrainOptions

FIGURE = Figure(name="naive AUROC", value=0.6, lower=0.5, upper=0.7, data="here", split="folds", command="train --recipe naive")


class Made(ModuleType):
    """A pack's module that remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__("training.made")
        self.asked: list[TrainOptions] = []
        self.quantised: list[Path] = []

    def train(self, options: TrainOptions) -> None:
        self.asked.append(options)


class MadeWithNaive(Made):
    def train_naive(self, options: TrainOptions) -> list[Figure]:
        self.asked.append(options)
        return [FIGURE]


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> object:
    def put(module: Made) -> Made:
        monkeypatch.setattr(command, "_add_int8", module.quantised.append)
        monkeypatch.setitem(sys.modules, "training.made", module)
        monkeypatch.setattr(command, "RECIPES", {"made": "training.made"})
        return module

    return put


def run(tmp_path: Path, *more: str) -> int:
    return command.main(["made", "--data", str(tmp_path), "--models", str(tmp_path / "models"), *more])


def test_every_bundled_pack_has_a_recipe() -> None:
    bundled = {path.parent.name for path in (PROJECT_DIR / "models").glob("*/pack.toml")}
    assert bundled
    assert bundled <= set(command.RECIPES)


def test_the_own_recipe_is_the_usual_one(tmp_path: Path, offer: object) -> None:
    assert callable(offer)
    module = offer(MadeWithNaive())
    assert run(tmp_path, "--quick") == 0
    assert module.quantised == []
    assert run(tmp_path) == 0
    assert [options.recipe for options in module.asked] == [Recipe.OWN, Recipe.OWN]
    assert module.quantised == [tmp_path / "models" / "made"]
    assert not (tmp_path / "models").exists()


def test_the_naive_recipe_leaves_its_figures(tmp_path: Path, offer: object) -> None:
    assert callable(offer)
    module = offer(MadeWithNaive())
    assert run(tmp_path, "--recipe", "naive", "--quick") == 0
    assert [(options.recipe, options.quick) for options in module.asked] == [(Recipe.NAIVE, True)]
    assert read_naive(tmp_path / "models" / "made") == (FIGURE,)


def test_a_pack_without_a_naive_recipe_says_so(tmp_path: Path, offer: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(offer)
    offer(Made())
    assert run(tmp_path, "--recipe", "naive") == 2
    assert "no naive recipe" in capsys.readouterr().err


def test_naive_figures_are_empty_when_never_measured_and_refused_when_broken(tmp_path: Path) -> None:
    assert read_naive(tmp_path) == ()
    path = write_naive(tmp_path / "pack", [FIGURE])
    assert path.name == NAIVE_FILE
    path.write_text("[{}]", encoding="utf-8")
    with pytest.raises(InputError, match="--recipe naive"):
        read_naive(tmp_path / "pack")
