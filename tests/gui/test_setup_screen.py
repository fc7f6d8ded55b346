"""Setup: everything configured is readable, tests show a frame or the exact reason, no credential is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.commands import Commands
from gui.horn_player import Hearing, HornPlayer, SoundState, play_nowhere
from gui.jobs import Jobs
from gui.setup_facts import camera_facts, condition_text, figure_facts, model_facts, sensor_facts, warning_facts
from gui.setup_screen import _TEST_KEYS, Page, SetupScreen
from gui.theme import TOUCH_PX, ThemeSource
from inference.contract import Figure
from station.config import GrowthCondition, LimitCondition, RtspCamera, Text
from station.view import LiveTest
from tests.gui.fake_line import FakeLine


@pytest.fixture
def screen(qtbot: QtBot, fake_line: FakeLine, theme_source: ThemeSource, jobs: Jobs) -> Iterator[SetupScreen]:
    horn = HornPlayer(play_nowhere)
    commands = Commands(fake_line, jobs)
    commands.refresh(fake_line.snapshot())
    made = SetupScreen(fake_line, theme_source, jobs, commands, horn)
    qtbot.addWidget(made)
    made.resize(1824, 950)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    horn.stop()


def texts(screen: SetupScreen) -> str:
    return "\n".join(one.text() for card in screen.cards for one in card.findChildren(QLabel))


@pytest.mark.parametrize("page", Page)
def test_every_page_has_its_key_and_content(screen: SetupScreen, fake_line: FakeLine, qtbot: QtBot, page: Page) -> None:
    qtbot.keyClick(screen, Qt.Key(Qt.Key.Key_0.value + int(page.value)))
    station = fake_line.station
    wanted = {
        Page.CAMERAS: [one.name.en for one in station.cameras],
        Page.SENSORS: [channel.name.en for one in station.sensors for channel in one.channels],
        Page.MODELS: [one.title.en for one in fake_line.packs],
        Page.WARNINGS: [text for one in station.alarms for text in (one.title.en, one.cause.en, one.consequence.en, one.action.en)],
        Page.PEOPLE: [one.name for one in station.people],
        Page.STATION: [station.station.name.en, "fake-station.toml", "--check"],
        Page.MEMORY: [],
    }[page]
    shown = texts(screen)
    assert [text for text in wanted if text not in shown] == []
    assert screen._buttons[page].isChecked()


def test_a_test_shows_a_frame_or_the_exact_reason(screen: SetupScreen, qtbot: QtBot) -> None:
    qtbot.keyClick(screen, Qt.Key.Key_T)
    first, _, gone = screen.cards
    qtbot.waitUntil(lambda: first.has_picture and "No signal from camera 3" in gone.result_text)
    assert first.result_text.startswith("✓")
    assert gone.result_text.startswith("✗")
    assert not gone.has_picture


def test_models_say_where_they_ran(screen: SetupScreen, qtbot: QtBot) -> None:
    screen.show_page(Page.MODELS)
    qtbot.keyClick(screen, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: "golden" in screen.cards[0].result_text)
    assert screen.cards[0]._values.text() == "Runs on CPU"


def test_each_test_has_its_key(screen: SetupScreen, fake_line: FakeLine, qtbot: QtBot) -> None:
    second = screen.cards[1]
    qtbot.keyClick(screen, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: second.has_picture)
    assert not screen.cards[0].has_picture
    assert not {"S", "T"} & set(_TEST_KEYS), "these are Silence and Test all"


def test_a_test_that_cannot_run_says_so(screen: SetupScreen, fake_line: FakeLine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_source: str) -> LiveTest:
        raise OSError("no such device")

    monkeypatch.setattr(fake_line, "test_source", broken)
    monkeypatch.setattr("gui.jobs._log.error", lambda *_args, **_more: None)
    screen.cards[0].test_wanted.emit()
    qtbot.waitUntil(lambda: "no such device" in screen.cards[0].result_text)


def test_leaving_a_page_while_a_test_runs_is_harmless(screen: SetupScreen, jobs: Jobs, qtbot: QtBot) -> None:
    screen._on_test_all()
    screen.show_page(Page.PEOPLE)
    qtbot.waitUntil(lambda: jobs.waiting == 0)
    assert len(screen.cards) == 3


def test_no_credential_is_shown() -> None:
    camera = RtspCamera(kind="rtsp", id="net", name=Text(en="Net", zh="网"), asset="a", url="rtsp://user:secret@10.0.0.5/s1")
    facts = camera_facts(camera, ())
    assert "secret" not in repr(facts)
    assert any("10.0.0.5" in fact.value for fact in facts.facts)


def test_a_model_that_is_not_loaded_is_named(fake_line: FakeLine) -> None:
    assert "surface-pitting" in camera_facts(fake_line.station.cameras[0], ()).trouble
    assert camera_facts(fake_line.station.cameras[0], fake_line.packs).trouble == ""
    assert "hydraulic-rig" in sensor_facts(fake_line.station.sensors[0], ()).trouble


def test_figures_come_with_their_interval() -> None:
    figure = Figure(name="AUROC", value=0.912, lower=0.881, upper=0.94, data="ball_screw", split="positions held out", command="nox")
    told = figure_facts((figure, figure), {})
    assert [(fact.name, fact.value) for fact in told] == [
        ("Measured on", "ball_screw · positions held out"),
        ("AUROC", "0.912  [0.881, 0.940]"),
        ("AUROC", "0.912  [0.881, 0.940]"),
    ]


def test_a_pack_says_who_uses_it_and_its_hash(fake_line: FakeLine) -> None:
    facts = {fact.name: fact.value for fact in model_facts(fake_line.packs[0], fake_line.station).facts}
    assert facts["Used by"] == "Camera 1, Camera 2, Camera 3"
    assert facts["SHA-256"].startswith("a" * 16)
    assert facts["Licence of its data"] == "CC-BY-4.0"


def test_conditions_read_as_words(fake_line: FakeLine) -> None:
    pitting, leak, gone, disk = fake_line.station.alarms
    assert condition_text(pitting) == "cam1 finds a defect or fault · 3 of the last 5"
    assert condition_text(leak) == "rig finds pump"
    assert condition_text(gone) == "cam3 gives no verdict"
    assert condition_text(disk) == "the disk is nearly full"
    limit = LimitCondition(kind="limit", source="rig", channel="TS1", side="high", raise_at=60.0, clear_at=58.0)
    hot = pitting.model_copy(update={"when": limit, "raise_count": 1, "of_last": 1, "on_delay_s": 5.0})
    assert condition_text(hot) == "rig · TS1 > 60 (over at 58) · for 5 s"
    growth = GrowthCondition(kind="growth", source="cam1", raise_at=3.0)
    growing = pitting.model_copy(update={"when": growth, "raise_count": 1, "of_last": 1})
    assert condition_text(growing) == "what cam1 finds grows ≥ 3 σ"
    assert warning_facts(pitting).priority == 2


@pytest.mark.parametrize(("width", "height"), [(1824, 950), (1298, 650)])
def test_no_text_is_clipped(screen: SetupScreen, qtbot: QtBot, width: int, height: int) -> None:
    screen.resize(width, height)
    for page in Page:
        screen.show_page(page)
        qtbot.wait(20)
        for one in screen.findChildren(QLabel):
            if one.isVisible() and one.text() and not one.wordWrap():
                assert one.width() >= one.sizeHint().width() - 1, one.text()
        for button in screen._buttons.values():
            assert min(button.width(), button.height()) >= TOUCH_PX


def test_the_horn_is_tested_by_a_key(screen: SetupScreen, qtbot: QtBot) -> None:
    screen.show_page(Page.STATION)
    qtbot.waitUntil(lambda: all(card.isVisible() for card in screen.cards))
    (horn,) = [card for card in screen.cards if card.facts.test is not None]
    qtbot.keyClick(screen, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: "3 patterns were played" in horn.result_text)
    assert horn.result_text.startswith("✓")


def test_a_horn_that_nobody_hears_is_said(screen: SetupScreen) -> None:
    screen._horn._state = SoundState(Hearing.NOT_HEARD, "There is no sound device. Connect a loudspeaker.")
    screen.show_page(Page.STATION)
    assert "There is no sound device" in texts(screen)
