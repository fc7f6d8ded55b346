"""This file decides what ``python main.py`` does without a display: the same line, a picture of every screen, the summary."""

from __future__ import annotations

import sys
import time
from pathlib import Path

# Before Qt: on Windows the C++ runtime that Qt brings must not be the one onnxruntime finds.
from station.headless import summary_text
from station.line import open_line

from gui.pictures import save_pictures  # isort: skip

_WARM_UP_S = 25.0
"""So long the demo line runs first, so that the pictures show verdicts, traces and a warning."""


def run_offscreen(station_path: Path | None, data_dir: Path | None, folder: Path, warm_up_s: float = _WARM_UP_S) -> int:
    """Run the line for a while, save a picture of every screen, print the summary.

    Args:
        station_path: Station file; None for the demo line.
        data_dir: Where records go; None for the default.
        folder: Where the pictures go.
        warm_up_s: How long the line runs before the first picture, s.

    Returns:
        Exit code 0.

    Raises:
        LinesideError: When the line cannot be started or a picture cannot be written.
    """
    line = open_line(station_path, data_dir)
    line.start()
    try:
        end = time.monotonic() + warm_up_s
        while time.monotonic() < end and not line.finished:
            time.sleep(0.1)
        pictures = save_pictures(line, folder, told=_tell)
    finally:
        line.stop()
    print(f"{len(pictures)} pictures in {folder.resolve()}.")
    print(summary_text(line, line.summary()))
    return 0


def _tell(path: Path) -> None:
    print(f"  {path.name}", file=sys.stderr)
