"""This file decides how the window flashes at a new warning of priority 1: its border, once a second, beside every control.

WCAG 2.3.1 allows three flashes a second; photosensitive people are safer with less, and a border is a small part of what
they see. It flashes in a margin that is there from the start, so nothing moves and nothing is covered.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from gui.theme import ThemeSource

FLASHES_PER_S = 1.0
"""At most 2, see above."""
BORDER_PX = 12


class FlashFrame(QWidget):
    """Holds the window's content inside of a margin that can flash.

    Args:
        content: What it holds.
        border_px: Width of the margin; 0 for a station that does not want to flash.
        theme: Colours.
    """

    def __init__(self, content: QWidget, border_px: int, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source, self._border_px = theme, border_px
        self._lit = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(border_px, border_px, border_px, border_px)
        layout.setSpacing(0)
        layout.addWidget(content)

    @property
    def lit(self) -> bool:
        """Whether the border is bright now."""
        return self._lit

    def follow(self, now_s: float, *, wanted: bool) -> None:
        """Flash at *now_s* (monotonic, s) while *wanted*; at every tick of the window."""
        lit = wanted and (now_s * FLASHES_PER_S) % 1.0 < 0.5
        if lit is not self._lit:
            self._lit = lit
            self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The margin in the colour of priority 1, or as the window; never what lies behind the content, which is not opaque."""
        del event
        painter = QPainter(self)
        theme, width = self._source.theme, self._border_px
        painter.fillRect(self.rect(), theme.priority_fill(1) if self._lit else QColor(theme.background))
        painter.fillRect(self.rect().adjusted(width, width, -width, -width), QColor(theme.background))
        painter.end()
