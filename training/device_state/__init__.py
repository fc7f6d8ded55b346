"""How the device-state pack is made: an MLP that judges one row of machine state, from ``sensor/ai4i2020`` (synthetic)."""

from collections.abc import Sequence

from inference.contract import Figure
from training.options import TrainOptions


def train(options: TrainOptions) -> None:
    """Make the pack again, see :func:`training.device_state.recipe.train`; PyTorch is imported only now."""
    from training.device_state import recipe

    recipe.train(options)


def train_naive(options: TrainOptions) -> Sequence[Figure]:
    """Measure the article's MLP on the same folds, see :func:`training.device_state.rivals.measure_article`."""
    from training.device_state import rivals

    return rivals.measure_article(options)
