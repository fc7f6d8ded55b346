"""This file decides how the line runs without a window, when such a run ends, and what its summary says."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from inference.errors import SourceError, UsageError
from station.line import Line, open_line
from station.progress import show_counts

_LOOK_EVERY_S = 0.1
_REPLAY_PATIENCE_S = 5.0
"""A replay that cannot be opened may appear within so long, s."""


def run_headless(*, station_path: Path | None, data_dir: Path | None, seconds: float | None, until_exhausted: bool, as_json: bool) -> int:
    """Run the line without a window and print its summary.

    Args:
        station_path: Station file; None for the demo line.
        data_dir: Where records go; None for the default.
        seconds: Run so long, s; None: until exhausted or interrupted.
        until_exhausted: End when every replay was read and judged to its end.
        as_json: One JSON object on stdout instead of sentences.

    Returns:
        Exit code 0.

    Raises:
        LinesideError: When the line cannot be started, or a replay that the run should end with cannot be read.
        UsageError: The run should end with its replays, and something on the line is live.
    """
    enough = threading.Event()
    on_end_signals(enough.set)
    line = open_line(station_path, data_dir)
    try:
        if until_exhausted:
            _refuse_endless(line)
        line.start()
        with show_counts(shown=True) as show:
            _wait(line, enough, seconds, until_exhausted=until_exhausted, show=show)
    finally:
        line.stop()
    summary = line.summary()
    print(json.dumps(summary, ensure_ascii=False) if as_json else summary_text(line, summary))
    return 0


def _refuse_endless(line: Line) -> None:
    """Raise UsageError when no end can come: the line has a live source, or none at all."""
    endless = ", ".join(line.live_sources)
    if endless or not (line.station.cameras or line.station.sensors):
        raise UsageError(
            "The run would never end: --until-exhausted wants replays only",
            value=endless or "the station has no source",
            do="Write --seconds N instead, or name a station whose sources are folders, videos and tables",
        )


def _wait(line: Line, enough: threading.Event, seconds: float | None, *, until_exhausted: bool, show: Callable[[str], None]) -> None:
    """Return when the run has lasted long enough.

    Raises:
        SourceError: A replay that the run should end with cannot be read.
    """
    started_s = line.clock.monotonic_s()
    while not enough.wait(_LOOK_EVERY_S):
        waited_s = line.clock.monotonic_s() - started_s
        if seconds is not None and waited_s >= seconds:
            return
        if until_exhausted and line.finished:
            return
        if until_exhausted and waited_s >= _REPLAY_PATIENCE_S and line.unreadable_replays:
            raise SourceError(
                "A replay cannot be read, so it would never end",
                where="; ".join(line.unreadable_replays),
                do="Correct its path in the station file",
            )
        counts = line.summary()
        show(f"{waited_s:.0f} s: {counts['frames']} frames, {counts['samples']} sensor rows, {counts['incidents']} incidents")


def summary_text(line: Line, summary: Mapping[str, object]) -> str:
    """The summary as sentences for a person."""
    verdicts, alarms = summary["verdicts"], summary["alarms"]
    assert isinstance(verdicts, dict)  # noqa: S101 - narrows the type
    assert isinstance(alarms, dict)  # noqa: S101
    return "\n".join(
        [
            f"{line.station.station.name.en}: {summary['seconds']} s, {summary['frames']} frames, {summary['samples']} sensor rows.",
            f"Verdicts: {verdicts['ok']} OK, {verdicts['defect']} defect or fault, {verdicts['no_verdict']} without verdict.",
            f"Warnings: {alarms['defect']} defect, {alarms['fault']} fault, {alarms['system']} system; {summary['incidents']} incidents.",
            f"Dropped before judging: {summary['drops']}; left out as judge_hz asks: {summary['passed_over']}.",
            f"Records kept: {summary['records']}, in {summary['data']}.",
        ]
    )


def on_end_signals(end: Callable[[], object]) -> None:
    """Have *end* called, in the main thread, on Ctrl+C, SIGTERM and (on Windows) Ctrl+Break, so that the line stops in order.

    Does nothing when called from another thread than the main one, which alone may catch signals.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda *_: end())
