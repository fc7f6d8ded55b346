"""Recordings of sensors: every format, and every way it may be broken."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.contract import TimeUnit
from inference.errors import InputError
from inference.recording import RecordingKind
from inference.table_file import CMAPSS_COLUMNS, ReadOptions, read_numbers, read_recording


def write(path: Path, text: str) -> Path:
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_separators_are_found(tmp_path: Path, separator: str, name: str) -> None:
    text = "time,a,b\n0,1,2\n0.5,3,4\n".replace(",", separator)
    recording = read_recording(write(tmp_path / name, text))
    assert recording.kind is RecordingKind.ROWS
    assert recording.names == ("a", "b")
    np.testing.assert_array_equal(recording.columns["b"], [2, 4])
    np.testing.assert_array_equal(recording.time_s, [0, 0.5])
    assert recording.rate_hz("a") == 2.0
    assert recording.keys == ("0", "1")


def test_decimal_commas_and_dates_are_understood(tmp_path: Path) -> None:
    text = "datetime;a\n2020-03-09 10:14:33;1,5\n2020-03-09 10:14:35;-2,25\n"
    recording = read_recording(write(tmp_path / "t.csv", text))
    np.testing.assert_array_equal(recording.columns["a"], [1.5, -2.25])
    np.testing.assert_array_equal(np.diff(recording.time_s), [2.0])


def test_cells_without_a_number_become_nan_and_the_rest_stays(tmp_path: Path) -> None:
    recording = read_recording(write(tmp_path / "t.csv", "UDI,kind,a\n7,M,1\n9,L,broken\n11,M,\n12,H\n"))
    np.testing.assert_array_equal(recording.columns["a"], [1, np.nan, np.nan, np.nan])
    assert recording.words["kind"] == ("M", "L", "M", "H")
    assert recording.keys == ("7", "9", "11", "12")
    assert recording.names == ("a",)


def test_a_wrong_separator_is_named_when_a_column_is_wanted(tmp_path: Path) -> None:
    recording = read_recording(write(tmp_path / "t.csv", "a:b\n1:2\n"))
    with pytest.raises(InputError, match=r"Columns are missing: a, b .*Check the separator"):
        recording.require(["a", "b"])


def test_a_missing_column_gets_a_hint(tmp_path: Path) -> None:
    recording = read_recording(write(tmp_path / "t.csv", "Torque,Speed\n1,2\n"))
    with pytest.raises(InputError, match=r"missing: torque .*Did you mean Torque"):
        recording.require(["torque", "Speed"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("a,b\n", "header and no rows"),
        ("1,2\n3,4\n", "has no header"),
        ("a,a\n1,2\n", "same name"),
        ("a,b\n1,2,3\n", r"Line 2 has more cells than there are columns"),
        ("time,a\nlater,1\n", "times in column time cannot be read"),
        ("time,a\n0,1\n,2\n", "Line 3 has no time"),
        ("a\0b", "not text"),
    ],
)
def test_a_meaningless_table_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_recording(write(tmp_path / "t.csv", text))


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not there"):
        read_recording(tmp_path / "gone.csv")
    (tmp_path / "t.xlsx").write_bytes(b"PK")
    with pytest.raises(InputError, match="Save it as CSV"):
        read_recording(tmp_path / "t.xlsx")
    (tmp_path / "t.csv").write_bytes("a,b\n1,2\n".encode("utf-16"))
    with pytest.raises(InputError, match="UTF-8"):
        read_recording(tmp_path / "t.csv")
    whole = gzip.compress(b"a,b\n1,2\n" * 100)
    (tmp_path / "t.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged"):
        read_recording(tmp_path / "t.csv.gz")
    (tmp_path / "t.npz").write_bytes(b"no zip")
    with pytest.raises(InputError, match="This is not an npz file"):
        read_recording(tmp_path / "t.npz")
    with pytest.raises(InputError, match=r"no cycles\.csv"):
        read_recording(tmp_path)
    with pytest.raises(InputError, match="column is missing"):
        read_recording(write(tmp_path / "u.csv", "a\n1\n"), ReadOptions(time_column="when"))


def test_cmapss_text_has_units_as_groups(tmp_path: Path) -> None:
    rows = "".join(f"{unit} {cycle} " + " ".join(str(n) for n in range(24)) + "  \n" for unit, cycle in [(1, 1), (1, 2), (2, 1)])
    recording = read_recording(write(tmp_path / "train.txt.gz", rows))
    assert tuple(recording.columns) == CMAPSS_COLUMNS
    assert recording.keys == ("1", "1", "2")
    assert recording.groups == recording.keys
    np.testing.assert_array_equal(recording.time_s, [1, 2, 1])
    np.testing.assert_array_equal(recording.columns["sensor_21"], [23, 23, 23])


def test_npz_rows_single_window_and_cycles(tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", a=np.arange(4), b=np.arange(4.0), time_s=np.arange(4) * 2.0, key=np.array(["p", "q", "r", "s"]))
    rows = read_recording(tmp_path / "rows.npz")
    assert rows.kind is RecordingKind.ROWS
    assert rows.keys == ("p", "q", "r", "s")
    assert rows.rate_hz("a") == 0.5
    np.savez(tmp_path / "one.npz", a=np.arange(4), b=np.arange(40.0))
    one = read_recording(tmp_path / "one.npz")
    assert (one.kind, len(one), one.rate_hz("b")) == (RecordingKind.CYCLES, 1, 10.0)
    np.savez(tmp_path / "many.npz", a=np.zeros((3, 4)), b=np.zeros((3, 8)), cycle=np.array([5, 6, 9]))
    many = read_recording(tmp_path / "many.npz", ReadOptions(cycle_s=2.0))
    assert many.keys == ("5", "6", "9")
    assert many.rate_hz("a") == 2.0
    np.savez(tmp_path / "odd.npz", a=np.zeros((3, 4)), b=np.zeros((2, 8)))
    with pytest.raises(InputError, match="different numbers of cycles"):
        read_recording(tmp_path / "odd.npz")
    np.savez(tmp_path / "objects.npz", a=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="npz"):
        read_recording(tmp_path / "objects.npz")


def _zipped(tmp_path: Path, **members: bytes) -> bytes:
    with zipfile.ZipFile(tmp_path / "made.zip", "w") as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return (tmp_path / "made.zip").read_bytes()


def test_whatever_an_npz_file_is_the_reason_is_ours_and_never_a_pickle(tmp_path: Path) -> None:
    np.savez(tmp_path / "objects.npz", a=np.array([{}], dtype=object))
    np.save(tmp_path / "one.npy", np.arange(4.0))
    np.savez_compressed(tmp_path / "good.npz", a=np.arange(4000.0))
    good = bytearray((tmp_path / "good.npz").read_bytes())
    cut = bytes(good[: len(good) // 2])
    good[len(good) // 2] ^= 0xFF
    cases = {
        "An array of the npz file cannot be read as numbers": (tmp_path / "objects.npz").read_bytes(),
        "This is a single array": (tmp_path / "one.npy").read_bytes(),
        "This is not an npz file": bytes(range(256)) * 40,
        "This is not an npz file, or only a part of one": cut,
        "An array of the npz file is damaged": bytes(good),
        "The npz file is empty": b"",
        "An array of the npz file cannot be read": _zipped(tmp_path, a=b"\x93NUMPY\x01\x00\x05\x00hello"),
    }
    for what, data in cases.items():
        (tmp_path / "t.npz").write_bytes(data)
        with pytest.raises(InputError) as caught:
            read_recording(tmp_path / "t.npz")
        said = str(caught.value)
        assert said.startswith(what)
        assert str(tmp_path / "t.npz") in said
        assert not any(word in said.lower() for word in ("pickle", "trust", "magic", "zip file"))


def make_cycle_folder(folder: Path) -> Path:
    write(folder / "cycles.csv", "cycle,valve\n10,100\n12,73\n")
    write(folder / "TS1.txt.gz", "1\t2\n3\t4\n")
    write(folder / "FS1.txt.gz", "0\t1\t2\t3\t4\t5\n6\t7\t8\t9\t10\tbad\n")
    (folder / "description.txt").write_bytes(b"caf\xe9, not a channel\n")
    return folder


def test_a_folder_of_cycles_is_walked_at_the_fastest_rate(tmp_path: Path) -> None:
    recording = read_recording(make_cycle_folder(tmp_path))
    assert recording.names == ("FS1", "TS1")
    assert (recording.cycle_s, recording.keys) == (2.0, ("10", "12"))
    rows = list(recording.iterate_rows(["TS1", "FS1"]))
    assert len(rows) == 12
    np.testing.assert_array_equal([row.values[0] for row in rows[:6]], [1, np.nan, np.nan, 2, np.nan, np.nan])
    np.testing.assert_array_equal([row.values[1] for row in rows[:6]], np.arange(6))
    assert [row.key for row in rows] == ["10"] * 6 + ["12"] * 6
    assert [row.phase_s for row in rows[6:]] == pytest.approx([n / 3 for n in range(6)])
    assert rows[6].time_s == 2.0
    assert not rows[0].values.flags.writeable
    second = recording.slice_rows(1, None)
    assert second.keys == ("12",)
    assert np.isnan(second.columns["FS1"][0, 5])


def test_a_channel_with_other_cycles_is_refused(tmp_path: Path) -> None:
    write(make_cycle_folder(tmp_path) / "TS2.txt", "1 2\n")
    with pytest.raises(InputError, match=r"another number of cycles.*TS2"):
        read_recording(tmp_path)
    assert read_recording(tmp_path, ReadOptions(wanted={"TS1"})).names == ("TS1",)


def test_time_running_backwards_is_kept_for_the_stream_to_say(tmp_path: Path) -> None:
    recording = read_recording(write(tmp_path / "t.csv", "time,a\n0,1\n5,2\n3,3\n"))
    np.testing.assert_array_equal(recording.time_s, [0, 5, 3])


@given(st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=20))
def test_numbers_are_read_back(numbers: list[float]) -> None:
    np.testing.assert_array_equal(read_numbers([repr(number) for number in numbers]), numbers)


@pytest.mark.real_data
def test_the_real_recordings_are_read(real_data_dir: Path) -> None:
    sensor = real_data_dir / "sensor"
    rig = read_recording(sensor / "hydraulic", ReadOptions(wanted={"TS1", "FS1"}))
    assert (len(rig), rig.rate_hz("TS1"), rig.rate_hz("FS1"), rig.keys[0]) == (1597, 1.0, 10.0, "210")
    assert len(set(read_recording(sensor / "cmapss" / "train_FD001.txt.gz").groups)) == 100
    assert read_recording(sensor / "ai4i2020" / "ai4i2020.csv").words["Type"][:3] == ("M", "L", "L")
    assert read_recording(sensor / "skab" / "valve1" / "0.csv").rate_hz("Pressure") == 1.0


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["t.csv", "t.csv.gz", "t.npz", "t.txt"]),
    data=st.one_of(
        st.binary(max_size=200),
        st.text("time,;\t\n\r\"' ab12.e-#nan", max_size=120).map(str.encode),
        st.lists(st.lists(st.text("ab1.,-", max_size=3), max_size=4), max_size=5).map(
            lambda rows: "\n".join(";".join(r) for r in rows).encode()
        ),
    ),
)
def test_any_file_is_a_recording_or_an_input_error(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") and len(data) % 2 else data)
    try:
        recording = read_recording(path)
    except InputError:
        return
    assert len(recording) == recording.time_s.size
    if recording.names:
        assert all(row.values.shape == (len(recording.names),) for row in recording.iterate_rows(recording.names))


def test_where_cycles_are_counted_their_column_is_the_time(tmp_path: Path) -> None:
    table = tmp_path / "engines.csv"
    table.write_text("unit,cycle,sensor_2\n1,1,640\n1,2,641\n2,1,642\n", encoding="utf-8")
    counted = read_recording(table, ReadOptions(time_unit=TimeUnit.CYCLE))
    assert counted.time_s.tolist() == [1.0, 2.0, 1.0]
    assert counted.groups == ("1", "1", "2")
    assert counted.names == ("sensor_2",)
