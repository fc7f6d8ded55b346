"""This file decides where program files and data are looked for, also frozen and on Windows."""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs
import pytest

from inference.errors import RecordsError
from station import paths
from station.paths import DataFolder


def test_program_files_lie_in_the_checkout() -> None:
    assert (paths.program_dir() / "station" / "paths.py").is_file()
    assert (paths.migrations_dir() / "env.py").is_file()
    assert paths.models_dir() == paths.program_dir() / "models"
    assert paths.resources_dir() == paths.program_dir() / "resources"


def test_program_files_lie_where_the_bundle_unpacked_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.program_dir() == tmp_path.resolve()


@pytest.mark.parametrize("writable", [True, False])
def test_windows_uses_programdata_where_it_may(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, writable: bool) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(platformdirs, "site_data_dir", lambda name, appauthor: str(tmp_path / "ProgramData" / name))
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda name, appauthor: str(tmp_path / "user" / name))
    monkeypatch.setattr(paths, "is_writable", lambda folder: writable)
    assert paths.default_data_dir() == tmp_path / ("ProgramData" if writable else "user") / "Lineside"


def test_asking_makes_no_folder(tmp_path: Path) -> None:
    assert paths.is_writable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_the_data_folder_is_made(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    assert all(made.is_dir() for made in (folder.images, folder.logs, folder.packs))
    assert {folder.records_db.parent, folder.preferences.parent} == {folder.root}


def test_a_data_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RecordsError, match=r"cannot be written.*--data DIR"):
        DataFolder(tmp_path / "file").create()
