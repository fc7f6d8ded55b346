"""This file decides how the window tells something in passing: a line above the banner that goes by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from gui.controls import LabelRole, Wrap, label

_SHOWN_MS = 8000
_MARGIN_PX = 16


class Toast(QFrame):
    """A notification over *host*; a tap closes it.

    Args:
        host: The widget it lies over.
        bottom_px: Distance from the host's lower edge.
    """

    def __init__(self, host: QWidget, bottom_px: int) -> None:
        super().__init__(host)
        self._bottom_px = bottom_px
        self.setProperty("role", "toast")
        self._label = label(LabelRole.STRONG, wrap=Wrap.WORDS)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 14, 20, 14)
        layout.addWidget(self._label)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        host.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What is told; the last text while hidden."""
        return self._label.text()

    @Slot(str)
    def tell(self, sentence: str) -> None:
        """Show *sentence* for some seconds."""
        self._label.setText(sentence)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def stop(self) -> None:
        """Hide, and leave no timer running."""
        self._timer.stop()
        self.hide()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A tap closes it."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.stop()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the host's size."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        host = self.parentWidget()
        if host is None:
            return
        width = min(820, host.width() - 2 * _MARGIN_PX)
        height = max(56, self.heightForWidth(width))
        self.setGeometry((host.width() - width) // 2, host.height() - self._bottom_px - height - _MARGIN_PX, width, height)
