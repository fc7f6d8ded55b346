"""PySide6 releases that lose a reference to None or True with every call kill the process after some thousand calls."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QPointF
from PySide6.QtWidgets import QApplication

CALLS = 2000


def test_calls_that_return_none_or_bool_keep_the_counts(qapp: QApplication) -> None:
    thing, point = QObject(), QPointF(1.0, 2.0)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(CALLS):
        thing.setObjectName("x")
        thing.blockSignals(False)
        point.isNull()
        thing.isWidgetType()
        thing.inherits("QObject")
    lost = before[0] - sys.getrefcount(None), before[1] - sys.getrefcount(True)
    assert max(lost) < CALLS / 10, f"this PySide6 loses references: {lost} of {CALLS} calls each; pin 6.11"
