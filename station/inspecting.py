"""This file decides how image files are judged in bulk: the verb ``inspect``.

Reading, decoding, preprocessing and judging of several images overlap: every worker takes one image through all of it, with
one thread per network run. Native code releases the GIL, so on two cores two images are under way. Rows come out in the
order of the inputs.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import cv2

from inference.errors import InputError, PackError, ProviderError, UsageError
from inference.findings import Finding, ImageU8, Verdict
from inference.image_file import IMAGE_SUFFIXES, read_image
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.model_opening import open_model
from inference.pack import find_pack
from inference.providers import Provider, ProviderChoice
from inference.reasons import Reason, ReasonCode
from inference.regions import has_area_map, has_map
from station.counting import worst_finding
from station.progress import track_progress
from station.results_file import ResultsError, ResultsFile, write_number, write_regions

if TYPE_CHECKING:
    from station.growth_table import GrowthTable

INSPECT_COLUMNS = ("image", "verdict", "label", "score", "threshold", "regions", "reason", "model", "sha256", "provider", "ms")
"""Columns of the results; other tools rely on them."""

_MAX_WORKERS = 8
_AHEAD_PER_WORKER = 4


@dataclass(frozen=True, slots=True)
class InspectSummary:
    """What a run of ``inspect`` came to.

    Attributes:
        images: Rows written.
        ok, defect, no_verdict: Verdicts.
        elapsed_s: Judging, without opening the model, s.
        provider: Where the network ran.
        note: What a person should know of the provider; empty when all is well.
    """

    images: int
    ok: int
    defect: int
    no_verdict: int
    elapsed_s: float
    provider: str
    note: str


@dataclass(frozen=True, slots=True)
class _Job:
    image: Path
    heatmap: Path | None


def inspect(
    paths: Sequence[Path],
    pack_name: str,
    out_csv: Path,
    *,
    folders: Sequence[Path],
    heatmaps_dir: Path | None = None,
    growth: GrowthTable | None = None,
    provider: ProviderChoice | None = None,
    workers: int | None = None,
    show_progress: bool = False,
) -> InspectSummary:
    """Judge image files and folders of them; one row per image, in the order given, folders sorted by name.

    A file that cannot be read becomes a NO_VERDICT row with the reason.

    Args:
        paths: Image files and folders (read with everything below them).
        pack_name: The model pack.
        out_csv: Where the rows go.
        folders: Where packs are looked for, in this order.
        heatmaps_dir: One gray PNG per image goes here, same size and stem; None: no heatmaps.
        growth: Takes every judged image as well; None: growth is not looked at.
        provider: Asked provider; None: the fastest proven one.
        workers: Images under way at a time; None: one per core.
        show_progress: A bar on stderr.

    Raises:
        UsageError: There is nothing to inspect, or the pack draws no heatmaps.
        PackError: The pack cannot be used.
        ProviderError: The provider cannot be had.
        ResultsError: The results cannot be written.
    """
    images = list_images(paths)
    model = open_model(find_pack(pack_name, folders), provider)
    runner = model.runner
    if not isinstance(runner, ImageRunner):
        raise PackError("This pack does not judge images", where=pack_name, do="Name a pack for images, or use: python main.py monitor")
    if heatmaps_dir is not None and not has_map(runner.pack.contract):
        raise UsageError("This pack draws no heatmaps", where=pack_name, do="Leave --heatmaps out")
    if growth is not None and not has_area_map(runner.pack.contract):
        raise UsageError("This pack draws no heatmaps whose area can grow", where=pack_name, do="Leave --growth out")
    targets: Sequence[Path | None] = [None] * len(images) if heatmaps_dir is None else place_heatmaps(images, heatmaps_dir)
    jobs = [_Job(image, target) for image, target in zip(images, targets, strict=True)]
    worker = _Worker(runner, model.provider, HeatmapPolicy.NEVER if growth is None else HeatmapPolicy.ALWAYS)
    counted: Counter[Verdict] = Counter()
    start = time.perf_counter()
    with (
        ResultsFile(out_csv, INSPECT_COLUMNS) as results,
        track_progress("Inspecting", len(jobs), shown=show_progress) as advance,
        _one_cv2_thread(),
    ):
        for job, finding in _run_ahead(worker, jobs, workers or count_workers()):
            counted[finding.verdict] += 1
            results.write([_write_row(job.image, finding)])
            if growth is not None:
                growth.take(job.image, finding)
            advance(1)
    return InspectSummary(
        images=len(jobs),
        ok=counted[Verdict.OK],
        defect=counted[Verdict.DEFECT],
        no_verdict=counted[Verdict.NO_VERDICT],
        elapsed_s=time.perf_counter() - start,
        provider=model.provider.value,
        note=model.note,
    )


def list_images(paths: Sequence[Path]) -> list[Path]:
    """Image files among *paths*: named files as they are, folders with all images below them, by name.

    Raises:
        UsageError: There is none.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (one for one in path.rglob("*") if one.suffix.lower() in IMAGE_SUFFIXES and not one.name.startswith("."))
            found.extend(sorted(one for one in inside if one.is_file()))
        else:
            found.append(path)
    if not found:
        raise UsageError(
            "There is no image to inspect",
            value=", ".join(str(path) for path in paths),
            do=f"Name image files, or a folder with {', '.join(sorted(IMAGE_SUFFIXES))}",
        )
    return found


