"""This file decides how tests of holds drive an engine: scores, machine speeds, people, time, and what it said of holds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np

from inference.reasons import Reason, ReasonCode
from station.alarms.engine import AlarmEngine
from station.config import AlarmConfig
from station.events import AlarmEvent, AlarmEventKind, OpenAlarm
from station.frames import DefinitionId, PersonId
from station.holds import HoldEvent
from station.view import AlarmState
from station.warning_view import HoldKind
from tests.unit.alarm_making import CAM, RIG, finding, utc

H = HoldKind
WEI, JONAS = PersonId("wei"), PersonId("jonas")
CRACK = DefinitionId("crack")
STANDS = {
    "source": RIG,
    "channel": "speed",
    "side": "low",
    "begins_at": 5.0,
    "ends_at": 10.0,
    "why": {"en": "The machine stands", "zh": "停机"},
}
GONE = Reason.of(ReasonCode.SOURCE_GONE, source="rig", detail="unplugged")


class Bench:
    """An engine with what it said, and a clock."""

    def __init__(self, *definitions: AlarmConfig) -> None:
        numbers = count(1)
        self.engine = AlarmEngine(definitions, camera_ids=[CAM], new_id=lambda: f"alarm-{next(numbers)}")
        self.now_s = 0.0
        self.holds: list[HoldEvent] = []

    def after(self, seconds: float) -> list[AlarmEventKind]:
        self.now_s += seconds
        return self.heard(self.engine.tick(self.now_s, utc(self.now_s)))

    def see(self, *scores: float) -> list[AlarmEventKind]:
        events: list[AlarmEvent] = []
        for score in scores:
            self.now_s += 0.1
            events += self.engine.on_findings(CAM, [finding(score)], self.now_s, utc(self.now_s))
        return self.heard(events)

    def speed(self, *values: float) -> list[AlarmEventKind]:
        self.now_s += 0.1
        return self.heard(self.engine.on_values(RIG, {"speed": np.array(values)}, self.now_s, utc(self.now_s)))

    def hold(self, kind: HoldKind = H.SHELVED, length_s: float | None = 600.0, reason: str = "die change") -> list[AlarmEventKind]:
        planned = self.engine.plan_hold(CRACK, kind, length_s, reason, WEI, self.now_s, utc(self.now_s))
        return self._commit(planned)

    def let_go(self, kind: HoldKind = H.SHELVED) -> list[AlarmEventKind]:
        return self._commit(self.engine.plan_release(CRACK, kind, JONAS, self.now_s, utc(self.now_s)))

    def acknowledge(self) -> list[AlarmEventKind]:
        return self.heard(self.engine.acknowledge(self.alarm.alarm_id, WEI, "", self.now_s, utc(self.now_s)))

    @property
    def alarm(self) -> OpenAlarm:
        (alarm,) = self.engine.open_alarms()
        return alarm

    @property
    def state(self) -> AlarmState:
        alarms = self.engine.open_alarms()
        return alarms[0].state if alarms else AlarmState.NORMAL

    def _commit(self, planned: HoldEvent) -> list[AlarmEventKind]:
        self.holds.append(planned)
        return self.heard(self.engine.commit_hold(planned, self.now_s, utc(self.now_s)))

    def heard(self, events: Sequence[AlarmEvent]) -> list[AlarmEventKind]:
        self.holds += self.engine.take_hold_events()
        return [event.kind for event in events]
