"""This file decides how starting is measured: first live picture and verdict against importing the libraries alone."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

from tests.bench.figures import Figure

_ROUNDS = 5
_LIBRARIES = "import onnxruntime, cv2, numpy, pydantic, sqlalchemy, PySide6.QtWidgets, PySide6.QtGui, PySide6.QtCore"


def measure_start_up() -> list[Figure]:
    """Rounds of both, in turn; medians."""
    libraries_s, picture_s, verdict_s = [], [], []
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    for _ in range(_ROUNDS):
        begun_s = time.time()
        subprocess.run([sys.executable, "-c", _LIBRARIES], check=True, env=environment)
        libraries_s.append(time.time() - begun_s)
        spawned = str(time.time())
        run = subprocess.run(
            [sys.executable, "-m", "tests.bench.first_verdict", spawned], check=True, env=environment, capture_output=True, text=True
        )
        picture, verdict = (float(part) for part in run.stdout.split()[-2:])
        picture_s.append(picture)
        verdict_s.append(verdict)
    libraries = statistics.median(libraries_s)
    beside = f"importing the libraries alone ({libraries:.2f} s), median of {_ROUNDS}, files warm"
    return [
        Figure("start-up", "process start to first picture", statistics.median(picture_s), "s", beside),
        Figure("start-up", "process start to first verdict of every camera", statistics.median(verdict_s), "s", beside),
        Figure("start-up", "first verdict", statistics.median(verdict_s) / libraries, "x", beside),
    ]
