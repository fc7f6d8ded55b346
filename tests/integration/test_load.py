"""This file decides that a whole line keeps what a replay needs, changes its own station file on command, and obeys it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from station.frames import DefinitionId, PersonId
from station.line import Line, open_line
from station.load.settings import settings_of
from station.load_view import Basis, Caveat
from tests.integration.station_making import BASE, PINS, make_packs, wait_until, write_parts

BLOB = DefinitionId("blob")
# Twelve blobs: seven on a picture of their own, five in a row.
PARTS = "..x..x..x..x..x..x..x....xxxxx...."


def station_text() -> str:
    text = BASE.replace("{en = ", "{{en = ").replace('"测试"}', '"测试"}}').format(camera='kind = "folder"\npath = "parts"\nfps = 20.0')
    text = text.replace('name = "Wei"\n', 'name = "Wei"\nrole = "engineer"\n')
    return text.replace("raise_count = 3\nof_last = 5\noff_delay_s = 3600\n", "most_per_10_min = 1000  # no limit here\n")


def run(path: Path, data: Path) -> Line:
    line = open_line(path, data)
    line.start()
    wait_until(lambda: line.finished, "the end of the replay")
    return line


def test_a_line_replays_itself_and_obeys_what_an_engineer_puts_in_force(tmp_path: Path) -> None:
    write_parts(tmp_path / "parts", PARTS)
    make_packs(tmp_path / "data")
    path = tmp_path / "press.toml"
    path.write_text(station_text(), encoding="utf-8")
    line = run(path, tmp_path / "data")
    try:
        since, until = line.clock.utc() - timedelta(hours=1), line.clock.utc() + timedelta(seconds=1)
        blob = next(one for one in line.load.definitions if one.id == BLOB)
        tried = replace(settings_of(blob), raise_count=2, of_last=2)
        answer = line.load.what_if(BLOB, tried, since, until)
        assert answer.basis is Basis.SCORES
        assert (answer.journal, answer.in_force, answer.tried) == (8, 8, 1)
        assert Caveat.DIFFERS not in answer.caveats
        assert line.load.load(since, until).by_definition[0] == (BLOB, 8)
        assert line.report(since, until).activations[-1] <= until
        assert line.sign_in(PersonId("wei"), PINS["wei"]).ok
        assert line.load.apply(BLOB, tried, "single pictures are lamps").ok
        assert [one.why for one in line.report(since, until + timedelta(minutes=1)).changes] == ["single pictures are lamps"]
    finally:
        line.stop()
    assert "most_per_10_min = 1000  # no limit here" in path.read_text(encoding="utf-8")
    again = run(path, tmp_path / "data")
    try:
        raised = [one for one in again.alarm_history(until, again.clock.utc() + timedelta(seconds=1)) if one.definition_id == BLOB]
        report = again.load.load(until, again.clock.utc() + timedelta(seconds=1))
        assert dict(report.by_definition).get(BLOB, 0) == 1
        assert len(raised) <= 1
    finally:
        again.stop()
