"""This file decides how soon growth is told on real recordings, with networks that never saw the position.

``python -m tests.models.growth_delay`` prints steps from the first annotated pit to the warning, and warnings before it, from
``growth_areas.csv`` beside this file. ``--again DIR`` first makes that file anew from the recordings in DIR: it fits the
held-out networks of the pack's own training command (each without the positions it is asked about; wants PyTorch, about half an
hour of two cores) and measures every frame as the running station does.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from station.growth import GrowthRule, GrowthStep, GrowthTrend

if TYPE_CHECKING:
    from training.surface_pitting.folds import Outcome

AREAS = Path(__file__).with_name("growth_areas.csv")
LEVEL = 0.3
RAISE_AT = 3.0
"""Both are the defaults of the station file."""
COLUMNS = ("position", "timestamp", "pitted", "area")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of one position: when, whether pits are annotated, and the share found at places found before."""

    step: GrowthStep
    pitted: bool


@dataclass(frozen=True, slots=True)
class Delay:
    """What became of one position.

    Attributes:
        position: Its name.
        steps: Its time steps.
        first_pit: Number of the first step with an annotated pit, from 0; None where it never pits.
        raised: Number of the first step at which growth counts; None where it never does.
        before: Steps at which growth counts before the first annotated pit (all of them where it never pits).
        highest_before: Highest growth before the first annotated pit, standard deviations.
    """

    position: str
    steps: int
    first_pit: int | None
    raised: int | None
    before: int
    highest_before: float

    @property
    def delay(self) -> int | None:
        """Steps from the first annotated pit to the warning; None where there is none of the two."""
        return None if self.first_pit is None or self.raised is None else self.raised - self.first_pit


def read_areas(path: Path = AREAS) -> dict[str, list[Frame]]:
    """Frames by position, oldest first."""
    found: dict[str, list[Frame]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            utc = datetime.strptime(row["timestamp"], "%y%m%d%H%M%S").replace(tzinfo=UTC)
            found.setdefault(row["position"], []).append(Frame(GrowthStep(utc, float(row["area"])), row["pitted"] == "1"))
    return found


def growths(frames: Sequence[Frame], rule: GrowthRule) -> Iterator[float]:
    """Growth after each frame; NaN while learning."""
    trend = GrowthTrend(rule)
    for frame in frames:
        trend = trend.after(frame.step)
        yield trend.growth


def measure(position: str, frames: Sequence[Frame], rule: GrowthRule | None = None, raise_at: float = RAISE_AT) -> Delay:
    """How soon growth is told at one position."""
    growth = list(growths(frames, rule or GrowthRule()))
    high = [number for number, value in enumerate(growth) if value >= raise_at]
    first_pit = next((number for number, frame in enumerate(frames) if frame.pitted), None)
    until = len(frames) if first_pit is None else first_pit
    return Delay(
        position=position,
        steps=len(frames),
        first_pit=first_pit,
        raised=high[0] if high else None,
        before=sum(1 for number in high if number < until),
        highest_before=max((value for value in growth[:until] if value == value), default=float("nan")),
    )


def table(delays: Sequence[Delay]) -> str:
    """The delays as Markdown."""
    head = ("position", "steps", "first pit at step", "warning at step", "delay, steps", "before", "highest before")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for one in delays:
        told = ("–" if value is None else str(value) for value in (one.first_pit, one.raised, one.delay))
        lines.append(f"| {one.position} | {one.steps} | {' | '.join(told)} | {one.before} | {one.highest_before:.1f} |")
    return "\n".join(lines)


def make_areas(data_dir: Path, path: Path = AREAS) -> None:
    """Fit the held-out networks, as the pack's training command does, and write what each finds at the positions it never saw."""
    from training.options import PROJECT_DIR, TrainOptions
    from training.surface_pitting.fitting import FULL_PLAN
    from training.surface_pitting.folds import read_records, run_jobs
    from training.surface_pitting.recipe import fold_jobs

    options = TrainOptions(data_dir, PROJECT_DIR / "models")
    write_areas(list(run_jobs(options, fold_jobs(read_records(options), FULL_PLAN))), path)


def write_areas(outcomes: Sequence[Outcome], path: Path = AREAS) -> None:
    """Measure every held-out frame as the running station does; each fold's map is calibrated on the other folds."""
    import cv2
    import numpy as np

    from inference.image_preprocessing import resize_image
    from station.growth_places import PlaceMemory, found_mask
    from training.surface_pitting.dataset import read_image
    from training.surface_pitting.fitting import predict_maps
    from training.surface_pitting.folds import set_up_torch
    from training.surface_pitting.scores import fit_score_calibration
    from training.surface_pitting.spec import IMAGE_INPUT

    set_up_torch()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for outcome in outcomes:
            network = outcome.rebuild()
            calibration = fit_score_calibration([result for other in outcomes if other is not outcome for result in other.results])
            memories: dict[str, PlaceMemory] = {}
            for record in (result.record for result in outcome.results):
                image = read_image(record)
                chance = calibration.apply(predict_maps(network, [resize_image(image, IMAGE_INPUT)])[0]).astype(np.float32)
                levels = (chance * np.float32(255.0) + np.float32(0.5)).astype(np.uint8)
                heatmap = cv2.resize(levels, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
                mask = found_mask(np.asarray(heatmap, np.uint8), LEVEL)
                memory = memories.get(record.position, PlaceMemory())
                writer.writerow((record.position, record.timestamp, int(record.pitted), f"{memory.confirmed_share(mask):.8f}"))
                memories[record.position] = memory.after(mask)


def main() -> None:
    """Print the delays; with ``--again DIR`` measure anew first."""
    parser = argparse.ArgumentParser(prog="python -m tests.models.growth_delay")
    parser.add_argument("--again", type=Path, metavar="DIR", help="folder of the real data: fit and measure anew")
    asked = parser.parse_args()
    if asked.again is not None:
        make_areas(asked.again)
    print(table([measure(position, frames) for position, frames in sorted(read_areas().items())]))


if __name__ == "__main__":
    main()
