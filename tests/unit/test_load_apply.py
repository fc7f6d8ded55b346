"""This file decides that a change of settings is written into the station file, kept, in force, and can be undone."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import ConfigError
from station.frames import DefinitionId, PersonId
from station.load.settings import changed_keys, settings_of, with_settings
from station.load.station_edit import StationEdit, edited, why_not_writable
from station.paths import resources_dir
from station.station_file import load_station
from tests.unit.alarm_making import CAM, RIG, START, definition, utc
from tests.unit.load_making import History

TEXT = """# The press, second line from the left.
format = 1
[station]
name = "Press"   # as on the door
product = "Parts"

[[people]]
id = "wei"
name = "Wei"
pin_hash = "scrypt$2$8$1$c2FsdHNhbHRzYWx0c2FsdA==$TcTbJEEuukTGvdrA3bC51kxR/omIo9bf1MkdVyYEDp4="
[[people]]
id = "jonas"
name = "Jonas"
role = "engineer"
pin_hash = "scrypt$2$8$1$c2FsdHNhbHRzYWx0c2FsdA==$TcTbJEEuukTGvdrA3bC51kxR/omIo9bf1MkdVyYEDp4="

[[cameras]]
id = "cam1"
name = "Camera"
asset = "spindle"
kind = "simulated"
model = "pack"

# Cracks: agreed with quality on 3 March.
[[alarms]]
id = "crack"
asset = "spindle"
when = { kind = "verdict", source = "cam1" } # any target
title = { en = "Crack", zh = "裂纹" }
cause = "die worn"
consequence = "scrap"
action = "take the part out"
respond_within_s = 60
priority = 2
off_delay_s = 1  # the next part comes after two
most_per_10_min = 1000

