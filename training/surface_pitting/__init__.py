"""How the surface-pitting pack is made: pits on a ball-screw spindle, found pixel by pixel, from ``vision/ball_screw``."""

from training.surface_pitting.recipe import train

__all__ = ["train"]
