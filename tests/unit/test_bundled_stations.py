"""The station files that come along are right, and the demo shows every kind of warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.pack import list_packs, sensor_channels
from station.station_file import load_station
from training.__main__ import RECIPES

STATIONS = Path(__file__).resolve().parents[2] / "resources" / "stations"


@pytest.mark.parametrize("path", sorted(STATIONS.glob("*.toml")), ids=lambda path: path.name)
def test_the_station_files_that_come_along_are_right(path: Path) -> None:
    there = {folder.name: sensor_channels(folder) for folder in list_packs([STATIONS.parents[1] / "models"])}
    assert there["hydraulic-rig"]
    station = load_station(path, {**dict.fromkeys(RECIPES), **there})
    assert station.alarms


@pytest.mark.real_data
def test_the_replays_find_the_real_data_beside_the_project(real_data_dir: Path) -> None:
    if real_data_dir.resolve() != (STATIONS.parents[2] / "shared" / "data").resolve():
        pytest.skip("the station files of the replays name ../shared/data, and the real data is elsewhere")
    for path in STATIONS.glob("replay-*.toml"):
        station = load_station(path)
        for source in (*station.cameras, *station.sensors):
            assert source.kind in {"folder", "table"}
            assert (path.parent / source.path).exists()


def test_the_demo_raises_every_kind_of_alarm() -> None:
    demo = load_station(STATIONS / "demo.toml")
    assert {alarm.when.kind for alarm in demo.alarms} == {"verdict", "limit", "no_verdict", "system"}
    watched = {alarm.when.source for alarm in demo.alarms if alarm.when.kind == "no_verdict"}
    assert watched == {source.id for source in (*demo.cameras, *demo.sensors)}
    assert all(source.kind == "simulated" for source in (*demo.cameras, *demo.sensors))
    for alarm in demo.alarms:
        for text in (alarm.title, alarm.cause, alarm.consequence, alarm.action):
            assert text.en != text.zh
