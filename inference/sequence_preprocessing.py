"""This file decides how windows of channels and rows of tables become the network's tensor, for training and running alike.

A channel is normalised as ``(x - mean) / std``. One faster than a value per step is folded: its values within a step
stand side by side, in order of time. One slower than a value per step is held until its next value.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from inference.contract import Channel, SequenceInput, TableInput
from inference.errors import InputError
from inference.findings import FloatArray

FloatSeries = NDArray[np.float64]
"""Measured numbers as they come: float64, NaN where there is none."""


def count_samples(channel: Channel, spec: SequenceInput) -> int:
    """How many values of *channel* make one window: ``rate_hz * length_s``, at least 1."""
    return max(1, round(channel.rate_hz * spec.length_s))


def count_least_samples(channel: Channel, spec: SequenceInput) -> int:
    """How many values of *channel* a window must hold to be judged: ``rate_hz * least_s``, at least 1."""
    return max(1, round(channel.rate_hz * spec.least_s))


def count_features(channel: Channel, spec: SequenceInput) -> int:
    """How many features *channel* takes in every step of the tensor."""
    return max(1, round(channel.rate_hz * spec.step_s))


def prepare_windows(values: Mapping[str, FloatSeries], spec: SequenceInput) -> FloatArray:
    """Turn many windows into one tensor (training and batch work).

    Args:
        values: Per channel name float64 (windows, count), count as :func:`count_samples` says, or from
            :func:`count_least_samples` on, the same time for every channel; finite.
        spec: The pack's sequence input. Its channels are taken by name, in its order; others are ignored.

    Returns:
        float32 (windows, steps, features), contiguous; all zeros in the steps before the first value of a short window.

    Raises:
        InputError: A channel is missing, or has another count than the pack was taught.
    """
    columns: list[FloatArray] = []
    share: float | None = None
    for channel in spec.channels:
        series = values.get(channel.name)
        if series is None:
            raise InputError(
                "A channel is missing",
                where=channel.name,
                value=f"there are {', '.join(sorted(values)) or 'none'}",
                do="Add it to the data",
            )
        want = count_samples(channel, spec)
        if share is None and series.ndim == 2 and count_least_samples(channel, spec) <= series.shape[1] < want:
            share = series.shape[1] / want
        want = want if share is None else round(share * want)
        if series.ndim != 2 or series.shape[1] != want:
            raise InputError(
                "A channel has another length than the model was taught",
                where=channel.name,
                value=f"{series.shape[-1] if series.ndim else 0} values, not {want}",
                do=f"Give {spec.length_s:g} s at {channel.rate_hz:g} values per second",
            )
        columns.append(_fold(series, channel, spec))
    return np.concatenate(columns, axis=2)


def prepare_window(values: Mapping[str, FloatSeries], spec: SequenceInput) -> FloatArray:
    """Turn one window into the tensor.

    Args:
        values: Per channel name float64 (count,), count as for :func:`prepare_windows`; finite.
        spec: The pack's sequence input. Its channels are taken by name, in its order; others are ignored.

    Returns:
        float32 (1, steps, features), contiguous. May be called from any thread.

    Raises:
        InputError: A channel is missing, or has another count than the pack was taught.
    """
    return prepare_windows({name: np.asarray(series, dtype=np.float64)[np.newaxis] for name, series in values.items()}, spec)


def locate_features(spec: SequenceInput) -> dict[str, slice]:
    """Which features of the tensor belong to which channel."""
    places: dict[str, slice] = {}
    start = 0
    for channel in spec.channels:
        stop = start + count_features(channel, spec)
        places[channel.name] = slice(start, stop)
        start = stop
    return places


def hold_over(series: FloatSeries, max_held: int) -> FloatSeries:
    """Fill holes of at most *max_held* values with the value before them; at the start, with the first value there is.

    Args:
        series: float64 (count,), NaN where there is no value.
        max_held: Longest hole that is filled, values. A longer hole stays as it is, wholly.

    Returns:
        A new float64 (count,); the input itself where nothing is missing.
    """
    missing = np.isnan(series)
    if not missing.any():
        return series
    filled = series.copy()
    padded = np.concatenate(([False], missing, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - start <= max_held and not (start == 0 and stop == series.size):
            filled[start:stop] = series[start - 1] if start else series[stop]
    return filled


def resample_mean(series: FloatSeries, count: int) -> FloatSeries:
    """Bring *series*, float64 (n,), to *count* values: means where there are more, held values where there are fewer."""
    if series.size == count or series.size == 0:
        return series
    if series.size > count and series.size % count == 0:
        return np.asarray(series.reshape(count, -1).mean(axis=1), dtype=np.float64)
    if series.size > count:
        edges = (np.arange(count) * series.size) // count
        widths = np.diff(np.append(edges, series.size))
        return np.asarray(np.add.reduceat(series, edges) / widths, dtype=np.float64)
    return series[(np.arange(count) * series.size) // count]


def prepare_rows(values: Mapping[str, FloatSeries], spec: TableInput) -> FloatArray:
    """Turn table columns, each float64 (rows,), into float32 (rows, channels), normalised.

    Raises:
        InputError: A column is missing.
    """
    columns: list[FloatSeries] = []
    for channel in spec.channels:
        column = values.get(channel.name)
        if column is None:
            raise InputError(
                "A column is missing",
                where=channel.name,
                value=f"there are {', '.join(sorted(values)) or 'none'}",
                do="Add it to the table",
            )
        columns.append((column - channel.mean) / channel.std)
    return np.stack(columns, axis=1).astype(np.float32)


def _fold(series: FloatSeries, channel: Channel, spec: SequenceInput) -> FloatArray:
    normal = ((series - channel.mean) / channel.std).astype(np.float32)
    want = spec.steps * count_features(channel, spec)
    if normal.shape[1] < count_samples(channel, spec):
        before = np.zeros((series.shape[0], count_samples(channel, spec) - normal.shape[1]), np.float32)
        normal = np.concatenate((before, normal), axis=1)
    if normal.shape[1] != want:
        normal = normal[:, (np.arange(want) * normal.shape[1]) // want]
    return normal.reshape(series.shape[0], spec.steps, -1)
