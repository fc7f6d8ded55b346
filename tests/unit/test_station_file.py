"""This file decides what is said about wrong station files: everything at once, each mistake at its line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.station_file import StationFileError, check_station, load_station
from tests.toml_making import any_values, to_toml

GOOD = """format = 1

[station]
name = { en = "Station 4", zh = "四号工位" }
product = "Spindles"
shifts = [{ name = "A", start = "06:00" }, { name = "B", start = "14:00" }]

[[people]]
id = "wei"
name = "Wei"
pin_hash = "scrypt$1$1$1$a$b"

[[cameras]]
id = "cam-1"
name = "Camera 1"
asset = "spindle-1"
kind = "folder"
path = "images"
model = "surface-pitting"

[[sensors]]
id = "rig-1"
name = "Rig"
asset = "rig-1"
kind = "simulated"
channels = [
  { id = "TS1", name = "Oil temperature", unit = "°C", normal_low = 35.0, normal_high = 60.0 },
  { id = "TS2", name = "Pressure" },
]

[[alarms]]
id = "pitting"
asset = "spindle-1"
when = { kind = "verdict", source = "cam-1" }
title = "Pitting"
cause = "Overload"
consequence = "The drive seizes"
action = "Take the part out"
respond_within_s = 600
priority = 2
raise_count = 3
of_last = 5

