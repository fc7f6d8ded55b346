"""This file decides when the first live verdict is there: run as a program, it prints the seconds since it was started.

Usage: ``python -m tests.bench.first_verdict SPAWNED`` with the parent's ``time.time()`` just before it spawned this process.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from inference.findings import Verdict
from station.line import open_line

from gui.app import application  # isort: skip - after onnxruntime, see gui.desktop
from gui.horn_player import HornPlayer, play_nowhere
from gui.language import LanguageSwitch
from gui.preferences import Preferences
from gui.rooms import standard_rooms
from gui.theme import ThemeSource, apply_theme
from gui.window import Window

_PATIENCE_S = 60.0


def main() -> None:
    """Open the demo line in a window and wait until every camera has a verdict and the window has painted it."""
    spawned_s = float(sys.argv[1])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        line = open_line(None, Path(name))
        line.start()
        app = application()
        theme = ThemeSource()
        preferences = Preferences()
        apply_theme(app, preferences.mode, theme, 1.0)
        horn = HornPlayer(play_nowhere)
        window = Window(line, theme, LanguageSwitch(app), preferences, lambda _: True, standard_rooms(horn), line.clock, horn)
        window.resize(1920, 1080)
        window.show()
        window.start()
        picture_s = 0.0
        while time.time() - spawned_s < _PATIENCE_S:
            app.processEvents()
            cameras = line.snapshot().cameras
            if not picture_s and all(line.latest_image(camera.source_id) for camera in cameras):
                picture_s = time.time() - spawned_s
            if all(camera.latest is not None and camera.verdict is not Verdict.NO_VERDICT for camera in cameras):
                break
            time.sleep(0.005)
        app.processEvents()
        print(f"{picture_s} {time.time() - spawned_s}")
        window.stop()
        line.stop()


if __name__ == "__main__":
    main()
