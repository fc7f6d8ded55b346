"""What every screen must keep: no clipped text, targets a glove can hit, keys that are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QScrollBar, QWidget

from gui.controls import KeyButton
from gui.theme import TOUCH_PX


def clipped_texts(root: QWidget) -> list[str]:
    """Texts of visible labels and buttons that do not fit their widget."""
    found = []
    for label in root.findChildren(QLabel):
        if not label.isVisible() or not label.text() or not label.pixmap().isNull():
            continue
        room = label.contentsRect()
        if label.wordWrap():
            fits = label.heightForWidth(label.width()) <= label.height() + 1
        else:
            lines = label.text().split("\n")
            metrics = QFontMetrics(label.font())
            fits = (
                max(metrics.horizontalAdvance(line) for line in lines) <= room.width() + 1
                and label.sizeHint().height() <= label.height() + 1
            )
        if not fits:
            wants = label.sizeHint()
            found.append(f"label {label.text()!r}: {label.width()} x {label.height()}, wants {wants.width()} x {wants.height()}")
    for button in root.findChildren(QAbstractButton):
        if not button.isVisible() or not button.text() or isinstance(button.parent(), QScrollBar):
            continue
        hint = button.sizeHint()
        if button.sizePolicy().horizontalPolicy() is button.sizePolicy().Policy.Ignored:
            hint.setWidth(button.width())
        if hint.width() > button.width() + 1 or hint.height() > button.height() + 1:
            found.append(f"button {button.text()!r}: {button.width()} x {button.height()}, wants {hint.width()} x {hint.height()}")
    return found


def small_targets(root: QWidget) -> list[str]:
    """Visible things to press or type into that are smaller than 48 px on a side."""
    found = []
    for kind in (QAbstractButton, QLineEdit, QComboBox):
        for widget in root.findChildren(kind):
            if not widget.isVisible() or isinstance(widget.parent(), QComboBox):
                continue
            if min(widget.width(), widget.height()) < TOUCH_PX:
                found.append(f"{type(widget).__name__} {getattr(widget, 'text', str)()!r}: {widget.width()} x {widget.height()}")
    return found


def outside(root: QWidget) -> list[str]:
    """Visible buttons and labels that lie partly outside of *root*, except inside of something that scrolls."""
    found = []
    for kind in (QAbstractButton, QLabel):
        for widget in root.findChildren(kind):
            if not widget.isVisible() or _scrolls(widget, root):
                continue
            where = widget.rect().translated(widget.mapTo(root, widget.rect().topLeft()))
            if not root.rect().contains(where):
                found.append(f"{type(widget).__name__} {widget.text()!r} at {where.getRect()}")
    return found


def keyless_buttons(root: QWidget) -> list[str]:
    """Visible buttons that no key presses, or whose key is not shown."""
    found = []
    for button in root.findChildren(QAbstractButton):
        if not button.isVisible() or isinstance(button.parent(), QComboBox):
            continue
        shown = getattr(button, "key", "")
        keyed = bool(button.findChildren(QShortcut)) or not button.shortcut().isEmpty()
        if isinstance(button, KeyButton) and shown and keyed:
            continue
        if shown and keyed:
            continue
        found.append(f"{type(button).__name__} {button.text()!r}")
    return found


def _scrolls(widget: QWidget, root: QWidget) -> bool:
    at = widget.parentWidget()
    while at is not None and at is not root:
        if at.inherits("QAbstractScrollArea"):
            return True
        at = at.parentWidget()
    return False


def press(widget: QWidget, key: Qt.Key) -> None:
    """Press and release *key* in the window of *widget*, as a keyboard does."""
    QTest.keyClick(widget, key)
