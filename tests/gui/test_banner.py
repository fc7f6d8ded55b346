"""The banner cannot be missed: the most urgent warning fills it, the horn is seen as well as heard, and a flash covers nothing."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from gui.flash import BORDER_PX, FLASHES_PER_S, FlashFrame
from gui.horn_player import Hearing, SoundState
from gui.horn_sign import HornLook
from gui.language import Language
from gui.theme import DARK, LIGHT, Mode, Theme, ThemeSource
from gui.window import Window
from station.config import HornConfig
from station.frames import AlarmId, PersonId
from station.horn_view import HornView
from station.view import AlarmState
from tests.gui.conftest import OpenWindow
from tests.gui.fake_line import FakeLine
from tests.gui.layout_checks import clipped_texts, outside, press, small_targets

LOOKS = [(Mode.LIGHT, Language.ENGLISH), (Mode.DARK, Language.CHINESE)]


def with_priority(line: FakeLine, priority: int, count: int = 1) -> None:
    """*count* new warnings of *priority* instead of the line's own."""
    first = line._alarms[AlarmId("alarm-0")]
    definition = first.definition.model_copy(update={"priority": priority})
    line._alarms = {
        AlarmId(f"alarm-{number}"): dataclasses.replace(first, alarm_id=AlarmId(f"alarm-{number}"), definition=definition)
        for number in range(count)
    }
    line._changed += 1


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)], ids=["1920x1080", "1366x768"])
@pytest.mark.parametrize(("mode", "language"), LOOKS, ids=[f"{mode}-{language}" for mode, language in LOOKS])
@pytest.mark.parametrize("priority", [1, 2, 3, 4])
def test_it_fits_and_has_the_colour_of_its_priority(
    priority: int, mode: Mode, language: Language, size: tuple[int, int], open_window: OpenWindow, fake_line: FakeLine
) -> None:
    with_priority(fake_line, priority, 3)
    fake_line.horn = HornView(silenced=True, silenced_by=PersonId("wei"))
    window = open_window(fake_line, size, mode, language)
    assert clipped_texts(window.banner) == []
    assert small_targets(window.banner) == []
    assert outside(window.banner) == []
    image = window.banner.grab().toImage()
    theme = DARK if mode is Mode.DARK else LIGHT
    fill = QColor(theme.priority[priority - 1])
    assert image.pixelColor(2, 1) == fill, "the edge"
    assert (image.pixelColor(2, image.height() - 2) == fill) == (priority <= 2), "urgent ones fill it"


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, WCAG 2.1."""

    def luminance(name: str) -> float:
        parts = [part / 255 for part in (QColor(name).red(), QColor(name).green(), QColor(name).blue())]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_large_text_on_a_filled_banner_is_legible(theme: Theme) -> None:
    for priority in (0, 1):
        assert contrast(theme.priority[priority], theme.priority_ink[priority]) >= 3.0


def test_it_counts_the_further_ones(open_window: OpenWindow, fake_line: FakeLine) -> None:
    with_priority(fake_line, 2, 5)
    window = open_window(fake_line)
    assert "4 more new" in window.banner.summary.text()


def look_of(window: Window, sound: SoundState | None = None) -> HornLook:
    window.banner.refresh(window._port.snapshot(), sound or SoundState())
    return window.banner.horn.look


def test_the_horn_is_seen(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    assert look_of(window) is HornLook.SOUNDING
    assert look_of(window, SoundState(Hearing.NOT_HEARD, "There is no sound device.")) is HornLook.NOT_HEARD
    assert "no sound" in window.banner.summary.text()
    assert "There is no sound device." in window.banner.horn.toolTip()
    fake_line.silence()
    assert look_of(window) is HornLook.SILENCED
    assert "silenced" in window.banner.summary.text()
    assert "Wei" in window.banner.horn.toolTip()
    assert window.banner.urgent is not None, "silence is not an acknowledgement"
    assert not window.banner.silence.isEnabled()
    fake_line.horn = HornView()
    assert look_of(window) is HornLook.QUIET


def test_what_sounds_once_can_still_be_acknowledged_and_not_silenced(open_window: OpenWindow, fake_line: FakeLine) -> None:
    fake_line.horn = HornView()
    window = open_window(fake_line)
    assert window.banner.acknowledge.isEnabled()
    assert not window.banner.silence.isEnabled()


def flashing(line: FakeLine) -> None:
    line._station = line._station.model_copy(update={"horn": HornConfig(flash=True)})
    with_priority(line, 1)
    line.horn = HornView(1, 1, 1, flash=True)


def test_the_border_flashes_until_somebody_acknowledges(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    flashing(fake_line)
    window = open_window(fake_line)
    lit = []
    for _ in range(200):
        fake_line.advance(0.05)
        window.tick()
        lit.append(window.flash.lit)
    assert 0.4 < sum(lit) / len(lit) < 0.6
    times = sum(now and not before for before, now in pairwise(lit))
    assert times <= 10 * FLASHES_PER_S + 1
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: fake_line.acknowledged == ["alarm-0"], timeout=3000)
    fake_line.horn = HornView()
    open_window.settle(window)
    assert not window.flash.lit


def test_it_never_flashes_faster_than_people_can_bear() -> None:
    """WCAG 2.3.1 draws the line at three a second; the station's is lower."""
    assert FLASHES_PER_S <= 2


def test_the_flash_covers_nothing(open_window: OpenWindow, fake_line: FakeLine) -> None:
    flashing(fake_line)
    window = open_window(fake_line, (1366, 768))
    window.flash.follow(0.1, wanted=True)
    image = window.grab().toImage()
    red = QColor(LIGHT.priority[0])
    seen = {image.pixelColor(x, 3) == red for x in range(0, image.width(), 40)}
    assert seen == {True}, "the border is lit"
    above_banner = range(BORDER_PX, window.banner.mapTo(window, window.banner.rect().topLeft()).y() - 1, 5)
    filled = sum(image.pixelColor(x, y) == red for y in above_banner for x in range(BORDER_PX, image.width() - BORDER_PX, 5))
    assert filled < 0.01 * len(above_banner) * image.width() / 5, "only signs of priority 1 have its colour inside"
    inner = window.flash.rect().adjusted(BORDER_PX, BORDER_PX, -BORDER_PX, -BORDER_PX)
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and window.flash.isAncestorOf(button):
            where = button.rect().translated(button.mapTo(window.flash, button.rect().topLeft()))
            assert inner.intersected(where) == where or not inner.intersects(where), button.text()
    assert clipped_texts(window) == []


def test_other_stations_have_no_margin(open_window: OpenWindow, fake_line: FakeLine, theme_source: ThemeSource) -> None:
    window = open_window(fake_line)
    assert isinstance(window.centralWidget(), FlashFrame)
    assert window.flash.layout().contentsMargins().left() == 0
    assert window.banner.urgent is not None
    assert window.banner.urgent.state is AlarmState.UNACKNOWLEDGED_ACTIVE