[[alarms]]
id = "camera-gone"
asset = "spindle"
title = "Camera gone"
cause = "cable"
consequence = "unjudged"
action = "look"
respond_within_s = 60
priority = 3
[alarms.when]
kind = "no_verdict"
source = "cam1"
"""
CRACK = DefinitionId("crack")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "station" / "press.toml"
    file.parent.mkdir()
    file.write_text(TEXT, encoding="utf-8")
    return file


def line(path: Path, *, start_s: float = 0.0) -> History:
    history = History(path.parent.parent / "data", load_station(path), start_s=start_s, station_path=path)
    history.person = PersonId("jonas")
    return history


def test_everything_else_in_the_file_stays_as_it_was_written() -> None:
    made = edited(TEXT, "crack", {"on_delay_s": 2.0, "off_delay_s": 3.0, "when.clear_score": 0.45})
    before, after = TEXT.splitlines(), made.splitlines()
    assert [one for one in before if one not in after] == [
        'when = { kind = "verdict", source = "cam1" } # any target',
        "off_delay_s = 1  # the next part comes after two",
    ]
    assert "off_delay_s = 3  # the next part comes after two" in after
    assert (
        'when = { kind = "verdict", source = "cam1", clear_score = 0.45} # any target' in made
        or "clear_score = 0.45 } # any target" in made
    )
    assert after[: before.index("[[alarms]]")] == before[: before.index("[[alarms]]")]
    assert made.endswith(TEXT[TEXT.index('id = "camera-gone"') :])


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_mark_and_line_ends_stay(mark: str, end: str) -> None:
    text = mark + TEXT.replace("\n", end)
    made = edited(text, "crack", {"on_delay_s": 2.5})
    assert made.startswith(mark + "# The press")
    assert made.count("\n") == text.count("\n") + 1
    assert made.count("\r\n") == (made.count("\n") if end == "\r\n" else 0)


def test_an_engineer_changes_the_file_and_the_engine_obeys_at_once_and_after_a_restart(path: Path) -> None:
    history = line(path)
    blip = np.array([0.1] * 10 + [0.9] * 3 + [0.1] * 30)
    history.frames(blip)
    assert history.alarms.rung == 1
    tried = replace(settings_of(history.load.definitions[0]), on_delay_s=2.0)
    answer = history.load.what_if(CRACK, tried, utc(0.0), utc(history.clock.now_s + 1))
    assert (answer.journal, answer.in_force, answer.tried) == (1, 1, 0)
    assert history.load.apply(CRACK, tried, " blips of the lamp ").ok
    history.frames(blip)
    assert history.alarms.rung == 1
    assert load_station(path).alarms[0].on_delay_s == 2.0
    assert "# Cracks: agreed with quality on 3 March." in path.read_text(encoding="utf-8")
    (backup,) = path.parent.glob("press.toml.before-*")
    assert backup.read_text(encoding="utf-8") == TEXT
    (change,) = history.load.changes(utc(0.0), utc(history.clock.now_s + 1))
    assert (change.person_id, change.why, change.before.on_delay_s, change.after.on_delay_s) == ("jonas", "blips of the lamp", 0.0, 2.0)
    assert history.load.load(utc(0.0), utc(history.clock.now_s + 1)).changes == (change,)
    assert history.records.report(utc(0.0), utc(history.clock.now_s + 1)).changes == (change,)
    history.stop()
    again = line(path, start_s=history.clock.now_s + 10.0)
    again.frames(blip)
    assert again.alarms.rung == 0
    again.frames(np.array([0.9] * 40))
    assert again.alarms.rung == 1
    assert again.load.undo(change.change_id, "it was the lamp").ok
    assert load_station(path).alarms[0] == load_station(backup).alarms[0]
    assert again.load.definitions[0].on_delay_s == 0.0
    changes = again.load.changes(START, utc(again.clock.now_s + 1))
    assert [one.why for one in changes] == ["it was the lamp", "blips of the lamp"]
    assert not again.load.undo(change.change_id, "twice").ok
    again.stop()


def test_only_an_engineer_with_a_reason_changes_anything(path: Path) -> None:
    history = line(path)
    tried = replace(settings_of(history.load.definitions[0]), on_delay_s=2.0)
    for person, why, begins in (
        (None, "why", "Nobody is signed in"),
        (PersonId("wei"), "why", "Only an engineer"),
        (PersonId("jonas"), "  ", "Say why"),
    ):
        history.person = person
        outcome = history.load.apply(CRACK, tried, why)
        assert not outcome.ok
        assert outcome.sentence.startswith(begins)
    history.person = PersonId("jonas")
    assert not history.load.apply(CRACK, settings_of(history.load.definitions[0]), "same").ok
    wrong = replace(tried, raise_at=0.5, clear_at=0.7)
    assert history.load.apply(CRACK, wrong, "why").sentence.startswith("The warning would clear beyond the limit")
    assert path.read_text(encoding="utf-8") == TEXT
    assert list(path.parent.iterdir()) == [path]
    history.stop()


def test_a_change_that_cannot_be_kept_is_taken_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from inference.errors import RecordsError

    history = line(path)

    def fail(*_: object) -> None:
        raise RecordsError("The change of a warning was not kept", do="Check the disk")

    monkeypatch.setattr(history.records, "confirm_row", fail)
    tried = replace(settings_of(history.load.definitions[0]), on_delay_s=2.0)
    outcome = history.load.apply(CRACK, tried, "why")
    assert not outcome.ok
    assert path.read_text(encoding="utf-8") == TEXT
    assert history.load.definitions[0].on_delay_s == 0.0
    history.stop()


def test_a_file_that_somebody_changed_meanwhile_is_left_alone(path: Path) -> None:
    history = line(path)
    changed = TEXT.replace("off_delay_s = 1 ", "off_delay_s = 7 ")
    path.write_text(changed, encoding="utf-8")
    tried = replace(settings_of(history.load.definitions[0]), on_delay_s=2.0)
    outcome = history.load.apply(CRACK, tried, "why")
    assert outcome.sentence.startswith("The station file was changed since Lineside started")
    assert path.read_text(encoding="utf-8") == changed
    history.stop()


def test_files_that_cannot_be_changed_say_what_to_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert why_not_writable(path) == ""
    assert "--station FILE" in why_not_writable(None)
    assert "demo.toml comes with the program" in why_not_writable(resources_dir() / "stations" / "demo.toml")
    history = line(path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert why_not_writable(path).startswith("The station file cannot be written")
    tried = replace(settings_of(history.load.definitions[0]), on_delay_s=2.0)
    outcome = history.load.apply(CRACK, tried, "why")
    assert not outcome.ok
    assert "with --station FILE" in outcome.sentence
    assert path.read_text(encoding="utf-8") == TEXT
    history.stop()


def test_a_definition_written_as_a_table_below_is_changed_as_well(path: Path) -> None:
    station = load_station(path)
    gone = station.alarms[1]
    after = with_settings(gone, replace(settings_of(gone), on_delay_s=5.0))
    edit = StationEdit(path, gone, after)
    edit.write(START)
    assert load_station(path).alarms[1] == after
    edit.take_back()
    assert path.read_text(encoding="utf-8") == TEXT


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(ConfigError, match="no such warning"):
        edited(TEXT, "nothing", {"on_delay_s": 1.0})
    with pytest.raises(ConfigError, match="not TOML"):
        edited("a = [", "crack", {"on_delay_s": 1.0})


@given(
    st.floats(0, 100).map(lambda value: round(value, 2)),
    st.integers(1, 5),
    st.integers(0, 5),
    st.integers(2, 100),
    st.none() | st.integers(50, 99),
    st.none() | st.integers(1, 49),
)
def test_any_change_is_written_so_that_it_reads_back(
    delay_s: float, n: int, more: int, most: int, raises: int | None, clears: int | None
) -> None:
    import tomllib

    before = definition(off_delay_s=1, most_per_10_min=1000)
    tried = replace(
        settings_of(before),
        on_delay_s=delay_s,
        raise_count=n,
        of_last=n + more,
        most_per_10_min=most,
        raise_at=None if raises is None else raises / 100,
        clear_at=None if clears is None else clears / 100,
    )
    after = with_settings(before, tried)
    found = tomllib.loads(edited(TEXT, "crack", changed_keys(before, after)))["alarms"][0]
    read = before.model_validate(found)
    assert settings_of(read) == tried
    assert json.loads(read.model_dump_json())["when"]["source"] == CAM


def test_limits_must_not_cross() -> None:
    low = definition({"kind": "limit", "source": RIG, "channel": "p", "side": "low", "raise_at": 10.0, "clear_at": 12.0})
    assert with_settings(low, replace(settings_of(low), raise_at=11.0)).when.raise_at == 11.0  # type: ignore[union-attr]
    with pytest.raises(ConfigError, match="clear beyond"):
        with_settings(low, replace(settings_of(low), raise_at=13.0))
    with pytest.raises(ConfigError, match="cannot be"):
        with_settings(low, replace(settings_of(low), raise_count=3, of_last=2))
