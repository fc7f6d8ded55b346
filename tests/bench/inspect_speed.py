"""This file decides how ``inspect`` is measured: against a bare loop of the same decoding, preprocessing and session."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from inference.image_file import read_image
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.model_opening import open_model
from station.inspecting import inspect
from station.paths import models_dir
from tests.bench.figures import Figure
from tests.bench.parts_on_disk import write_parts

_PACK = "surface-pitting"
_IMAGES = 200
_ROUNDS = 5


def measure_inspect() -> list[Figure]:
    """Rounds of both, in turn, so that a busy machine hurts both alike; medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write_parts(folder, _IMAGES)
        bare_s, inspect_s = [], []
        for _ in range(_ROUNDS):
            bare_s.append(_bare(paths))
            inspect_s.append(_inspect(paths, folder / "out.csv"))
    ratios = [bare / ours for bare, ours in zip(bare_s, inspect_s, strict=True)]
    bare, ours = statistics.median(bare_s), statistics.median(inspect_s)
    return [
        Figure(
            "inspect", "throughput", statistics.median(ratios), "x", f"bare loop, same work; {_IMAGES} JPEGs, median of {_ROUNDS} rounds"
        ),
        Figure("inspect", "throughput, lowest round", min(ratios), "x", "bare loop"),
        Figure("inspect", "images per second", _IMAGES / ours, "1/s", f"bare loop {_IMAGES / bare:.1f} 1/s"),
    ]


def _bare(paths: list[Path]) -> float:
    runner = open_model(models_dir() / _PACK).runner
    assert isinstance(runner, ImageRunner)
    begun_s = time.perf_counter()
    for path in paths:
        runner.run(runner.prepare(read_image(path)), HeatmapPolicy.NEVER)
    return time.perf_counter() - begun_s


def _inspect(paths: list[Path], out_csv: Path) -> float:
    return inspect(paths, _PACK, out_csv, folders=(models_dir(),)).elapsed_s
