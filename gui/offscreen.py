"""This file decides what ``python main.py`` does without a display: the same line, a picture of every screen, the summary."""

from __future__ import annotations

import sys
import time
from pathlib import Path

# Before Qt: on Windows the C++ runtime that Qt brings must not be the one onnxruntime finds.
from station.headless import summary_text
from station.line import Line, open_line
from station.view import AlarmKind

from gui.pictures import save_pictures  # isort: skip

_WARM_UP_S = 75.0
"""At most so long the line runs first, so that the pictures show verdicts, traces, a defect warning and a fault warning."""
_LOOKS_LIVED_IN_S = 12.0
"""At least so long, so that the traces have a past."""
_KEEPING_S = 2.0
"""So long after the last warning, so that its picture is on disk."""


def run_offscreen(station_path: Path | None, data_dir: Path | None, folder: Path, warm_up_s: float = _WARM_UP_S) -> int:
    """Run the line for a while, save a picture of every screen, print the summary.

    Args:
        station_path: Station file; None for the demo line.
        data_dir: Where records go; None for the default.
        folder: Where the pictures go.
        warm_up_s: How long the line runs before the first picture at most, s; less when a defect and a fault warning are open.

    Returns:
        Exit code 0.

    Raises:
        LinesideError: When the line cannot be started or a picture cannot be written.
    """
    line = open_line(station_path, data_dir)
    line.start()
    try:
        _warm_up(line, warm_up_s)
        pictures = save_pictures(line, folder, told=_tell)
    finally:
        line.stop()
    print(f"{len(pictures)} pictures in {folder.resolve()}.")
    print(summary_text(line, line.summary()))
    return 0


def _warm_up(line: Line, at_most_s: float) -> None:
    """Wait until a defect warning and a fault warning are open; of a line that has cameras or sensors only, one."""
    begun_s = time.monotonic()
    station = line.station
    wanted = {kind for kind, sources in ((AlarmKind.DEFECT, station.cameras), (AlarmKind.FAULT, station.sensors)) if sources}
    while time.monotonic() - begun_s < at_most_s and not line.finished:
        time.sleep(0.1)
        open_kinds = {alarm.kind for alarm in line.snapshot().alarms}
        if wanted <= open_kinds and time.monotonic() - begun_s >= min(_LOOKS_LIVED_IN_S, at_most_s):
            time.sleep(min(_KEEPING_S, at_most_s))
            return


def _tell(path: Path) -> None:
    print(f"  {path.name}", file=sys.stderr)
