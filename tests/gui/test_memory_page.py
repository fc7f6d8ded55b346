"""Confirmed false alarms in Setup: readable, each action by its key, empty state; suggestions in the incident, one tap each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gui.choice_popup import ChoicePopup
from gui.commands import Commands
from gui.controls import KeyButton
from gui.feedback_bar import FeedbackBar
from gui.fix_buttons import FixButtons, why_text
from gui.jobs import Jobs
from gui.language import Language, LanguageSwitch
from gui.memory_page import MemoryPage, seen_false_text
from gui.theme import ThemeSource
from station.config import Choice, Text
from station.experience_view import EntryState, Likeness, Suggestion
from station.frames import AlarmId
from station.view import AlarmKind, FeedbackAnswer
from tests.gui.fake_line import FakeLine
from tests.gui.layout_checks import clipped_texts, small_targets


@pytest.fixture
def commands(fake_line: FakeLine, jobs: Jobs) -> Commands:
    made = Commands(fake_line, jobs)
    made.refresh(fake_line.snapshot())
    return made


@pytest.fixture
def page(qtbot: QtBot, fake_line: FakeLine, theme_source: ThemeSource, jobs: Jobs, commands: Commands) -> Iterator[MemoryPage]:
    made = MemoryPage(fake_line, commands, jobs, theme_source)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.stop()


def texts(page: MemoryPage) -> str:
    return "\n".join(one.text() for one in page.findChildren(QLabel) if one.isVisible())


def press(qtbot: QtBot, key: str) -> None:
    """Press the choice with *key* in the popup that opens."""

    def opened() -> list[ChoicePopup]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, ChoicePopup) and one.isVisible()]

    qtbot.waitUntil(lambda: len(opened()) == 1)
    next(button for button in opened()[0].findChildren(KeyButton) if button.key == key).click()
    qtbot.waitUntil(lambda: not opened())


def test_an_entry_says_what_where_who_how_often_and_until_when(page: MemoryPage, fake_line: FakeLine, qtbot: QtBot) -> None:
    fake_line.experience.fill(2)
    page.start()
    qtbot.waitUntil(lambda: len(page.cards) == 2)
    shown = texts(page)
    first = fake_line.experience.memory()[0]
    assert first.title is not None
    for part in (
        first.title.en,
        fake_line.station.cameras[0].name.en,
        "Seen as false 3 times",
        "demoted 12 warnings",
        "Wei",
        "dirt on the glass",
    ):
        assert part in shown, part
    assert "In force until" in shown
    assert "Of another model (surface-pitting)" in shown
    assert clipped_texts(page) == []
    assert small_targets(page) == []


def test_without_entries_it_says_what_it_is_for(page: MemoryPage, qtbot: QtBot) -> None:
    page.start()
    qtbot.waitUntil(lambda: "Nothing is remembered" in texts(page))
    assert not page.switch.isVisible()
    assert clipped_texts(page) == []


def test_every_action_has_its_key(page: MemoryPage, fake_line: FakeLine, qtbot: QtBot) -> None:
    fake_line.experience.fill(2)
    page.start()
    qtbot.waitUntil(lambda: len(page.cards) == 2)
    second = page.cards[1].entry.entry_id
    qtbot.keyClick(page, Qt.Key.Key_Down)
    assert page.cards[1].is_chosen
    qtbot.keyClick(page, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: fake_line.experience.entries[second].state is EntryState.OFF)
    qtbot.waitUntil(lambda: page.switch.text() == "Switch on")
    qtbot.keyClick(page, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: fake_line.experience.entries[second].state is EntryState.IN_FORCE)
    qtbot.keyClick(page, Qt.Key.Key_E)
    press(qtbot, "3")
    qtbot.waitUntil(lambda: fake_line.experience.entries[second].expires_utc == fake_line.now + timedelta(days=90))
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page, Qt.Key.Key_Delete)
    press(qtbot, "1")
    qtbot.waitUntil(lambda: second not in fake_line.experience.entries)
    qtbot.waitUntil(lambda: len(page.cards) == 1)


def test_nobody_signed_in_is_asked_for_the_pin(page: MemoryPage, fake_line: FakeLine, commands: Commands, qtbot: QtBot) -> None:
    fake_line.experience.fill(1)
    fake_line.person = None
    commands.refresh(fake_line.snapshot())
    page.start()
    qtbot.waitUntil(lambda: len(page.cards) == 1)
    with qtbot.waitSignal(commands.person_wanted):
        qtbot.keyClick(page, Qt.Key.Key_O)
    assert fake_line.experience.memory()[0].state is EntryState.IN_FORCE


def test_seen_as_false_reads_in_both_languages(language_switch: LanguageSwitch) -> None:
    assert (seen_false_text(0), seen_false_text(1), seen_false_text(3)) == ("", "Seen as false once", "Seen as false 3 times")
    language_switch.use(Language.CHINESE)
    assert seen_false_text(3) != "Seen as false 3 times"
    assert "3" in seen_false_text(3)


def suggestion(**changed: object) -> Suggestion:
    now = FakeLine().now
    values: dict[str, object] = {
        "worked": 3,
        "tried": 4,
        "likeness": Likeness.SAME_DRIVERS,
        "drivers": (("FS1", -1),),
        "last_person_id": "wei",
        "last_utc": now,
    }
    return Suggestion("clean", Text(en="Cleaned", zh="已清洁"), **(values | changed))  # type: ignore[arg-type]  # any field


def test_the_reason_names_the_channel_the_times_and_the_person() -> None:
    said = why_text(suggestion(), lambda name: f"flow {name}", {"wei": "Wei"})
    assert said.startswith("worked 3 of 4 times after flow FS1 fell the same way; last by Wei on ")
    early = why_text(suggestion(worked=0, tried=0, pending=2, likeness=Likeness.SAME_CAUSE, drivers=()), str, {})
    assert early.startswith("chosen 2 times too recently to tell; last by wei")


@pytest.mark.parametrize("height", [1000, 420])
def test_one_tap_answers_real_with_the_action(
    qtbot: QtBot, fake_line: FakeLine, theme_source: ThemeSource, jobs: Jobs, commands: Commands, height: int
) -> None:
    alarm = next(one for one in fake_line.snapshot().alarms if one.kind is AlarmKind.DEFECT and one.definition.actions)
    actions: tuple[Choice, ...] = alarm.definition.actions
    fake_line.experience.know(AlarmId(alarm.alarm_id), actions)
    fixes = FixButtons(fake_line, jobs, {"wei": "Wei"}, {})
    bar = FeedbackBar(commands, {"wei": "Wei"}, fixes)
    qtbot.addWidget(bar)
    bar.resize(620, height)
    bar.show()
    qtbot.waitExposed(bar)
    bar.activateWindow()
    qtbot.waitUntil(bar.isActiveWindow)
    bar.show_alarm(alarm)
    qtbot.waitUntil(fixes.isVisible)
    assert "3/4" in fixes.buttons[0].text()
    assert actions[0].text.en in fixes.buttons[0].text()
    said_why = fixes.why.text() if height == 1000 else bar.state.text()
    assert "worked 3 of 4 times" in said_why
    assert fixes.why.isVisible() == (height == 1000)
    assert bar.action.isVisible() == (height == 1000), "in a low window the suggestions stand in its place"
    qtbot.waitUntil(lambda: small_targets(bar) == [])
    qtbot.keyClick(bar, Qt.Key.Key_J)
    qtbot.waitUntil(lambda: bool(fake_line.feedback))
    said = fake_line.feedback[-1]
    assert (said.answer, said.action_id, said.alarm_id) == (FeedbackAnswer.REAL, actions[0].id, alarm.alarm_id)
    qtbot.waitUntil(bar.action.isVisible)


def test_an_answer_can_be_taken_back(qtbot: QtBot, fake_line: FakeLine, theme_source: ThemeSource, jobs: Jobs, commands: Commands) -> None:
    alarm = next(one for one in fake_line.snapshot().alarms if one.kind is AlarmKind.DEFECT)
    bar = FeedbackBar(commands, {"wei": "Wei"}, None, fake_line.experience.take_back)
    qtbot.addWidget(bar)
    bar.resize(620, 420)
    bar.show()
    qtbot.waitExposed(bar)
    bar.activateWindow()
    qtbot.waitUntil(bar.isActiveWindow)
    bar.show_alarm(alarm)
    assert not bar.undo.isVisible()
    qtbot.keyClick(bar, Qt.Key.Key_F)
    qtbot.waitUntil(bar.undo.isVisible)
    assert small_targets(bar) == []
    qtbot.keyClick(bar, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: fake_line.experience.taken_back == [alarm.alarm_id])
    qtbot.waitUntil(lambda: not bar.undo.isVisible())
    assert not any(button.isChecked() for button in bar.answers.values())


def test_nothing_known_takes_no_room(qtbot: QtBot, fake_line: FakeLine, jobs: Jobs) -> None:
    fixes = FixButtons(fake_line, jobs, {}, {})
    qtbot.addWidget(fixes)
    fixes.show_alarm(fake_line.snapshot().alarms[0])
    qtbot.waitUntil(lambda: not jobs.waiting)
    assert fixes.isHidden()