[[alarms]]
id = "hot"
asset = "rig-1"
title = "Oil hot"
cause = "Cooler"
consequence = "Wear"
action = "Clean the cooler"
respond_within_s = 600
priority = 3
[alarms.when]
kind = "limit"
source = "rig-1"
channel = "TS1"
side = "high"
raise_at = 60.0
clear_at = 58.0
"""

STANDS = 'suppressed_while = { source = "rig-1", channel = "TS1", side = "low", begins_at = 30.0, ends_at = 40.0, why = "It stands" }'


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "station.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def mistakes_of(tmp_path: Path, text: str | bytes, packs: tuple[str, ...] | None = None) -> list[tuple[int, str, str]]:
    with pytest.raises(StationFileError) as caught:
        load_station(write(tmp_path, text), packs)
    return [(m.line, m.key_path, m.sentence) for m in caught.value.mistakes]


def only(tmp_path: Path, old: str, new: str, packs: tuple[str, ...] | None = None) -> tuple[int, str, str]:
    """The only mistake of the good file with *old* replaced by *new*."""
    assert GOOD.count(old) == 1, f"{old!r} must be there once"
    found = mistakes_of(tmp_path, GOOD.replace(old, new), packs)
    assert len(found) == 1, found
    return found[0]


def line_of(text: str) -> int:
    return GOOD[: GOOD.index(text)].count("\n") + 1


def test_a_good_file_is_read_and_described(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    station = load_station(path, ["surface-pitting"])
    assert station.cameras[0].id == "cam-1"
    assert station.station.name.zh == "四号工位"
    assert station.alarms[1].when.kind == "limit"
    report = check_station(path)
    assert "no mistakes" in report
    assert "camera    cam-1 (folder), judged by surface-pitting" in report
    assert "sensors   rig-1 (simulated), shown, not judged" in report
    assert "warnings  2 defined" in report


def test_a_login_in_the_file_is_noted(tmp_path: Path) -> None:
    text = GOOD.replace('kind = "folder"\npath = "images"', 'kind = "rtsp"\nurl = "rtsp://wei:pa55w0rd@10.0.0.9/x"')
    report = check_station(write(tmp_path, text))
    assert "note      cam-1: its login stands in this file" in report
    assert "pa55w0rd" not in report


@pytest.mark.parametrize("text", [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD])
def test_files_as_windows_writes_them(tmp_path: Path, text: str) -> None:
    assert load_station(write(tmp_path, text)).format == 1


def test_five_mistakes_are_told_with_their_lines(tmp_path: Path) -> None:
    bad = GOOD.replace('path = "images"', 'pth = "images"')
    bad = bad.replace('start = "14:00"', 'start = "2 pm"')
    bad = bad.replace("respond_within_s = 600\npriority = 2\n", "priority = 2\n")
    bad = bad.replace('source = "cam-1"', 'source = "cam-2"')
    bad = bad.replace("clear_at = 58.0", "clear_at = 61.5")
    path = write(tmp_path, bad)
    with pytest.raises(StationFileError) as caught:
        load_station(path)
    told = [(m.line, m.key_path) for m in caught.value.mistakes]

    def line(text: str) -> int:
        return bad[: bad.index(text)].count("\n") + 1

    assert told == [
        (line("shifts ="), "station.shifts[1].start"),
        (line("[[cameras]]"), "cameras[0].path"),
        (line("pth ="), "cameras[0].pth"),
        (line("[[alarms]]"), "alarms[0].respond_within_s"),
        (line('source = "cam-2"'), "alarms[0].when.source"),
        (line("clear_at"), "alarms[1].when.clear_at"),
    ]
    text = str(caught.value)
    assert str(path) in text
    for number, key_path in told:
        assert f"line {number:>2}  {key_path}: " in text


def test_several_mistakes_in_the_same_table_and_line(tmp_path: Path) -> None:
    found = mistakes_of(
        tmp_path, GOOD.replace('{ id = "TS2", name = "Pressure" }', '{ id = "TS1", decimals = 9, normal_low = 2, normal_high = 1 }')
    )
    line = line_of('{ id = "TS2"')
    assert {(at, path) for at, path, _ in found} == {
        (line, "sensors[0].channels[1].id"),
        (line, "sensors[0].channels[1].name"),
        (line, "sensors[0].channels[1].decimals"),
        (line, "sensors[0].channels[1].normal_low"),
    }


@pytest.mark.parametrize("key", ["cause", "consequence", "action", "respond_within_s", "priority", "title", "id", "asset"])
def test_an_alarm_without_its_duties_is_refused(tmp_path: Path, key: str) -> None:
    lines = GOOD.split("\n")
    at = next(n for n in range(line_of('id = "hot"') - 1, len(lines)) if lines[n].startswith(f"{key} ="))
    line, key_path, sentence = mistakes_of(tmp_path, "\n".join(lines[:at] + lines[at + 1 :]))[0]
    assert line == line_of('id = "hot"') - 1
    assert key_path == f"alarms[1].{key}"
    assert f'"{key}" is missing' in sentence
    assert f"write {key} = " in sentence


@pytest.mark.parametrize(
    ("old", "new", "at", "key_path", "words"),
    [
        ('kind = "folder"', 'kind = "foldr"', 'kind = "folder"', "cameras[0].kind", 'kind "foldr" is not known; write one of "simulated"'),
        ('kind = "folder"\n', "", "[[cameras]]", "cameras[0]", '"kind" is missing; write kind = one of "simulated", "folder"'),
        ('path = "images"', "path = 3", "path =", "cameras[0].path", "path is 3; write text in quotes"),
        ('path = "images"', 'path = "images"\nfsp = 3', 'model = "surface', "cameras[0].fsp", 'did you mean "fps"?'),
        ('path = "images"', 'path = "images"\nfps = 0', 'model = "surface', "cameras[0].fps", "fps is 0; it must be more than 0"),
        ('path = "images"', 'path = "images"\nfps = "fast"', 'model = "surface', "cameras[0].fps", 'fps is "fast"; write a number'),
        ('path = "images"', 'path = "images"\nfps = nan', 'model = "surface', "cameras[0].fps", "fps is nan; write an ordinary number"),
        ('path = "images"', 'path = "images"\nloop = "often"', 'model = "surface', "cameras[0].loop", "write true or false"),
        ("priority = 2", "priority = 7", "priority = 2", "alarms[0].priority", "priority is 7; it must be at most 4"),
        ("priority = 2", "priority = 1.5", "priority = 2", "alarms[0].priority", "priority is 1.5; write a whole number"),
        ("of_last = 5", "of_last = 2", "raise_count = 3", "alarms[0].raise_count", "raise_count 3 is more than of_last 2"),
        ("of_last = 5\n", "", "raise_count = 3", "alarms[0].raise_count", "raise_count 3 is more than of_last 1"),
        ("clear_at = 58.0", "clear = 1\nclear_at = 58.0", "clear_at = 58.0", "alarms[1].when.clear", 'did you mean "clear_at"?'),
        ('side = "high"', 'side = "low"', "clear_at", "alarms[1].when.clear_at", "58 is below raise_at 60; with side low write at least"),
        ('side = "high"', 'side = "up"', "side =", "alarms[1].when.side", 'side is "up"; write "high" or "low"'),
        ('channel = "TS1"', 'channel = "TS7"', "channel =", "alarms[1].when.channel", '"rig-1" has no channel "TS7"; did you mean "TS'),
        ('{ id = "TS2"', '{ id = "TS9"', '{ id = "TS2"', "sensors[0].channels[1].id", 'the simulated rig has no channel "TS9"; did'),
        ('source = "rig-1"', 'source = "cam-1"', 'source = "rig-1"', "alarms[1].when.source", "is a camera; a limit wants a sensor link"),
        ('source = "cam-1"', 'source = "rig-1"', 'source = "cam-1"', "alarms[0].when.source", '"rig-1" has no model'),
        ('id = "rig-1"', 'id = "cam-1"', 'id = "rig-1"', "sensors[0].id", 'id "cam-1" is there twice (cameras[0] has it too)'),
        ('id = "hot"', 'id = "pitting"', 'id = "hot"', "alarms[1].id", "is there twice"),
        ('name = "B", start = "14:00"', 'name = "B", start = "06:00"', "shifts", "station.shifts[1].start", "cannot start together"),
        ('id = "wei"', 'id = "Wei Li"', 'id = "wei"', "people[0].id", "use small letters"),
        ('"scrypt$1$1$1$a$b"', '"1234"', "pin_hash", "people[0].pin_hash", "the value is not shown"),
        ('name = "Wei"', 'name = ""', 'name = "Wei"', "people[0].name", "name is empty; write something"),
        ('name = "Camera 1"', 'name = ""', 'name = "Camera 1"', "cameras[0].name", "name is empty; write something"),
        ('name = "Camera 1"', 'name = { en = "x" }', 'name = "Camera 1"', "cameras[0].name.zh", '"zh" is missing (Simplified Chinese)'),
        ('name = "Camera 1"', "name = 4", 'name = "Camera 1"', "cameras[0].name", 'write text in quotes, or { en = "…", zh = "…" }'),
        ("format = 1", "format = 2", "format = 1", "format", "format is 2; write 1"),
        ("format = 1\n", "", "format = 1", "format", '"format" is missing'),
        ("priority = 3", "priority = 1\nmax_shelve_s = 600", "[alarms.when]", "alarms[1].max_shelve_s", "priority 1 is never held back"),
        ("priority = 3", "priority = 1\n" + STANDS, "[alarms.when]", "alarms[1].suppressed_while", "take suppressed_while out or give it"),
        ("priority = 3", "priority = 1\nmost_per_10_min = 5", "[alarms.when]", "alarms[1].most_per_10_min", "never held back"),
        ("priority = 3", "priority = 3\nmax_shelve_s = 90000", "[alarms.when]", "alarms[1].max_shelve_s", "it must be at most 86400"),
        (
            "priority = 3",
            "priority = 3\n" + STANDS.replace("TS1", "TS7"),
            "[alarms.when]",
            "alarms[1].suppressed_while.channel",
            '"rig-1" has no channel "TS7"; did you mean "TS',
        ),
        (
            "priority = 3",
            "priority = 3\n" + STANDS.replace("ends_at = 40.0", "ends_at = 20.0"),
            "[alarms.when]",
            "alarms[1].suppressed_while.ends_at",
            "ends_at 20 with side low: write at least begins_at 30",
        ),
        (
            "raise_count = 3",
            'raise_count = 3\njoins = "hto"',
            "of_last",
            "alarms[0].joins",
            'no other warning of "spindle-1" has the cause "hto"',
        ),
        (
            "priority = 3",
            'priority = 3\njoins = "pitting"',
            "[alarms.when]",
            "alarms[1].joins",
            'cause of the asset "spindle-1", not of "rig-1"',
        ),
        ('[station]\nname = { en', '[stations]\nname = { en', "[station]", "", ""),
    ],
)  # fmt: skip
def test_each_mistake_is_told_at_its_line(tmp_path: Path, old: str, new: str, at: str, key_path: str, words: str) -> None:
    if not key_path:
        found = mistakes_of(tmp_path, GOOD.replace(old, new))
        assert [(line, path) for line, path, _ in found] == [(1, "station"), (3, "stations")]
        assert 'did you mean "station"?' in found[1][2]
        return
    if old == 'id = "rig-1"':
        line, path, sentence = next(m for m in mistakes_of(tmp_path, GOOD.replace(old, new)) if m[1] == key_path)
    else:
        line, path, sentence = only(tmp_path, old, new)
    assert (line, path) == (line_of(at), key_path)
    assert words in sentence


def test_incidents_are_checked_at_their_lines_and_warnings_may_join(tmp_path: Path) -> None:
    last = GOOD.count("\n")
    found = mistakes_of(tmp_path, GOOD + "[incidents]\nwindow_s = -1\nkeep_mb = 3\n")
    assert [(line, path) for line, path, _ in found] == [(last + 2, "incidents.window_s"), (last + 3, "incidents.keep_mb")]
    assert 'did you mean "keep_mib"?' in found[1][2]
    joined = GOOD.replace('asset = "rig-1"\ntitle', 'asset = "spindle-1"\njoins = "pitting"\ntitle')
    assert load_station(write(tmp_path, joined)).alarms[1].joins == "pitting"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("priorities = [1, 1]", "names one twice"),
        ("priorities = [1, 7]", "7"),
        ("repeat_after_s = 5", "30 or more, or 0 for never"),
        ("volume = 0", "0"),
        ("loudness = 3", "loudness"),
    ],
)
def test_mistakes_about_the_horn_are_told_at_their_line(tmp_path: Path, key: str, words: str) -> None:
    last = GOOD.count("\n")
    ((line, path, sentence),) = mistakes_of(tmp_path, GOOD + f"[horn]\n{key}\n")
    assert line in (last + 1, last + 2)
    assert path.startswith("horn")
    assert words in sentence


def test_unknown_packs_and_assets(tmp_path: Path) -> None:
    line, path, sentence = only(
        tmp_path, 'model = "surface-pitting"', 'model = "surface-piting"', packs=("surface-pitting", "hydraulic-rig")
    )
    assert (line, path) == (line_of("model ="), "cameras[0].model")
    assert 'there is no model pack "surface-piting"; did you mean "surface-pitting"?' in sentence
    bad = GOOD.replace('id = "hot"\nasset = "rig-1"', 'id = "hot"\nasset = "rig-9"')
    assert mistakes_of(tmp_path, bad)[0][1] == "alarms[1].asset"


TABLE_LINK = """
[[sensors]]
id = "press"
name = "Press"
asset = "rig-1"
kind = "table"
path = "press.csv"
model = "small-rig"
"""
SMALL_RIG = {"surface-pitting": (), "small-rig": ("PS1", "TS9"), "unread": None}


@pytest.mark.parametrize("packs", [None, SMALL_RIG])
def test_a_judged_table_wants_its_channels_listed(tmp_path: Path, packs: dict[str, tuple[str, ...] | None] | None) -> None:
    with pytest.raises(StationFileError) as caught:
        load_station(write(tmp_path, GOOD + TABLE_LINK), packs)
    (mistake,) = caught.value.mistakes
    assert (mistake.line, mistake.key_path) == (GOOD.count("\n") + 2, "sensors[1].channels")
    assert mistake.sentence.startswith('channels is missing; "small-rig" judges the channels listed here')
    assert ("PS1, TS9" in mistake.sentence) == (packs is not None)
    load_station(write(tmp_path, GOOD + TABLE_LINK.replace('model = "small-rig"', "")), packs)


def test_a_judged_link_lists_what_its_pack_takes(tmp_path: Path) -> None:
    listed = GOOD + TABLE_LINK + 'channels = [{ id = "PS1", name = "Pressure" }, { id = "TS09", name = "Oil" }]\n'
    ((line, path, sentence),) = mistakes_of(tmp_path, listed, SMALL_RIG)
    assert (line, path) == (listed.count("\n"), "sensors[1].channels")
    assert 'the list lacks TS9, which "small-rig" judges' in sentence
    load_station(write(tmp_path, listed.replace("TS09", "TS9")), SMALL_RIG)
    load_station(write(tmp_path, listed.replace("small-rig", "unread")), SMALL_RIG)
    ((_, _, sentence),) = mistakes_of(tmp_path, listed.replace("small-rig", "surface-pitting"), SMALL_RIG)
    assert "judges pictures, not sensors" in sentence
    ((line, path, sentence),) = mistakes_of(tmp_path, GOOD.replace('model = "surface-pitting"', 'model = "small-rig"'), SMALL_RIG)
    assert (line, path) == (line_of("model ="), "cameras[0].model")
    assert "judges sensors, not pictures" in sentence


def test_a_simulated_link_without_a_list_has_all_channels_of_its_rig(tmp_path: Path) -> None:
    link = TABLE_LINK.replace('kind = "table"\npath = "press.csv"', 'kind = "simulated"')
    ((_, path, sentence),) = mistakes_of(tmp_path, GOOD + link, SMALL_RIG)
    assert path == "sensors[1].channels"
    assert "the simulated rig has no PS1, TS9" in sentence
    load_station(write(tmp_path, GOOD + link), {**SMALL_RIG, "small-rig": ("TS1", "CE")})


def test_a_table_of_an_unknown_kind_still_has_its_other_mistakes_told(tmp_path: Path) -> None:
    bad = GOOD.replace('kind = "folder"', 'kind = "foldr"').replace('name = "Camera 1"', "name = 3")
    assert [path for _, path, _ in mistakes_of(tmp_path, bad)] == ["cameras[0].name", "cameras[0].kind"]


def test_an_address_is_told_without_its_password(tmp_path: Path) -> None:
    bad = GOOD.replace('kind = "folder"\npath = "images"', 'kind = "rtsp"\nurl = "http://wei:pa55w0rd@10.0.0.9/x"')
    ((line, path, sentence),) = mistakes_of(tmp_path, bad)
    assert (line, path) == (line_of("path ="), "cameras[0].url")
    assert "pa55w0rd" not in sentence
    assert "http://10.0.0.9/x" in sentence


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 0, "it is empty"),
        (b" \n\n", 0, "it is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", 1, "is not UTF-8 text"),
        (b'format = 1\nname = "\xff"\n', 2, "is not UTF-8 text"),
        (b"\0\0\0\0", 0, "it is not a text file"),
        ("format = 1".encode("utf-16"), 0, "it is saved as UTF-16; save it as UTF-8"),
        (b"format = 1\n[station\nname = 3", 2, "it is not TOML"),
        (b"format = 1\nname = \n", 2, "it is not TOML"),
        (b"format = 1\nformat = 2\n\n\n", 2, "it is not TOML"),
        (b'format = 1\nname = """open\n\n', 2, "it is not TOML: unterminated string (at the end)"),
        (b"<?xml version='1.0'?>", 1, "it is not TOML"),
        (b"a = " + b"[" * 5000, 0, "it is nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_no_station_file_gets_one_sentence(tmp_path: Path, content: bytes, line: int, words: str) -> None:
    ((at, path, sentence),) = mistakes_of(tmp_path, content)
    assert at == line
    assert path == ""
    assert words in sentence
    assert "\n" not in sentence


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.toml", "it is not there"), (tmp_path, "it is a folder")):
        with pytest.raises(StationFileError, match=words):
            load_station(path)


def test_wrong_types_everywhere_never_crash(tmp_path: Path) -> None:
    text = 'format = "1"\nstation = 3\ncameras = 3\nsensors = [[1]]\nalarms = [3, { when = 3 }, { when = { kind = 3 } }]\n'
    text += "people = { a = 1 }\nrecords = []\n"
    found = mistakes_of(tmp_path, text)
    assert {path.split("[", maxsplit=1)[0] for _, path, _ in found} == {
        "format",
        "station",
        "cameras",
        "sensors",
        "alarms",
        "people",
        "records",
    }


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["cameras", "sensors", "alarms", "people", "station", "records", "x"]), any_values))
def test_any_toml_gives_mistakes_within_its_lines(tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]) -> None:
    text = "\n".join(f"{key} = {to_toml(value)}" for key, value in data.items()) + "\n#\n"
    tomllib.loads(text)
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, encoding="utf-8", newline="\n")
    with pytest.raises(StationFileError) as caught:
        load_station(path)
    assert all(1 <= mistake.line <= text.count("\n") for mistake in caught.value.mistakes)
