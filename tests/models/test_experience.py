"""The figures of docs/feedback.md, on fewer cases: false alarms known again and pits never, fixes among the first three."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.false_alarm_memory import open_runner, replay, simulate
from tests.models.fix_history import measure


def test_marks_confirmed_false_are_known_again_and_pits_never(tmp_path: Path) -> None:
    measured = simulate(open_runner(), 8, tmp_path)
    assert measured.repeats.of >= 40
    assert measured.repeats.hits >= 0.55 * measured.repeats.of, str(measured.repeats)
    assert measured.repeats_again.hits >= 0.8 * measured.repeats_again.of, str(measured.repeats_again)
    assert (measured.pits_there.hits, measured.pits_beside.hits) == (0, 0)
    assert measured.pits_there.of >= 12
    assert measured.pits_beside.of >= 15


@pytest.mark.real_data
def test_recorded_pits_are_not_taken_for_known_false_alarms(tmp_path: Path, real_data_dir: Path) -> None:
    recorded = replay(open_runner(), real_data_dir, tmp_path, every=8)
    assert recorded.pits.of >= 15
    assert recorded.pits.hits == 0, str(recorded.pits)
    assert recorded.strangers.hits <= 0.05 * recorded.strangers.of, str(recorded.strangers)
    assert recorded.repeats.hits >= 0.5 * recorded.repeats.of, str(recorded.repeats)


def test_the_right_fix_is_among_the_first_three() -> None:
    figures = measure(runs=6, incidents=200, after=100)
    suggested, frequent, own = figures.suggested, figures.frequent, figures.own
    assert suggested.of == 600
    assert suggested.three >= 0.85 * suggested.of, str(suggested)
    assert suggested.three > 1.1 * frequent.three, f"{suggested}; {frequent}"
    assert suggested.first > 1.4 * max(frequent.first, own.first), f"{suggested}; {frequent}; {own}"
