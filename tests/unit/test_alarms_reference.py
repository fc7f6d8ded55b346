"""This file decides that the document of the life cycle shows the table in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.alarms import life_cycle_reference
from station.alarms.life_cycle import LifeEvent, Refusal


def test_the_committed_tables_are_up_to_date() -> None:
    assert life_cycle_reference.main(["--check"]) == 0, "write them again with: nox -s docs"


def test_outdated_tables_are_noticed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = tmp_path / "alarm-life-cycle.md"
    reference.write_text(f"before\n{life_cycle_reference.BEGIN}\nquite outdated\n{life_cycle_reference.END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(life_cycle_reference, "REFERENCE", reference)
    assert life_cycle_reference.main(["--check"]) == 1
    assert "nox -s docs" in capsys.readouterr().err
    assert life_cycle_reference.main([]) == 0
    assert life_cycle_reference.main(["--check"]) == 0
    written = reference.read_text(encoding="utf-8")
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "quite outdated" not in written


def test_every_event_and_every_refusal_is_shown() -> None:
    shown = life_cycle_reference.tables()
    assert all(event.value.replace("_", " ") in shown for event in LifeEvent)
    assert all(f"{refusal.value}." in shown for refusal in Refusal)


def test_a_document_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the marks"):
        life_cycle_reference.with_tables("nothing here")
