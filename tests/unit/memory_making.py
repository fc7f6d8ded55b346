"""This file decides how tests make a desk with a memory, a camera with a mark on its glass, and real defects beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from inference.findings import Finding, FloatArray, ImageU8, Region, Verdict
from station.alarm_desk import AlarmDesk
from station.config import AlarmConfig, StationFile
from station.events import AlarmEvent
from station.experience.desk import ExperienceDesk
from station.experience_view import MemoryEntry
from station.frames import AlarmId, Frame, JudgedFrame, PersonId, SourceId
from station.keeping import WhyKept
from station.paths import DataFolder
from station.view import AlarmView, Feedback, FeedbackAnswer
from tests.unit.alarm_making import CAM, definition, utc
from tests.unit.record_making import HandClock, open_records

WEI = PersonId("wei")
SIZE_PX = (320, 240)
SHA = "0" * 64
Box = tuple[int, int, int, int]
MARK: Box = (100, 80, 36, 24)
ELSEWHERE: Box = (220, 150, 30, 30)


def pattern(seed: int, box: Box) -> ImageU8:
    """What a mark with *seed* looks like: coarse noise that only itself resembles."""
    random = np.random.default_rng(seed)
    cells = random.integers(0, 255, (-(-box[3] // 4), -(-box[2] // 4), 1), dtype=np.uint8)
    grown = np.kron(cells[:, :, 0], np.ones((4, 4), np.uint8))[: box[3], : box[2]]
    return np.repeat(grown[:, :, None], 3, axis=2)


def seen(seed: int) -> FloatArray:
    """What the network says of it: float32 (16,) of unit length."""
    vector = np.random.default_rng(1000 + seed).normal(size=16)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def picture(number: int, marks: Sequence[tuple[int, Box]]) -> ImageU8:
    """Part *number* with *marks* (seed and box) on it: 240 x 320 BGR."""
    random = np.random.default_rng(number)
    image = random.integers(90, 130, (SIZE_PX[1], SIZE_PX[0], 3), dtype=np.uint8)
    for seed, (x, y, w, h) in marks:
        image[y : y + h, x : x + w] = pattern(seed, (x, y, w, h))
    image.setflags(write=False)
    return image


def found(marks: Sequence[tuple[int, Box]], *, embedded: bool = True, sha: str = SHA) -> Finding:
    """The finding of a picture with *marks*, the strongest first."""
    regions = tuple(Region("pit", 0.95 - 0.01 * place, *box) for place, (_, box) in enumerate(marks))
    embeddings = np.stack([seen(seed) for seed, _ in marks]) if embedded and marks else None
    verdict, score = (Verdict.DEFECT, 0.95) if marks else (Verdict.OK, 0.1)
    return Finding(
        "part", verdict, "pit", score, 0.5, "pack", "1.0.0", sha, "CPUExecutionProvider", 4.0, regions=regions, embeddings=embeddings
    )


class MemoryStation:
    """A desk with records and a memory, fed frame by frame. Use it as a context manager."""

    def __init__(self, folder: Path, *definitions: AlarmConfig, clock: HandClock | None = None) -> None:
        self.clock = clock or HandClock()
        self.data = DataFolder(folder)
        self.records = open_records(folder, clock=self.clock)
        self.desk = AlarmDesk(definitions or (definition(off_delay_s=1.0),), [CAM], self.records, self.clock)
        self.person: PersonId | None = WEI
        station = StationFile.model_validate({"format": 1, "station": {"name": "T", "product": "P"}})
        self.experience = ExperienceDesk(station, self.records, self.desk, self.data, tuple, lambda: self.person, self.clock)
        self.desk.restore()
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.records.stop()

    def show(self, *marks: tuple[int, Box], frames: int = 1, source_id: SourceId = CAM, **how: object) -> list[AlarmEvent]:
        """Judge *frames* parts with *marks*; their pictures are kept where a warning is raised."""
        raised: list[AlarmEvent] = []
        for _ in range(frames):
            self._number += 1
            self.clock.now_s += 1.0
            frame = Frame(source_id, self._number, self.clock.now_s, utc(self.clock.now_s), picture(self._number, marks))
            finding = found(marks, **how)  # type: ignore[arg-type]  # embedded and sha
            judged = JudgedFrame(frame, (finding,), self.clock.now_s)
            for event in self.desk.on_frame(judged):
                self.records.keep_image(judged, WhyKept.ALARM, event.finding, event.alarm_id)
                raised.append(event)
        return raised

    def clean(self) -> None:
        """Good parts until every warning is over."""
        self.show(frames=5)
        self.desk.tick()

    def open(self) -> AlarmView:
        """The one open warning."""
        (view,) = self.desk.views()
        return view

    def answer(self, alarm_id: AlarmId, answer: FeedbackAnswer = FeedbackAnswer.FALSE) -> None:
        outcome = self.desk.answer(Feedback(answer, WEI, alarm_id=alarm_id))
        assert outcome.ok, outcome.sentence

    def confirm_false(self, *marks: tuple[int, Box], **how: object) -> MemoryEntry:
        """Raise a warning for *marks*, have it confirmed false, let it close; the newest entry."""
        self.show(*marks, **how)
        self.answer(self.open().alarm_id)
        self.clean()
        assert self.desk.views() == ()
        return self.experience.memory()[0]
