"""This file decides how recorded sensors are read: csv, csv.gz, npz, a folder of cycles, C-MAPSS text; and why one is refused.

Cells that hold no number become NaN: the run goes on and the row in question gets NO VERDICT. What makes the whole file
meaningless (no such column, another separator, not text) is an :class:`InputError`.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.contract import TimeUnit
from inference.errors import InputError
from inference.npz_file import read_arrays
from inference.recording import Recording, RecordingKind
from inference.sequence_preprocessing import FloatSeries

TIME_COLUMNS = ("time_s", "time", "datetime", "timestamp", "date", "t")
"""Columns (lower case) taken for the time where none is named."""
CYCLE_COLUMNS = ("cycle", "cycles")
"""Columns (lower case) taken for the time before those where the pack counts cycles."""
KEY_COLUMNS = ("udi", "cycle", "unit", "key", "id")
"""Columns (lower case) taken for the data's own id where none is named."""
CMAPSS_COLUMNS = ("unit", "cycle", *(f"setting_{n}" for n in range(1, 4)), *(f"sensor_{n}" for n in range(1, 22)))
"""Names given to the 26 columns of C-MAPSS text, which has no header."""
CYCLES_FILE = "cycles.csv"
"""The file that makes a folder a recording of cycles."""

_SEPARATORS = ",;\t|"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the reader is told about a recording.

    Attributes:
        time_column: Column with the time; None: looked for by :data:`TIME_COLUMNS`.
        key_column: Column with the data's own id; None: looked for by :data:`KEY_COLUMNS`.
        rate_hz: Rows per second where there is no time column.
        cycle_s: Length of a cycle, s, for recordings of cycles; None: such that the slowest channel has one value per second.
        time_unit: What the time counts.
        wanted: Channels to read from a folder of cycles, one file each; None: all there are. Other recordings are read whole.
    """

    time_column: str | None = None
    key_column: str | None = None
    rate_hz: float = 1.0
    cycle_s: float | None = None
    wanted: Collection[str] | None = None
    time_unit: TimeUnit = TimeUnit.SECOND

    @property
    def time_columns(self) -> tuple[str, ...]:
        """Columns (lower case) taken for the time where none is named."""
        return TIME_COLUMNS if self.time_unit is TimeUnit.SECOND else (*CYCLE_COLUMNS, *TIME_COLUMNS)


def read_recording(path: Path, options: ReadOptions = ReadOptions()) -> Recording:
    """Read a recording of sensors, whole.

    Args:
        path: csv or csv.gz with a header (separator found by itself), npz with an array per channel, a folder with
            ``cycles.csv`` and a file per channel, or C-MAPSS text (plain or .gz).
        options: What is known of the recording.

    Raises:
        InputError: It cannot be used; the text says why and what to do.
    """
    if path.is_dir():
        return _read_cycle_folder(path, options)
    if not path.exists():
        raise InputError("The table is not there", where=str(path), do="Check its name")
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return _read_npz(path, options)
    if suffix in {".xlsx", ".xls", ".ods"}:
        raise InputError("This is a workbook, not a table", where=str(path), do="Save it as CSV")
    return _read_delimited(path, _read_text(path), options)


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        text = data.decode("utf-8-sig")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError("The compressed file is damaged", where=str(path), value=str(error), do="Copy it again") from None
    except UnicodeDecodeError:
        raise InputError("The file is not UTF-8 text", where=str(path), do="Save it as CSV in UTF-8") from None
    except OSError as error:
        raise InputError(
            "The file cannot be opened", where=str(path), value=error.strerror or str(error), do="Check its access rights"
        ) from None
    if "\0" in text:
        raise InputError("The file is not text", where=str(path), do="Save it as CSV in UTF-8")
    if not text.strip():
        raise InputError("The table is empty", where=str(path), do="Record or export it again")
    return text


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _read_delimited(path: Path, text: str, options: ReadOptions) -> Recording:
    first = next(line for line in text.splitlines() if line.strip())
    counts = {separator: first.count(separator) for separator in _SEPARATORS}
    separator = max(counts, key=lambda s: counts[s])
    if counts[separator] == 0 and len(first.split()) > 1 and all(_is_number(cell) for cell in first.split()):
        rows = [line.split() for line in text.splitlines() if line.strip()]
        return _read_headless(path, rows, options)
    try:
        rows = [row for row in csv.reader(text.splitlines(), delimiter=separator) if row]
    except csv.Error as error:
        raise InputError("The table cannot be taken apart", where=str(path), value=str(error), do="Save it as CSV again") from None
    if all(_is_number(cell) for cell in rows[0]):
        return _read_headless(path, rows, options)
    header = [cell.strip() for cell in rows[0]]
    if len(set(header)) != len(header):
        twice = sorted({name for name in header if header.count(name) > 1})
        raise InputError("Columns have the same name", where=str(path), value=", ".join(twice), do="Give every column its own name")
    return _build_rows(path, header, rows[1:], options, first_line=2)


def _read_headless(path: Path, rows: list[list[str]], options: ReadOptions) -> Recording:
    width = len(rows[0])
    if width == len(CMAPSS_COLUMNS):
        names = list(CMAPSS_COLUMNS)
        return _build_rows(path, names, rows, ReadOptions("cycle", "unit", options.rate_hz, None, options.wanted), first_line=1)
    raise InputError(
        "The table has no header",
        where=str(path),
        value=f"first line {' '.join(rows[0])[:60]}",
        do="Put the channel names into the first line",
    )


def _build_rows(path: Path, header: list[str], rows: list[list[str]], options: ReadOptions, *, first_line: int) -> Recording:
    if not rows:
        raise InputError("The table has a header and no rows", where=str(path), do="Record or export it again")
    for number, row in enumerate(rows):
        if len(row) > len(header):
            raise InputError(
                f"Line {number + first_line} has more cells than there are columns",
                where=str(path),
                value=f"{len(row)} instead of {len(header)}",
                do="Check the separator and the decimal sign",
            )
        if len(row) < len(header):
            row.extend([""] * (len(header) - len(row)))
    cells = dict(zip(header, zip(*rows, strict=True), strict=True))
    time_name = _find_column(path, header, options.time_column, options.time_columns)
    key_name = _find_column(path, [name for name in header if name != time_name], options.key_column, KEY_COLUMNS)
    time_s = np.arange(len(rows)) / options.rate_hz if time_name is None else _read_times(path, time_name, cells[time_name], first_line)
    keys = tuple(str(number) for number in range(len(rows))) if key_name is None else tuple(cell.strip() for cell in cells[key_name])
    columns: dict[str, FloatSeries] = {}
    words: dict[str, tuple[str, ...]] = {}
    for name, column in cells.items():
        if name == time_name:
            columns[name] = time_s
            continue
        columns[name] = read_numbers(column)
        if np.isnan(columns[name]).all() and any(cell.strip() for cell in column):
            words[name] = tuple(cell.strip() for cell in column)
    phase_s = columns.get("phase_s")
    groups: tuple[str, ...] = ()
    if key_name is not None and len(set(keys)) < len(keys):
        groups = keys
        phase_s = _phase_within(keys, time_s) if phase_s is None else phase_s
    index_names = tuple(name for name in (time_name, key_name) if name is not None)
    return Recording(path, RecordingKind.ROWS, columns, time_s, keys, words, groups, phase_s, index_names=index_names)


def read_numbers(cells: Sequence[str]) -> FloatSeries:
    """Turn cells into float64 (rows,); NaN where a cell holds no number. A decimal comma is understood."""
    try:
        return np.array([cell or "nan" for cell in cells], dtype=np.float64)
    except ValueError:
        return np.array([_read_cell(cell) for cell in cells], dtype=np.float64)


def _read_cell(cell: str) -> float:
    for text in (cell, cell.replace(",", ".", 1)):
        try:
            return float(text)
        except ValueError:
            continue
    return float("nan")


def _find_column(path: Path, header: Sequence[str], named: str | None, known: Sequence[str]) -> str | None:
    if named is not None:
        if named not in header:
            raise InputError(
                "A column is missing",
                where=str(path),
                value=f"{named}; found {', '.join(header[:12])}",
                do="Name one of the columns there are",
            )
        return named
    lower = {name.lower(): name for name in header}
    return next((lower[name] for name in known if name in lower), None)


def _read_times(path: Path, name: str, cells: Sequence[str], first_line: int) -> FloatSeries:
    times = read_numbers(cells)
    if np.isnan(times).all():
        try:
            moments = np.array([cell.strip().replace("Z", "") for cell in cells], dtype="datetime64[us]")
            times = moments.astype(np.int64) / 1e6
        except ValueError:
            raise InputError(
                f"The times in column {name} cannot be read",
                where=str(path),
                value=cells[0],
                do="Write seconds, or dates like 2026-03-09 10:14:33",
            ) from None
    bad = np.flatnonzero(~np.isfinite(times))
    if bad.size:
        row = int(bad[0])
        raise InputError(
            f"Line {row + first_line} has no time in column {name}",
            where=str(path),
            value=cells[row],
            do="Fill in the time or leave the line out",
        )
    return times


def _phase_within(keys: Sequence[str], time_s: FloatSeries) -> FloatSeries:
    """Seconds since the row in which the key last changed."""
    changed = np.array([True, *(a != b for a, b in itertools.pairwise(keys))])
    starts = np.flatnonzero(changed)
    return np.asarray(time_s - time_s[starts[np.cumsum(changed) - 1]], dtype=np.float64)


def _read_npz(path: Path, options: ReadOptions) -> Recording:
    arrays = read_arrays(path)
    time_name = _find_column(path, list(arrays), options.time_column, options.time_columns)
    key_name = _find_column(path, [name for name in arrays if name != time_name], options.key_column, KEY_COLUMNS)
    columns = {
        name: np.asarray(array, dtype=np.float64)
        for name, array in arrays.items()
        if array.dtype.kind in "fiub" and array.ndim in {1, 2} and name not in {key_name, time_name}
    }
    if not columns:
        raise InputError("The npz file holds no series of numbers", where=str(path), do="Store one array per channel, named as the channel")
    flat = all(array.ndim == 1 for array in columns.values())
    if flat and len({array.size for array in columns.values()}) == 1:
        rows = next(iter(columns.values())).size
        time_s = np.arange(rows) / options.rate_hz
        if time_name is not None:
            time_s = np.asarray(arrays[time_name], dtype=np.float64).reshape(-1)
        keys = _npz_keys(path, None if key_name is None else arrays[key_name], rows)
        return Recording(path, RecordingKind.ROWS, columns, time_s, keys, phase_s=columns.get("phase_s"))
    cycles = {name: array.reshape(1, -1) if flat else array for name, array in columns.items()}
    counts = {array.shape[0] for array in cycles.values() if array.ndim == 2}
    if len(counts) != 1 or any(array.ndim != 2 for array in cycles.values()):
        raise InputError(
            "The channels of the npz file have different numbers of cycles", where=str(path), do="Store (cycles, values) for every channel"
        )
    count = counts.pop()
    return _build_cycles(path, cycles, _npz_keys(path, None if key_name is None else arrays[key_name], count), options)


def _npz_keys(path: Path, keys: np.ndarray[tuple[int, ...], np.dtype[np.generic]] | None, rows: int) -> tuple[str, ...]:
    if keys is None:
        return tuple(str(number) for number in range(rows))
    if keys.size != rows:
        raise InputError(
            "The keys of the npz file do not fit its rows", where=str(path), value=f"{keys.size} for {rows}", do="Store one key per row"
        )
    return tuple(str(key) for key in keys.reshape(-1).tolist())


def _build_cycles(path: Path, columns: dict[str, FloatSeries], keys: tuple[str, ...], options: ReadOptions) -> Recording:
    cycle_s = options.cycle_s or float(min(column.shape[1] for column in columns.values()))
    time_s = np.arange(len(keys), dtype=np.float64) * cycle_s
    return Recording(path, RecordingKind.CYCLES, columns, time_s, keys, cycle_s=cycle_s)


def _read_cycle_folder(path: Path, options: ReadOptions) -> Recording:
    index_file = path / CYCLES_FILE
    if not index_file.exists():
        raise InputError(f"The folder has no {CYCLES_FILE}", where=str(path), do="Name a folder of cycles, or a single table")
    index = _read_delimited(index_file, _read_text(index_file), ReadOptions(key_column=options.key_column))
    columns: dict[str, FloatSeries] = {}
    for file in sorted(path.iterdir()):
        name = file.name.split(".")[0]
        if file.name == CYCLES_FILE or not file.name.lower().endswith((".txt", ".txt.gz", ".csv", ".csv.gz")):
            continue
        if options.wanted is not None and name not in options.wanted:
            continue
        if options.wanted is None and not _starts_with_number(file):
            continue
        columns[name] = _read_cycle_file(file, _read_text(file), len(index))
    if not columns:
        raise InputError(
            "The folder holds no channel", where=str(path), do="Put one file per channel beside cycles.csv, one line per cycle"
        )
    return _build_cycles(path, columns, index.keys, options)


def _starts_with_number(file: Path) -> bool:
    """Whether a file beside cycles.csv is a channel, and not a description."""
    try:
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as stream:
            words = stream.read(64).replace(b",", b" ").replace(b";", b" ").split()
    except OSError:
        return False
    return bool(words) and _is_number(words[0].decode("ascii", errors="replace"))


def _read_cycle_file(file: Path, text: str, cycles: int) -> FloatSeries:
    lines = text.splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) != cycles:
        raise InputError(
            "A channel has another number of cycles than cycles.csv",
            where=str(file),
            value=f"{len(lines)} instead of {cycles}",
            do="Copy it again",
        )
    table = str.maketrans({",": " ", ";": " "})
    rows = [line.translate(table).split() for line in lines]
    width = max(len(row) for row in rows)
    for row in rows:
        row.extend(["nan"] * (width - len(row)))
    return read_numbers([cell for row in rows for cell in row]).reshape(cycles, width)
