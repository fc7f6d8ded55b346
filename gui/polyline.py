"""This file decides how a curve of NumPy numbers becomes the points that QPainter draws, cheaply and with its gaps.

A ``QPointF`` per sample made in Python costs 1 µs and more each; here the points are written straight into the
polygon's own memory. The strips of the Line screen use this instead of a pyqtgraph widget each (see
:mod:`gui.strip_chart` for the measurement), so the first screen does not even import pyqtgraph.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtGui import QPolygonF

_VoidPtr: Any = shiboken6.VoidPtr  # its stub knows neither the size nor a pointer returned by data()


def thin(x_px: NDArray[np.float64], y: NDArray[np.float64], columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Keep the lowest and highest value of every pixel column, in order, when there are more samples than that.

    Args:
        x_px: float64 (n,), ascending, px from the left edge.
        y: float64 (n,), any unit; NaN is a gap and stays one.
        columns: Width of the plot, px, at least 1.

    Returns:
        x and y, at most ``4 * columns`` points (``2 * columns`` once thinned); the same arrays when there is nothing to thin.
    """
    if x_px.size <= 4 * columns:
        return x_px, y
    column = np.clip(x_px.astype(np.int64), 0, columns - 1)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    low = np.fmin.reduceat(y, starts)
    high = np.fmax.reduceat(y, starts)
    x_of = x_px[starts]
    out = np.empty(starts.size * 2)
    out[0::2], out[1::2] = low, high
    missing = np.isnan(y)
    if missing.any():
        gap = np.add.reduceat(missing.astype(np.int64), starts) > 0
        out[1::2][gap] = np.nan
    return np.repeat(x_of, 2), out


def segments(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[QPolygonF]:
    """The runs between gaps as polygons for ``QPainter.drawPolyline``.

    Args:
        x, y: float64 (n,), px; a NaN in either ends a run.

    Returns:
        One polygon per run, in order; a run of one sample becomes a line of one pixel, so that it can be seen.
    """
    valid = np.isfinite(x) & np.isfinite(y)
    if not valid.any():
        return []
    if valid.all():
        return [_polygon(x, y)]
    edges = np.flatnonzero(np.diff(valid.astype(np.int8), prepend=0, append=0))
    return [_polygon(x[a:b], y[a:b]) for a, b in zip(edges[0::2], edges[1::2], strict=True)]


def _polygon(x: NDArray[np.float64], y: NDArray[np.float64]) -> QPolygonF:
    if x.size == 1:
        x, y = np.array([x[0], x[0] + 1.0]), np.repeat(y, 2)
    polygon = QPolygonF()
    polygon.resize(x.size)
    memory = cast("memoryview", _VoidPtr(polygon.data(), x.size * 16, True))  # noqa: FBT003 - the binding takes writable by position only
    points = np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)
    points[:, 0], points[:, 1] = x, y
    return polygon
