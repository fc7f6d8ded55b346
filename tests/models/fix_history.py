"""This file decides how good suggestions are on a simulated history whose right fixes are known: figures of docs/feedback.md.

``python -m tests.models.fix_history`` prints in how many incidents the right action is the first suggestion and among the first
three, beside the most frequent actions of the warning and the definition's own. The history is a plant of several machines with
three warnings. Behind each warning lie four faults that look alike, each with its own fix among eight actions; operators err,
some more than others; now and then a finding looks like another fault's, a wrong action seems to have helped, or a right one does
not help; what did not help comes back within the shift. Every incident is judged by what was known before it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from station.config import AlarmConfig
from station.experience.cases import Attempt, Case
from station.experience.fixes import suggest
from station.frames import AlarmId, PersonId
from tests.unit.alarm_making import definition

BEGIN = datetime(2025, 1, 6, 6, 0, tzinfo=UTC)
CHANNELS = ("TS1", "TS2", "VS1", "CE", "CP", "SE", "FS1", "FS2", "PS1", "PS2")
ACTIONS = 8
FAULTS = 4
FREQUENCY = (0.4, 0.25, 0.2, 0.15)
SKILL = {"wei": 0.85, "anna": 0.7, "jonas": 0.55}
"""How often each operator finds the right action by themselves."""
RIGHT_WORKS, WRONG_WORKS = 0.9, 0.15
LOOKS_LIKE_ANOTHER = 0.1
NO_ACTION_SAID = 0.15
MEAN_DAYS = 4.0
MACHINES = 3


@dataclass(frozen=True, slots=True, eq=False)
class HiddenFaults:
    """One warning with its hidden faults: what each looks like and what fixes it."""

    rule: AlarmConfig
    fixes: tuple[str, ...]
    drivers: tuple[dict[str, float], ...]
    looks: tuple[np.ndarray, ...]
    habit: tuple[float, ...]
    """How often an operator who does not know takes each action."""

    @property
    def is_seen(self) -> bool:
        """Whether a camera raises it."""
        return bool(self.looks)


@dataclass(slots=True)
class Hits:
    """In how many incidents the right action was first, and among the first three."""

    first: int = 0
    three: int = 0
    of: int = 0

    def add(self, offered: Sequence[str], right: str) -> None:
        """Count one incident."""
        self.first += bool(offered) and offered[0] == right
        self.three += right in offered[:3]
        self.of += 1

    def __str__(self) -> str:
        return f"first {self.first / self.of:.3f}, among three {self.three / self.of:.3f} ({self.of} incidents)"


@dataclass(slots=True)
class Figures:
    """Hits of the suggestions and of the baselines."""

    suggested: Hits = field(default_factory=Hits)
    frequent: Hits = field(default_factory=Hits)
    own: Hits = field(default_factory=Hits)


def make_warning(name: str, random: np.random.Generator, *, is_seen: bool) -> HiddenFaults:
    """A warning whose four faults look alike: the same base, each with a turn of its own."""
    actions = [f"act-{number}" for number in range(ACTIONS)]
    rule = definition(id=name, actions=[{"id": one, "text": one} for one in actions])
    fixes = tuple(random.choice(actions, FAULTS, replace=False).tolist())
    base = random.normal(size=len(CHANNELS))
    drivers = tuple(dict(zip(CHANNELS, base + 0.9 * random.normal(size=len(CHANNELS)), strict=True)) for _ in range(FAULTS))
    centre = random.normal(size=32)
    looks = tuple(centre + 0.5 * random.normal(size=32) for _ in range(FAULTS)) if is_seen else ()
    return HiddenFaults(rule, fixes, () if is_seen else drivers, looks, tuple(random.dirichlet(np.full(ACTIONS, 0.7)).tolist()))


def simulate(incidents: int, seed: int, after: int = 0) -> Figures:
    """Let *incidents* happen; those from number *after* on are counted."""
    random = np.random.default_rng(seed)
    warnings = [make_warning("pump", random, is_seen=False), make_warning("valve", random, is_seen=False)]
    warnings.append(make_warning("pitting", random, is_seen=True))
    figures = Figures()
    histories: dict[str, list[Case]] = {one.rule.id: [] for one in warnings}
    now = BEGIN
    number = 0
    while number < incidents:
        warning = warnings[int(random.integers(len(warnings)))]
        machine = f"machine-{int(random.integers(MACHINES))}"
        fault = int(random.choice(FAULTS, p=FREQUENCY))
        now += timedelta(days=float(random.exponential(MEAN_DAYS / (MACHINES * len(warnings)))))
        tried: list[str] = []
        while number < incidents:
            history = histories[warning.rule.id]
            case = _appear(warning, fault, machine, number, random)
            if number >= after:
                _count(figures, warning, fault, case, history, now)
            action = _choose(warning, fault, tried, random)
            works = random.random() < (RIGHT_WORKS if action == warning.fixes[fault] else WRONG_WORKS)
            if random.random() >= NO_ACTION_SAID:
                person = PersonId(str(random.choice(list(SKILL))))
                attempt = Attempt(action, AlarmId(case.case_id), person, now, works)
                history.append(_with(case, attempt))
            number += 1
            if works:
                break
            tried.append(action)
            now += timedelta(hours=float(random.uniform(0.3, 7.5)))
    return figures


def _appear(warning: HiddenFaults, fault: int, machine: str, number: int, random: np.random.Generator) -> Case:
    """What an incident looks like: its fault with noise, now and then another one's."""
    shown = int(random.integers(FAULTS)) if random.random() < LOOKS_LIKE_ANOTHER else fault
    judged = frozenset({("model", warning.rule.id)})
    if warning.is_seen:
        vector = warning.looks[shown] + 0.35 * random.normal(size=32)
        seen = np.asarray(vector / np.linalg.norm(vector), np.float32)
        return Case(f"case-{number}", warning.rule.id, machine, judged, embedding=seen, embedding_of="model@1")
    moved = {channel: share + 0.45 * float(random.normal()) for channel, share in warning.drivers[shown].items()}
    whole = sum(abs(share) for share in moved.values())
    return Case(f"case-{number}", warning.rule.id, machine, judged, {channel: share / whole for channel, share in moved.items()})


