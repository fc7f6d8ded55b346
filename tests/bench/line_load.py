"""This file decides how a loaded line is measured: four 1080p cameras at 30 fps, 32 channels at 100 Hz, judging on, window open.

The cameras hand out rendered pictures from memory, copied as a driver would, so that Lineside is measured and not a
renderer. The bare inference time is measured before, on the same pictures, with nothing else running.
"""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
import time
import tomllib
from pathlib import Path

import numpy as np
import psutil

from inference.findings import ImageU8, Verdict
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.model_opening import open_model
from station.config import StationFile
from station.frames import SourceId
from station.line import Line
from station.paths import DataFolder, models_dir
from station.sources.camera_kinds import Picture
from station.sources.read_loop import Reading
from tests.bench.figures import Figure
from tests.bench.parts_on_disk import render_parts

from gui.app import application  # isort: skip - after onnxruntime, see gui.desktop
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Slot

from gui.horn_player import HornPlayer, play_nowhere
from gui.language import LanguageSwitch
from gui.preferences import Preferences
from gui.rooms import standard_rooms
from gui.theme import ThemeSource, apply_theme
from gui.window import REFRESH_MS, Window

_PACK = "surface-pitting"
_CAMERAS = 4
_FPS = 30.0
_CHANNELS = 32
_RATE_HZ = 100.0
_RIG = ("TS1", "TS2", "TS3", "TS4", "VS1", "CE", "CP", "SE", "FS1", "FS2")
_SETTLE_S = 10.0
_MINUTE_S = 60.0


class MemoryCamera:
    """Opens a camera that gives rendered pictures at a pace; opener and connection in one."""

    def __init__(self, pictures: list[ImageU8], fps: float) -> None:
        self._pictures = pictures
        self._interval_s = 1.0 / fps
        self._number = 0
        self._begun_s = 0.0

    def open(self) -> MemoryCamera:
        """Begin the pace."""
        self._begun_s = time.monotonic() - self._number * self._interval_s
        return self

    def read(self) -> Reading[Picture]:
        """Wait for the next picture's moment and copy it."""
        self._number += 1
        wait_s = self._begun_s + self._number * self._interval_s - time.monotonic()
        if wait_s > 0:
            time.sleep(wait_s)
        return Reading(Picture(self._pictures[self._number % len(self._pictures)].copy()))

    def close(self) -> None:
        """Nothing to let go of."""


class Meter(QObject):
    """Drives the window's tick and measures it, in the GUI thread."""

    def __init__(self, window: Window, line: Line) -> None:
        super().__init__()
        self._window = window
        self._line = line
        self._process = psutil.Process()
        self._shown: dict[SourceId, int] = {}
        self.shown = 0
        self.tick_ms: list[float] = []
        self.latency_ms: list[float] = []
        self._judged: dict[SourceId, int] = {}
        self.verdicts = 0
        self.recording = False

    @Slot()
    def tick(self) -> None:
        """One repaint, measured."""
        begun_s = time.perf_counter()
        self._window.tick()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest.value)  # paint now what the tick has changed
        elapsed_ms = (time.perf_counter() - begun_s) * 1e3
        if self.recording:
            self.tick_ms.append(elapsed_ms)
        for camera in self._line.snapshot().cameras:
            newest = self._line.latest_image(camera.source_id)
            if newest is not None and newest[0] != self._shown.get(camera.source_id):
                self._shown[camera.source_id] = newest[0]
                self.shown += self.recording
            if camera.latest is not None and camera.latest.frame.sequence != self._judged.get(camera.source_id):
                self._judged[camera.source_id] = camera.latest.frame.sequence
                if self.recording:
                    self.latency_ms.append(camera.latency_ms)

    def memory_mib(self) -> float:
        """Resident memory, MiB."""
        return float(self._process.memory_info().rss) / 2**20