def place_heatmaps(images: Sequence[Path], folder: Path) -> list[Path]:
    """Where each image's heatmap goes: ``stem.png``; images that share a stem keep their folder's name, then their suffix."""
    stems = Counter(image.stem.lower() for image in images)
    placed: list[Path] = []
    taken: set[str] = set()
    for image in images:
        target = folder / f"{image.stem}.png"
        if stems[image.stem.lower()] > 1:
            target = folder / image.parent.name / f"{image.stem}.png"
        number = 1
        while str(target).lower() in taken:
            number += 1
            target = target.with_name(f"{image.name}.png" if number == 2 else f"{image.name}.{number}.png")
        taken.add(str(target).lower())
        placed.append(target)
    return placed


def count_workers() -> int:
    """Images under way at a time: the cores this process may use, at most 8."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, min(_MAX_WORKERS, cores))


class _Worker:
    """Takes one image all the way; called from several threads."""

    def __init__(self, runner: ImageRunner, provider: Provider, policy: HeatmapPolicy) -> None:
        self._runner = runner
        self._policy = policy
        # onnxruntime's CPU runs of one session may overlap; GPU providers want one at a time.
        self._judging: contextlib.AbstractContextManager[object] = contextlib.nullcontext() if provider is Provider.CPU else Lock()

    def judge(self, job: _Job) -> Finding:
        """The image's finding (the worst one of a pack with several targets); its heatmap is written."""
        try:
            image = read_image(job.image, self._runner.pack.contract.gate.max_megapixels)
            prepared = self._runner.prepare(image)
            policy = self._policy if job.heatmap is None else HeatmapPolicy.ALWAYS
            with self._judging:
                findings = self._runner.run(prepared, policy)
            if job.heatmap is not None:
                _write_heatmap(job.heatmap, worst_finding(findings).heatmap)
        except InputError as error:
            # The row names the file already.
            sentence = str(InputError(error.what, value=error.value, do=error.do))
            findings = self._runner.refuse(Reason.of(ReasonCode.UNREADABLE, detail=sentence.rstrip(".")))
        except ProviderError as error:
            findings = self._runner.refuse(Reason.of(ReasonCode.MODEL_FAILED, detail=str(error).rstrip(".")))
        return worst_finding(findings)


def _run_ahead(worker: _Worker, jobs: Sequence[_Job], workers: int) -> Iterator[tuple[_Job, Finding]]:
    """Judge *jobs* in *workers* threads, a bounded number ahead; results in order."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="inspect")
    under_way: deque[tuple[_Job, Future[Finding]]] = deque()
    try:
        for job in jobs:
            under_way.append((job, pool.submit(worker.judge, job)))
            if len(under_way) > workers * _AHEAD_PER_WORKER:
                done, future = under_way.popleft()
                yield done, future.result()
        while under_way:
            done, future = under_way.popleft()
            yield done, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _one_cv2_thread() -> Iterator[None]:
    """Images run side by side, so one image needs no threads of its own; they would only fight for the cores."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def _write_heatmap(path: Path, heatmap: ImageU8 | None) -> None:
    if heatmap is None:
        return
    encoded, data = cv2.imencode(".png", heatmap, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not encoded:
        raise ResultsError("The heatmap cannot be encoded", where=str(path), do="Judge this image without --heatmaps")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise ResultsError(
            "The heatmap cannot be written", where=str(path), value=error.strerror or str(error), do="Check the folder's rights and space"
        ) from None


def _write_row(image: Path, finding: Finding) -> tuple[str, ...]:
    return (
        str(image),
        finding.verdict.value,
        finding.label,
        write_number(finding.score),
        write_number(finding.threshold),
        write_regions(finding.regions),
        "" if finding.reason is None else finding.reason.sentence,
        finding.model,
        finding.sha256,
        finding.provider,
        f"{finding.elapsed_ms:.2f}",
    )
