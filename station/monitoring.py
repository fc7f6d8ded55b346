"""This file decides how recorded sensors are judged: the verb ``monitor``.

A recording of whole cycles meets a pack for cycles directly, one decision per cycle. Everything else goes through the same
stream as live data, so a replay and a live link decide alike; windows never reach from one engine or cycle into the next.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.contract import SequenceInput, TableInput, WindowKind
from inference.driving import say_driving, title_of
from inference.errors import InputError, PackError, ProviderError
from inference.findings import Finding, Verdict
from inference.model_opening import open_model
from inference.pack import find_pack
from inference.providers import ProviderChoice
from inference.reasons import Reason, ReasonCode
from inference.recording import Recording, RecordingKind
from inference.row_stream import judge_recorded
from inference.sequence_preprocessing import FloatSeries, count_samples, hold_over, resample_mean
from inference.sequence_runner import SequenceRunner
from inference.sequence_stream import SequenceStream
from inference.table_file import ReadOptions, read_recording
from inference.table_runner import TableRunner, read_words
from station.progress import track_progress
from station.results_file import ResultsFile, write_contributors, write_number

MONITOR_COLUMNS = (
    "key", "row", "time", "target", "verdict", "label", "score", "value", "lower", "upper", "reason", "contributors",
    "model", "sha256", "provider", "ms",
)  # fmt: skip
"""Columns of the results; other tools rely on them."""


@dataclass(frozen=True, slots=True)
class MonitorSummary:
    """What a run of ``monitor`` came to.

    Attributes:
        rows: Rows (or cycles) of the recording.
        decisions: Decisions made; each wrote one row per target.
        ok, fault, no_verdict: Verdicts, counted per target.
        elapsed_s: Judging, without opening the model, s.
        provider: Where the network ran.
        note: What a person should know of the provider; empty when all is well.
    """

    rows: int
    decisions: int
    ok: int
    fault: int
    no_verdict: int
    elapsed_s: float
    provider: str
    note: str


Decision = tuple[int, tuple[Finding, ...]]
"""Number of the row (or cycle) a decision fell on, from 0, and one finding per target."""


def monitor(
    table: Path,
    pack_name: str,
    out_csv: Path,
    *,
    folders: Sequence[Path],
    every_s: float | None = None,
    provider: ProviderChoice | None = None,
    show_progress: bool = False,
) -> MonitorSummary:
    """Judge a recording; one row per decision and target.

    Args:
        table: csv, csv.gz, npz, a folder of cycles, or C-MAPSS text.
        pack_name: A pack for sequences or tables.
        out_csv: Where the rows go.
        folders: Where packs are looked for, in this order.
        every_s: Seconds of the recording between decisions of a sliding window; None: every step of the pack.
        provider: Asked provider; None: the fastest proven one.
        show_progress: A bar on stderr.

    Raises:
        InputError: The recording cannot be read or lacks a column.
        PackError: The pack cannot be used.
        ProviderError: The provider cannot be had.
        ResultsError: The results cannot be written.
    """
    model = open_model(find_pack(pack_name, folders), provider)
    runner = model.runner
    if isinstance(runner, SequenceRunner):
        recording = read_recording(table, _options_for(runner.spec))
        decisions = judge_sequence(runner, recording, every_s)
    elif isinstance(runner, TableRunner):
        recording = read_recording(table)
        decisions = judge_table(runner, recording)
    else:
        raise PackError("This pack does not judge sensors", where=pack_name, do="Name a pack for sensors, or use: python main.py inspect")
    counted: Counter[Verdict] = Counter()
    name_of = title_of(model.pack.contract)
    made = 0
    walked = 0
    start = time.perf_counter()
    with (
        ResultsFile(out_csv, MONITOR_COLUMNS) as results,
        track_progress("Monitoring", len(recording), shown=show_progress) as advance,
    ):
        for row, findings in decisions:
            results.write(_write_row(recording, row, finding, name_of) for finding in findings)
            counted.update(finding.verdict for finding in findings)
            made += 1
            advance(row + 1 - walked)
            walked = row + 1
    return MonitorSummary(
        rows=len(recording),
        decisions=made,
        ok=counted[Verdict.OK],
        fault=counted[Verdict.FAULT],
        no_verdict=counted[Verdict.NO_VERDICT],
        elapsed_s=time.perf_counter() - start,
        provider=model.provider.value,
        note=model.note,
    )


def judge_sequence(runner: SequenceRunner, recording: Recording, every_s: float | None = None) -> Iterator[Decision]:
    """Decisions of a sequence pack over *recording*, in order.

    Raises:
        InputError: A channel is missing.
    """
    recording.require(channel.name for channel in runner.spec.channels)
    if recording.kind is RecordingKind.CYCLES and runner.spec.kind is WindowKind.CYCLE:
        return _judge_cycles(runner, recording)
    return _judge_stream(runner, recording, every_s)


def judge_table(runner: TableRunner, recording: Recording) -> Iterator[Decision]:
    """Decisions of a table pack over *recording*: one per row.

    Raises:
        InputError: A column is missing, or holds words where numbers are wanted.
    """
    if recording.kind is not RecordingKind.ROWS:
        raise InputError("The pack judges rows and this is a recording of cycles", where=str(recording.path), do="Name a table")
    recording.require(channel.name for channel in runner.spec.channels)
    columns = _read_columns(runner.spec, recording)
    return _judge_rows(runner, columns)


def _options_for(spec: SequenceInput) -> ReadOptions:
    """What the pack knows of a recording: its channels, their pace, the cycle's length."""
    return ReadOptions(
        rate_hz=max(channel.rate_hz for channel in spec.channels),
        cycle_s=spec.length_s if spec.kind is WindowKind.CYCLE else None,
        wanted={channel.name for channel in spec.channels},
        time_unit=spec.time_unit,
    )


