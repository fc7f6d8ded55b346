"""This file decides how pictures of every screen are taken without a display: for runs on a server and for the README."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent

from gui.app import application
from gui.horn_player import HornPlayer, play_nowhere
from gui.language import Language, LanguageSwitch, current_language
from gui.preferences import Preferences
from gui.rail import Room
from gui.rooms import standard_rooms
from gui.theme import Mode, ThemeSource, apply_theme, scale_for
from gui.window import REFRESH_MS, Window
from inference.errors import RecordsError
from station.clock import Clock
from station.port import LinePort

_SETTLE_S = 0.4
_LONGEST_WAIT_S = 10.0


def save_pictures(
    port: LinePort,
    folder: Path,
    sizes: Sequence[tuple[int, int]] = ((1920, 1080),),
    themes: Sequence[Mode] = (Mode.LIGHT, Mode.DARK),
    languages: Sequence[Language] = (Language.ENGLISH, Language.CHINESE),
    clock: Clock | None = None,
    told: Callable[[Path], None] | None = None,
) -> list[Path]:
    """Grab every screen of the window in every size, theme and language. Does not stop the line.

    Args:
        port: A running line.
        folder: Where ``<room>-<theme>-<language>-<width>x<height>.png`` go; made when missing.
        sizes: Width and height of the window, px.
        themes: Themes.
        languages: Languages.
        clock: For clock and ages; none: the computer's.
        told: Called with each picture once it is written.

    Returns:
        The files written, in order.

    Raises:
        RecordsError: A picture could not be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    app = application()
    before = current_language()
    theme = ThemeSource()
    switch = LanguageSwitch(app)
    first = Preferences(mode=themes[0])
    apply_theme(app, first.mode, theme, scale_for(*sizes[0]))
    switch.use(languages[0])
    horn = HornPlayer(play_nowhere)
    window = Window(port, theme, switch, first, _forget, standard_rooms(horn), clock, horn)
    written: list[Path] = []
    try:
        window.show()
        for language in languages:
            switch.use(language)
            for mode in themes:
                window.wish(replace(window.preferences, mode=mode, language=language))
                for width, height in sizes:
                    window.resize(width, height)
                    window.apply_look()
                    for room in Room:
                        window.show_room(room)
                        _settle(window)
                        path = folder / f"{room.value}-{mode.value}-{language.value}-{width}x{height}.png"
                        if not window.grab().save(str(path)):
                            raise RecordsError("A picture of the window cannot be written", where=str(path), do="Choose another folder")
                        written.append(path)
                        if told is not None:
                            told(path)
    finally:
        window.close()
        window.stop()
        switch.use(before)
        window.deleteLater()
        switch.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return written


def _forget(_: Preferences) -> bool:
    return True


def _settle(window: Window) -> None:
    """Let jobs answer and the layout come to rest, as the timer would."""
    end = time.monotonic() + _LONGEST_WAIT_S
    calm_from = time.monotonic() + _SETTLE_S
    while time.monotonic() < end:
        window.tick()
        QCoreApplication.processEvents()
        if window.jobs.waiting:
            calm_from = time.monotonic() + _SETTLE_S
        elif time.monotonic() >= calm_from:
            return
        time.sleep(REFRESH_MS / 1000)
