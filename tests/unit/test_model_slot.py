"""This file decides whether a broken model becomes NO VERDICT, and is tried again."""

from __future__ import annotations

import logging

import pytest

from inference.errors import PackError
from inference.findings import Verdict
from inference.reasons import ReasonCode
from station.model_slot import ModelSlot
from tests.source_doubles import ManualClock


def test_a_model_that_cannot_be_opened_is_tried_again_after_a_while() -> None:
    clock = ManualClock()
    opened: list[int] = []

    def open_model() -> str:
        opened.append(1)
        if len(opened) < 2:
            raise PackError("the hash differs", do="Copy the pack again")
        return "model"

    slot = ModelSlot("p", open_model, clock)
    assert slot.ready() is None
    assert slot.ready() is None
    assert len(opened) == 1
    finding = slot.without_verdict()
    assert finding.verdict is Verdict.NO_VERDICT
    assert finding.reason is not None
    assert finding.reason.code is ReasonCode.NO_MODEL
    assert "the hash differs" in finding.reason.sentence
    clock.advance(5.0)
    assert slot.ready() == "model"
    assert slot.failure is None


def test_a_model_that_fails_is_put_away_and_opened_again() -> None:
    clock = ManualClock()
    models = iter(("first", "second"))
    slot = ModelSlot("p", lambda: next(models), clock)
    assert slot.ready() == "first"
    finding = slot.failed(RuntimeError("out of memory"))
    assert finding.reason is not None
    assert finding.reason.code is ReasonCode.MODEL_FAILED
    assert slot.ready() is None
    clock.advance(5.0)
    assert slot.ready() == "second"


def test_a_pack_that_stays_broken_is_logged_once_and_a_new_reason_again(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    reasons = ["the hash differs", "the hash differs", "the file is not there"]

    def open_model() -> str:
        raise PackError(reasons.pop(0))

    slot = ModelSlot("p", open_model, clock)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            slot.ready()
            clock.advance(5.0)
    assert [record.getMessage() for record in caplog.records] == [
        "Pack p cannot be used: the hash differs.",
        "Pack p cannot be used: the file is not there.",
    ]
