"""This file decides that no history of findings, machine states, people, holds and kills breaks what must be true of warnings.

Everything the engine says goes through the journal's own rows into a database in memory, and a restart knows only those.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import create_engine

from inference.findings import Finding
from inference.reasons import Reason, ReasonCode
from station.alarms.engine import AlarmEngine, AlarmRefusedError
from station.alarms.life_cycle import ACTIVE_STATES, HELD_STATES
from station.config import CRITICAL, AlarmConfig
from station.events import RINGING, AlarmEvent, AlarmEventKind, OpenAlarm
from station.frames import AlarmId, DefinitionId, PersonId, SourceId
from station.holds import Hold, HoldChange, HoldEvent
from station.records import hold_rows, journal, queries, schema
from station.view import AlarmState
from station.warning_view import HoldKind
from tests.unit.alarm_making import CAM, RIG, definition, finding, utc

CLEAR, RAISE = 0.4, 0.6
WHEN = {"kind": "verdict", "source": CAM, "raise_score": RAISE, "clear_score": CLEAR}
STANDS = {"source": RIG, "channel": "speed", "side": "low", "begins_at": 5.0, "ends_at": 10.0, "why": "The machine stands"}
DEFINITIONS = (
    definition(WHEN, id="plain", suppressed_while=STANDS, realarm_after_s=60),
    definition(WHEN, id="critical", priority=1, realarm_after_s=60),
    definition(WHEN, id="votes", raise_count=2, of_last=4, priority=3),
    definition(WHEN, id="latched", off_delay_s=0.5, latch=True, suppressed_while=STANDS | {"on_delay_s": 0.3, "off_delay_s": 0.6}),
    definition(WHEN, id="often", most_per_10_min=2),
    definition({"kind": "no_verdict", "source": CAM}, id="gone", on_delay_s=0.5),
)
HOLDABLE = [one.id for one in DEFINITIONS if one.priority > CRITICAL]
UNACKNOWLEDGED = {AlarmState.UNACKNOWLEDGED_ACTIVE, AlarmState.RETURNED_UNACKNOWLEDGED}
CALLED_FALSE = 0.6
SCORES = st.sampled_from([math.nan, 0.0, 0.39, CLEAR, 0.5, CALLED_FALSE, 0.9])
GONE = Reason.of(ReasonCode.SOURCE_GONE, source="camera", detail="unplugged")
WEI = PersonId("wei")


class HoldsMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        numbers = count(1)
        self.new_id = lambda: f"a{next(numbers)}"
        self.database = create_engine("sqlite://")
        self.connection = self.database.connect()
        schema.metadata.create_all(self.connection)
        self.engine = self.make()
        self.now_s = 0.0
        self.wall_s = 0.0
        self.last: dict[str, float] = {}
        """Newest score the engine of this run has seen, where it was known."""
        self.known: dict[AlarmId, AlarmEvent] = {}
        self.acknowledged: set[AlarmId] = set()
        self.holds: dict[tuple[str, HoldKind], Hold] = {}

    def teardown(self) -> None:
        self.connection.close()
        self.database.dispose()

    def make(self) -> AlarmEngine:
        engine = AlarmEngine(DEFINITIONS, camera_ids=[CAM], new_id=self.new_id)
        engine.ask_before_raising(self.seen_false)
        return engine

    def seen_false(self, definition: AlarmConfig, source_id: SourceId, found: Finding, input_ref: int | None) -> int:
        assert definition.priority > CRITICAL, "the memory was asked about a critical one"
        assert found.score >= RAISE
        return 2 if found.score == CALLED_FALSE else 0

    @property
    def utc_now(self) -> datetime:
        return utc(self.wall_s)

    def pass_time(self, step_s: float) -> None:
        self.now_s += step_s
        self.wall_s += step_s

    # ------------------------------------------------------------------- what is said

    def take(self, events: Sequence[AlarmEvent]) -> None:
        for event in events:
            self.check(event)
            journal.alarm_event(event)(self.connection)
            if event.closes:
                self.known.pop(event.alarm_id)
                self.acknowledged.discard(event.alarm_id)
            else:
                self.known[event.alarm_id] = event
        for told in self.engine.take_hold_events():
            hold_rows.hold_event(told)(self.connection)
            self.follow(told)

    def follow(self, told: HoldEvent) -> None:
        key = (told.hold.definition.id, told.hold.kind)
        if told.change is HoldChange.ENDED:
            assert key in self.holds, "a hold ended that had not begun"
            del self.holds[key]
        else:
            assert (told.change is HoldChange.BEGAN) is (key not in self.holds)
            self.holds[key] = told.hold

    def check(self, event: AlarmEvent) -> None:
        before = self.known.get(event.alarm_id)
        critical = event.definition.priority == CRITICAL
        if critical:
            assert event.state not in HELD_STATES, "a critical one was hidden"
            assert (event.priority, event.seen_false) == (CRITICAL, 0)
            assert event.kind is not AlarmEventKind.CHATTERING
        if before is None:
            assert event.kind in {AlarmEventKind.RAISED, AlarmEventKind.RAISED_HELD}
            assert event.activation == (event.kind is AlarmEventKind.RAISED)
            open_ones = [one for one in self.known.values() if one.definition.id == event.definition.id]
            assert open_ones == [], "two open alarms of one cause"
        else:
            assert event.activation == before.activation + (event.kind in RINGING)
            assert event.count >= before.count
        if event.alarm_id in self.acknowledged and event.state in UNACKNOWLEDGED:
            assert event.kind in RINGING, "unacknowledged again without a new activation"
        if event.kind is AlarmEventKind.ACKNOWLEDGED:
            self.acknowledged.add(event.alarm_id)
        elif event.kind in RINGING or event.kind is AlarmEventKind.RAISED_HELD:
            self.acknowledged.discard(event.alarm_id)

    # -------------------------------------------------------------------------- rules

    @rule(scores=st.lists(SCORES, min_size=1, max_size=4), step_s=st.sampled_from([0.0, 0.1, 0.4, 2.0]))
    def observe(self, scores: list[float], step_s: float) -> None:
        for score in scores:
            self.pass_time(step_s)
            if score == score:
                self.last["score"] = score
            self.take(self.engine.on_findings(CAM, [finding(score)], self.now_s, self.utc_now))

    @rule(values=st.lists(st.sampled_from([math.nan, 0.0, 7.0, 20.0]), min_size=1, max_size=3), step_s=st.sampled_from([0.0, 0.5]))
    def run_machine(self, values: list[float], step_s: float) -> None:
        self.pass_time(step_s)
        self.take(self.engine.on_values(RIG, {"speed": np.array(values)}, self.now_s, self.utc_now))

    @rule(source=st.sampled_from([CAM, RIG]), gone=st.booleans())
    def lose_or_find(self, source: SourceId, gone: bool) -> None:
        self.take(self.engine.on_no_verdict(source, GONE if gone else None, self.now_s, self.utc_now))

    @rule(step_s=st.sampled_from([0.0, 0.3, 1.0, 30.0, 61.0, 700.0]))
    def wait(self, step_s: float) -> None:
        self.pass_time(step_s)
        self.take(self.engine.tick(self.now_s, self.utc_now))

    @precondition(lambda self: self.engine.open_alarms())
    @rule(data=st.data(), reset=st.booleans())
    def answer(self, data: st.DataObject, reset: bool) -> None:
        alarm: OpenAlarm = data.draw(st.sampled_from(self.engine.open_alarms()))
        do = self.engine.reset if reset else self.engine.acknowledge
        try:
            events = do(alarm.alarm_id, WEI, "", self.now_s, self.utc_now)
        except AlarmRefusedError:
            return
        assert alarm.state not in HELD_STATES
        self.take(events)

    @rule(name=st.sampled_from([one.id for one in DEFINITIONS]), out=st.booleans(), length_s=st.sampled_from([1.0, 60.0, 28800.0, 28801.0]))
    def hold(self, name: str, out: bool, length_s: float) -> None:
        kind = HoldKind.OUT_OF_SERVICE if out else HoldKind.SHELVED
        try:
            planned = self.engine.plan_hold(DefinitionId(name), kind, None if out else length_s, "die", WEI, self.now_s, self.utc_now)
        except AlarmRefusedError:
            return
        assert name in HOLDABLE
        assert out or length_s <= 28800.0
        self.commit(planned)

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def let_go(self, data: st.DataObject) -> None:
        name, kind = data.draw(st.sampled_from(sorted(self.holds)))
        try:
            planned = self.engine.plan_release(DefinitionId(name), kind, WEI, self.now_s, self.utc_now)
        except AlarmRefusedError:
            assert kind is HoldKind.SUPPRESSED or HoldKind.OUT_OF_SERVICE in {k for n, k in self.holds if n == name}
            return
        if kind is not HoldKind.SUPPRESSED:  # people end what people began
            self.commit(planned)

    def commit(self, planned: HoldEvent) -> None:
        hold_rows.hold_event(planned)(self.connection)
        self.follow(planned)
        self.take(self.engine.commit_hold(planned, self.now_s, self.utc_now))

    @rule(priority=st.sampled_from([1, 2, 3]), raise_count=st.sampled_from([1, 2]))
    def redefine(self, priority: int, raise_count: int) -> None:
        changed = definition(WHEN, id="votes", raise_count=raise_count, of_last=4, priority=priority)
        self.engine.check_change(changed)
        self.take(self.engine.redefine(changed, self.now_s, self.utc_now))

    @rule()
    def acknowledge_everything(self) -> None:
        for alarm in self.engine.open_alarms():
            if alarm.state in UNACKNOWLEDGED:
                self.take(self.engine.acknowledge(alarm.alarm_id, WEI, "seen", self.now_s, self.utc_now))

    @rule(
        jump_s=st.sampled_from([0.0, 0.0, 5.0, 3600.0, -600.0, 40_000.0]),
        stopped_in_order=st.booleans(),
        really=st.sampled_from([0, 0, 1]),
    )
    def restart(self, jump_s: float, stopped_in_order: bool, really: int) -> None:
        """A stop in order or a kill, one time in three; the wall clock may have jumped, the monotonic one begins anew."""
        if not really:
            return
        self.take(self.engine.tick(self.now_s, self.utc_now))  # what is due by now is not what this is about
        if stopped_in_order:
            self.take(self.engine.tell_counts(self.now_s, self.utc_now))
        left = queries.left_open(self.connection, Path("nowhere"))
        self.same_as_before(left.alarms, left.holds, exactly=stopped_in_order)
        before = {alarm.alarm_id: alarm for alarm in left.alarms}
        was_held = dict(self.holds)
        alive = self.utc_now
        self.wall_s += jump_s
        self.now_s = 17.0
        self.engine = self.make()
        self.last.clear()
        self.take(self.engine.restore(left.alarms, self.now_s, self.utc_now, away_since_utc=alive, holds=left.holds))
        for (name, kind), hold in was_held.items():
            if (name, kind) in self.holds and hold.length_s is not None:
                (view,) = [one for one in self.engine.holds(self.now_s) if (one.definition.id, one.kind) == (name, kind)]
                assert view.left_s is not None
                assert view.left_s <= hold.length_s + 1e-6, "a clock that was set back lengthened a shelf"
        if jump_s == 0.0:
            after = {alarm.alarm_id: alarm for alarm in self.engine.open_alarms()}
            assert {one: (a.state, a.activation, a.acknowledged_by) for one, a in after.items()} == {
                one: (a.state, a.activation, a.acknowledged_by) for one, a in before.items()
            }
            assert set(self.holds) == set(was_held)

    def same_as_before(self, alarms: Sequence[OpenAlarm], holds: Sequence[Hold], *, exactly: bool) -> None:
        """restore(records(x)) == x: what the records know is what the engine holds; counts may lag behind a kill."""

        def said(alarm: OpenAlarm) -> tuple[object, ...]:
            times = (alarm.raised_utc, alarm.returned_utc, alarm.acknowledged_utc)
            return (alarm.definition, alarm.state, *times, alarm.acknowledged_by, alarm.activation, alarm.demoted_to, alarm.seen_false)

        mine = {alarm.alarm_id: alarm for alarm in self.engine.open_alarms()}
        assert {alarm.alarm_id: said(alarm) for alarm in alarms} == {one: said(alarm) for one, alarm in mine.items()}
        for alarm in alarms:
            assert alarm.count == mine[alarm.alarm_id].count if exactly else alarm.count <= mine[alarm.alarm_id].count
        views = {(view.definition.id, view.kind): view for view in self.engine.holds(self.now_s)}
        assert {(hold.definition.id, hold.kind) for hold in holds} == set(views)
        for hold in holds:
            view = views[hold.definition.id, hold.kind]
            assert (hold.since_utc, hold.until_utc, hold.reason) == (view.since_utc, view.until_utc, view.reason)
            assert hold.behind == view.behind if exactly else hold.behind <= view.behind

    # --------------------------------------------------------------------- invariants

    @invariant()
    def the_journal_knows_every_open_alarm(self) -> None:
        assert {a.alarm_id: a.state for a in self.engine.open_alarms()} == {one: event.state for one, event in self.known.items()}

    @invariant()
    def a_hold_ends_or_is_visible(self) -> None:
        assert {(view.definition.id, view.kind) for view in self.engine.holds(self.now_s)} == set(self.holds)
        held = {name for name, _ in self.holds}
        assert held <= set(HOLDABLE)
        for alarm in self.engine.open_alarms():
            assert (alarm.state in HELD_STATES) is (alarm.definition.id in held)

    @invariant()
    def what_stands_and_is_not_held_is_open(self) -> None:
        score = self.last.get("score")
        if score is None or score < RAISE:
            return
        open_ones = {alarm.definition.id: alarm for alarm in self.engine.open_alarms()}
        assert open_ones["critical"].state in ACTIVE_STATES
        held = {name for name, _ in self.holds}
        for name in {"plain", "latched", "often"} - held:
            assert open_ones[name].state in ACTIVE_STATES
            if score != CALLED_FALSE:
                assert open_ones[name].seen_false == 0, "a finding nobody called false did not promote it"

    @invariant()
    def who_was_called_false_is_demoted_and_says_so(self) -> None:
        for alarm in self.engine.open_alarms():
            assert alarm.priority == (4 if alarm.seen_false else alarm.definition.priority)


HoldsMachine.TestCase.settings = settings(
    max_examples=50,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
TestHoldsMachine = HoldsMachine.TestCase