def _judge_cycles(runner: SequenceRunner, recording: Recording) -> Iterator[Decision]:
    spec = runner.spec
    for cycle in range(len(recording)):
        window: dict[str, FloatSeries] = {}
        for channel in spec.channels:
            series = resample_mean(recording.columns[channel.name][cycle], count_samples(channel, spec))
            window[channel.name] = hold_over(series, round(spec.max_gap_s * channel.rate_hz))
        try:
            yield cycle, runner.judge_window(window)
        except ProviderError as error:
            yield cycle, runner.refuse(_failed(error))


def _judge_stream(runner: SequenceRunner, recording: Recording, every_s: float | None) -> Iterator[Decision]:
    spec = runner.spec
    cyclic = spec.kind is WindowKind.CYCLE
    pace_s = every_s if every_s is not None else spec.length_s if cyclic else spec.step_s
    names = [channel.name for channel in spec.channels]
    stream = SequenceStream(runner, pace_s, names)
    # Rows of one cycle after another are one stream; rows of one engine after another are not.
    separate = bool(recording.groups) and not cyclic
    per_entry = 1
    if recording.kind is RecordingKind.CYCLES:
        per_entry = max(recording.columns[name].shape[1] for name in names)
    start_s = 0.0
    for number, row in enumerate(recording.iterate_rows(names)):
        entry = number // per_entry
        if number == 0:
            start_s = row.time_s
        elif separate and number % per_entry == 0 and recording.groups[entry] != recording.groups[entry - 1]:
            stream.reset()
        phase_s = (row.time_s - start_s) % spec.length_s if cyclic and row.phase_s is None else row.phase_s
        try:
            findings = stream.push(row.time_s, row.values, row.key, phase_s)
        except ProviderError as error:
            findings = runner.refuse(_failed(error))
        if findings is not None:
            yield entry, findings


def _judge_rows(runner: TableRunner, columns: dict[str, FloatSeries]) -> Iterator[Decision]:
    def judge(values: Mapping[str, float]) -> tuple[Finding, ...]:
        try:
            return runner.judge_row(values)
        except ProviderError as error:
            return runner.refuse(_failed(error))

    return enumerate(judge_recorded(runner, columns, judge))


def _read_columns(spec: TableInput, recording: Recording) -> dict[str, FloatSeries]:
    columns: dict[str, FloatSeries] = {}
    for channel in spec.channels:
        words = recording.words.get(channel.name)
        if channel.values and words is not None:
            columns[channel.name] = read_words(words, channel.values)
        elif words is not None:
            raise InputError(
                f"Column {channel.name} holds words where numbers are wanted",
                where=str(recording.path),
                value=words[0],
                do="Export numbers, and check the separator and the decimal sign",
            )
        else:
            columns[channel.name] = recording.columns[channel.name]
    return columns


def _failed(error: ProviderError) -> Reason:
    return Reason.of(ReasonCode.MODEL_FAILED, detail=str(error).rstrip("."))


def _say_why(finding: Finding, name_of: Callable[[str], str]) -> str:
    if finding.reason is not None:
        return finding.reason.sentence
    return say_driving(finding.contributors, name_of) if finding.verdict is Verdict.FAULT else ""


def _write_row(recording: Recording, row: int, finding: Finding, name_of: Callable[[str], str]) -> tuple[str, ...]:
    time_s = float(recording.time_s[row])
    return (
        recording.keys[row],
        str(row),
        "" if not np.isfinite(time_s) else f"{time_s:.10g}" if abs(time_s) < 1e8 else f"{time_s:.3f}",
        finding.target,
        finding.verdict.value,
        finding.label,
        write_number(finding.score),
        write_number(finding.value),
        write_number(finding.lower),
        write_number(finding.upper),
        _say_why(finding, name_of),
        write_contributors(finding.contributors),
        finding.model,
        finding.sha256,
        finding.provider,
        f"{finding.elapsed_ms:.2f}",
    )
