"""The horn: the most urgent wins, silence is no acknowledgement, nothing sounds on return to normal, a flood leaves it calm."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pydantic import ValidationError

from station.config import HornConfig
from station.frames import AlarmId, PersonId
from station.horn import EVERY_S, GAP_S, Asking, Horn
from station.horn_view import HornView

WEI = PersonId("wei")


def asking(number: int, priority: int, activation: int = 1, *, once: bool | None = None) -> Asking:
    return Asking((AlarmId(f"alarm-{number}"), activation), priority, priority == 4 if once is None else once)


def bursts_of(horn: Horn, asks: list[Asking], since_s: float, until_s: float, *, in_flood: bool = False) -> list[tuple[float, int]]:
    """Look every 0.2 s as the supervisor does; when bursts began and with which pattern."""
    begun = []
    step = 0
    while (now_s := since_s + 0.2 * step) < until_s:
        before = horn.view.bursts
        view = horn.look(asks, now_s, in_flood=in_flood)
        if view.bursts > before:
            assert view.bursts == before + 1
            assert view.burst_priority is not None
            begun.append((round(now_s, 1), view.burst_priority))
        step += 1
    return begun


def test_nothing_open_is_quiet() -> None:
    horn = Horn(HornConfig())
    assert bursts_of(horn, [], 0, 60) == []
    assert horn.view.priority is None
    assert not horn.view.silenced


@pytest.mark.parametrize("priority", [1, 2])
def test_urgent_ones_go_on_until_acknowledged(priority: int) -> None:
    horn = Horn(HornConfig())
    begun = bursts_of(horn, [asking(1, priority)], 0, 40)
    assert begun[0] == (0.0, priority)
    assert len(begun) == 40 / EVERY_S[priority]
    assert bursts_of(horn, [], 40, 80) == []


def test_medium_sounds_once_and_again_after_the_time_to_repeat() -> None:
    horn = Horn(HornConfig(repeat_after_s=60))
    assert bursts_of(horn, [asking(1, 3)], 0, 130) == [(0.0, 3), (60.0, 3), (120.0, 3)]


def test_low_is_quiet_unless_the_station_wants_it_and_then_sounds_once() -> None:
    assert bursts_of(Horn(HornConfig()), [asking(1, 4)], 0, 700) == []
    assert bursts_of(Horn(HornConfig(priorities=(1, 2, 3, 4))), [asking(1, 4)], 0, 700) == [(0.0, 4)]


def test_what_is_to_sound_once_is_never_repeated() -> None:
    horn = Horn(HornConfig(repeat_after_s=30))
    assert bursts_of(horn, [asking(1, 2, once=True)], 0, 300) == [(0.0, 2)]


def test_the_most_urgent_wins_at_once() -> None:
    horn = Horn(HornConfig())
    assert bursts_of(horn, [asking(1, 3)], 0, 1) == [(0.0, 3)]
    assert bursts_of(horn, [asking(1, 3), asking(2, 1)], 1, 4) == [(1.0, 1)]
    assert horn.view.priority == 1


def test_a_less_urgent_one_does_not_sound_when_the_more_urgent_returns() -> None:
    horn = Horn(HornConfig())
    bursts_of(horn, [asking(1, 1)], 0, 1)
    bursts_of(horn, [asking(1, 1), asking(2, 3)], 1, 6)
    assert bursts_of(horn, [asking(2, 3)], 6, 120) == [], "no sound on return to normal"


def test_silence_holds_until_the_next_activation() -> None:
    horn = Horn(HornConfig())
    bursts_of(horn, [asking(1, 1)], 0, 10)
    assert horn.silence(WEI, 10) == 1
    assert bursts_of(horn, [asking(1, 1)], 10, 60) == []
    assert horn.view.silenced
    assert horn.view.silenced_by == WEI
    assert horn.view.priority is None
    assert bursts_of(horn, [asking(1, 1), asking(2, 3)], 60, 61) == [(60.0, 3)], "the new one sounds with its own pattern"
    assert not horn.view.silenced
    assert bursts_of(horn, [asking(1, 1, activation=2)], 75, 76) == [(75.0, 1)], "so does the same warning when it comes again"


def test_a_silenced_warning_sounds_again_when_nobody_acknowledged_it() -> None:
    horn = Horn(HornConfig(repeat_after_s=60))
    bursts_of(horn, [asking(1, 2)], 0, 5)
    horn.silence(WEI, 5)
    assert bursts_of(horn, [asking(1, 2)], 5, 66)[:1] == [(65.0, 2)]
    never = Horn(HornConfig(repeat_after_s=0))
    bursts_of(never, [asking(1, 2)], 0, 5)
    never.silence(WEI, 5)
    assert bursts_of(never, [asking(1, 2)], 5, 4000) == []


def test_silencing_nothing_says_so() -> None:
    horn = Horn(HornConfig())
    horn.look([asking(1, 4)], 0)
    assert horn.silence(WEI, 0) == 0
    assert not horn.view.silenced


def test_hundreds_of_warnings_do_not_restart_it() -> None:
    """Five hundred new warnings in a minute: it sounds as often as it would for one."""
    for priority in (1, 2, 3):
        horn, begun = Horn(HornConfig()), 0
        for number in range(500):
            asks = [asking(other, priority) for other in range(number + 1)]
            before = horn.view.bursts
            horn.look(asks, number * 0.12, in_flood=number > 10)
            begun += horn.view.bursts - before
        assert begun <= 60 / GAP_S[priority] + 1
        if priority > 1:
            assert begun <= 6, "calmer still in a flood"


def test_a_new_critical_one_is_heard_at_once_in_a_flood() -> None:
    horn = Horn(HornConfig())
    flood = [asking(number, 2) for number in range(300)]
    bursts_of(horn, flood, 0, 20, in_flood=True)
    assert bursts_of(horn, [*flood, asking(999, 1)], 20, 20.3, in_flood=True) == [(20.0, 1)]


def test_flash_goes_with_priority_1_whether_silenced_or_not() -> None:
    horn = Horn(HornConfig(flash=True, priorities=()))
    assert not horn.look([asking(1, 2)], 0).flash
    assert horn.look([asking(1, 1)], 1).flash
    horn.silence(WEI, 2)
    assert horn.look([asking(1, 1)], 2).flash, "silence is about sound"
    assert not horn.look([], 3).flash
    assert not Horn(HornConfig()).look([asking(1, 1)], 0).flash, "off unless the station wants it"


def test_a_station_without_sound() -> None:
    horn = Horn(HornConfig(priorities=()))
    assert bursts_of(horn, [asking(1, 1)], 0, 60) == []
    assert not horn.view.switched_on
    assert not horn.view.silenced


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        ({"priorities": (1, 1)}, "name each once"),
        ({"priorities": (0,)}, "greater than or equal to 1"),
        ({"repeat_after_s": 5}, "30 or more, or 0 for never"),
        ({"volume": 0}, "greater than 0"),
        ({"volume": 1.5}, "less than or equal to 1"),
    ],
)
def test_mistakes_in_the_station_file(mistake: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        HornConfig.model_validate(mistake)


class AnyHistory(RuleBasedStateMachine):
    """Random warnings, returns, acknowledgements and silences, against what must always be true."""

    @initialize(
        priorities=st.sets(st.integers(1, 4)),
        repeat_after_s=st.sampled_from([0.0, 30.0, 300.0]),
    )
    def begin(self, priorities: set[int], repeat_after_s: float) -> None:
        self.config = HornConfig(priorities=tuple(sorted(priorities)), repeat_after_s=repeat_after_s)
        self.horn = Horn(self.config)
        self.twin = Horn(self.config)
        """Is given the same tuple again and again, as the line does; it must come to the same."""
        self.given: tuple[Asking, ...] = ()
        self.asks: dict[int, Asking] = {}
        self.silenced: set[tuple[AlarmId, int]] = set()
        self.now_s = 0.0
        self.activation = 0
        self.next = 0
        self.burst_s: list[tuple[float, int]] = []
        self.in_flood = False

    def _look(self, *, may_begin: bool = True) -> None:
        before = self.horn.view
        view = self._both()
        if view.bursts == before.bursts:
            return
        assert may_begin
        assert view.bursts == before.bursts + 1
        assert view.burst_priority in self.config.priorities
        assert view.burst_priority == view.priority
        last = self.burst_s[-1] if self.burst_s else None
        assert last is None or view.burst_priority < last[1] or self.now_s - last[0] >= GAP_S[view.burst_priority]
        self.burst_s.append((self.now_s, view.burst_priority))

    def _both(self) -> HornView:
        if self.given != tuple(self.asks.values()):
            self.given = tuple(self.asks.values())
        view = self.horn.look(list(self.asks.values()), self.now_s, in_flood=self.in_flood)
        assert self.twin.look(self.given, self.now_s, in_flood=self.in_flood) == view
        return view

    @rule(priority=st.integers(1, 4), once=st.booleans())
    def activate(self, priority: int, once: bool) -> None:
        self.activation += 1
        self.asks[self.next] = asking(self.next, priority, self.activation, once=priority == 4 or (once and priority > 1))
        self.next += 1
        self._look()

    @precondition(lambda self: self.asks)
    @rule(which=st.randoms(use_true_random=False))
    def leave(self, which: object) -> None:
        """Acknowledged, returned or put aside: all the same to the horn."""
        self._look()  # what is due by now is due whether or not one leaves
        del self.asks[which.choice(sorted(self.asks))]  # type: ignore[attr-defined]
        self._look(may_begin=False)

    @rule(seconds=st.floats(0.2, 40.0))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self._look()

    @rule()
    def silence(self) -> None:
        self._look()
        assert self.horn.silence(WEI, self.now_s) == self.twin.silence(WEI, self.now_s)
        self._look(may_begin=False)
        assert self.horn.view.priority is None

    @rule(in_flood=st.booleans())
    def flood(self, in_flood: bool) -> None:
        self.in_flood = in_flood

    @invariant()
    def the_most_urgent_wins(self) -> None:
        if not hasattr(self, "horn"):
            return
        view = self._both()
        sounding = {one.priority for one in self.asks.values()} & set(self.config.priorities)
        assert view.priority is None or view.priority in sounding
        assert (view.priority is None) == (view.silenced or not sounding)
        if view.priority is not None and not any(one.priority < view.priority and one.priority in sounding for one in self.asks.values()):
            assert view.priority == min(sounding)


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@given(st.lists(st.tuples(st.integers(1, 4), st.floats(0.0, 0.5)), min_size=200, max_size=400))
@settings(max_examples=20, deadline=None)
def test_any_flood_leaves_it_calm(arrivals: list[tuple[int, float]]) -> None:
    horn, now_s, asks = Horn(HornConfig(priorities=(1, 2, 3, 4))), 0.0, []
    for number, (priority, pause_s) in enumerate(arrivals):
        now_s += pause_s
        asks.append(asking(number, priority))
        horn.look(asks, now_s, in_flood=number > 10)
    assert horn.view.bursts <= now_s / EVERY_S[1] + 4, "at most once per urgency, then at the pace of one warning"
