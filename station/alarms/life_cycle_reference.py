"""This file decides how the life cycle is shown: it writes the tables in ``docs/alarm-life-cycle.md`` from the code.

``python -m station.alarms.life_cycle_reference`` writes them, ``--check`` only says whether they are up to date (exit code 1 when not).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from station.alarms.life_cycle import (
    TRANSITIONS,
    Beneath,
    ByBeneath,
    Cell,
    IfLatching,
    LifeEvent,
    Outcome,
    Refusal,
    UnlessCritical,
)
from station.paths import program_dir
from station.view import AlarmState

REFERENCE = program_dir() / "docs" / "alarm-life-cycle.md"
BEGIN, END = "<!-- tables: written by `nox -s docs` -->", "<!-- end of tables -->"

_SHORT = {
    AlarmState.NORMAL: "N",
    AlarmState.UNACKNOWLEDGED_ACTIVE: "U",
    AlarmState.ACKNOWLEDGED_ACTIVE: "A",
    AlarmState.RETURNED_UNACKNOWLEDGED: "R",
    AlarmState.LATCHED: "L",
    AlarmState.SHELVED: "S",
    AlarmState.SUPPRESSED: "P",
    AlarmState.OUT_OF_SERVICE: "O",
}


def tables() -> str:
    """The states, the transitions and the refusals as Markdown."""
    states = _table(("", "state"), ((f"**{short}**", _words(state.value)) for state, short in _SHORT.items()))
    numbers = {refusal: number for number, refusal in enumerate(Refusal, start=1)}
    head = ("event", *(f"**{short}**" for short in _SHORT.values()))
    rows = ((_words(event.value), *(_cell(TRANSITIONS[state][event], numbers, state) for state in _SHORT)) for event in LifeEvent)
    refusals = "\n".join(f"{number}. {refusal.value}." for refusal, number in numbers.items())
    freed = next(cell for cell in TRANSITIONS[AlarmState.SHELVED].values() if isinstance(cell, ByBeneath))
    ends = _table(
        ("beneath the hold", "becomes"),
        ((_words(beneath.value), _cell(getattr(freed, beneath.value), numbers)) for beneath in Beneath),
    )
    return f"{states}\n{_table(head, rows)}\n{refusals}\n\n**free**, the end of a hold:\n\n{ends}"


def with_tables(text: str) -> str:
    """*text* of the document with the tables as the code has them.

    Raises:
        ValueError: The marks of their place are missing.
    """
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or END not in rest:
        raise ValueError(f"{REFERENCE.name} lacks the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def _cell(cell: Cell, numbers: dict[Refusal, int], state: AlarmState | None = None) -> str:
    if isinstance(cell, UnlessCritical):
        return f"{_outcome(cell.then, numbers)} *({numbers[Refusal.CRITICAL]})*"
    if isinstance(cell, IfLatching):
        return f"{_outcome(cell.yes, numbers)} if it latches, else {_outcome(cell.no, numbers)}"
    if isinstance(cell, ByBeneath):
        if cell.shelved is AlarmState.SUPPRESSED:
            return f"P with a shelf beneath, else {_outcome(cell.nothing, numbers)}"
        return "**free**"
    return "·" if cell is state else _outcome(cell, numbers)


def _outcome(outcome: Outcome, numbers: dict[Refusal, int]) -> str:
    return f"*{numbers[outcome]}*" if isinstance(outcome, Refusal) else f"**{_SHORT[outcome]}**"


def _words(value: str) -> str:
    return value.replace("_", " ")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the tables, or compare them: 0 done or equal, 1 out of date."""
    parser = argparse.ArgumentParser(prog="python -m station.alarms.life_cycle_reference", description="Write its tables.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when they are out of date")
    asked = parser.parse_args(arguments)
    there = REFERENCE.read_text(encoding="utf-8")
    wanted = with_tables(there)
    if not asked.check:
        REFERENCE.write_text(wanted, encoding="utf-8", newline="\n")
        return 0
    if there == wanted:
        return 0
    sys.stderr.write(f"{REFERENCE.name} is out of date. Write it again with: nox -s docs\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
