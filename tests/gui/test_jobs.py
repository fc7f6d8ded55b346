"""Slow work leaves the GUI thread; its response comes back into it, or nowhere."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gui.jobs import Jobs
from inference.errors import RecordsError


def test_response_comes_in_the_gui_thread(qtbot: QtBot, jobs: Jobs) -> None:
    owner = QObject()
    seen: list[tuple[str, int, int]] = []

    def work(name: str) -> tuple[str, int]:
        return name, threading.get_ident()

    jobs.run(owner, partial(work, "a"), lambda value: seen.append((*value, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen), timeout=2000)
    name, worker, receiver = seen[0]
    assert name == "a"
    assert worker != receiver == threading.get_ident()


def test_failure_is_a_sentence(qtbot: QtBot, jobs: Jobs) -> None:
    def work() -> None:
        raise RecordsError("The disk is full", do="Free some space")

    heard: list[str] = []
    jobs.run(QObject(jobs), work, lambda _: pytest.fail("must not be called"), heard.append)
    qtbot.waitUntil(lambda: bool(heard), timeout=2000)
    assert heard == ["The disk is full. Free some space."]
    with qtbot.waitSignal(jobs.failed, timeout=2000) as caught:
        jobs.run(QObject(jobs), work, lambda _: pytest.fail("must not be called"))
    assert caught.args == ["The disk is full. Free some space."]


def test_a_deleted_owner_hears_nothing(qtbot: QtBot, jobs: Jobs) -> None:
    gate = threading.Event()
    owner = QObject()
    jobs.run(owner, gate.wait, lambda _: pytest.fail("the owner is gone"))
    owner.deleteLater()
    del owner
    qtbot.wait(10)
    gate.set()
    qtbot.waitUntil(lambda: jobs.waiting == 0, timeout=2000)


def test_cancelled_is_not_heard(qtbot: QtBot, jobs: Jobs) -> None:
    gate = threading.Event()
    owner, heard = QObject(), []
    number = jobs.run(owner, gate.wait, lambda _: pytest.fail("it was cancelled"))
    jobs.cancel(number)
    gate.set()
    jobs.run(owner, lambda: 1, heard.append)
    qtbot.waitUntil(lambda: heard == [1], timeout=2000)


def test_stop_twice_and_run_after_it(qtbot: QtBot) -> None:
    jobs = Jobs()
    assert jobs.stop()
    assert jobs.stop()
    jobs.run(QObject(jobs), lambda: 1, lambda _: pytest.fail("it was stopped"))
    assert jobs.waiting == 0
