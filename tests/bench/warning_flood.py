"""This file decides how a flood is measured: 10,000 findings a second over many definitions, the line's own window open.

The findings go the way a sensor model's go, from a thread of their own, through the alarm desk into the records. Half of
the definitions flap without any delay, which is the worst they can do; what people are spared of it is counted.
"""

from __future__ import annotations

import math
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil

from inference.findings import Finding, Verdict
from station.config import AlarmConfig, StationFile
from station.events import RINGING, AlarmEvent
from station.frames import JudgedSample, Sample, SourceId
from station.line import Line
from station.paths import DataFolder
from tests.bench.figures import Figure

from gui.app import application  # isort: skip - after onnxruntime, see gui.desktop
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Slot

from gui.horn_player import HornPlayer, play_nowhere
from gui.language import LanguageSwitch
from gui.preferences import Preferences
from gui.rooms import standard_rooms
from gui.theme import ThemeSource, apply_theme
from gui.window import REFRESH_MS, Window

_LINK = SourceId("link-1")
_TARGETS = 100
_INPUTS_PER_S = 100
_DEFINITIONS = 200


class _Ticker(QObject):
    """Drives the window and measures it, in the GUI thread."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window
        self.tick_ms: list[float] = []
        self.processor_ms: list[float] = []

    @Slot()
    def tick(self) -> None:
        """One repaint, measured."""
        begun_s, processor_s = time.perf_counter(), time.thread_time()
        self._window.tick()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest.value)  # paint now what the tick has changed
        self.tick_ms.append((time.perf_counter() - begun_s) * 1e3)
        self.processor_ms.append((time.thread_time() - processor_s) * 1e3)


class _Flood(threading.Thread):
    """Gives 10,000 findings a second, or as many as the computer manages."""

    def __init__(self, line: Line, seconds: float) -> None:
        super().__init__(name="flood", daemon=True)
        self._line = line
        self._seconds = seconds
        self.findings = 0
        self.longest_call_ms = 0.0

    def run(self) -> None:
        """Deliver, at an even pace."""
        alarms = self._line._alarms
        rng = np.random.default_rng(4)
        begun_s = time.monotonic()
        number = 0
        while (elapsed_s := time.monotonic() - begun_s) < self._seconds:
            now_s, utc = time.monotonic(), datetime.now(UTC)
            scores = rng.random(_TARGETS)
            findings = tuple(_finding(f"t{place}", float(score)) for place, score in enumerate(scores))
            sample = Sample(_LINK, number, now_s, utc, now_s, np.empty(0))
            called_s = time.perf_counter()
            alarms.on_decision(JudgedSample(sample, findings, now_s))
            self.longest_call_ms = max(self.longest_call_ms, (time.perf_counter() - called_s) * 1e3)
            self.findings += _TARGETS
            number += 1
            wait_s = number / _INPUTS_PER_S - elapsed_s
            if wait_s > 0:
                time.sleep(wait_s)


def measure_flood(seconds: float) -> list[Figure]:
    """Flood a line for *seconds*, and hold what happened against what is on disk."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        line = Line(_station(), folder, DataFolder(folder / "data"))
        heard: Counter[str] = Counter()
        line._alarms.listen(lambda event: _hear(event, heard))
        app = application()
        theme, preferences, horn = ThemeSource(), Preferences(), HornPlayer(play_nowhere)
        apply_theme(app, preferences.mode, theme, 1.0)
        window = Window(line, theme, LanguageSwitch(app), preferences, lambda _: True, standard_rooms(horn), line.clock, horn)
        window.resize(1920, 1080)
        window.show()
        ticker = _Ticker(window)
        timer = QTimer()
        timer.timeout.connect(ticker.tick)
        timer.start(REFRESH_MS)
        process = psutil.Process()
        line.start()
        flood = _Flood(line, seconds)
        try:
            _spin(app, 3.0)
            ticker.tick_ms.clear()
            ticker.processor_ms.clear()
            before_mib = process.memory_info().rss / 2**20
            flood.start()
            waiting = 0
            while flood.is_alive():
                _spin(app, 0.5)
                waiting = max(waiting, line._records.writer_state().waiting)
            shown = line.snapshot().flood
            grown_mib = process.memory_info().rss / 2**20 - before_mib
        finally:
            timer.stop()
            window.stop()
            line.stop()
        with closing(sqlite3.connect(folder / "data" / "records.db")) as database:
            kept = int(database.execute("SELECT count(*) FROM alarm_events").fetchone()[0])
            alarms = int(database.execute("SELECT count(*) FROM alarms").fetchone()[0])
        return _figures(seconds, flood, ticker, heard, kept, alarms, waiting, grown_mib, 0 if shown is None else shown.count)


