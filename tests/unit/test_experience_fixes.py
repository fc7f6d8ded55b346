"""What fixed it before: the right evidence counts, an action that did not help sinks, and every suggestion says why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from inference.findings import Contribution, Finding, Verdict
from station.alarms.engine import AlarmEngine
from station.config import AlarmConfig
from station.events import AlarmEvent, AlarmEventKind
from station.experience.cases import Attempt, Case, signed_drivers
from station.experience.fixes import rate, suggest
from station.experience_view import Likeness
from station.frames import AlarmId, PersonId
from station.records import fix_rows
from station.records.store import Records
from station.view import Feedback, FeedbackAnswer
from tests.unit.alarm_making import RIG, START, definition, utc
from tests.unit.record_making import HandClock, open_records

WEI, ANNA = PersonId("wei"), PersonId("anna")
ACTIONS = [{"id": name, "text": name.capitalize()} for name in ("clean", "replace", "refill", "nothing")]
RULE = definition(id="pump", actions=ACTIONS)
NOW = START
LEAK = {"FS1": -0.6, "TS1": 0.3, "SE": -0.1}
WEAR = {"FS1": 0.1, "TS1": 0.2, "VS1": 0.7}


def case(number: int, action: str = "", *, worked: bool | None = True, who: PersonId = WEI, **about: object) -> Case:
    values: dict[str, object] = {"cause": "pump", "asset": "rig-1", "drivers": LEAK, "judged": frozenset({("rig", "pump")})}
    attempts = (Attempt(action, AlarmId(f"alarm-{number}"), who, NOW + timedelta(hours=number), worked),) if action else ()
    return Case(f"case-{number}", attempts=attempts, **(values | about))  # type: ignore[arg-type]  # any field


OPEN = case(99)


def offered(*closed: Case, of: Case = OPEN, rule: AlarmConfig = RULE) -> list[str]:
    return [one.action_id for one in suggest(of, closed, rule)]


def test_what_worked_comes_first_and_says_why() -> None:
    closed = [case(n, "replace", worked=n != 2) for n in range(4)] + [case(4, "clean", worked=False, who=ANNA)]
    first, second, own = suggest(OPEN, closed, RULE)
    assert (first.action_id, first.worked, first.tried, first.likeness) == ("replace", 3, 4, Likeness.SAME_DRIVERS)
    assert first.drivers == (("FS1", -1), ("TS1", 1))
    assert (first.last_person_id, first.last_utc) == (WEI, NOW + timedelta(hours=3))
    assert (second.action_id, second.worked, second.tried, second.last_person_id) == ("clean", 0, 1, ANNA)
    assert (own.action_id, own.text, own.tried, own.likeness) == ("", RULE.action, 0, None)


def test_a_cold_start_gives_the_definitions_own_advice() -> None:
    (own,) = suggest(OPEN, (), RULE)
    assert (own.action_id, own.text) == ("", RULE.action)


def test_the_same_drivers_outweigh_a_more_frequent_action() -> None:
    others = [case(n, "clean", drivers=WEAR) for n in range(6)]
    alike = [case(n, "replace") for n in range(6, 9)]
    assert offered(*others, *alike)[0] == "replace"
    assert offered(*others, *alike, of=case(98, drivers=WEAR))[0] == "clean"


def test_what_looked_alike_counts_for_cameras() -> None:
    one, other = np.eye(8, dtype=np.float32)[:2]
    seen = {"drivers": {}, "embedding_of": "pitting@1"}
    closed = [case(n, "clean", embedding=other, **seen) for n in range(4)] + [
        case(n, "replace", embedding=one, **seen) for n in range(4, 7)
    ]
    first = suggest(case(97, embedding=one, **seen), closed, RULE)[0]
    assert (first.action_id, first.likeness) == ("replace", Likeness.LOOKS_ALIKE)
    strange = case(96, embedding=one, drivers={}, embedding_of="pitting@2")
    assert suggest(strange, closed, RULE)[0].likeness is Likeness.SAME_CAUSE, "embeddings of another network are not compared"


def test_the_same_cause_elsewhere_and_the_same_target_count_less() -> None:
    here = [case(n, "replace") for n in range(2)]
    elsewhere = [case(n, "clean", asset="rig-2") for n in range(2, 4)]
    kind = [case(n, "refill", cause="pump-2") for n in range(4, 6)]
    assert offered(*kind, *elsewhere, *here) == ["replace", "clean", "refill"]
    assert offered(case(1, "clean", cause="fan", judged=frozenset({("rig", "cooler")}))) == [""], "another cause teaches nothing"


def test_only_what_the_warning_offers_is_suggested() -> None:
    assert offered(case(1, "an-action-of-another-warning"), case(2, "clean")) == ["clean", ""]


def test_three_of_three_beat_one_of_one_and_more_evidence_never_hurts_a_sure_thing() -> None:
    assert rate([(1.0, True)] * 3) > rate([(1.0, True)])
    assert rate([(1.0, True)]) > rate([(1.0, True), (1.0, False)])
    assert rate([(1.0, None)]) > rate([(1.0, False)]) == pytest.approx(0.0, abs=1e-9)
    assert rate([]) == 0.0
    assert all(0.0 <= rate([(0.01, True)] * count) <= 1.0 for count in range(5))


def test_a_drivers_sign_is_that_of_its_deviation() -> None:
    told = signed_drivers(
        [
            Contribution("FS1", 0.5, 0.3, value=5.0, usual=8.0),
            Contribution("TS1", 0.4, 0.2, value=50.0, usual=40.0),
            Contribution("SE", 0.09, -0.1),
            Contribution("CE", 0.01, 0.1),
        ]
    )
    assert told == {"FS1": -0.5, "TS1": 0.4, "SE": -0.09}


class History:
    """Warnings of one rig in records, raised and closed at hours the test says."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.records: Records = open_records(folder, clock=self.clock)
        self.rule = definition({"kind": "verdict", "source": RIG, "target": "pump"}, id="pump", asset="rig-1", actions=ACTIONS)
        self._engine = AlarmEngine([self.rule], camera_ids=[])

    def incident(self, hour: float, action: str = "", answer: FeedbackAnswer = FeedbackAnswer.REAL, *, close: bool = True) -> AlarmId:
        """One warning: raised, answered, over six minutes later."""
        at_s = 3600.0 * hour
        finding = Finding(
            "pump", Verdict.FAULT, "leak", 0.9, 0.5, "rig", "1.0.0", "0" * 64, "CPUExecutionProvider", 1.0,
            contributors=(Contribution("FS1", 0.6, 0.4, 5.0, 8.0, "l/min"), Contribution("TS1", 0.3, 0.2, 55.0, 45.0)),
        )  # fmt: skip
        (raised,) = self._engine.on_findings(RIG, [finding], at_s, utc(at_s), 1)
        self._keep([raised])
        self.records.flush()
        self.records.confirm(Feedback(answer, WEI, alarm_id=raised.alarm_id, action_id=action, utc=utc(at_s + 60)))
        planned = self._engine.plan_acknowledge(raised.alarm_id, WEI, "", at_s + 60, utc(at_s + 60))
        self._keep(self._engine.commit(planned))
        if close:
            sound = Finding("pump", Verdict.OK, "ok", 0.1, 0.5, "rig", "1.0.0", "0" * 64, "CPUExecutionProvider", 1.0)
            events = self._engine.on_findings(RIG, [sound], at_s + 360, utc(at_s + 360), 2)
            assert [event.kind for event in events] == [AlarmEventKind.RETURNED]
            self._keep(events)
        self.records.flush()
        return raised.alarm_id

    def _keep(self, events: list[AlarmEvent] | tuple[AlarmEvent, ...]) -> None:
        for event in events:
            self.records.keep_event(event)

    def past(self, of: AlarmId, hour: float) -> fix_rows.Past:
        found = self.records.ask(lambda connection: fix_rows.read_past(connection, of, utc(3600.0 * hour)))
        assert found is not None
        return found


