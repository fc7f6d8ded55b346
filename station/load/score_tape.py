"""This file decides how every score that a warning listens to is kept, small enough for weeks, so that it can be judged anew.

A tape holds runs: so many inputs in a row whose scores lie between the same two *edges* (steps of 0.01, and exactly the
limits in force), with one label, from then to then. A limit that is an edge therefore gives exactly the levels that the alarm
engine saw. An input without verdict, or a source that gives nothing, is a run without a score.
"""

from __future__ import annotations

import json
import threading
import zlib
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from inference.errors import RecordsError
from inference.findings import Finding, Verdict
from station.alarms.own_time import OwnTime
from station.config import AlarmConfig, VerdictCondition
from station.frames import SourceId
from station.load.value_tape import ValueTapes

SCORE_PREFIX = "score:"
"""Names of series that begin so are tapes; ``score:*`` is that of the finding which decides for a warning on any target."""
ANY_TARGET = "*"
PIECE_S = 120.0
"""A piece of tape is written at least so often, s; a crash loses no more."""
STEPS = 100
"""Scores are told apart in so many steps between 0 and 1."""
_MOST_RUNS = 20_000
_UNKNOWN = 255
_MOST_LABELS = 250
_CLOCK_JUMP_S = 1.0
_GRID = tuple(step / STEPS for step in range(STEPS + 1))