def _hear(event: AlarmEvent, heard: Counter[str]) -> None:
    heard["events"] += 1
    heard["rang"] += event.kind in RINGING


def _figures(
    seconds: float,
    flood: _Flood,
    ticker: _Ticker,
    heard: Counter[str],
    kept: int,
    alarms: int,
    waiting: int,
    grown_mib: float,
    in_flood: int,
) -> list[Figure]:
    conditions = f"{_DEFINITIONS} definitions of {_TARGETS} targets, window 1920x1080 offscreen, {seconds:g} s"
    tick_ms = np.array(ticker.tick_ms)
    return [
        Figure("flood", "findings", flood.findings / seconds, "1/s", conditions),
        Figure("flood", "longest delivery of one input", flood.longest_call_ms, "ms", f"{_TARGETS} findings"),
        Figure("flood", "GUI tick with its painting p50", float(np.median(tick_ms)), "ms", f"timer every {REFRESH_MS} ms"),
        Figure("flood", "GUI tick with its painting p99", float(np.percentile(tick_ms, 99)), "ms", ""),
        Figure("flood", "GUI tick with its painting, worst", float(tick_ms.max()), "ms", f"{len(tick_ms)} ticks"),
        Figure("flood", "processor time of a tick, worst", max(ticker.processor_ms), "ms", "the GUI thread alone"),
        Figure("flood", "events raised", heard["events"], "", "counted where they arise"),
        Figure("flood", "events journaled", kept, "", "rows after the stop"),
        Figure("flood", "occurrences journaled", alarms, "", ""),
        Figure("flood", "times it rang", heard["rang"], "", f"of {flood.findings:,} findings; shown as a flood of {in_flood:,}"),
        Figure("flood", "entries waiting for the disk, most", waiting, "", ""),
        Figure("flood", "memory grown", grown_mib, "MiB", ""),
    ]


def _station() -> StationFile:
    link = {"id": _LINK, "name": "Link", "asset": "rig-1", "kind": "simulated", "wear": "none"}
    alarms = [_definition(number) for number in range(_DEFINITIONS)]
    people = [{"id": "wei", "name": "Wei", "pin_hash": "scrypt$"}]
    return StationFile.model_validate(
        {"format": 1, "station": {"name": "Bench", "product": "Parts"}, "people": people, "sensors": [link], "alarms": alarms}
    )


def _definition(number: int) -> AlarmConfig:
    """Every second one flaps with every finding, the others want three of five and two seconds."""
    calm = {"raise_count": 3, "of_last": 5, "on_delay_s": 2.0, "off_delay_s": 2.0} if number % 2 else {}
    return AlarmConfig.model_validate(
        {
            "id": f"flood-{number}",
            "when": {"kind": "verdict", "source": _LINK, "target": f"t{number // 2}"},
            "asset": "rig-1",
            "title": f"Fault {number}",
            "cause": "Wear",
            "consequence": "Failure",
            "action": "Check",
            "respond_within_s": 600,
            "priority": 2 + number % 3,
        }
        | calm
    )


def _finding(target: str, score: float) -> Finding:
    verdict = Verdict.FAULT if score >= 0.5 else Verdict.OK
    return Finding(target, verdict, "worn", score, 0.5, "pack", "1.0.0", "", "", math.nan)


def _spin(app: QCoreApplication, seconds: float) -> None:
    """Let the event loop run for *seconds*."""
    QTimer.singleShot(round(seconds * 1e3), app.quit)
    app.exec()
