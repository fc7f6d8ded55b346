"""This file decides how the values of channels with a limit are kept, so that a month of them is read in a moment.

The same points as in the trend (newest, lowest and highest value of an interval), of the rows as the alarm engine gets them, many in
one piece. Values are kept to seven digits.
"""

from __future__ import annotations

import json
import math
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from inference.errors import RecordsError
from station.config import AlarmConfig, LimitCondition
from station.frames import SourceId

VALUE_PREFIX = "value:"
"""Names of series that begin so are tapes of a channel."""
PIECE_S = 300.0
"""A piece is written at least so often, s; a crash loses no more (the trend has those points)."""
_CLOCK_JUMP_S = 1.0

KeepPiece = Callable[[SourceId, str, datetime, datetime, str, bytes], None]
"""Keeps a piece: source, series, begin, end, header, points."""


@dataclass(slots=True)
class _Piece:
    begin_utc: datetime
    begin_mono_s: float
    due_s: float
    newest: float = math.nan
    low: float = math.inf
    high: float = -math.inf
    at_ms: list[int] = field(default_factory=list)
    points: list[tuple[float, float, float]] = field(default_factory=list)


class ValueTapes:
    """Writes the tapes of all channels with a limit. Any thread may call.

    Args:
        definitions: The station's warnings.
        interval_s: A point stands for so long, s.
        keep: Keeps a finished piece.
    """

    def __init__(self, definitions: Sequence[AlarmConfig], interval_s: float, keep: KeepPiece) -> None:
        self._interval_s = interval_s
        self._keep = keep
        self._lock = threading.Lock()
        self._listened: dict[SourceId, frozenset[str]] = {}
        self._pieces: dict[tuple[SourceId, str], _Piece] = {}
        self.listen(definitions)

    def listen(self, definitions: Sequence[AlarmConfig]) -> None:
        """The definitions in force."""
        found: dict[SourceId, frozenset[str]] = {}
        for definition in definitions:
            if isinstance(when := definition.when, LimitCondition):
                found[SourceId(when.source)] = found.get(SourceId(when.source), frozenset()) | {when.channel}
        self._listened = found

    def measured(self, source_id: SourceId, values: Mapping[str, NDArray[np.float64]], mono_s: float, utc: datetime) -> None:
        """Rows of channel values, float64 (rows,) each, as the alarm engine gets them; the newest came at *mono_s*."""
        for channel in self._listened.get(source_id, ()):
            given = values.get(channel)
            if given is None:
                continue
            known = given[np.isfinite(given)]
            if known.size:
                with self._lock:
                    self._add((source_id, channel), float(known[-1]), float(known.min()), float(known.max()), mono_s, utc)

    def flush(self) -> None:
        """Write what has come so far."""
        with self._lock:
            for key in tuple(self._pieces):
                self._finish(key)

    def _add(self, key: tuple[SourceId, str], newest: float, low: float, high: float, mono_s: float, utc: datetime) -> None:
        piece = self._pieces.get(key)
        if piece is not None:
            elapsed_s = mono_s - piece.begin_mono_s
            jumped = abs((utc - piece.begin_utc).total_seconds() - elapsed_s) > _CLOCK_JUMP_S
            if elapsed_s >= PIECE_S or jumped:
                self._finish(key)
                piece = None
        if piece is None:
            piece = self._pieces[key] = _Piece(utc, mono_s, mono_s)
        piece.newest, piece.low, piece.high = newest, min(piece.low, low), max(piece.high, high)
        if mono_s >= piece.due_s:
            piece.due_s = mono_s + self._interval_s
            self._point(piece, mono_s)

    def _point(self, piece: _Piece, mono_s: float) -> None:
        piece.at_ms.append(max(round((mono_s - piece.begin_mono_s) * 1e3), 0))
        piece.points.append((piece.newest, piece.low, piece.high))
        piece.low, piece.high = math.inf, -math.inf

    def _finish(self, key: tuple[SourceId, str]) -> None:
        piece = self._pieces.pop(key)
        if piece.high >= piece.low:  # what came since the last point
            self._point(piece, piece.begin_mono_s + (piece.at_ms[-1] + 1) / 1e3 if piece.at_ms else piece.begin_mono_s)
        header, packed = encode_values(piece.at_ms, piece.points)
        end_utc = piece.begin_utc + timedelta(milliseconds=piece.at_ms[-1])
        self._keep(key[0], f"{VALUE_PREFIX}{key[1]}", piece.begin_utc, end_utc, header, packed)


def encode_values(at_ms: Sequence[int], points: Sequence[tuple[float, float, float]]) -> tuple[str, bytes]:
    """Header and points of a piece; see :func:`decode_values`."""
    steps = np.diff(np.array(at_ms, np.int64), prepend=0).clip(0, 2**32 - 1).astype("<u4")
    values = np.array(points, "<f4").reshape(len(points), 3).T
    raw = steps.tobytes() + np.ascontiguousarray(values).tobytes()
    # Bytes of one place side by side: signs, exponents and leading digits are mostly equal, and are gone when packed.
    packed = np.frombuffer(raw, np.uint8).reshape(-1, 4).T.tobytes()
    return json.dumps({"format": 1, "n": len(points)}), zlib.compress(packed, 6)


def decode_values(pieces: Sequence[tuple[datetime, str, bytes]]) -> NDArray[np.float64]:
    """The points of consecutive pieces, float64 (n, 4): POSIX s, newest, lowest, highest.

    Raises:
        RecordsError: A piece is damaged or of another version.
    """
    found: list[NDArray[np.float64]] = []
    for begin_utc, header, packed in pieces:
        try:
            n = int(json.loads(header)["n"])
            raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(4, 4 * n).T.copy()
        except (ValueError, KeyError, TypeError, zlib.error) as error:
            raise RecordsError("A piece of the recorded values cannot be read", where=str(begin_utc), value=str(error)) from error
        table = np.empty((n, 4))
        table[:, 0] = begin_utc.timestamp() + np.cumsum(raw[:n].view("<u4")[:, 0]) / 1e3
        table[:, 1:] = raw[n:].view("<f4")[:, 0].reshape(3, n).T
        found.append(table)
    return np.concatenate(found) if found else np.empty((0, 4))
