"""This file decides when the horn sounds and with which pattern: a machine that is told the open warnings and the time.

It knows no sound device and no clock. The most urgent warning that is active and not acknowledged wins. Priorities 1 and 2 go on until
somebody acknowledges or silences, priority 3 sounds once and again after the time to repeat, priority 4, warnings of the station itself and
those that were demoted sound once. What returns to normal only ever takes sound away.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from station.config import HornConfig
from station.frames import AlarmId, PersonId
from station.horn_view import HornView
from station.view import AlarmKind, AlarmState, AlarmView

Activation = tuple[AlarmId, int]
"""One activation of one warning: what an acknowledgement and a silence hold for."""

EVERY_S: Mapping[int, float] = {1: 4.0, 2: 8.0}
"""Priorities that go on sounding, and every how many seconds a burst begins. A less urgent one never comes more often."""
EVERY_IN_FLOOD_S: Mapping[int, float] = {1: 4.0, 2: 30.0}
"""The same while more warnings come than anybody can read."""
GAP_S: Mapping[int, float] = {1: 4.0, 2: 4.0, 3: 10.0, 4: 30.0}
"""A new warning does not begin a burst sooner than so after the last one, unless that was less urgent."""
GAP_IN_FLOOD_S: Mapping[int, float] = {1: 4.0, 2: 15.0, 3: 60.0, 4: 60.0}
"""The same in a flood."""
MOST_URGENT = 1


@dataclass(frozen=True, slots=True)
class Asking:
    """One activation that asks for attention.

    Attributes:
        key: Which activation.
        priority: 1..4, as shown.
        once: Sounds once and is never repeated.
    """

    key: Activation
    priority: int
    once: bool


def asking_of(alarms: Iterable[AlarmView]) -> tuple[Asking, ...]:
    """What of *alarms* asks for attention: active and not acknowledged. What returned to normal does not."""
    return tuple(
        Asking((alarm.alarm_id, alarm.activation), alarm.priority, _sounds_once(alarm))
        for alarm in alarms
        if alarm.state is AlarmState.UNACKNOWLEDGED_ACTIVE
    )


def _sounds_once(alarm: AlarmView) -> bool:
    if alarm.priority <= MOST_URGENT:
        return False
    return alarm.kind is AlarmKind.SYSTEM or alarm.priority > alarm.definition.priority or alarm.priority not in (2, 3)


class Horn:
    """The machine. Not thread-safe: one caller at a time, with a time that does not run backwards.

    Args:
        config: The station file's ``[horn]``.
    """

    def __init__(self, config: HornConfig) -> None:
        self._config = config
        self._announced_s: dict[Activation, float] = {}
        """When an activation was heard, by its own burst or by a more urgent one."""
        self._silenced_s: dict[Activation, float] = {}
        self._silenced_by: PersonId | None = None
        self._asking: tuple[Asking, ...] = ()
        self._burst_s = -math.inf
        self._look_again_s = -math.inf
        """Nothing is to sound again before that."""
        self._top: Asking | None = None
        self._is_stale = True
        """The most urgent one has to be found anew; there may be thousands, and this is asked many times a second."""
        self._has_critical = False
        self._view = HornView(volume=config.volume, switched_on=bool(config.priorities))

    @property
    def view(self) -> HornView:
        """The horn as of the last call."""
        return self._view

    def look(self, asking: Sequence[Asking], now_s: float, *, in_flood: bool = False) -> HornView:
        """Take what asks at *now_s* (monotonic, s), begin a burst where one is due, and say how the horn is.

        Args:
            asking: Every activation that asks, in any order; the same tuple as before costs next to nothing.
            now_s: Now.
            in_flood: Whether more warnings come than anybody can read; the horn is calmer then.
        """
        self._take(asking, now_s)
        if self._is_stale:
            self._top = min(self._sounding(), key=self._urgency, default=None)
            self._is_stale = False
        top = self._top
        bursts, burst_priority = self._view.bursts, self._view.burst_priority
        if top is not None and self._is_due(top, now_s, in_flood=in_flood):
            bursts, burst_priority, self._burst_s = bursts + 1, top.priority, now_s
            # Whoever heard this burst looks up, and sees the others as well.
            self._announced_s.update((one.key, now_s) for one in self._sounding())
            self._is_stale = True
        self._view = HornView(
            priority=None if top is None else top.priority,
            bursts=bursts,
            burst_priority=burst_priority,
            silenced=bool(self._silenced_s) and top is None,
            silenced_by=self._silenced_by if self._silenced_s and top is None else None,
            flash=self._config.flash and self._has_critical,
            volume=self._config.volume,
            switched_on=bool(self._config.priorities),
        )
        return self._view

    def silence(self, person: PersonId | None, now_s: float) -> int:
        """Silence what sounds or may sound now; the next activation sounds again. Not an acknowledgement.

        Returns:
            How many activations this silenced.
        """
        heard = [one.key for one in self._asking if one.priority in self._config.priorities]
        newly = [key for key in heard if key not in self._silenced_s]
        self._silenced_s.update((key, now_s) for key in newly)
        self._is_stale = True
        if newly:
            self._silenced_by = person
        return len(newly)

    def _sounding(self) -> Iterator[Asking]:
        return (one for one in self._asking if one.priority in self._config.priorities and one.key not in self._silenced_s)

    def _urgency(self, one: Asking) -> tuple[int, bool, bool]:
        return one.priority, one.key in self._announced_s, one.once

    def _take(self, asking: Sequence[Asking], now_s: float) -> None:
        """Forget what asks no more, and let sound again what was silenced or heard too long ago."""
        if asking is not self._asking:
            self._asking = tuple(asking)
            there = {one.key for one in asking}
            self._announced_s = {key: at_s for key, at_s in self._announced_s.items() if key in there}
            self._silenced_s = {key: at_s for key, at_s in self._silenced_s.items() if key in there}
            self._has_critical = any(one.priority == MOST_URGENT for one in asking)
            self._is_stale = True
        again_s = self._config.repeat_after_s
        if again_s <= 0 or (now_s < self._look_again_s and not self._is_stale):
            return
        first_s = math.inf
        for one in self._asking:
            if one.once:
                continue
            if now_s - self._silenced_s.get(one.key, now_s) >= again_s:
                del self._silenced_s[one.key]
                self._announced_s.pop(one.key, None)
                self._is_stale = True
            if one.priority not in EVERY_S and now_s - self._announced_s.get(one.key, now_s) >= again_s:
                del self._announced_s[one.key]
                self._is_stale = True
            first_s = min(first_s, self._silenced_s.get(one.key, math.inf), self._announced_s.get(one.key, math.inf))
        self._look_again_s = first_s + again_s

    def _is_due(self, top: Asking, now_s: float, *, in_flood: bool) -> bool:
        since_s = now_s - self._burst_s
        if top.key in self._announced_s:
            every_s = (EVERY_IN_FLOOD_S if in_flood else EVERY_S).get(top.priority)
            return every_s is not None and not top.once and since_s >= every_s
        last = self._view.burst_priority
        if last is None or top.priority < last:
            return True
        return since_s >= (GAP_IN_FLOOD_S if in_flood else GAP_S)[top.priority]
