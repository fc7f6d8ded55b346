"""This file decides whether a pack gives, here and now, the verdicts it gave when it was made: its golden set.

A changed verdict or label fails, and so does a score off by more than the pack's tolerance. So does the novelty, where the
pack measures it: it looks at every channel and colour, also at those that move no score.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from inference.errors import InputError, PackError
from inference.findings import Finding, Verdict
from inference.image_file import read_image
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.npz_file import read_arrays
from inference.pack import ModelPack
from inference.sequence_runner import SequenceRunner
from inference.table_runner import TableRunner

EXPECTED_FILE = "expected.json"
"""What the golden inputs gave, beside them."""

Runner = ImageRunner | SequenceRunner | TableRunner
"""Anything that judges."""


class GoldenCase(BaseModel):
    """One line of expected.json; *score* is None with NO_VERDICT, *novelty* where the pack does not measure it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: str
    target: str
    verdict: Verdict
    label: str = ""
    score: float | None = None
    novelty: float | None = None


@dataclass(frozen=True, slots=True)
class GoldenResult:
    """Outcome of a golden set.

    Attributes:
        ok: Everything as expected.
        cases: How many answers were compared.
        worst_difference: Largest difference of a score or a novelty.
        sentence: What a person reads: passed, or the first thing that differs.
        elapsed_ms: Judging its inputs took so long, each input's time added up; 0 where it failed.
    """

    ok: bool
    cases: int
    worst_difference: float
    sentence: str
    elapsed_ms: float = 0.0


def read_golden(pack: ModelPack) -> tuple[GoldenCase, ...]:
    """The pack's expected answers.

    Raises:
        PackError: The golden set is missing, empty or not readable.
    """
    path = pack.golden_folder / EXPECTED_FILE
    try:
        cases = TypeAdapter(tuple[GoldenCase, ...]).validate_json(path.read_bytes())
    except OSError:
        raise PackError("The pack has no golden set", where=str(path), do="Copy the whole pack folder again") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise PackError("The golden set cannot be read", where=str(path), value=str(first["msg"]), do="Copy the whole pack again") from None
    if not cases:
        raise PackError("The golden set is empty", where=str(path), do="Make the pack again")
    return cases


def check_golden(runner: Runner, pack: ModelPack) -> GoldenResult:
    """Judge the golden inputs with *runner* and compare. Call it from the runner's thread.

    Raises:
        PackError: The golden set or one of its inputs is missing or not readable.
        ProviderError: The provider failed.
    """
    cases = read_golden(pack)
    worst = elapsed_ms = 0.0
    for name in sorted({case.input for case in cases}):
        findings = {finding.target: finding for finding in judge_golden(runner, pack.golden_folder / name)}
        elapsed_ms += max((finding.elapsed_ms for finding in findings.values()), default=0.0)
        for case in (case for case in cases if case.input == name):
            finding = findings.get(case.target)
            if finding is None:
                return GoldenResult(
                    ok=False,
                    cases=len(cases),
                    worst_difference=worst,
                    sentence=f"Golden input {name}: there is no answer for {case.target}",
                )
            fault, difference = _compare(case, finding, pack.contract.golden.tolerance)
            worst = max(worst, difference)
            if fault:
                return GoldenResult(
                    ok=False, cases=len(cases), worst_difference=worst, sentence=f"Golden input {name}, {case.target}: {fault}"
                )
    return GoldenResult(
        ok=True,
        cases=len(cases),
        worst_difference=worst,
        sentence=f"{len(cases)} golden answers as expected, scores within {worst:.4f}",
        elapsed_ms=elapsed_ms,
    )


def make_expected(runner: Runner, inputs: Iterable[Path]) -> str:
    """What *inputs* give now, as the text of expected.json: for whoever makes a pack."""
    cases = [_write_case(path.name, finding) for path in inputs for finding in judge_golden(runner, path)]
    return json.dumps(cases, indent=1, ensure_ascii=False) + "\n"


def judge_golden(runner: Runner, path: Path) -> Sequence[Finding]:
    """Judge one golden input: an image file, or an npz with a key per channel.

    Raises:
        PackError: It is missing or not readable.
        ProviderError: The provider failed.
    """
    try:
        if isinstance(runner, ImageRunner):
            return runner.judge(read_image(path), HeatmapPolicy.NEVER)
        series = {name: np.asarray(array, dtype=np.float64).reshape(-1) for name, array in read_arrays(path).items()}
    except (InputError, ValueError) as error:
        why = error.what if isinstance(error, InputError) else "it holds something else than numbers"
        raise PackError("A golden input cannot be read", where=str(path), value=why, do="Copy the whole pack folder again") from None
    if isinstance(runner, SequenceRunner):
        return runner.judge_window(series)
    return runner.judge_row({name: float(column[0]) for name, column in series.items() if column.size})


def _write_case(name: str, finding: Finding) -> dict[str, object]:
    score = None if finding.verdict is Verdict.NO_VERDICT else round(finding.score, 6)
    case: dict[str, object] = {
        "input": name,
        "target": finding.target,
        "verdict": finding.verdict.value,
        "label": finding.label,
        "score": score,
    }
    return case if finding.novelty is None else {**case, "novelty": round(finding.novelty, 6)}


def _compare(case: GoldenCase, finding: Finding, tolerance: float) -> tuple[str, float]:
    if finding.verdict is not case.verdict:
        said = f": {finding.reason.sentence}" if finding.reason is not None else ""
        return f"{finding.verdict.value} instead of {case.verdict.value}{said}", 0.0
    if finding.verdict is Verdict.NO_VERDICT or case.score is None:
        return "", 0.0
    difference = abs(finding.score - case.score)
    if case.label and finding.label != case.label:
        return f"{finding.label} instead of {case.label}", difference
    if difference > tolerance:
        return f"score {finding.score:.4f} instead of {case.score:.4f}, more than {tolerance:g} off", difference
    if case.novelty is None:
        return "", difference
    if finding.novelty is None:
        return "its novelty is not measured any more", difference
    moved = abs(finding.novelty - case.novelty)
    if moved > tolerance:
        return f"novelty {finding.novelty:.4f} instead of {case.novelty:.4f}, more than {tolerance:g} off", max(difference, moved)
    return "", max(difference, moved)
