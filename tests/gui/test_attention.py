"""No answer goes to a warning that nobody has read, and what was just answered can be answered to the end."""

from __future__ import annotations

from dataclasses import replace

from gui.attention import BUSY_S, READ_S, Attention
from station.frames import AlarmId
from station.view import AlarmState, AlarmView
from tests.gui.fake_line import FakeLine

LINE = FakeLine()
OTHERS = {alarm.alarm_id: alarm for alarm in LINE.alarms()}


def warning(number: int, priority: int = 2) -> AlarmView:
    first = OTHERS[AlarmId("alarm-0")]
    definition = first.definition.model_copy(update={"priority": priority, "id": f"definition-{number}"})
    return replace(first, alarm_id=AlarmId(f"w{number}"), definition=definition)


class Hand:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic_s(self) -> float:
        return self.now_s

    utc = LINE.utc


def made() -> tuple[Attention, Hand]:
    clock = Hand()
    return Attention(clock), clock


def shown(attention: Attention, *alarms: AlarmView, **more: object) -> str | None:
    view = attention.look(alarms, **more)  # type: ignore[arg-type]
    return None if view is None else view.alarm_id


def test_the_most_urgent_is_shown_and_a_new_one_takes_its_place() -> None:
    attention, clock = made()
    assert shown(attention) is None
    assert shown(attention, warning(1)) == "w1"
    assert attention.may_answer, "nothing was there that an answer could have been meant for"
    clock.now_s += 60
    assert shown(attention, warning(2, 1), warning(1)) == "w2"


def test_what_took_the_place_by_itself_cannot_be_answered_at_once() -> None:
    attention, clock = made()
    shown(attention, warning(1))
    clock.now_s += 60
    shown(attention, warning(2, 1), warning(1))
    assert not attention.may_answer
    clock.now_s += READ_S
    assert attention.may_answer
    attention.choose(AlarmId("w1"))
    assert shown(attention, warning(2, 1), warning(1)) == "w1"
    assert attention.may_answer, "who chooses has read"


def test_the_one_a_person_is_busy_with_stays() -> None:
    attention, clock = made()
    shown(attention, warning(1))
    attention.touch()
    clock.now_s += BUSY_S - 1
    assert shown(attention, warning(2, 1), warning(1)) == "w1"
    clock.now_s += 2
    assert shown(attention, warning(2, 1), warning(1)) == "w2", "it was remembered as new"


def test_an_open_dialog_is_busy() -> None:
    attention, clock = made()
    shown(attention, warning(1))
    clock.now_s += 600
    assert shown(attention, warning(2, 1), warning(1), is_asking=True) == "w1"


def test_what_an_answer_closed_stays_as_over_so_that_its_cause_can_be_said() -> None:
    attention, clock = made()
    shown(attention, warning(1), warning(2))
    attention.touch()
    view = attention.look([warning(2)])
    assert view is not None
    assert (view.alarm_id, view.state) == ("w1", AlarmState.NORMAL)
    assert attention.may_answer
    clock.now_s += BUSY_S + 1
    assert shown(attention, warning(2)) == "w2"
    assert not attention.may_answer


def test_what_closes_by_itself_goes() -> None:
    attention, _ = made()
    shown(attention, warning(1), warning(2))
    assert shown(attention, warning(2)) == "w2"
    assert shown(attention) is None


def test_what_was_put_aside_goes_at_once() -> None:
    attention, _ = made()
    shown(attention, warning(1), warning(2))
    attention.touch()
    assert shown(attention, warning(2), held={"definition-1"}) == "w2"


def test_in_a_flood_only_a_more_urgent_one_takes_the_place() -> None:
    attention, clock = made()
    shown(attention, warning(1))
    for number in range(2, 30):
        clock.now_s += 30
        assert shown(attention, *(warning(one) for one in range(number, 0, -1)), in_flood=True) == "w1"
    assert shown(attention, warning(99, 1), warning(1), in_flood=True) == "w99"


def test_a_choice_that_is_gone_falls_back_to_the_most_urgent() -> None:
    attention, _ = made()
    shown(attention, warning(1))
    attention.choose(AlarmId("closed long ago"))
    assert shown(attention, warning(1)) == "w1"
