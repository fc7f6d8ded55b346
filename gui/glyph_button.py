"""This file decides how a button looks that has no room for its word: a glyph and its key; the word is said on pointing at it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QStyle, QStyleOptionButton, QStylePainter, QWidget
from typing_extensions import override

from gui.controls import KeyButton, keycap_width, paint_keycap
from gui.icons import Icon, paint_icon
from gui.theme import TOUCH_PX

_GLYPH_PX = 20
_GAP_PX = 6
_PADDING_PX = 9


class GlyphButton(KeyButton):
    """A key button with a glyph in the place of its word.

    Args:
        icon: The glyph.
        key: Key sequence.
    """

    def __init__(self, icon: Icon, key: str, parent: QWidget | None = None) -> None:
        super().__init__(key, parent=parent)
        self._icon = icon

    def set_word(self, word: str) -> None:
        """What the button does, for the tool tip and for screen readers."""
        self.setToolTip(word)
        self.setAccessibleName(word)

    @override
    def sizeHint(self) -> QSize:
        """Glyph, keycap and padding; at least what a glove hits."""
        self.ensurePolished()
        width = _GLYPH_PX + _GAP_PX + keycap_width(self.key, self) + 2 * _PADDING_PX
        return QSize(max(TOUCH_PX, width), max(TOUCH_PX, super().sizeHint().height()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame by the style; glyph and keycap side by side."""
        del event
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        colour = option.palette.color(option.palette.ColorRole.ButtonText)
        cap, cap_height = keycap_width(self.key, self), self.fontMetrics().height()
        left = (self.width() - _GLYPH_PX - _GAP_PX - cap) / 2
        paint_icon(painter, QRectF(left, (self.height() - _GLYPH_PX) / 2, _GLYPH_PX, _GLYPH_PX), self._icon, colour)
        painter.setFont(self.font())
        paint_keycap(painter, QRectF(left + _GLYPH_PX + _GAP_PX, (self.height() - cap_height) / 2, cap, cap_height), self.key, colour)
        painter.end()
