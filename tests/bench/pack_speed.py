"""This file decides how every bundled pack is measured: judging whole inputs against a bare session that only runs the network."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # the naive session beside ours; the house itself goes through inference.runtime

from inference.explanation import Explain
from inference.findings import FloatArray
from inference.image_file import read_image
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.model_opening import make_runner
from inference.npz_file import read_arrays
from inference.pack import ModelPack, list_packs, load_pack
from inference.parity import Runner, read_golden
from inference.providers import Provider
from inference.runtime import Session, TensorInfo, open_session
from inference.sequence_runner import SequenceRunner
from station.paths import models_dir
from tests.bench.figures import Figure

_ROUNDS = 7
_LEAST_S = 0.3
"""A round lasts at least so long: the golden set again and again."""

Feeds = Mapping[str, FloatArray]


class _Recorder:
    """A session that remembers what it was fed, so that the bare session gets the very same tensors."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.fed: list[Feeds] = []

    @property
    def provider(self) -> Provider:
        return self._session.provider

    @property
    def inputs(self) -> tuple[TensorInfo, ...]:
        return self._session.inputs

    @property
    def outputs(self) -> tuple[TensorInfo, ...]:
        return self._session.outputs

    def run(self, feeds: Feeds) -> dict[str, FloatArray]:
        self.fed.append({name: array.copy() for name, array in feeds.items()})
        return self._session.run(feeds)


def measure_packs() -> list[Figure]:
    """Every bundled pack on its golden inputs; rounds of all in turn, medians."""
    figures: list[Figure] = []
    for folder in list_packs([models_dir()]):
        figures += _measure(load_pack(folder))
    return figures


def _measure(pack: ModelPack) -> list[Figure]:
    network = (pack.folder / pack.contract.model.file).read_bytes()
    recorder = _Recorder(open_session(network, Provider.CPU, threads=1, where=pack.name))
    for judge in _list_inputs(pack, make_runner(pack, recorder)):
        judge()
    naive = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    bare = open_session(network, Provider.CPU, threads=1, where=pack.name)
    wide = open_session(network, Provider.CPU, threads=2, where=pack.name)
    jobs: dict[str, Sequence[Callable[[], object]]] = {
        "judged": _list_inputs(pack, make_runner(pack, open_session(network, Provider.CPU, threads=1, where=pack.name))),
        "bare": [partial(bare.run, feeds) for feeds in recorder.fed],
        "wide": [partial(wide.run, feeds) for feeds in recorder.fed],
        "naive": [partial(naive.run, None, dict(feeds)) for feeds in recorder.fed],
    }
    rounds = [{name: _time_ms(job) for name, job in jobs.items()} for _ in range(_ROUNDS)]
    ms = {name: statistics.median(one[name] for one in rounds) for name in jobs}
    ratio = statistics.median(one["bare"] / one["judged"] for one in rounds)
    return [
        Figure("packs", f"{pack.name}: judged", ratio, "x", "throughput of a bare session that only runs the network, one thread"),
        Figure("packs", f"{pack.name}: judging an input", ms["judged"], "ms", f"network alone {ms['bare']:.3g} ms, one thread"),
        Figure("packs", f"{pack.name}: network, two threads", ms["wide"], "ms", f"naive session, its own settings {ms['naive']:.3g} ms"),
    ]


def _list_inputs(pack: ModelPack, runner: Runner) -> list[Callable[[], object]]:
    """One job per golden input, read beforehand: judge it, without heatmap or explanation."""
    return [_job(runner, pack.golden_folder / name) for name in sorted({case.input for case in read_golden(pack)})]


def _job(runner: Runner, path: Path) -> Callable[[], object]:
    if isinstance(runner, ImageRunner):
        image = read_image(path)
        return lambda: runner.judge(image, HeatmapPolicy.NEVER)
    series = {name: np.asarray(array, np.float64).reshape(-1) for name, array in read_arrays(path).items()}
    if isinstance(runner, SequenceRunner):
        return lambda: runner.judge_window(series, Explain.NEVER)
    row = {name: float(column[0]) for name, column in series.items()}
    return lambda: runner.judge_row(row, Explain.NEVER)


def _time_ms(jobs: Sequence[Callable[[], object]]) -> float:
    """Milliseconds for one job."""
    done, begun_s = 0, time.perf_counter()
    while time.perf_counter() - begun_s < _LEAST_S:
        for job in jobs:
            job()
        done += len(jobs)
    return (time.perf_counter() - begun_s) * 1e3 / done
