"""This file decides how each verb of the command line finds its packs, and what it prints when it is done."""

from __future__ import annotations

import contextlib
import getpass
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.errors import UsageError
from inference.pack import list_packs, sensor_channels
from station.inspecting import inspect
from station.model_listing import list_models, write_models_json, write_models_text
from station.monitoring import monitor
from station.paths import DataFolder, default_data_dir, models_dir
from station.people import hash_pin
from station.station_file import check_station


@dataclass(frozen=True, slots=True)
class GrowthRequest:
    """What ``inspect --growth`` asks.

    Attributes:
        out_csv: The table of growth.
        names: Regular expression with the groups position, time or both; None: all images are of one position.
        time_format: How the group time is written; None where there is none.
    """

    out_csv: Path
    names: str | None
    time_format: str | None


def pack_folders(data_dir: Path | None) -> tuple[Path, Path]:
    """Where packs are looked for, in this order: made at the station, shipped."""
    return DataFolder(data_dir or default_data_dir()).packs, models_dir()


def run_check(station_path: Path | None, data_dir: Path | None) -> int:
    """Check a station file and say what it describes, or every mistake with its line (as the error)."""
    if station_path is None:
        raise UsageError("--check wants a station file", do="Write: python main.py --check --station FILE")
    print(check_station(station_path, {folder.name: sensor_channels(folder) for folder in list_packs(pack_folders(data_dir))}))
    return 0


def run_pin() -> int:
    """Ask for a PIN twice and print its hash for the station file."""
    first = getpass.getpass("PIN: ")
    if getpass.getpass("The same PIN again: ") != first:
        raise UsageError("The two PINs differ", do="Start again")
    print(f'pin_hash = "{hash_pin(first)}"')
    return 0


def run_inspect(
    paths: Sequence[Path], model: str, out_csv: Path, heatmaps_dir: Path | None, data_dir: Path | None, growth: GrowthRequest | None = None
) -> int:
    """Judge images; the rows go to *out_csv*, a sentence to stdout; what grows goes to a table of its own."""
    folders = pack_folders(data_dir)
    with contextlib.ExitStack() as stack:
        table = None
        if growth is not None:
            from station.growth_table import GrowthTable, growth_config

            table = stack.enter_context(GrowthTable(growth.out_csv, growth_config(growth.names, growth.time_format)))
        summary = inspect(paths, model, out_csv, folders=folders, heatmaps_dir=heatmaps_dir, growth=table, show_progress=True)
    rate = summary.images / summary.elapsed_s if summary.elapsed_s else 0.0
    print(
        f"{summary.images} images in {summary.elapsed_s:.1f} s ({rate:.1f} per second, {summary.provider}): "
        f"{summary.ok} OK, {summary.defect} defect, {summary.no_verdict} without verdict. Written to {out_csv}."
    )
    if summary.note:
        print(summary.note, file=sys.stderr)
    return 0


def run_monitor(table: Path, model: str, out_csv: Path, data_dir: Path | None) -> int:
    """Judge a recording; the rows go to *out_csv*, a sentence to stdout."""
    summary = monitor(table, model, out_csv, folders=pack_folders(data_dir), show_progress=True)
    print(
        f"{summary.decisions} decisions on {summary.rows} rows in {summary.elapsed_s:.1f} s ({summary.provider}): "
        f"{summary.ok} OK, {summary.fault} fault, {summary.no_verdict} without verdict. Written to {out_csv}."
    )
    if summary.note:
        print(summary.note, file=sys.stderr)
    return 0


def run_models(data_dir: Path | None, *, as_json: bool) -> int:
    """List the packs; 1 when one of them cannot be used."""
    entries = list_models(pack_folders(data_dir))
    print(write_models_json(entries) if as_json else write_models_text(entries))
    return 1 if any(entry.contract is None for entry in entries) else 0
