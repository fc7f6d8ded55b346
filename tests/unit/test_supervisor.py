"""This file decides whether doubts are told when they change, and chores are done when they are due."""

from __future__ import annotations

from inference.reasons import Reason, ReasonCode
from station.frames import SourceId
from station.supervisor import Supervisor
from tests.source_doubles import ManualClock

CAMERA = SourceId("c")
GONE = Reason.of(ReasonCode.SOURCE_GONE, source="c")


def test_a_doubt_is_told_while_it_lasts_and_its_end_once() -> None:
    now: dict[SourceId, Reason | None] = {CAMERA: None}
    told: list[Reason | None] = []
    supervisor = Supervisor(lambda: now, lambda _, reason: told.append(reason), (), ManualClock())
    for reason in (None, None, GONE, GONE, None, None):
        now[CAMERA] = reason
        supervisor.look()
    assert told == [None, GONE, GONE, None]


def test_chores_are_done_so_often_as_asked() -> None:
    clock = ManualClock()
    done: list[str] = []
    chores = ((0.0, lambda: done.append("tick")), (10.0, lambda: done.append("disk")))
    supervisor = Supervisor(dict, lambda *_: None, chores, clock)
    for _ in range(21):
        supervisor.look()
        clock.advance(1.0)
    assert done.count("tick") == 21
    assert done.count("disk") == 3
