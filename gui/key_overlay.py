"""This file decides how the window shows all its keys at once (F1)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from gui.controls import ButtonRole, KeyButton, Keycap, LabelRole, label

_ROWS = 12


class KeyOverlay(QDialog):
    """Every key of the window and of the visible screen. Open it with ``open()``; it deletes itself when closed.

    Args:
        groups: (heading, keys) of each group; keys as (key, what it does).
    """

    def __init__(self, groups: list[tuple[str, list[tuple[str, str]]]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keys"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        column = 0
        for heading, keys in groups:
            for start in range(0, max(1, len(keys)), _ROWS):
                grid.addWidget(label(LabelRole.SECTION, heading if start == 0 else ""), 0, column, 1, 2)
                for row, (key, text) in enumerate(keys[start : start + _ROWS], start=1):
                    grid.addWidget(Keycap(key), row, column, Qt.AlignmentFlag.AlignRight)
                    grid.addWidget(label(LabelRole.BODY, text), row, column + 1)
                column += 2
        grid.setRowStretch(_ROWS + 1, 1)
        close = KeyButton("Esc", ButtonRole.PLAIN)
        close.setText(self.tr("Close"))
        close.clicked.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 24)
        layout.setSpacing(16)
        layout.addWidget(label(LabelRole.TITLE, self.tr("Keys")))
        layout.addLayout(grid)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
