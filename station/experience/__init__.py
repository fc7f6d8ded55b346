"""This package decides what the station learns from answers: what is a known false alarm, and what fixed a fault before."""
