"""This file decides how well confirmed false alarms are known again, and that real pits never are: figures of docs/feedback.md.

``python -m tests.models.false_alarm_memory`` measures with the shipped surface-pitting pack: marks on the glass of simulated
cameras (station.simulation.glass_marks) that the network takes for pits, confirmed false once or twice; then the same marks on
other parts, and pits on the parts, some of them at the very place of the mark. ``--data DIR`` adds the recordings in DIR.
``--limits`` prints how far repeats and pits lie from what is remembered: the limits of station.experience.marks come from it.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from inference.findings import Finding, ImageU8
from inference.image_file import read_image
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.model_opening import Proof, open_model
from inference.providers import ProviderChoice
from station.config import AlarmConfig
from station.experience.confirming import remember
from station.experience.false_memory import FalseMemory
from station.experience.marks import box_of, is_inside, make_marks, measure_alike
from station.frames import AlarmId, Frame, JudgedFrame, PersonId, SourceId
from station.paths import models_dir
from station.records.memory_rows import MemoryRow
from station.simulation.glass_marks import GlassMark, MarkKind, paint_mark
from station.simulation.parts_texture import PartKind, paint_part, stable_seed
from station.view import Feedback, FeedbackAnswer
from tests.unit.alarm_making import definition

SIZE_PX = (1130, 460)
CAMERA = SourceId("camera-1")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
REPEATS = 8
OTHER_PITS = 4
_SOUND = (PartKind.CLEAN, PartKind.SCRATCHED, PartKind.STAINED)


@dataclass(slots=True)
class Share:
    """How many of how many."""

    hits: int = 0
    of: int = 0

    def add(self, hit: bool) -> None:
        """Count one."""
        self.hits += hit
        self.of += 1

    def __str__(self) -> str:
        return f"{self.hits} of {self.of} ({self.hits / max(1, self.of):.3f})"


@dataclass(slots=True)
class Measured:
    """What was measured.

    Attributes:
        repeats: Frames with a mark that was confirmed false once, known again.
        repeats_again: The same after a second confirmation.
        pits_there: Frames with a pit at the very place of the mark, the glass clean, taken for the mark.
        pits_beside: Frames with the mark and a pit elsewhere on the part, taken for the mark alone.
        distances: (embedding, pixels, inside, is a pit) of each, for ``--limits``.
    """

    repeats: Share = field(default_factory=Share)
    repeats_again: Share = field(default_factory=Share)
    pits_there: Share = field(default_factory=Share)
    pits_beside: Share = field(default_factory=Share)
    distances: list[tuple[float, float, bool, bool]] = field(default_factory=list)


class Camera:
    """One camera with its memory; no line, no alarm engine: finding by finding."""

    def __init__(self, runner: ImageRunner, pictures: Path, rule: AlarmConfig) -> None:
        self.runner, self._pictures, self.rule = runner, pictures, rule
        self._memory = FalseMemory(lambda: NOW)
        self.rows: tuple[MemoryRow, ...] = ()
        self._number = 0

    def judge(self, image: ImageU8) -> Finding:
        """What the pack says."""
        return self.runner.judge(image, HeatmapPolicy.NEVER)[0]

    def confirm_false(self, image: ImageU8, finding: Finding) -> None:
        """A person says so."""
        self._number += 1
        answer = Feedback(FeedbackAnswer.FALSE, PersonId("wei"), alarm_id=AlarmId(f"alarm-{self._number}"))
        self.rows += remember(self.rule, CAMERA, finding, image, answer, self.rows, NOW, self._pictures)
        self._memory.take(self.rows)

    def is_known(self, image: ImageU8, finding: Finding) -> bool:
        """Whether the alarm engine would be told that this was confirmed false."""
        self._number += 1
        frame = Frame(CAMERA, self._number, 0.0, NOW, image)
        self._memory.look(JudgedFrame(frame, (finding,), 0.0))
        return self._memory(self.rule, CAMERA, finding, self._number) > 0


def open_runner() -> ImageRunner:
    """The shipped pack on the CPU."""
    runner = open_model(models_dir() / "surface-pitting", ProviderChoice.CPU, proof=Proof.SKIP).runner
    if not isinstance(runner, ImageRunner):
        raise TypeError("surface-pitting judges images")
    return runner


def expose(image: ImageU8, random: np.random.Generator) -> ImageU8:
    """One more picture of the same: sensor noise, a lamp that flickers, a camera that shakes by a pixel."""
    shift = np.asarray([[1, 0, random.uniform(-1, 1)], [0, 1, random.uniform(-1, 1)]], np.float32)
    moved = cv2.warpAffine(image, shift, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    lit = moved * (1.0 + 0.02 * float(random.normal())) + random.normal(0.0, 2.0, image.shape)
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


def pitted_parts(camera: Camera, seed: int) -> Iterator[tuple[ImageU8, Finding]]:
    """Parts with pits that the network finds."""
    number = 0
    while True:
        image = paint_part(stable_seed(seed, number), PartKind.PITTED, *SIZE_PX).image
        number += 1
        finding = camera.judge(image)
        if finding.score >= finding.threshold and finding.regions:
            yield image, finding


def simulate(runner: ImageRunner, marks: int, pictures: Path, seed: int = 8) -> Measured:
    """Confirm *marks* marks false, each on a camera of its own, at the place where a pit of a real part lies."""
    measured = Measured()
    random = np.random.default_rng(seed)
    rule = definition({"kind": "verdict", "source": CAMERA}, id="pitting")
    sound = [paint_part(stable_seed(seed - 1, number), _SOUND[number % 3], *SIZE_PX).image for number in range(30)]
    pits = pitted_parts(Camera(runner, pictures, rule), seed)
    for number in range(marks):
        camera = Camera(runner, pictures, rule)
        part, pit = next(pits)
        region = pit.regions[0]
        centre = ((region.x + region.width / 2) / SIZE_PX[0], (region.y + region.height / 2) / SIZE_PX[1])
        mark = paint_mark(number, tuple(MarkKind)[number % 2], SIZE_PX, centre)
        seen = [(image, found) for image, found in _with_mark(camera, mark, sound, random) if found.score >= found.threshold]
        if len(seen) < 3:
            continue
        camera.confirm_false(*seen[0])
        for image, found in seen[1:]:
            measured.repeats.add(camera.is_known(image, found))
            measured.distances += _distances(seen[0], (image, found), is_pit=False)
        measured.pits_there.add(camera.is_known(part, pit))
        measured.distances += _distances(seen[0], (part, pit), is_pit=True)
        for _ in range(OTHER_PITS):
            other, _found = next(pits)
            both = expose(mark.put_on(other), random)
            found = camera.judge(both)
            if found.score >= found.threshold and _shows_more(found, both, mark):
                measured.pits_beside.add(camera.is_known(both, found))
        missed = next(((image, found) for image, found in seen[1:] if not camera.is_known(image, found)), seen[1])
        camera.confirm_false(*missed)
        for image, found in seen[2:]:
            if found is not missed[1]:
                measured.repeats_again.add(camera.is_known(image, found))
        measured.pits_there.add(camera.is_known(part, pit))
    return measured


def _with_mark(camera: Camera, mark: GlassMark, sound: Sequence[ImageU8], random: np.random.Generator) -> Iterator[tuple[ImageU8, Finding]]:
    for place in random.choice(len(sound), REPEATS + 1, replace=False):
        image = expose(mark.put_on(sound[place]), random)
        yield image, camera.judge(image)


def _shows_more(found: Finding, image: ImageU8, mark: GlassMark) -> bool:
    """Whether a region that raises a warning lies off the mark: the pit was found as well."""
    height, width = image.shape[:2]
    x, y, w, h = mark.box
    there = (x / width, y / height, w / width, h / height)
    return any(region.score >= found.threshold and not is_inside(there, box_of(region, image)) for region in found.regions)


def _distances(
    remembered: tuple[ImageU8, Finding], shown: tuple[ImageU8, Finding], *, is_pit: bool
) -> list[tuple[float, float, bool, bool]]:
    mark = make_marks(remembered[1], remembered[0], remembered[1].threshold)[0]
    image, found = shown
    if mark.embedding is None or found.embedding is None:
        return []
    apart = float(np.linalg.norm(mark.embedding - found.embedding))
    return [(apart, measure_alike(mark, image), is_inside(mark.box, box_of(found.regions[0], image)), is_pit)]


@dataclass(slots=True)
class Recorded:
    """What the recordings gave.

    Attributes:
        repeats: Pictures of the same sight taken again (noise, light, a shake), of what was confirmed false.
        pits: Annotated frames with pits, as if of the same camera as 477500_315, taken for one of its false alarms.
        strangers: The same, taken for the first pit of another position (as if that had been called false).
        wrongly: Later frames of a pit that somebody wrongly confirmed false, taken for it.
    """

    repeats: Share = field(default_factory=Share)
    pits: Share = field(default_factory=Share)
    strangers: Share = field(default_factory=Share)
    wrongly: Share = field(default_factory=Share)


def replay(runner: ImageRunner, data: Path, pictures: Path, every: int = 1) -> Recorded:
    """The recordings at a lower limit, where the position that never pits has false alarms; every *every*-th frame of the others."""
    recorded = Recorded()
    random = np.random.default_rng(5)
    low = definition({"kind": "verdict", "source": CAMERA, "raise_score": 0.3}, id="pitting")
    folder = data / "vision" / "ball_screw"
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    camera = Camera(runner, pictures, low)
    for row in [row for row in rows if row["position"] == "477500_315"]:
        image = read_image(folder / row["image"])
        found = camera.judge(image)
        if found.score >= 0.3 and found.regions:
            if not camera.is_known(image, found):
                camera.confirm_false(image, found)
            for _ in range(3):
                again = expose(image, random)
                seen = camera.judge(again)
                if seen.score >= 0.3 and seen.regions:
                    recorded.repeats.add(camera.is_known(again, seen))
    wrong: dict[str, Camera] = {}
    for row in [row for row in rows if row["pitting"] == "1"][::every]:
        image = read_image(folder / row["image"])
        found = camera.judge(image)
        if found.score < 0.3 or not found.regions:
            continue
        recorded.pits.add(camera.is_known(image, found))
        mine = wrong.get(row["position"])
        if mine is None:
            wrong[row["position"]] = mine = Camera(runner, pictures, low)
            mine.confirm_false(image, found)
        else:
            recorded.wrongly.add(mine.is_known(image, found))
        for position, other in wrong.items():
            if position != row["position"]:
                recorded.strangers.add(other.is_known(image, found))
    return recorded


def print_limits(distances: Sequence[tuple[float, float, bool, bool]]) -> None:
    """Quantiles of how far repeats and pits lie from what is remembered."""
    for name, is_pit in (("repeats", False), ("pits at the very place", True)):
        rows = np.asarray([(apart, alike) for apart, alike, _, pit in distances if pit is is_pit])
        inside = np.mean([place for _, _, place, pit in distances if pit is is_pit])
        apart, alike = (np.percentile(rows[:, column], (1, 5, 25, 50, 75, 95, 99)).round(3) for column in (0, 1))
        print(f"{name}: {len(rows)}; inside {inside:.3f}")
        print(f"  embeddings apart, 1 5 25 50 75 95 99 %: {apart}")
        print(f"  pixels alike,     1 5 25 50 75 95 99 %: {alike}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marks", type=int, default=100)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--limits", action="store_true")
    parser.add_argument("--every", type=int, default=3)
    chosen = parser.parse_args()
    runner = open_runner()
    with tempfile.TemporaryDirectory() as name:
        measured = simulate(runner, chosen.marks, Path(name))
        print(f"repeats of a mark confirmed false once:   {measured.repeats}")
        print(f"repeats of a mark confirmed false twice:  {measured.repeats_again}")
        print(f"pits at the very place of a mark:         {measured.pits_there}")
        print(f"the mark and a pit elsewhere:             {measured.pits_beside}")
        if chosen.limits:
            print_limits(measured.distances)
        if chosen.data is not None:
            recorded = replay(runner, chosen.data, Path(name), chosen.every)
            print(f"recorded: the same sight again:           {recorded.repeats}")
            print(f"recorded: pits, for those false alarms:   {recorded.pits}")
            print(f"recorded: pits, for another position's:   {recorded.strangers}")
            print(f"recorded: later frames of a pit that was wrongly confirmed false: {recorded.wrongly}")


if __name__ == "__main__":
    main()
