"""This file decides how one configured thing looks in Setup: its facts, its test button, and what the test showed."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.controls import KeyButton, LabelRole, Wrap, label, set_role
from gui.sentences import sentence_text
from gui.setup_facts import CardFacts, TestKind
from gui.symbols import PrioritySign
from gui.theme import ThemeSource
from inference.findings import ImageU8
from station.view import LiveTest

_PICTURE_PX = (420, 200)
_NAME_PX = 290
"""Names of facts longer than this break their line, at full scale."""


class SetupCard(QFrame):
    """One card.

    Args:
        facts: What it says.
        theme: Colours and type sizes.
        key: Key of its test button.

    Signals:
        test_wanted: Test this card's source or model.
    """

    test_wanted = Signal()

    def __init__(self, facts: CardFacts, theme: ThemeSource, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.facts = facts
        self._source = theme
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(10)
        if facts.priority is not None:
            sign = PrioritySign(theme)
            sign.show_priority(facts.priority)
            head.addWidget(sign)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(label(LabelRole.LARGE, facts.title, Wrap.WORDS))
        if facts.subtitle:
            names.addWidget(label(LabelRole.CAPTION, facts.subtitle, Wrap.WORDS))
        head.addLayout(names, 1)
        self._button: KeyButton | None = None
        if facts.test is not None:
            self._button = KeyButton(key)
            self._button.setText(self._button_text())
            self._button.clicked.connect(self.test_wanted)
            head.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(head)
        if facts.trouble:
            layout.addWidget(label(LabelRole.ERROR, facts.trouble, Wrap.WORDS))
        # Over the facts: what a test says must be seen where it was pressed.
        self._result = label(LabelRole.STRONG, wrap=Wrap.WORDS)
        self._picture = QLabel()
        self._values = label(LabelRole.BODY, wrap=Wrap.WORDS)
        for widget in (self._result, self._picture, self._values):
            widget.hide()
            layout.addWidget(widget)
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for row, fact in enumerate(facts.facts):
            name = label(LabelRole.MUTED, fact.name)
            name.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            if name.sizeHint().width() > theme.space(_NAME_PX):
                name.setWordWrap(True)
                name.setMinimumWidth(theme.space(_NAME_PX))
                name.setMaximumWidth(theme.space(_NAME_PX))
            value = label(LabelRole.BODY, fact.value, Wrap.WORDS)
            value.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(name, row, 0)
            grid.addWidget(value, row, 1)
        layout.addLayout(grid)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        layout.addStretch(1)

    def _button_text(self) -> str:
        if self.facts.test is TestKind.MODEL:
            return self.tr("Test model")
        if self.facts.test is TestKind.HORN:
            return self.tr("Test horn")
        return self.tr("Test")

    @property
    def result_text(self) -> str:
        """What the last test said."""
        return self._result.text()

    @property
    def has_picture(self) -> bool:
        """Whether the last test showed a picture."""
        return not self._picture.isHidden()

    @Slot()
    def show_running(self) -> None:
        """The test runs."""
        if self._button is not None:
            self._button.setEnabled(False)
        set_role(self._result, LabelRole.MUTED)
        self._result.setText(self.tr("Testing …"))
        self._result.show()
        self._picture.hide()
        self._values.hide()

    def show_result(self, test: LiveTest) -> None:
        """Show what the test found: the picture and values, or the exact reason."""
        if self._button is not None:
            self._button.setEnabled(True)
        set_role(self._result, LabelRole.STRONG if test.ok else LabelRole.ERROR)
        told = self.tr("{sentence} ({time} ms)").format(sentence=sentence_text(test.sentence).rstrip("。"), time=f"{test.elapsed_ms:.0f}")
        self._result.setText(f"{'✓' if test.ok else '✗'} {told}")
        self._result.show()
        providers = sorted({finding.provider.removesuffix("ExecutionProvider") for finding in test.findings if finding.provider})
        lines = [f"{name} {value:g}" for name, value in test.values]
        if providers:
            lines.append(self.tr("Runs on {provider}").format(provider=", ".join(providers)))
        self._values.setText(" · ".join(lines))
        self._values.setVisible(bool(lines))
        if test.image is not None:
            self._picture.setPixmap(_pixmap(test.image, self.devicePixelRatio()))
        self._picture.setVisible(test.image is not None)

    def show_failure(self, sentence: str) -> None:
        """The test itself could not be run."""
        self.show_result(LiveTest(ok=False, sentence=sentence))


def _pixmap(image: ImageU8, ratio: float) -> QPixmap:
    """A picture of a card, at most 420 x 200 px, sharp on any screen."""
    bgr = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image
    height, width = bgr.shape[:2]
    factor = min(1.0, _PICTURE_PX[0] * ratio / width, _PICTURE_PX[1] * ratio / height)
    size = QSize(max(1, round(width * factor)), max(1, round(height * factor)))
    small = np.ascontiguousarray(cv2.resize(bgr, (size.width(), size.height()), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    shown = QPixmap.fromImage(QImage(small.data, size.width(), size.height(), small.strides[0], QImage.Format.Format_BGR888))
    shown.setDevicePixelRatio(ratio)
    return shown
