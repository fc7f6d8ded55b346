"""A whole line with the real pitting pack learns from an answer within seconds, and forgets as fast."""

from __future__ import annotations

import threading
import time
import tomllib
from pathlib import Path

from station.config import StationFile
from station.experience_view import EntryState
from station.frames import AlarmId, PersonId
from station.line import Line
from station.paths import DataFolder
from station.simulation.glass_marks import MarkKind, paint_mark
from station.simulation.parts import PartsScene
from station.sources.camera_kinds import Picture
from station.sources.read_loop import Reading
from station.view import AlarmView, Feedback, FeedbackAnswer
from tests.integration.station_making import BASE, PINS, wait_until

WEI = PersonId("wei")
FPS = 6.0
PATIENCE_S = 60.0
SECONDS_TO_EFFECT = 5.0


class GlassCamera:
    """Good parts behind a glass that the test makes dirty and wipes; opener and connection in one."""

    def __init__(self) -> None:
        self._scene = PartsScene(seed=5, part_every_s=2.0, defect_share=0.0, burst_every_s=None)
        self._mark = paint_mark(3, MarkKind.DIRT, (1130, 460), (0.35, 0.68))
        self.dirty = threading.Event()
        self._index = 0

    def open(self) -> GlassCamera:
        return self

    def read(self) -> Reading[Picture]:
        at_s = self._index / FPS
        self._index += 1
        image = self._scene.render(at_s).image
        return Reading(Picture(self._mark.put_on(image) if self.dirty.is_set() else image), due_s=at_s)

    def close(self) -> None:
        """Nothing is held open."""


def make_line(tmp_path: Path, camera: GlassCamera) -> Line:
    text = BASE.replace("{en = ", "{{en = ").replace('"测试"}', '"测试"}}').format(camera=f'kind = "simulated"\nfps = {FPS}')
    document = tomllib.loads(text.replace('model = "blob"', 'model = "surface-pitting"').replace("off_delay_s = 3600", "off_delay_s = 0.3"))
    openers = {"camera-1": camera}
    return Line(StationFile.model_validate(document), tmp_path, DataFolder(tmp_path / "data"), camera_openers=openers)


def warnings(line: Line) -> list[AlarmView]:
    return [alarm for alarm in line.snapshot().alarms if alarm.definition.id == "blob"]


def next_warning(line: Line, camera: GlassCamera) -> AlarmView:
    """Wipe the glass until everything is over, make it dirty again; the warning that comes."""
    camera.dirty.clear()
    wait_until(lambda: not warnings(line), "the end of the warning", PATIENCE_S)
    camera.dirty.set()
    wait_until(lambda: bool(warnings(line)), "the next warning", PATIENCE_S)
    return warnings(line)[0]


def answer(line: Line, alarm_id: AlarmId, said: FeedbackAnswer) -> float:
    """Answer; how long it took until it was on disk and in force, s."""
    begin = time.monotonic()
    outcome = line.give_feedback(Feedback(said, WEI, alarm_id=alarm_id))
    assert outcome.ok, outcome.sentence
    return time.monotonic() - begin


def test_an_answer_takes_effect_within_seconds_and_is_taken_back_as_fast(tmp_path: Path) -> None:
    camera = GlassCamera()
    line = make_line(tmp_path, camera)
    line.start()
    try:
        assert line.sign_in(WEI, PINS[WEI]).ok
        first = next_warning(line, camera)
        assert (first.priority, first.seen_false) == (2, 0)
        wait_until(lambda: warnings(line)[0].image_path is not None, "the picture", PATIENCE_S)
        took_s = answer(line, first.alarm_id, FeedbackAnswer.FALSE)
        (entry,) = line.experience.memory()
        assert (entry.state, entry.times, entry.person_id) == (EntryState.IN_FORCE, 1, WEI)
        assert entry.picture is not None
        assert entry.picture.is_file()

        repeat = next_warning(line, camera)
        assert (repeat.priority, repeat.seen_false) == (4, 1), "the repeat is shown, with low priority, and says why"
        begin = time.monotonic()
        assert line.experience.switch_off(entry.entry_id).ok
        wait_until(lambda: warnings(line)[0].priority == 2, "its own priority again", PATIENCE_S)
        back_s = time.monotonic() - begin
        assert warnings(line)[0].seen_false == 0

        assert line.experience.switch_on(entry.entry_id).ok
        answer(line, warnings(line)[0].alarm_id, FeedbackAnswer.UNSURE)
        assert next_warning(line, camera).priority == 4
        begin = time.monotonic()
        answer(line, first.alarm_id, FeedbackAnswer.REAL)
        wait_until(lambda: warnings(line)[0].priority == 2, "its own priority after the answer was changed", PATIENCE_S)
        changed_s = time.monotonic() - begin
        assert line.experience.memory() == ()
        print(f"in force after {took_s:.2f} s; rings anew {back_s:.2f} s after switching off, {changed_s:.2f} s after the other answer")
        assert max(took_s, back_s, changed_s) < SECONDS_TO_EFFECT
    finally:
        line.stop()


def test_entries_are_in_force_after_a_restart(tmp_path: Path) -> None:
    camera = GlassCamera()
    line = make_line(tmp_path, camera)
    line.start()
    try:
        assert line.sign_in(WEI, PINS[WEI]).ok
        first = next_warning(line, camera)
        answer(line, first.alarm_id, FeedbackAnswer.FALSE)
        camera.dirty.clear()
        wait_until(lambda: not warnings(line), "the end of the warning", PATIENCE_S)
    finally:
        line.stop()
    again = make_line(tmp_path, camera)
    again.start()
    try:
        repeat = next_warning(again, camera)
        assert (repeat.priority, repeat.seen_false) == (4, 1)
    finally:
        again.stop()
