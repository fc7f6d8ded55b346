"""The demo line's physics: rendered parts and a hydraulic rig that wears. Pure functions of a seed and a time."""
