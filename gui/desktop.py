"""This file decides what ``python main.py`` does where there is a display: the line of the station file in a window."""

from __future__ import annotations

import threading
from pathlib import Path

# Before Qt: on Windows the C++ runtime that Qt brings must not be the one onnxruntime finds.
from station.headless import on_end_signals
from station.line import open_line
from station.paths import DataFolder, default_data_dir

from PySide6.QtCore import QTimer  # isort: skip
from PySide6.QtWidgets import QApplication  # isort: skip

from gui.app import run_window  # isort: skip
from gui.window import Window  # isort: skip


def run_desktop(station_path: Path | None, data_dir: Path | None) -> int:
    """Start the line, show it until the window is closed (or Ctrl+C or SIGTERM asks for the end), stop it.

    Args:
        station_path: Station file; None for the demo line.
        data_dir: Where records and preferences go; None for the default.

    Returns:
        Exit code.

    Raises:
        LinesideError: When the line cannot be started.
    """
    ended = threading.Event()

    def end() -> None:
        ended.set()
        QApplication.quit()  # closes the window as a person would; does nothing before there is one

    def end_if_asked_before(_window: Window) -> None:
        if ended.is_set():
            QTimer.singleShot(0, QApplication.quit)

    on_end_signals(end)
    line = open_line(station_path, data_dir)
    line.start()
    try:
        return run_window(line, DataFolder(data_dir or default_data_dir()).preferences, shown=end_if_asked_before)
    finally:
        line.stop()
