"""How the hydraulic-rig pack is made: LSTMs and a linear discriminant that judge four components, from ``sensor/hydraulic``."""

from inference.contract import Figure
from training.options import TrainOptions


def train(options: TrainOptions) -> None:
    """Make the pack again, see :func:`training.hydraulic_rig.recipe.train`; PyTorch is imported only now."""
    from training.hydraulic_rig import recipe

    recipe.train(options)


def train_naive(options: TrainOptions) -> tuple[Figure, ...]:
    """Measure the article's network on the same folds; PyTorch is imported only now."""
    from training.hydraulic_rig import recipe

    return recipe.train_naive(options)
