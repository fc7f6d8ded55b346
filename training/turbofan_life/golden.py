"""This file decides the golden set: simulated engines at several ages, new and worn, on short and full windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from station.simulation.turbofan import Fault, TurbofanModel
from training.pack_writer import GoldenWindow
from training.turbofan_life.spec import LEAST, LENGTH

GOLDEN_SEED = 7
_LIFE = 210
_ENGINES: Sequence[tuple[str, Fault, int, int]] = (
    ("young", "compressor", 40, 40),
    ("short", "compressor", 150, LEAST),
    ("middle-aged", "compressor", 150, 100),
    ("compressor-worn", "compressor", 190, 140),
    ("fan-worn", "fan", 196, LENGTH),
    ("compressor-at-its-end", "compressor", 206, 60),
)
"""Name, what wears, last flight, flights in the window; the engines fail after flight 210."""


def make_golden() -> Iterator[GoldenWindow]:
    """The golden windows."""
    for name, fault, last, count in _ENGINES:
        yield GoldenWindow(name, TurbofanModel(GOLDEN_SEED, fault, _LIFE).window(last, count))