def measure_load(seconds: float) -> list[Figure]:
    """Run the load for *seconds* after settling, and say what it did."""
    pictures = render_parts(6, 1920, 1080)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        pack = _pack_for_1080p(folder / "data" / "packs")
        bare_ms = _bare_inference_ms(pack, pictures)
        _write_table(folder / "rows.npz", seconds + _SETTLE_S + 30.0)
        station = StationFile.model_validate(tomllib.loads(_station_text()))
        openers = {f"camera-{number}": MemoryCamera(pictures, _FPS) for number in range(_CAMERAS)}
        line = Line(station, folder, DataFolder(folder / "data"), camera_openers=openers)
        return _measure(line, seconds, bare_ms)


def _measure(line: Line, seconds: float, bare_ms: float) -> list[Figure]:
    app = application()
    theme = ThemeSource()
    preferences = Preferences()
    apply_theme(app, preferences.mode, theme, 1.0)
    horn = HornPlayer(play_nowhere)
    window = Window(line, theme, LanguageSwitch(app), preferences, lambda _: True, standard_rooms(horn), line.clock, horn)
    window.resize(1920, 1080)
    window.show()
    meter = Meter(window, line)
    timer = QTimer()
    timer.timeout.connect(meter.tick)
    timer.start(REFRESH_MS)
    process = psutil.Process()
    line.start()
    try:
        _spin(app, _SETTLE_S)
        before = line.summary()
        cpu_before = sum(process.cpu_times()[:2])
        meter.recording = True
        memory: list[tuple[float, float]] = []
        begun_s = time.monotonic()
        while (elapsed_s := time.monotonic() - begun_s) < seconds:
            memory.append((elapsed_s, meter.memory_mib()))
            _spin(app, min(5.0, seconds - elapsed_s))
        elapsed_s = time.monotonic() - begun_s
        memory.append((elapsed_s, meter.memory_mib()))
        cpu_s = sum(process.cpu_times()[:2]) - cpu_before
        after = line.summary()
    finally:
        timer.stop()
        window.stop()
        line.stop()
    return _figures(meter, before, after, elapsed_s, cpu_s, memory, bare_ms)


def _figures(
    meter: Meter,
    before: dict[str, object],
    after: dict[str, object],
    elapsed_s: float,
    cpu_s: float,
    memory: list[tuple[float, float]],
    bare_ms: float,
) -> list[Figure]:
    def grown(name: str) -> float:
        return float(str(after[name])) - float(str(before[name]))

    frames, drops, samples = grown("frames"), grown("drops"), grown("samples")
    judged = frames - drops - grown("passed_over")
    p95_ms = float(np.percentile(meter.latency_ms, 95)) if meter.latency_ms else float("nan")
    cores = psutil.cpu_count() or 1
    first_minute = [mib for at, mib in memory if at <= _MINUTE_S][-1]
    conditions = f"{_CAMERAS} x 1080p {_FPS:.0f} fps, {_CHANNELS} channels at {_RATE_HZ:.0f} Hz, window 1920x1080 offscreen"
    return [
        Figure("load", "frames received", frames / elapsed_s, "1/s", conditions),
        Figure("load", "frames shown", meter.shown / elapsed_s / _CAMERAS, "fps per camera", "timer at 30 Hz"),
        Figure("load", "frames judged", judged / elapsed_s, "1/s", f"a bare loop alone on the machine: {1e3 / bare_ms:.1f} 1/s"),
        Figure("load", "frames dropped before judging", drops / frames if frames else 0.0, "share", "latest frame wins"),
        Figure("load", "sensor rows", samples / elapsed_s, "1/s", f"{_RATE_HZ:.0f} given"),
        Figure("load", "GUI tick with its painting p50", statistics.median(meter.tick_ms), "ms", conditions),
        Figure("load", "GUI tick with its painting p99", float(np.percentile(meter.tick_ms, 99)), "ms", f"timer every {REFRESH_MS} ms"),
        Figure("load", "capture to verdict p95", p95_ms, "ms", f"bare inference {bare_ms:.1f} ms"),
        Figure("load", "capture to verdict p95", p95_ms / bare_ms, "x", "bare inference on an idle machine"),
        Figure("load", "CPU share", cpu_s / elapsed_s / cores, "of the machine", f"{cores} cores"),
        Figure("load", "memory after 1 minute", first_minute, "MiB", ""),
        Figure("load", f"memory after {elapsed_s / 60:.1f} minutes", memory[-1][1], "MiB", ""),
        Figure("load", "memory growth since the first minute", memory[-1][1] / first_minute, "x", "memory after 1 minute"),
    ]


