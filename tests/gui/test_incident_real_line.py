"""This file decides whether incidents of a real line are seen in the real window, also when its source or its disk fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.horn_player import HornPlayer, play_nowhere
from gui.incident_screen import IncidentScreen
from gui.language import LanguageSwitch
from gui.line_screen import LineScreen
from gui.preferences import Preferences
from gui.rooms import standard_rooms
from gui.theme import Mode, ThemeSource
from gui.window import Window
from station.line import Line
from tests.gui.layout_checks import clipped_texts
from tests.integration.station_making import make_line, write_parts

CAMERA = 'kind = "folder"\npath = "parts"\nfps = 10\nloop = true\n'
PATIENCE_S = 60.0


class Seen:
    """A real line in a real window."""

    def __init__(self, line: Line, theme: ThemeSource, languages: LanguageSwitch, qtbot: QtBot) -> None:
        self.line = line
        horn = HornPlayer(play_nowhere)
        self.window = Window(line, theme, languages, Preferences(mode=Mode.LIGHT), lambda _: True, standard_rooms(horn), line.clock, horn)
        self.window.resize(1920, 1080)
        self.window.apply_look()
        line.start()
        self.window.show()
        self.window.activateWindow()
        qtbot.waitExposed(self.window)

    @property
    def room(self) -> LineScreen:
        found = self.window.findChild(LineScreen)
        assert isinstance(found, LineScreen)
        return found

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Tick as the timer would until *holds*."""
        end_s = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < end_s, f"never came: {what}"
            self.window.tick()
            QCoreApplication.processEvents()
            QTest.qWait(20)

    def close(self) -> None:
        self.window.close()
        self.window.stop()
        self.line.stop()
        for thread in threading.enumerate():  # a slow disk may take longer for the last pictures than a stop waits
            if thread.name.startswith("records"):
                thread.join(PATIENCE_S)
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


Open = Callable[[Line], Seen]


@pytest.fixture
def watch(qtbot: QtBot, theme_source: ThemeSource, language_switch: LanguageSwitch) -> Iterator[Open]:
    """Opens a window on a line; both end with the test."""
    opened: list[Seen] = []

    def open_on(line: Line) -> Seen:
        opened.append(Seen(line, theme_source, language_switch, qtbot))
        return opened[-1]

    yield open_on
    for one in opened:
        one.close()


def test_an_incident_of_a_real_line_is_gone_through_and_damage_on_the_disk_is_said(tmp_path: Path, watch: Open) -> None:
    write_parts(tmp_path / "parts", "." * 15 + "x" * 40)
    seen = watch(make_line(tmp_path, CAMERA))
    panel = seen.room.incident
    seen.until(lambda: bool(panel.timeline.film) and panel.timeline.film[-1].at_s > 4.0, "the whole strip")
    assert panel.view.shown is not None
    QTest.keyClick(seen.window, Qt.Key.Key_Left)
    assert panel.timeline.at_s < 0.0
    assert clipped_texts(panel) == []
    (described,) = (tmp_path / "data" / "incidents").rglob("*.json")
    described.write_bytes(b'{"format": 1, "pictures": [')
    QTest.keyClick(seen.window, Qt.Key.Key_I)
    shown = seen.window.current
    assert isinstance(shown, IncidentScreen)
    seen.until(lambda: "cannot be read" in shown._missing.text(), "what is wrong with the folder")
    assert shown.facts.texts[3].text() == "Take the part out"
    assert clipped_texts(shown) == []


def test_a_source_that_is_killed_has_its_last_seconds_in_the_incident(tmp_path: Path, watch: Open) -> None:
    write_parts(tmp_path / "parts", "." * 50)
    seen = watch(make_line(tmp_path, CAMERA))
    seen.until(lambda: len(seen.line.incidents.ring.between([seen.line.snapshot().cameras[0].source_id], -1e9, 1e9)) > 5, "some frames")
    (tmp_path / "parts").rename(tmp_path / "gone")
    panel = seen.room.incident
    seen.until(lambda: panel.alarm is not None and panel.alarm.definition.id == "camera-gone", "the warning")
    seen.until(lambda: bool(panel.timeline.film), "the seconds before it was gone")
    assert all(still.at_s <= 5.0 for still in panel.timeline.film)
    assert clipped_texts(panel) == []


def test_on_a_full_disk_the_window_says_why_there_are_no_pictures(tmp_path: Path, watch: Open) -> None:
    """A disk that always has less room than the station wants is a full one."""
    write_parts(tmp_path / "parts", "." * 5 + "x" * 40)
    seen = watch(make_line(tmp_path, CAMERA, more="[records]\nnearly_full_mib = 1000000000\n"))
    panel = seen.room.incident
    seen.until(lambda: "no room on the disk" in panel.picture._message, "why there are no pictures")
    assert panel.alarm is not None
    assert panel.facts[3].text() == "Take the part out"
    assert panel.feedback.isVisible(), "it can be answered all the same"
    assert clipped_texts(panel) == []
    assert list((tmp_path / "data" / "incidents").iterdir()) == []