def _choose(warning: HiddenFaults, fault: int, tried: Sequence[str], random: np.random.Generator) -> str:
    """An operator's choice: right by skill, else by habit; what has just not helped is not tried again."""
    skill = SKILL[str(random.choice(list(SKILL)))]
    right = warning.fixes[fault]
    if right not in tried and random.random() < skill:
        return right
    actions = [choice.id for choice in warning.rule.actions]
    open_ones = [place for place, action in enumerate(actions) if action not in tried] or list(range(len(actions)))
    weights = np.asarray(warning.habit)[open_ones] + 1e-3
    return actions[int(random.choice(open_ones, p=weights / weights.sum()))]


def _with(case: Case, attempt: Attempt) -> Case:
    return Case(case.case_id, case.cause, case.asset, case.judged, case.drivers, case.embedding, case.embedding_of, (attempt,))


def _count(figures: Figures, warning: HiddenFaults, fault: int, case: Case, history: Sequence[Case], now: datetime) -> None:
    right = warning.fixes[fault]
    known = [_known_by(one, now) for one in history]
    figures.suggested.add([one.action_id for one in suggest(case, known, warning.rule)], right)
    chosen = Counter(attempt.action_id for one in history for attempt in one.attempts)
    figures.frequent.add([action for action, _ in chosen.most_common(3)], right)
    # The best a text that was written once can do: the fix of the most frequent fault.
    figures.own.add([warning.fixes[0]], right)


def _known_by(case: Case, now: datetime) -> Case:
    """*case* as it was known at *now*: whether a fix of the last shift holds is not known, that it did not is."""
    (attempt,) = case.attempts
    if attempt.worked and now - attempt.utc < timedelta(hours=8):
        return _with(case, Attempt(attempt.action_id, attempt.alarm_id, attempt.person_id, attempt.utc, None))
    return case


def measure(runs: int, incidents: int, after: int) -> Figures:
    """*runs* plants, each with faults and habits of its own, together."""
    whole = Figures()
    for seed in range(runs):
        figures = simulate(incidents, seed, after)
        for mine, its in ((whole.suggested, figures.suggested), (whole.frequent, figures.frequent), (whole.own, figures.own)):
            mine.first, mine.three, mine.of = mine.first + its.first, mine.three + its.three, mine.of + its.of
    return whole


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--incidents", type=int, default=300)
    chosen = parser.parse_args()
    for after, until in ((0, 30), (30, 100), (100, chosen.incidents)):
        figures = measure(chosen.runs, until, after)
        print(f"incidents {after} to {until}, {chosen.runs} plants")
        print(f"  suggested:              {figures.suggested}")
        print(f"  most frequent actions:  {figures.frequent}")
        print(f"  definition's own:       {figures.own}")


if __name__ == "__main__":
    main()