def _pack_for_1080p(packs: Path) -> Path:
    """A copy of the pack that takes pictures of 16:9: the same network and preprocessing, another gate."""
    pack = packs / _PACK
    shutil.copytree(models_dir() / _PACK, pack)
    contract = (pack / "pack.toml").read_text(encoding="utf-8")
    opened, changed = re.subn(r"aspect_low = [\d.]+", "aspect_low = 1.0", contract)
    if changed != 1:
        raise RuntimeError(f"{pack} has another gate than this bench knows: adapt _pack_for_1080p")
    (pack / "pack.toml").write_text(opened, encoding="utf-8")
    return pack


def _bare_inference_ms(pack: Path, pictures: list[ImageU8]) -> float:
    runner = open_model(pack).runner
    assert isinstance(runner, ImageRunner)
    times_ms = []
    for number in range(60):
        begun_s = time.perf_counter()
        findings = runner.run(runner.prepare(pictures[number % len(pictures)]), HeatmapPolicy.NEVER)
        times_ms.append((time.perf_counter() - begun_s) * 1e3)
        if findings[0].verdict is Verdict.NO_VERDICT:
            raise RuntimeError(f"the bench's pictures are refused: {findings[0].reason}")
    return statistics.median(times_ms)


def _spin(app: QCoreApplication, seconds: float) -> None:
    """Let the event loop run for *seconds*."""
    QTimer.singleShot(round(seconds * 1e3), app.quit)
    app.exec()


def _write_table(path: Path, seconds: float) -> None:
    """*seconds* of 32 channels at 100 Hz: the demo rig's ten, repeated between their own samples, and 22 that wander."""
    from station.simulation.rig import RigModel

    count = round(seconds * _RATE_HZ)
    rows = RigModel(seed=3, wear="none").rows(0, round(seconds * 10) + 1)[1]
    for column in range(rows.shape[1]):  # hold slow channels over
        known = np.flatnonzero(~np.isnan(rows[:, column]))
        rows[:, column] = rows[known[np.maximum(np.searchsorted(known, np.arange(len(rows)), side="right") - 1, 0)], column]
    columns = {name: rows[np.arange(count) // 10, number] for number, name in enumerate(_RIG)}
    noise = np.random.default_rng(1).normal(size=(count, _CHANNELS - len(_RIG))).cumsum(axis=0) * 0.01
    columns |= {f"X{number}": noise[:, number] for number in range(noise.shape[1])}
    np.savez(path, time=np.arange(count) / _RATE_HZ, **columns)


def _station_text() -> str:
    cameras = "".join(
        f'[[cameras]]\nid = "camera-{n}"\nname = "Camera {n + 1}"\nasset = "spindle-{n}"\nkind = "usb"\nmodel = "surface-pitting"\n'
        for n in range(_CAMERAS)
    )
    ids = [*_RIG, *(f"X{n}" for n in range(_CHANNELS - len(_RIG)))]
    channels = "".join(f'[[sensors.channels]]\nid = "{one}"\nname = "{one}"\nshown = {str(n < 12).lower()}\n' for n, one in enumerate(ids))
    sensors = (
        '[[sensors]]\nid = "rig-1"\nname = "Rig"\nasset = "rig-1"\nkind = "table"\npath = "rows.npz"\ntime_column = "time"\n'
        'speed = 1.0\nmodel = "hydraulic-rig"\n'
    )
    return f'format = 1\n[station]\nname = "Bench"\nproduct = "Parts"\n{cameras}{sensors}{channels}'
