"""This file decides which screen each room of the window gets. A screen's modules are imported when it is first entered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from gui.commands import Commands
from gui.horn_player import HornPlayer
from gui.jobs import Jobs
from gui.line_screen import LineScreen
from gui.rail import Room
from gui.screen import Screen
from gui.theme import ThemeSource
from gui.window import ScreenFactory
from station.clock import Clock
from station.port import LinePort


def _line(port: LinePort, theme: ThemeSource, jobs: Jobs, commands: Commands, clock: Clock) -> Screen:
    return LineScreen(port, theme, jobs, commands, clock)


# Trends pulls in pyqtgraph (0.6 s): imported here, the first picture of the line would come that much later.
def _trends(port: LinePort, theme: ThemeSource, jobs: Jobs, _commands: Commands, _clock: Clock) -> Screen:
    from gui.trends_screen import TrendsScreen

    return TrendsScreen(port, theme, jobs)


def _review(port: LinePort, theme: ThemeSource, jobs: Jobs, commands: Commands, _clock: Clock) -> Screen:
    from gui.review_screen import ReviewScreen

    return ReviewScreen(port, theme, jobs, commands)


def _report(port: LinePort, theme: ThemeSource, jobs: Jobs, commands: Commands, clock: Clock) -> Screen:
    from gui.report_room import ReportRoom

    return ReportRoom(port, theme, jobs, commands, clock)


def _setup(horn: HornPlayer, port: LinePort, theme: ThemeSource, jobs: Jobs, commands: Commands, _clock: Clock) -> Screen:
    from gui.setup_screen import SetupScreen

    return SetupScreen(port, theme, jobs, commands, horn)


def standard_rooms(horn: HornPlayer) -> Mapping[Room, ScreenFactory]:
    """The five screens; Setup tests *horn*."""
    return {Room.LINE: _line, Room.TRENDS: _trends, Room.REVIEW: _review, Room.REPORT: _report, Room.SETUP: partial(_setup, horn)}
