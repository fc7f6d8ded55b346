"""This file decides the small parts every screen is built from: labels by role, cards, and buttons that show their key."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget
from typing_extensions import override

from gui.theme import TOUCH_PX


class LabelRole(StrEnum):
    """What a label is for; the style sheet gives size, weight and colour."""

    BODY = "body"
    CAPTION = "caption"
    SMALL = "small"
    MUTED = "muted"
    STRONG = "strong"
    LARGE = "large"
    TITLE = "title"
    VALUE = "value"
    DISPLAY = "display"
    SECTION = "section"
    ERROR = "error"


class ButtonRole(StrEnum):
    """How a button looks."""

    PLAIN = "plain"
    PRIMARY = "primary"
    QUIET = "quiet"
    BIG = "big"


class Wrap(StrEnum):
    """Whether a label may break its line."""

    NONE = "none"
    WORDS = "words"


def label(role: LabelRole = LabelRole.BODY, text: str = "", wrap: Wrap = Wrap.NONE) -> QLabel:
    """A label of *role* holding plain text."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role.value)
    made.setWordWrap(wrap is Wrap.WORDS)
    return made


def set_role(widget: QWidget, role: StrEnum) -> None:
    """Give *widget* another role and have the style sheet applied anew."""
    if widget.property("role") == role.value:
        return
    widget.setProperty("role", role.value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def card() -> QFrame:
    """An empty panel with a border."""
    frame = QFrame()
    frame.setProperty("role", "card")
    return frame


def rule() -> QFrame:
    """A thin horizontal separator."""
    frame = QFrame()
    frame.setProperty("role", "rule")
    frame.setFixedHeight(1)
    return frame


class KeyButton(QPushButton):
    """A push button of at least 48 x 48 px that shows its key as a keycap and is pressed by it.

    Args:
        key: Key sequence, e.g. ``R`` or ``Space``; empty for none.
        role: How it looks.
        scope: Where the key works: by default while the button's window is active and the button visible.
        parent: Owner.
    """

    def __init__(
        self,
        key: str = "",
        role: ButtonRole = ButtonRole.PLAIN,
        scope: Qt.ShortcutContext = Qt.ShortcutContext.WindowShortcut,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._key = key
        self._preferred = QSize(TOUCH_PX, TOUCH_PX)
        self.setProperty("role", role.value)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if key:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(scope)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self.click)

    @property
    def key(self) -> str:
        """The key as it is shown; empty for none."""
        return self._key

    def prefer_size(self, width_px: int, height_px: int) -> None:
        """Be at least so large. A minimum size would be overruled by the style sheet."""
        self._preferred = QSize(max(TOUCH_PX, width_px), max(TOUCH_PX, height_px))
        self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        """Text, keycap and padding."""
        self.ensurePolished()
        hint = super().sizeHint()
        return self._preferred.expandedTo(QSize(hint.width() + self._gap() + self._cap_width(), hint.height()))

    @override
    def minimumSizeHint(self) -> QSize:
        """The same: a button's text is never clipped."""
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame by the style; text and keycap centred together by hand."""
        del event
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.setFont(self.font())
        text_width = self.fontMetrics().horizontalAdvance(self.text())
        cap, cap_height = self._cap_width(), self.fontMetrics().height()
        left = max(4.0, (self.width() - text_width - self._gap() - cap) / 2)
        colour = option.palette.color(option.palette.ColorRole.ButtonText)
        painter.setPen(colour)
        where = QRectF(left, 0, text_width + 2, self.height())
        painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.text())
        if cap:
            where = QRectF(left + text_width + self._gap(), (self.height() - cap_height) / 2, cap, cap_height)
            paint_keycap(painter, where, self._key, colour)
        painter.end()

    def _gap(self) -> int:
        return 8 if self._key and self.text() else 0

    def _cap_width(self) -> int:
        return keycap_width(self._key, self) if self._key else 0


def keycap_width(key: str, widget: QWidget) -> int:
    """Width of the keycap for *key* in the font of *widget*, px."""
    return max(widget.fontMetrics().height(), round(widget.fontMetrics().horizontalAdvance(key) * 0.74) + 12)


def paint_keycap(painter: QPainter, where: QRectF, key: str, colour: QColor) -> None:
    """Paint *key* as a keycap into *where*."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = painter.font()
    font.setPixelSize(max(11, round(font.pixelSize() * 0.72)))
    painter.setFont(font)
    faded = QColor(colour)
    faded.setAlphaF(colour.alphaF() * 0.75)
    painter.setPen(QPen(faded, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(where.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), key)
    painter.restore()


class Keycap(QWidget):
    """A key, painted.

    Args:
        key: The key as written on it.
    """

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(key)

    @override
    def sizeHint(self) -> QSize:
        """As wide as its text."""
        return QSize(keycap_width(self._key, self), self.fontMetrics().height() + 2)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """One keycap."""
        del event
        painter = QPainter(self)
        paint_keycap(painter, QRectF(self.rect()), self._key, self.palette().color(self.foregroundRole()))
        painter.end()
