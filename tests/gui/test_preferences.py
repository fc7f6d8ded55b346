"""Preferences are read leniently and written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from gui.language import Language
from gui.preferences import Preferences, PreferencesFile
from gui.theme import Mode


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    file = PreferencesFile(tmp_path / "deep" / "preferences.json")
    wished = Preferences(Mode.DARK, Language.CHINESE, maximised=False, last_person="wei")
    assert file.save(wished)
    assert file.load() == wished
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["preferences.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"mode": 7, "language": [], "maximised": "yes", "last_person": 1}', "\x00\xff"])
def test_nonsense_is_the_default(text: str, tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_bytes(text.encode("latin-1"))
    assert PreferencesFile(path).load() == Preferences()


def test_what_is_understood_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_text('{"mode": "dark", "language": "fr", "new_thing": 1}', encoding="utf-8")
    assert PreferencesFile(path).load() == Preferences(mode=Mode.DARK)


def test_no_file_is_the_default(tmp_path: Path) -> None:
    assert PreferencesFile(tmp_path / "none.json").load() == Preferences()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert not PreferencesFile(tmp_path / "file" / "preferences.json").save(Preferences())
