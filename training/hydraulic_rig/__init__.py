"""How the hydraulic-rig pack is made: LSTMs that judge four components, from ``sensor/hydraulic``."""

from training.options import TrainOptions


def train(options: TrainOptions) -> None:
    """Make the pack again, see :func:`training.hydraulic_rig.recipe.train`; PyTorch is imported only now."""
    from training.hydraulic_rig import recipe

    recipe.train(options)
