"""This file decides what ``python main.py`` does where there is a display: the line of the station file in a window."""

from __future__ import annotations

from pathlib import Path

# Before Qt: on Windows the C++ runtime that Qt brings must not be the one onnxruntime finds.
from station.line import open_line
from station.paths import DataFolder, default_data_dir

from gui.app import run_window  # isort: skip


def run_desktop(station_path: Path | None, data_dir: Path | None) -> int:
    """Start the line, show it until the window is closed, stop it.

    Args:
        station_path: Station file; None for the demo line.
        data_dir: Where records and preferences go; None for the default.

    Returns:
        Exit code.

    Raises:
        LinesideError: When the line cannot be started.
    """
    line = open_line(station_path, data_dir)
    line.start()
    try:
        return run_window(line, DataFolder(data_dir or default_data_dir()).preferences)
    finally:
        line.stop()
