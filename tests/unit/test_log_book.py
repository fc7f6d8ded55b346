"""This file decides whether log lines reach the file and the console, and a log that cannot be written stops nothing."""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.log_book import LogBook

_log = logging.getLogger("station.test")


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


@pytest.fixture
def book(tmp_path: Path, console: io.StringIO) -> Iterator[LogBook]:
    opened = LogBook(tmp_path)
    yield opened
    opened.close()


def test_the_file_has_everything_in_utc_and_the_console_what_a_person_must_know(
    book: LogBook, tmp_path: Path, console: io.StringIO
) -> None:
    _log.debug("for nobody")
    _log.info("刀具 changed")
    _log.warning("disk nearly full")
    book.close()
    lines = (tmp_path / "lineside.log").read_text(encoding="utf-8").splitlines()
    assert [line.split(": ", 1)[1] for line in lines] == ["刀具 changed", "disk nearly full"]
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO MainThread station.test: ", lines[0])
    assert console.getvalue() == "disk nearly full\n"


def test_after_the_end_nothing_is_written_and_the_root_is_as_before(tmp_path: Path, console: io.StringIO) -> None:
    root = logging.getLogger()
    before = (root.level, tuple(root.handlers))
    book = LogBook(tmp_path)
    book.close()
    book.close()
    assert (root.level, tuple(root.handlers)) == before
    _log.warning("too late")
    assert not (tmp_path / "lineside.log").exists() or "too late" not in (tmp_path / "lineside.log").read_text(encoding="utf-8")


def test_a_folder_that_is_not_there_stops_nothing_and_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").mkdir()
    book = LogBook(tmp_path / "logs")
    (tmp_path / "logs").rmdir()
    try:
        _log.warning("still said")
        _log.warning("and again")
    finally:
        book.close()
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if not line.startswith("The log cannot be written")] == ["still said", "and again"]
    assert len(said) == 3
    assert "Check the disk" in said[0]
