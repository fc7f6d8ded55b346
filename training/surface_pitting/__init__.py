"""How the surface-pitting pack is made: pits on a ball-screw spindle, found pixel by pixel, from ``vision/ball_screw``."""
