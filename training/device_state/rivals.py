"""This file decides what the pack is compared with: boosted trees with the same derived inputs, and the article's plain MLP.

Both are held out by the same folds of tools. The naive recipe is what a tutorial does with this table: numbers scaled, the type as three
columns, an MLP on the failure alone, threshold 0.5, nothing derived.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits
from torch import nn
from tqdm import tqdm

from inference.contract import Figure
from inference.sequence_preprocessing import prepare_rows
from station.simulation.machine import QUALITIES, TYPE_CHANNEL
from training.device_state.evaluation import Scores, compare
from training.device_state.network import Quantity, derive_quantities
from training.device_state.rows import FOLDS, Rows, load_rows
from training.device_state.spec import PACK_NAME, TABLE_INPUT
from training.exporting import time_plain
from training.options import TrainOptions
from training.statistics import Interval

EVEN_THRESHOLD = 0.5
ARTICLE_HIDDEN = (64, 32)
"""Hidden units of the article-style MLP."""
_DECIMALS = {Quantity.DIFFERENCE_K: 1}

Inputs = NDArray[np.float64]


class Judge(Protocol):
    """What scikit-learn's classifiers have in common."""

    def fit(self, inputs: Inputs, answers: NDArray[np.bool_]) -> object:
        """Learn."""

    def predict_proba(self, inputs: Inputs) -> Inputs:
        """Probability of both answers, (n, 2)."""


TREES: Mapping[str, Callable[[int], Judge]] = {
    "boosted trees, histogram": lambda seed: HistGradientBoostingClassifier(
        max_iter=200, learning_rate=0.05, max_leaf_nodes=15, early_stopping=False, random_state=seed
    ),
    "boosted trees, exact cuts": lambda seed: GradientBoostingClassifier(n_estimators=200, max_depth=4, subsample=0.8, random_state=seed),
}
"""Both kinds of scikit-learn, with the settings of a first try."""


def tree_inputs(rows: Rows) -> Inputs:
    """All quantities the network derives, and the type's place: float64 (rows, 9).

    The difference of the temperatures is rounded to the 0.1 K it was recorded with: unrounded, trees read the last bit of the subtraction,
    by which the data set itself was decided at exactly 8.6 K, and no sensor has that bit.
    """
    quantities = derive_quantities(prepare_rows(rows.series, TABLE_INPUT)).astype(np.float64)
    for column, decimals in _DECIMALS.items():
        quantities[:, column] = np.round(quantities[:, column], decimals)
    return np.column_stack([quantities, rows.series[TYPE_CHANNEL]])


def article_inputs(rows: Rows) -> Inputs:
    """Scaled readings and the type as three columns: float64 (rows, 8)."""
    scaled = prepare_rows(rows.series, TABLE_INPUT).astype(np.float64)
    kind = rows.series[TYPE_CHANNEL]
    places = [place for place, channel in enumerate(TABLE_INPUT.channels) if channel.name != TYPE_CHANNEL]
    return np.column_stack([scaled[:, places], *(kind == place for place in range(len(QUALITIES)))])


def hold_out_judge(rows: Rows, inputs: Inputs, make: Callable[[int], Judge], seed: int, title: str) -> Scores:
    """Probability of failure of every row from a judge that did not see its fold: float64 (rows,)."""
    scores = np.zeros(len(rows))
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for fold in tqdm(range(FOLDS), desc=title, unit="fold", mininterval=5.0):
            out = rows.folds == fold
            judge = make(seed)
            judge.fit(inputs[~out], rows.failed[~out])
            scores[out] = judge.predict_proba(inputs[out])[:, 1]
    return scores


def measure_trees(rows: Rows, seed: int) -> dict[str, tuple[Interval, Interval]]:
    """Average precision and F1 at 0.5 of both kinds of trees."""
    inputs = tree_inputs(rows)
    told = {name: hold_out_judge(rows, inputs, make, seed, name) for name, make in TREES.items()}
    return {name: compare(rows, scores, scores >= EVEN_THRESHOLD, seed) for name, scores in told.items()}


def time_article(opset: int) -> tuple[float, float]:
    """What a network of the article-style MLP's size takes for a row, ms at one and at two threads."""
    sizes = (len(TABLE_INPUT.channels) - 1 + len(QUALITIES), *ARTICLE_HIDDEN, 1)
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return time_plain(nn.Sequential(*layers[:-1], nn.Sigmoid()), np.zeros((1, sizes[0]), np.float32), opset=opset)


def measure_article(options: TrainOptions) -> Sequence[Figure]:
    """Average precision and F1 of the article-style MLP."""
    rows = load_rows(options.data_dir)
    passes = 2 if options.quick else 60

    def make(seed: int) -> Judge:
        return MLPClassifier(hidden_layer_sizes=ARTICLE_HIDDEN, max_iter=passes, random_state=seed)

    scores = hold_out_judge(rows, article_inputs(rows), make, options.seed, "article's MLP")
    intervals = compare(rows, scores, scores >= EVEN_THRESHOLD, options.seed)
    return [
        Figure(
            name=name,
            value=round(one.value, 4),
            lower=round(one.lower, 4),
            upper=round(one.upper, 4),
            data="sensor/ai4i2020 (synthetic)",
            split="tools held out, 5 folds",
            command=f"nox -s train -- {PACK_NAME} --recipe naive",
        )
        for name, one in zip(("average precision", "F1"), intervals, strict=True)
    ]
