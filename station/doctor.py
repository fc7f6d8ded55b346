"""This file decides what the doctor looks at, what counts as failed, and how it is said."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from inference.errors import LinesideError, ProviderError
from inference.model_opening import Proof, open_on
from inference.pack import list_packs, load_pack, sensor_channels
from inference.providers import Provider
from inference.runtime import list_providers, runtime_version
from station.clock import SystemClock
from station.config import RecordsConfig, StationFile
from station.frames import Frame, Sample
from station.paths import DataFolder, default_data_dir, models_dir, resources_dir
from station.progress import track_progress
from station.records.disk import MIB, measure_disk
from station.sources.camera_reader import CameraReader
from station.sources.sensor_reader import SensorReader
from station.station_file import load_station

_TIMED_RUNS = 20
_SOURCE_WAIT_S = 10.0
_BUILT_UTC = datetime(2026, 11, 1, tzinfo=UTC)
"""A clock before this is wrong: the program did not exist then."""


class Outcome(StrEnum):
    """What a check came to."""

    GOOD = "good"
    NOTE = "note"
    """Worth knowing, nothing to be done."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        area: ``pack``, ``source``, ``disk``, ``clock``, ``permissions`` or ``runtime``.
        name: What was looked at.
        outcome: What it came to.
        sentence: What was found; for FAILED also what to do.
        milliseconds: Time per judged input, for packs; None elsewhere.
    """

    area: str
    name: str
    outcome: Outcome
    sentence: str
    milliseconds: float | None = None


def run_doctor(station_path: Path | None, data_dir: Path | None, *, as_json: bool) -> int:
    """Look at everything and say it; 1 when something failed."""
    data = DataFolder(data_dir or default_data_dir())
    looks = list(_looks(station_path, data))
    checks: list[Check] = []
    with track_progress("Looking", len(looks), shown=not as_json) as advance:
        for look in looks:
            checks.extend(look())
            advance(1)
    failed = any(check.outcome is Outcome.FAILED for check in checks)
    if as_json:
        print(json.dumps({"ok": not failed, "checks": [asdict(check) for check in checks]}, ensure_ascii=False))
    else:
        _print(checks)
    return 1 if failed else 0


def _looks(station_path: Path | None, data: DataFolder) -> Iterator[Callable[[], Sequence[Check]]]:
    yield lambda: (
        Check("runtime", "onnxruntime", Outcome.GOOD, f"{runtime_version()}: {', '.join(p.short_name for p in list_providers())}"),
    )
    folders = list_packs((data.packs, models_dir()))
    if not folders:
        yield lambda: (Check("pack", "models", Outcome.FAILED, "There is no model pack. Install Lineside again."),)
    for folder in folders:
        yield partial(_look_at_pack, folder)
    yield lambda: (_look_at_folder(data),)
    yield lambda: (_look_at_disk(data),)
    yield lambda: (_look_at_clock(),)
    path = station_path or resources_dir() / "stations" / "demo.toml"
    try:
        station = load_station(path, {folder.name: sensor_channels(folder) for folder in folders})
    except LinesideError as error:
        sentence = str(error)
        yield lambda: (Check("source", str(path), Outcome.FAILED, sentence),)
        return
    yield from _source_looks(station, path.resolve().parent)


def _look_at_pack(folder: Path) -> list[Check]:
    """The golden set of a pack on every provider, and of its variants on the CPU, and the speed there."""
    try:
        pack = load_pack(folder)
    except LinesideError as error:
        return [Check("pack", folder.name, Outcome.FAILED, str(error))]
    checks = []
    places = [(pack, provider) for provider in list_providers()] + [(variant, Provider.CPU) for variant in pack.variants]
    for rendering, provider in places:
        name = f"{pack.name}{'' if rendering.variant is None else f' {rendering.variant.precision.value}'} on {provider.short_name}"
        try:
            model = open_on(rendering, provider, threads=1, proof=Proof.AT_OPEN)
        except ProviderError as error:
            # A GPU that is not there is no fault of the installation: the CPU judges.
            outcome = Outcome.FAILED if provider.short_name == "CPU" else Outcome.NOTE
            checks.append(Check("pack", name, outcome, str(error)))
            continue
        except LinesideError as error:
            checks.append(Check("pack", name, Outcome.FAILED, str(error)))
            continue
        begun_s = time.perf_counter()
        for _ in range(_TIMED_RUNS):
            model.runner.warm_up()
        milliseconds = round((time.perf_counter() - begun_s) / _TIMED_RUNS * 1e3, 3)
        sentence = model.golden.sentence if model.golden is not None else ""
        checks.append(Check("pack", name, Outcome.GOOD, sentence, milliseconds))
    return checks


def _look_at_folder(data: DataFolder) -> Check:
    try:
        data.create()
    except LinesideError as error:
        return Check("permissions", str(data.root), Outcome.FAILED, str(error))
    return Check("permissions", str(data.root), Outcome.GOOD, "The data folder can be written")


def _look_at_disk(data: DataFolder) -> Check:
    folder = next((place for place in (data.root, *data.root.parents) if place.exists()), data.root)
    try:
        space = measure_disk(folder)
    except OSError as error:
        return Check(
            "disk", str(folder), Outcome.FAILED, f"The disk cannot be measured: {error.strerror or error}. Check that it is there."
        )
    free_mib, wanted_mib = space.free_bytes // MIB, RecordsConfig().nearly_full_mib
    if free_mib < wanted_mib:
        return Check("disk", str(folder), Outcome.FAILED, f"{free_mib} MiB free; make room for at least {wanted_mib} MiB.")
    return Check("disk", str(folder), Outcome.GOOD, f"{free_mib / 1024:.1f} GiB free")


def _look_at_clock() -> Check:
    now = SystemClock().utc()
    if now < _BUILT_UTC:
        return Check("clock", "clock", Outcome.FAILED, f"The computer says it is {now:%Y-%m-%d %H:%M} UTC. Set its clock.")
    return Check("clock", "clock", Outcome.GOOD, f"{now:%Y-%m-%d %H:%M:%S} UTC, local time zone {now.astimezone().tzname()}")


class _FirstOnly:
    """A sink that keeps the first thing delivered."""

    dropped = 0

    def __init__(self) -> None:
        self.came = threading.Event()
        self.first: Frame | Sequence[Sample] | None = None

    def deliver(self, item: Frame | Sequence[Sample]) -> None:
        if self.first is None:
            self.first = item
            self.came.set()


def _source_looks(station: StationFile, base_dir: Path) -> Iterator[Callable[[], Sequence[Check]]]:
    for camera in station.cameras:
        sink = _FirstOnly()
        yield partial(_look_at_source, CameraReader(camera, base_dir, SystemClock(), sink), sink)
    for sensor in station.sensors:
        sink = _FirstOnly()
        yield partial(_look_at_source, SensorReader(sensor, base_dir, SystemClock(), sink), sink)


def _look_at_source(reader: CameraReader | SensorReader, sink: _FirstOnly) -> tuple[Check, ...]:
    reader.start()
    sink.came.wait(_SOURCE_WAIT_S)
    detail = reader.health().detail
    reader.stop(_SOURCE_WAIT_S)
    first = sink.first
    if first is None:
        why = detail or f"nothing came within {_SOURCE_WAIT_S:.0f} s"
        return (Check("source", reader.source_id, Outcome.FAILED, f"{why.rstrip('.')}. Check cable, power and the station file."),)
    if isinstance(first, Frame):
        if first.image is None:
            return (Check("source", reader.source_id, Outcome.FAILED, f"{first.unreadable.rstrip('.')}."),)
        height, width = first.image.shape[:2]
        return (Check("source", reader.source_id, Outcome.GOOD, f"{width} x {height} pixels"),)
    return (Check("source", reader.source_id, Outcome.GOOD, f"{len(first[0].values)} channels"),)


def _print(checks: Sequence[Check]) -> None:
    marks = {Outcome.GOOD: "[green]good[/]", Outcome.NOTE: "note", Outcome.FAILED: "[bold red]FAILED[/]"}
    table = Table("", "what", "ms", "finding", box=None)
    for check in checks:
        time_text = f"{check.milliseconds:.2f}" if check.milliseconds is not None else ""
        # Paths and sentences may hold brackets, which are no markup.
        table.add_row(marks[check.outcome], Text(f"{check.area}: {check.name}"), time_text, Text(check.sentence))
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200, highlight=False).print(table)
    failed = sum(check.outcome is Outcome.FAILED for check in checks)
    print(f"{failed} failed." if failed else "Everything is in order.")