KeepPiece = Callable[[SourceId, str, datetime, datetime, str, bytes], None]
"""Keeps a piece: source, series, begin, end, header, runs."""


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Runs of a tape, oldest first. Arrays are parallel, read-only.

    Attributes:
        begin_s, end_s: float64 (n,), POSIX s of the first and the last input.
        own_s: float64 (n,), by how much the rule's time is behind POSIX s at *begin_s*; 0 for live sources.
        own_span_s: float64 (n,), from the first to the last input by the rule's time.
        count: int64 (n,), inputs.
        floor: float64 (n,), score at least; NaN where there is no verdict.
        threshold: float64 (n,), the pack's at that time.
        label: int64 (n,), index into *labels*.
        labels: Labels of the findings.
    """

    begin_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    own_s: NDArray[np.float64]
    own_span_s: NDArray[np.float64]
    count: NDArray[np.int64]
    floor: NDArray[np.float64]
    threshold: NDArray[np.float64]
    label: NDArray[np.int64]
    labels: tuple[str, ...]


@dataclass(slots=True)
class _Piece:
    """A piece of tape that is being written."""

    begin_utc: datetime
    begin_mono_s: float
    begin_own_s: float
    threshold: float
    edges: tuple[float, ...]
    labels: list[str] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    """[first ms, last ms, own first ms, own last ms, count, bin, label]"""


class ScoreTapes:
    """Writes the tapes of all sources that a warning on verdicts listens to. Any thread may call.

    Args:
        definitions: The station's warnings.
        own_time_ids: Replayed sources: their tapes carry the recording's own time as well.
        keep: Keeps a finished piece.
        interval_s: A point of a channel's values stands for so long, s.

    Attributes:
        values: The tapes of channels with a limit.
    """

    def __init__(
        self, definitions: Sequence[AlarmConfig], own_time_ids: Collection[SourceId], keep: KeepPiece, *, interval_s: float = 1.0
    ) -> None:
        self._keep = keep
        self.values = ValueTapes(definitions, interval_s, keep)
        self._own = {source_id: OwnTime() for source_id in own_time_ids}
        self._lock = threading.Lock()
        self._listened: dict[SourceId, dict[str, set[float]]] = {}
        self._pieces: dict[tuple[SourceId, str], _Piece] = {}
        self.listen(definitions)

    def listen(self, definitions: Sequence[AlarmConfig]) -> None:
        """The definitions in force; new limits become edges with the next piece."""
        self.values.listen(definitions)
        with self._lock:
            self._listened.clear()
            for definition in definitions:
                when = definition.when
                if isinstance(when, VerdictCondition):
                    limits = {one for one in (when.raise_score, when.clear_score) if one is not None}
                    targets = self._listened.setdefault(SourceId(when.source), {})
                    targets.setdefault(when.target or ANY_TARGET, set()).update(limits)
            self._finish_all()

    def heard(self, source_id: SourceId, findings: Sequence[Finding], mono_s: float, utc: datetime, own_s: float | None) -> None:
        """Findings on one input, as the alarm engine gets them."""
        targets = self._listened.get(source_id)
        if targets is None:
            return
        with self._lock:
            own = self._own.get(source_id)
            at_s = mono_s if own is None else own.heard(own_s, mono_s)
            for target, limits in targets.items():
                finding = _deciding(findings) if target == ANY_TARGET else next((f for f in findings if f.target == target), None)
                if finding is not None:
                    scored = finding.verdict is not Verdict.NO_VERDICT and finding.score == finding.score
                    self._write((source_id, target), finding if scored else None, limits, mono_s, utc, at_s)

    def silent(self, source_id: SourceId, mono_s: float, utc: datetime) -> None:
        """A source gives nothing from now on."""
        targets = self._listened.get(source_id)
        if targets is None:
            return
        with self._lock:
            own = self._own.get(source_id)
            for target, limits in targets.items():
                self._write((source_id, target), None, limits, mono_s, utc, mono_s if own is None else own.now_s)

    def flush(self) -> None:
        """Write what has come so far."""
        self.values.flush()
        with self._lock:
            self._finish_all()

    def _write(
        self, key: tuple[SourceId, str], finding: Finding | None, limits: set[float], mono_s: float, utc: datetime, own_s: float
    ) -> None:
        piece = self._pieces.get(key)
        if piece is not None and self._is_over(piece, finding, mono_s, utc):
            self._finish(key)
            piece = None
        if piece is None:
            threshold = float("nan") if finding is None else finding.threshold
            extra = limits if finding is None else limits | {finding.threshold}
            edges = tuple(sorted({*_GRID, *extra}))
            piece = self._pieces[key] = _Piece(utc, mono_s, own_s, threshold, edges)
        at_ms, own_ms = round((mono_s - piece.begin_mono_s) * 1e3), round((own_s - piece.begin_own_s) * 1e3)
        place, label = _UNKNOWN, 0
        if finding is not None:
            place = max(bisect_right(piece.edges, finding.score) - 1, 0)
            if finding.label not in piece.labels:
                piece.labels.append(finding.label)
            label = piece.labels.index(finding.label)
        last = piece.rows[-1] if piece.rows else None
        if last is not None and last[5] == place and last[6] == label:
            last[1], last[3] = max(at_ms, last[1]), max(own_ms, last[3])
            last[4] += 1
        else:
            piece.rows.append([max(at_ms, 0), max(at_ms, 0), max(own_ms, 0), max(own_ms, 0), 1, place, label])

    def _is_over(self, piece: _Piece, finding: Finding | None, mono_s: float, utc: datetime) -> bool:
        elapsed_s = mono_s - piece.begin_mono_s
        if elapsed_s >= PIECE_S or len(piece.rows) >= _MOST_RUNS or len(piece.labels) >= _MOST_LABELS:
            return True
        if abs((utc - piece.begin_utc).total_seconds() - elapsed_s) > _CLOCK_JUMP_S:  # somebody set the clock
            return True
        return finding is not None and finding.threshold != piece.threshold

    def _finish_all(self) -> None:
        for key in tuple(self._pieces):
            self._finish(key)

    def _finish(self, key: tuple[SourceId, str]) -> None:
        piece = self._pieces.pop(key)
        header, runs = encode(piece.rows, piece.edges, piece.labels, piece.threshold, piece.begin_own_s if key[0] in self._own else None)
        end_utc = piece.begin_utc + timedelta(milliseconds=piece.rows[-1][1])
        self._keep(key[0], f"{SCORE_PREFIX}{key[1]}", piece.begin_utc, end_utc, header, runs)


def _deciding(findings: Sequence[Finding]) -> Finding | None:
    """The finding that decides for a warning on any target: the worst of those at their threshold, else one without verdict."""
    raising = [f for f in findings if f.verdict is not Verdict.NO_VERDICT and f.score >= f.threshold]
    unknown = [f for f in findings if f.verdict is Verdict.NO_VERDICT or f.score != f.score]
    if raising:
        return max(raising, key=lambda f: f.score)
    return unknown[0] if unknown else max(findings, key=lambda f: f.score, default=None)


def encode(
    rows: Sequence[Sequence[int]], edges: Sequence[float], labels: Sequence[str], threshold: float, own_s: float | None
) -> tuple[str, bytes]:
    """Header and runs of a piece; see :func:`decode`."""
    table = np.array(rows, np.int64).reshape(len(rows), 7)
    times = np.concatenate([np.diff(table[:, 0], prepend=0), table[:, 1] - table[:, 0]])
    own = np.empty(0, np.int64)
    if own_s is not None:
        own = np.concatenate([np.diff(table[:, 2], prepend=0), table[:, 3] - table[:, 2]])
    wide = np.concatenate([times, own, table[:, 4]]).clip(0, 2**32 - 1).astype("<u4")
    header = {
        "format": 1,
        "n": len(rows),
        "edges": [edge for edge in edges if edge not in _GRID],
        "labels": list(labels),
        "threshold": None if threshold != threshold else threshold,
        "own_s": own_s,
    }
    # Bytes of one place side by side: most are equal, and are gone when packed.
    packed = wide.view(np.uint8).reshape(-1, 4).T.tobytes() + table[:, 5:7].astype(np.uint8).T.tobytes()
    return json.dumps(header, ensure_ascii=False, separators=(",", ":")), zlib.compress(packed, 6)


def decode(pieces: Sequence[tuple[datetime, str, bytes]]) -> Runs:
    """The runs of consecutive pieces: (begin, header, runs) as they were kept.

    Raises:
        RecordsError: A piece is damaged or of another version.
    """
    columns: list[list[NDArray[np.float64]]] = [[] for _ in range(8)]
    labels: dict[str, int] = {}
    for begin_utc, header_json, packed in pieces:
        for column, values in zip(columns, _decode_one(begin_utc, header_json, packed, labels), strict=True):
            column.append(values)
    found = [np.concatenate(column) if column else np.empty(0) for column in columns]
    for values in found:
        values.flags.writeable = False
    begin, end, own, own_span, count, floor, threshold, label = found
    return Runs(begin, end, own, own_span, count.astype(np.int64), floor, threshold, label.astype(np.int64), tuple(labels))


@lru_cache(maxsize=64)
def _floors(extra: tuple[float, ...]) -> NDArray[np.float64]:
    """What each byte of a run means: its lower edge, float64 (256,); NaN beyond the edges, so also without a verdict."""
    edges = np.array(sorted({*_GRID, *extra}))[:_UNKNOWN]
    return np.concatenate([edges, np.full(256 - edges.size, np.nan)])


def _decode_one(begin_utc: datetime, header_json: str, packed: bytes, labels: dict[str, int]) -> tuple[NDArray[np.float64], ...]:
    try:
        header = json.loads(header_json)
        n, own_s = int(header["n"]), header["own_s"]
        raw = np.frombuffer(zlib.decompress(packed), np.uint8)
        columns = 5 if own_s is not None else 3
        wide = raw[: 4 * columns * n].reshape(4, columns * n).T.copy().view("<u4").reshape(columns, n).astype(np.float64)
        places, mine = raw[4 * columns * n :].reshape(2, n)
        floors = _floors(tuple(header["edges"]))
        known = np.array([labels.setdefault(name, len(labels)) for name in header["labels"]] or [0], np.float64)
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise RecordsError("A piece of the recorded scores cannot be read", where=str(begin_utc), value=str(error)) from error
    first_s, span_s = np.cumsum(wide[0]) / 1e3, wide[1] / 1e3
    begin_s = begin_utc.timestamp() + first_s
    own, own_span = np.zeros(n), span_s
    if own_s is not None:
        own, own_span = begin_s - (own_s + np.cumsum(wide[2]) / 1e3), wide[3] / 1e3
    threshold = float("nan") if header["threshold"] is None else float(header["threshold"])
    return begin_s, begin_s + span_s, own, own_span, wide[-1], floors[places], np.full(n, threshold), known[mine.clip(0, known.size - 1)]
