"""This file decides that no order of findings, outages, times and people breaks what must be true of warnings."""

from __future__ import annotations

import math
from itertools import count

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from inference.reasons import Reason, ReasonCode
from station.alarms.engine import AlarmEngine, AlarmRefusedError
from station.alarms.life_cycle import ACTIVE_STATES
from station.events import AlarmEvent, AlarmEventKind, OpenAlarm
from station.frames import AlarmId, PersonId
from station.view import AlarmState
from tests.unit.alarm_making import CAM, definition, finding, utc

CLEAR, RAISE = 0.4, 0.6
WHEN = {"kind": "verdict", "source": CAM, "raise_score": RAISE, "clear_score": CLEAR}
DEFINITIONS = (
    definition(WHEN, id="plain"),
    definition(WHEN, id="votes", raise_count=2, of_last=4),
    definition(WHEN, id="delayed", on_delay_s=0.7, off_delay_s=0.9),
    definition(WHEN, id="latched", raise_count=2, of_last=3, off_delay_s=0.5, latch=True),
    definition({"kind": "no_verdict", "source": CAM}, id="gone", on_delay_s=0.5),
)
SCORES = st.one_of(st.just(math.nan), st.sampled_from([0.0, 0.39, CLEAR, 0.5, 0.59, RAISE, 0.9]))
GONE = Reason.of(ReasonCode.SOURCE_GONE, source="camera", detail="unplugged")
WEI = PersonId("wei")


class Journal:
    """What records know: everything is rebuilt from events alone."""

    def __init__(self) -> None:
        self.state: dict[AlarmId, AlarmState] = {}
        self.count: dict[AlarmId, int] = {}
        self.definition: dict[AlarmId, str] = {}
        self.closed: set[AlarmId] = set()

    def take(self, event: AlarmEvent) -> None:
        assert event.alarm_id not in self.closed, "an event after the end"
        if event.kind is AlarmEventKind.RAISED:
            assert event.alarm_id not in self.state, "raised twice"
            assert event.definition.id not in {self.definition[a] for a in self.state}, "two open alarms of one definition"
            self.definition[event.alarm_id] = event.definition.id
        else:
            assert event.alarm_id in self.state, "an event of an alarm that was never raised"
        if event.kind in (AlarmEventKind.RAISED, AlarmEventKind.RAISED_AGAIN):
            assert event.state is AlarmState.UNACKNOWLEDGED_ACTIVE
        assert event.count >= max(1, self.count.get(event.alarm_id, 0)), "a count that shrinks"
        self.count[event.alarm_id] = event.count
        if event.closes:
            self.closed.add(event.alarm_id)
            del self.state[event.alarm_id]
        else:
            self.state[event.alarm_id] = event.state


class EngineMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        numbers = count(1)
        self.new_id = lambda: f"a{next(numbers)}"
        self.engine = AlarmEngine(DEFINITIONS, camera_ids=[CAM], new_id=self.new_id)
        self.journal = Journal()
        self.now_s = 0.0
        self.gone = False
        self.highs = 0

    def take(self, events: tuple[AlarmEvent, ...]) -> None:
        for event in events:
            self.journal.take(event)

    @rule(score=SCORES, step_s=st.sampled_from([0.0, 0.1, 0.4, 2.0]))
    def observe(self, score: float, step_s: float) -> None:
        self.now_s += step_s
        before = {a.definition.id: a for a in self.engine.open_alarms()}
        self.highs += score >= RAISE
        events = self.engine.on_findings(CAM, [finding(score)], self.now_s, utc(self.now_s))
        self.take(events)
        plain = [event.kind for event in events if event.definition.id == "plain"]
        was_active = "plain" in before and before["plain"].state in ACTIVE_STATES
        if math.isnan(score) or CLEAR <= score < RAISE:
            assert plain == [], "chatter within the band"
            assert not any(event.definition.id == "votes" and event.kind is AlarmEventKind.RAISED for event in events)
        elif score >= RAISE:
            assert bool(plain) is not was_active
        else:
            assert plain == ([AlarmEventKind.RETURNED] if was_active else [])

    @rule(step_s=st.sampled_from([0.0, 0.3, 1.0, 6.0]))
    def wait(self, step_s: float) -> None:
        self.now_s += step_s
        self.take(self.engine.tick(self.now_s, utc(self.now_s)))

    @rule()
    def lose_source(self) -> None:
        self.gone = True
        events = self.engine.on_no_verdict(CAM, GONE, self.now_s, utc(self.now_s))
        assert {event.definition.id for event in events} <= {"gone"}, "an outage moved a verdict alarm"
        self.take(events)

    @rule()
    def find_source(self) -> None:
        self.gone = False
        events = self.engine.on_no_verdict(CAM, None, self.now_s, utc(self.now_s))
        assert {event.definition.id for event in events} <= {"gone"}
        self.take(events)

    @precondition(lambda self: self.engine.open_alarms())
    @rule(data=st.data(), reset=st.booleans())
    def command(self, data: st.DataObject, reset: bool) -> None:
        alarm: OpenAlarm = data.draw(st.sampled_from(self.engine.open_alarms()))
        do = self.engine.reset if reset else self.engine.acknowledge
        try:
            events = do(alarm.alarm_id, WEI, "", self.now_s, utc(self.now_s))
        except AlarmRefusedError:
            assert self.engine.open_alarms(), "a refusal closed something"
            return
        assert len(events) == 1
        assert events[0].person_id == WEI
        self.take(events)

    @rule()
    def restart(self) -> None:
        self.take(self.engine.tell_counts(self.now_s, utc(self.now_s)))
        left = self.engine.open_alarms()
        self.engine = AlarmEngine(DEFINITIONS, camera_ids=[CAM], new_id=self.new_id)
        self.take(self.engine.restore(left, self.now_s, utc(self.now_s), away_since_utc=utc(self.now_s)))
        if self.gone:
            self.lose_source()

    @invariant()
    def at_most_one_open_alarm_per_definition(self) -> None:
        ids = [alarm.definition.id for alarm in self.engine.open_alarms()]
        assert len(ids) == len(set(ids))

    @invariant()
    def the_journal_knows_every_open_alarm(self) -> None:
        assert {a.alarm_id: a.state for a in self.engine.open_alarms()} == self.journal.state

    @invariant()
    def nothing_is_counted_twice(self) -> None:
        for alarm in self.engine.open_alarms():
            if alarm.definition.id != "gone":
                assert self.journal.count[alarm.alarm_id] <= alarm.count <= self.highs


EngineMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
TestEngineMachine = EngineMachine.TestCase
