"""How the turbofan-life pack is made: LSTMs that tell the remaining flights of an engine, from the simulated ``sensor/cmapss``."""

from collections.abc import Sequence

from inference.contract import Figure
from training.options import TrainOptions


def train(options: TrainOptions) -> None:
    """Make the pack again, see :func:`training.turbofan_life.recipe.train`; PyTorch is imported only now."""
    from training.turbofan_life import recipe

    recipe.train(options)


def train_naive(options: TrainOptions) -> Sequence[Figure]:
    """Measure the article's LSTM on the same engines, see :func:`training.turbofan_life.naive.measure`."""
    from training.turbofan_life import naive

    return naive.measure(options)
