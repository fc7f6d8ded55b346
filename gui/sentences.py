"""This file decides how sentences that the line answers a command with are said in the current language.

Below the window text is English. What a person meets every day is translated here; a rare error with its file and
value stays as it is.
"""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

KNOWN = (
    QT_TRANSLATE_NOOP("Sentence", "Nobody is signed in. Pick your name and enter your PIN first."),
    QT_TRANSLATE_NOOP("Sentence", "This is not the PIN of that person. Try again."),
)
"""Sentences of :mod:`station.line` with a translation; a test holds them together."""


def sentence_text(sentence: str) -> str:
    """*sentence* in the current language where it is known, else as it is."""
    return QCoreApplication.translate("Sentence", sentence) if sentence in KNOWN else sentence