def attempts(past: fix_rows.Past) -> dict[str, bool | None]:
    return {attempt.action_id: attempt.worked for one in past.closed for attempt in one.attempts}


def test_an_action_worked_when_the_cause_did_not_come_back_within_a_shift(tmp_path: Path) -> None:
    history = History(tmp_path)
    try:
        history.incident(0, "clean")
        history.incident(3, "replace")
        history.incident(40, "refill")
        now = history.incident(46, close=False)
        past = history.past(now, 46.1)
        assert attempts(past) == {"clean": False, "replace": True, "refill": False}
        assert past.definition.id == "pump"
        assert past.open_case.drivers == {"FS1": -0.6, "TS1": 0.3}
        assert suggest(past.open_case, past.closed, past.definition)[0].action_id == "replace"
    finally:
        history.records.stop()


def test_too_recent_false_and_unanswered_ones_are_no_evidence(tmp_path: Path) -> None:
    history = History(tmp_path)
    try:
        history.incident(0, "clean")
        history.incident(2, "refill", FeedbackAnswer.FALSE)
        history.incident(90, "replace")
        history.incident(100, "")
        now = history.incident(96 + 48, close=False)
        assert attempts(history.past(now, 96 + 48.1)) == {"clean": True, "replace": True}
        assert attempts(history.past(now, 92)) == {"clean": True, "replace": None}
    finally:
        history.records.stop()


def test_an_unknown_warning_has_no_past(tmp_path: Path) -> None:
    history = History(tmp_path)
    try:
        assert history.records.ask(lambda connection: fix_rows.read_past(connection, "nothing", NOW)) is None
    finally:
        history.records.stop()
